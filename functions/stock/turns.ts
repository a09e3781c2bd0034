import { chanceIn } from "../../domain/kernel/id.ts";
import { again } from "../kit/again.ts";
import type { Actor } from "../kit/context.ts";
import { mapParallel } from "../kit/parallel.ts";
import { StaleWrite } from "../kit/table/store.ts";

const last = new Map<string, Promise<void>>();

/**
 * Runs one after the other what shares a key, within this instance: movements of one product would only meet at the
 * version of its records and be decided again. Instances do not wait for each other: there the version decides.
 */
export const inTurn = async <T>(keys: Iterable<string>, run: () => Promise<T>): Promise<T> => {
  // In one order everywhere, so that nobody waits in a ring; all are taken at once, so that nobody comes between.
  const mine = [...new Set(keys)].sort();
  const before = mine.map((key) => last.get(key));
  let leave = () => {};
  const turn = new Promise<void>((resolve) => {
    leave = resolve;
  });
  for (const key of mine) last.set(key, turn);
  try {
    await mapParallel(before, (earlier) => earlier);
    return await run();
  } finally {
    for (const key of mine) if (last.get(key) === turn) last.delete(key);
    leave();
  }
};

const mostTries = 10;

/**
 * Makes a decision again while others change the stock under it: what many take at once is decided often.
 * @throws StaleWrite after the last try; the kit then runs the handler again
 */
export const untilSettled = <T>({ newId }: Pick<Actor, "newId">, run: () => Promise<T>): Promise<T> =>
  again(run, {
    most: mostTries,
    mayPass: (error) => error instanceof StaleWrite,
    pauseMs: (attempt) => chanceIn(newId("change")) * Math.min(300, 10 * 2 ** attempt),
  });
