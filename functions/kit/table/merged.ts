import type { Page } from "../../../domain/kernel/page.ts";
import type { Item } from "./item.ts";
import { type IndexName, tableLayout } from "./layout.ts";
import type { Store } from "./store.ts";

export interface MergedQuery {
  readonly index: IndexName;
  /** The partitions over which one list is spread. Their sort keys never are the same. */
  readonly pks: readonly string[];
  readonly newestFirst?: boolean;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/**
 * One page of a list that is spread over several partitions, in the order of the sort keys. Each partition is
 * asked for a page, at once; the cursor is the sort key of the last item, for that is a place in all of them.
 */
export const mergedPage = async (store: Store, query: MergedQuery): Promise<Page<Item>> => {
  const { index, newestFirst = false, limit } = query;
  const beyond = query.cursor === undefined ? undefined : store.cursors.open(query.cursor)[0];
  const parts = await Promise.all(
    query.pks.map((pk) => store.items({ index, pk, newestFirst, limit, beyond })),
  );
  const sortKeyOf = (item: Item) => item[tableLayout.indexes[index].sortKey]?.S ?? "";
  const inOrder = parts
    .flatMap(({ items }) => items)
    .map((item) => ({ item, sk: sortKeyOf(item) }))
    .sort((a, b) => (a.sk < b.sk ? -1 : 1) * (newestFirst ? -1 : 1));
  const page = inOrder.slice(0, limit);
  const last = page.at(-1);
  const more = inOrder.length > limit || parts.some(({ next }) => next !== undefined);
  return {
    items: page.map(({ item }) => item),
    ...(more && last ? { next: store.cursors.seal([last.sk]) } : {}),
  };
};
