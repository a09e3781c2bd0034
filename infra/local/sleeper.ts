import type { Clock } from "./clock.ts";

/** Pauses on the stack's clock: moving the clock forward, or stopping, ends a pause. */
export class Sleeper {
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  stopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    clock.onAdvance(() => this.#wakeAll());
  }

  async sleep(ms: number): Promise<void> {
    const end = this.#clock.now() + ms;
    for (let leftMs = ms; leftMs > 0 && !this.stopped; leftMs = end - this.#clock.now())
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, leftMs);
        this.#waiting.add(wake);
      });
  }

  /** Ends every pause, those to come included. */
  stop(): void {
    this.stopped = true;
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}

/** Waits for a promise, but no longer than that (milliseconds, the machine's). */
export const atMost = async (promise: Promise<unknown>, ms: number): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, limit]);
  clearTimeout(timer);
};

/** How long a stop waits for invocations under way before it ends them. */
export const drainLimitMs = 5_000;
