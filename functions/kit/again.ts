/** Lets time pass. */
export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export interface Tries {
  /** How often it is run at the most. */
  readonly most: number;
  /** Whether what it failed by may pass: then it is run again. */
  readonly mayPass: (error: unknown) => boolean;
  /** How long to wait after the try of that number, the first being 1. */
  readonly pauseMs: (attempt: number) => number;
  /** What is thrown after the last try; what it failed by where nothing is said. */
  readonly atLast?: () => Error;
  /** Another way to let time pass, for tests. */
  readonly wait?: (ms: number) => Promise<void>;
}

/** Runs again what others stand in the way of, a bounded number of times. @throws what cannot pass, at once */
export const again = async <T>(run: () => Promise<T>, tries: Tries): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (!tries.mayPass(error)) throw error;
      if (attempt === tries.most) throw tries.atLast?.() ?? error;
      await (tries.wait ?? wait)(tries.pauseMs(attempt));
    }
  }
};
