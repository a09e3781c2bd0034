import type { Page } from "../../../domain/kernel/page.ts";
import { mapParallel } from "../parallel.ts";
import type { Item } from "./item.ts";
import { type IndexName, tableLayout } from "./layout.ts";
import type { Store } from "./store.ts";

/** A partition of the table, read consistently, or of an index. */
export interface Place {
  readonly index?: IndexName;
  readonly pk: string;
}

export interface MergedRange {
  /** The index of the partitions that name none. Absent: the table itself, read consistently. */
  readonly index?: IndexName;
  /** The partitions over which one list is spread. Where two have the same sort key, it is of the same record. */
  readonly pks: readonly (string | Place)[];
  /** Sort keys from here to there, both included. */
  readonly between?: readonly [string, string];
  /** Sort keys beyond this one in the direction of reading, itself not included. */
  readonly beyond?: string | undefined;
  readonly newestFirst?: boolean;
  readonly limit: number;
}

export interface MergedQuery extends Omit<MergedRange, "beyond"> {
  readonly cursor?: string | undefined;
}

/** A partition as far as it was read; `cursor` where there is more of it. */
interface Part {
  readonly place: Place;
  readonly found: { readonly sk: string; readonly item: Item }[];
  cursor: string | undefined;
}

/** The range from which `beyond` is left, itself included: an inclusive range has no other way to begin behind it. */
const rangeOf = (
  between: MergedRange["between"],
  beyond: string | undefined,
  newestFirst: boolean,
): Pick<MergedRange, "between" | "beyond"> => {
  if (!between || beyond === undefined) return between ? { between } : { beyond };
  return { between: newestFirst ? [between[0], beyond] : [beyond, between[1]] };
};

/**
 * The first items of a list that is spread over several partitions, in the order of the sort keys. Each partition
 * is asked for twice its even share, all at once; those that turn out to hold more of the page are asked on.
 */
export const mergedItems = async (
  store: Store,
  { pks, limit, newestFirst = false, index, beyond, between }: MergedRange,
): Promise<{ readonly found: Part["found"]; readonly more: boolean }> => {
  const range = rangeOf(between, beyond, newestFirst);
  const isBefore = (a: string, b: string) => (newestFirst ? a > b : a < b);
  const readOn = async (part: Part, most: number): Promise<void> => {
    const query = { ...range, ...part.place, newestFirst, limit: most };
    const { items, next } = await store.items({ ...query, cursor: part.cursor });
    const sortKey = part.place.index ? tableLayout.indexes[part.place.index].sortKey : tableLayout.sortKey;
    const found = items.map((item) => ({ item, sk: item[sortKey]?.S ?? "" }));
    part.found.push(...found.filter(({ sk }) => sk !== beyond));
    part.cursor = next;
  };
  const standard = (pk: string): Place => (index === undefined ? { pk } : { index, pk });
  const parts = pks.map(
    (pk): Part => ({
      place: typeof pk === "string" ? standard(pk) : pk,
      found: [],
      cursor: undefined,
    }),
  );
  const share = Math.min(limit, Math.ceil((2 * limit) / Math.max(1, pks.length)));
  await mapParallel(parts, (part) => readOn(part, share));
  // Two rounds do, unless answers are cut; each reads on where the page may still lack something.
  for (let round = 0; round <= limit + 2; round++) {
    const inOrder = parts.flatMap(({ found }) => found).sort((a, b) => (isBefore(a.sk, b.sk) ? -1 : 1));
    const last = inOrder[limit - 1];
    const short = parts.filter(({ cursor, found }) => {
      const end = found.at(-1);
      return cursor !== undefined && (!last || !end || isBefore(end.sk, last.sk));
    });
    if (short.length === 0)
      return {
        found: inOrder.slice(0, limit),
        more: inOrder.length > limit || parts.some(({ cursor }) => cursor !== undefined),
      };
    await mapParallel(short, (part) => readOn(part, limit));
  }
  throw new Error("a merged list did not come to an end");
};

/** One page of such a list. The cursor is the sort key of the last item, for that is a place in all partitions. */
export const mergedPage = async (store: Store, { cursor, ...query }: MergedQuery): Promise<Page<Item>> => {
  const beyond = cursor === undefined ? undefined : store.cursors.open(cursor)[0];
  const { found, more } = await mergedItems(store, { ...query, beyond });
  const last = found.at(-1);
  return {
    items: found.map(({ item }) => item),
    ...(more && last ? { next: store.cursors.seal([last.sk]) } : {}),
  };
};
