import type { Deliveries } from "./deliveries.ts";
import type { Streams } from "./streams.ts";

/** Ends what hangs; a busy machine is given the time that it needs. */
const limitMs = 300_000;
const lookEveryMs = 10;
/** Where the lag of a stream is not known, its consumers are given this long. */
const unknownLagMs = 500;

/**
 * Waits until the consumers have read the streams to their ends and no delivery is under way; those that
 * wait for a retry are not waited for.
 * @returns false if that takes more than five minutes of the machine's clock
 */
export const untilSettled = async (streams: Streams, deliveries: Deliveries): Promise<boolean> => {
  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  if (streams.status().some(({ lag }) => lag === undefined)) await pause(unknownLagMs);
  const endsAt = performance.now() + limitMs;
  while (performance.now() < endsAt) {
    const read = streams.status().every(({ lag = 0 }) => lag === 0);
    if (read && !deliveries.hasUntried()) return true;
    await pause(lookEveryMs);
  }
  return false;
};
