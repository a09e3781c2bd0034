/** Ends what hangs; a busy machine is given all the time that it needs. */
export const hangLimitMs = 300_000;
const intervalMs = 20;

/** Waits for a state. @throws Error after five minutes, which no busy machine takes */
export const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  const endsAt = performance.now() + hangLimitMs;
  while (!(await holds())) {
    if (performance.now() > endsAt) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
};
