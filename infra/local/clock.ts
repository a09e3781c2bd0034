import { Temporal } from "temporal-polyfill";

/**
 * The stack's clock: the machine's, moved forward by an offset. The offset lies in shared memory, so that
 * the workers' `Date` follows it at once.
 */
export class Clock {
  readonly shared: SharedArrayBuffer = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  readonly #offsetMs = new Float64Array(this.shared);
  readonly #keep: (offsetMs: number) => void;
  readonly #listeners = new Set<() => void>();

  /** @param keep stores the offset, so that a restart does not throw the stack back in time. */
  constructor(offsetMs = 0, keep: (offsetMs: number) => void = () => {}) {
    this.#offsetMs[0] = offsetMs;
    this.#keep = keep;
  }

  get offsetMs(): number {
    return this.#offsetMs[0] ?? 0;
  }

  /** Milliseconds since the epoch, on the stack's clock. */
  now(): number {
    return Date.now() + this.offsetMs;
  }

  /** Calls the listener after each advance. */
  onAdvance(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /**
   * Moves the clock forward by an ISO 8601 duration (`PT24H`, `P1M`).
   * @returns the new now, milliseconds since the epoch
   * @throws RangeError if the text is no duration or the duration is negative
   */
  advance(duration: string): number {
    const length = Temporal.Duration.from(duration);
    if (length.sign < 0) throw new RangeError("the clock moves forward only");
    const before = Temporal.Instant.fromEpochMilliseconds(this.now()).toZonedDateTimeISO("UTC");
    const step = before.add(length).epochMilliseconds - before.epochMilliseconds;
    this.#keep(this.offsetMs + step);
    this.#offsetMs[0] = this.offsetMs + step;
    for (const listener of this.#listeners) listener();
    return this.now();
  }
}

/** Makes the global `Date` of this thread follow a clock's shared offset. `Date` with arguments stays as it is. */
export const followClock = (shared: SharedArrayBuffer): void => {
  const offsetMs = new Float64Array(shared);
  const Real = Date;
  const machineNow = Real.now.bind(Real);
  const now = (): number => machineNow() + (offsetMs[0] ?? 0);
  Real.now = now;
  globalThis.Date = new Proxy(Real, {
    construct: (target, parameters: unknown[], newTarget) =>
      Reflect.construct(target, parameters.length === 0 ? [now()] : parameters, newTarget),
    apply: () => new Real(now()).toString(),
  });
};
