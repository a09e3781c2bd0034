import type { JWTPayload } from "jose";
import type { Clock } from "./clock.ts";
import type { TokenIssuer } from "./issuer.ts";

export interface Authorized {
  /** As API Gateway hands them on: every value a text. */
  readonly claims: Readonly<Record<string, string>>;
  readonly scopes: readonly string[];
}

interface Verified extends Authorized {
  readonly expiresAtMs: number;
}

const maxKeptTokens = 10_000;

const asText = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(asText).join(" ")}]`;
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
};

const read = (payload: JWTPayload): Verified => ({
  claims: Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, asText(value)])),
  scopes: typeof payload.scope === "string" ? payload.scope.split(" ") : [],
  expiresAtMs: (payload.exp ?? 0) * 1000,
});

/** API Gateway's JWT authorizer. Tokens that held are remembered until they expire on the stack's clock. */
export class JwtAuthorizer {
  readonly #issuer: TokenIssuer;
  readonly #clock: Clock;
  readonly #expected: { readonly issuer: string; readonly audience: readonly string[] };
  readonly #kept = new Map<string, Verified>();

  constructor(
    issuer: TokenIssuer,
    clock: Clock,
    expected: { readonly issuer: string; readonly audience: readonly string[] },
  ) {
    this.#issuer = issuer;
    this.#clock = clock;
    this.#expected = expected;
  }

  /** Undefined: not authorized. A plain value where the token is known, so that no turn of the loop is lost. */
  authorize(header: string | undefined): Authorized | undefined | Promise<Authorized | undefined> {
    if (!header) return undefined;
    const token = /^bearer /i.test(header) ? header.slice("bearer ".length) : header;
    const kept = this.#kept.get(token);
    if (kept && kept.expiresAtMs > this.#clock.now()) return kept;
    return this.#verify(token);
  }

  async #verify(token: string): Promise<Authorized | undefined> {
    this.#kept.delete(token);
    const payload = await this.#issuer.verify(token, this.#expected, this.#clock.now());
    if (!payload) return undefined;
    const verified = read(payload);
    if (this.#kept.size >= maxKeptTokens) this.#kept.clear();
    this.#kept.set(token, verified);
    return verified;
  }
}
