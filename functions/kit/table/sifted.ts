import type { Page } from "../../../domain/kernel/page.ts";
import type { Item } from "./item.ts";
import type { ListQuery, Store } from "./store.ts";

/** How many items one request reads at the most to fill its page. */
export const mostSifted = 1000;
/** Items read at once after the first page did not suffice. */
const chunk = 200;

/**
 * One page of those items of a partition that pass a test. It reads on until the page is full, the partition
 * ends, or `mostSifted` items were read; then the page is not full, may even be empty, and its cursor goes on
 * where the reading stopped.
 * @param pass for each item what becomes of it in the page, or undefined where it does not pass
 */
export const siftedPage = async <R>(
  store: Store,
  query: ListQuery,
  pass: (items: readonly Item[]) => Promise<readonly (R | undefined)[]>,
): Promise<Page<R>> => {
  const passed: R[] = [];
  let cursor = query.cursor;
  for (let read = 0; read < mostSifted; ) {
    const limit = Math.min(read === 0 ? query.limit : chunk, mostSifted - read);
    const { items, next } = await store.items({ ...query, limit, cursor });
    const outcomes = await pass(items);
    for (const [at, item] of items.entries()) {
      const outcome = outcomes[at];
      if (outcome === undefined) continue;
      passed.push(outcome);
      const more = at < items.length - 1 || next !== undefined;
      if (passed.length === query.limit && more)
        return { items: passed, next: store.cursorAfter(query, item) };
    }
    if (next === undefined) return { items: passed };
    read += items.length;
    cursor = next;
  }
  return { items: passed, ...(cursor === undefined ? {} : { next: cursor }) };
};
