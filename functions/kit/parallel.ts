/**
 * Work that runs at the same time. Nothing else in this folder calls `Promise.all`: when one of its arguments throws
 * before it gives a promise, nobody hears of the failures of the promises made before it.
 */

type Tasks<Results extends readonly unknown[]> = {
  readonly [At in keyof Results]: () => Results[At] | Promise<Results[At]>;
};

/** Starts all tasks at once and gives their results in the order of the tasks. @throws the first failure */
export function runParallel<Results extends readonly unknown[]>(
  tasks: readonly [...Tasks<Results>],
): Promise<Results>;
export function runParallel(tasks: readonly (() => unknown)[]): Promise<unknown> {
  return mapParallel(tasks, (task) => task());
}

/** Runs all items at once and gives the results in the order of the items. @throws the first failure */
export const mapParallel = <Item, Result>(
  items: readonly Item[],
  run: (item: Item, at: number) => Result | Promise<Result>,
): Promise<Result[]> => Promise.all(items.map(async (item, at) => run(item, at)));
