import { isIP } from "node:net";

export const localhost = "127.0.0.1";

/** The names of this machine that a browser cannot be misled about, with any port. */
const ownHost = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;

/** Whether a `Host` names this machine. A page can let a name of its own lead here (DNS rebinding), but not these. */
export const isOwnHost = (host: string | undefined): boolean => host !== undefined && ownHost.test(host);

/** Whether an `Origin` is that of a page of this machine, on whatever port it is served. */
export const isOwnOrigin = (origin: string): boolean =>
  origin.startsWith("http://") && isOwnHost(origin.slice("http://".length));

/**
 * Whether a `Host` is one of this machine's names or a plain address, as an emulator of a phone uses it: no page can
 * let an address lead elsewhere.
 */
export const isOwnHostOrAddress = (host: string | undefined): boolean =>
  isOwnHost(host) || isIP((host ?? "").replace(/:\d{1,5}$/, "").replace(/^\[(.*)\]$/, "$1")) !== 0;
