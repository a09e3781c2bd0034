import { type TurnoverSums, turnoverShardOf, turnoverShards } from "./effects.ts";

/**
 * Turnover is recounted without holding it: each counter of each record has a weight that looks like chance, and what
 * is kept is the sum of all amounts by their weights, apart for some buckets. Where the records as they are stored come
 * to the same sum as what transactions bring, they say the same, but for a chance of one in 2^64. Where they do not,
 * the bucket is parted into smaller ones, and recounted again, until the record that differs stands alone.
 */

/** A record of turnover: whose, of which year and in which currency. */
export type TurnoverKey = Omit<TurnoverSums, "add">;

/** A number of 64 bits that looks like chance, of a text; and some of its bytes. */
export type Weigh = (text: string) => { readonly weight: bigint; readonly bytes: Uint8Array };

const dimensions = [
  "client",
  "counterparty",
  "product",
] as const satisfies readonly TurnoverSums["dimension"][];

/** The partitions over which all turnover is spread. */
export const turnoverPartitions = dimensions.flatMap((dimension) =>
  Array.from({ length: turnoverShards }, (_, shard) => ({ dimension, shard })),
);

/** How many buckets a bucket is parted into. */
const parts = 64;

/** Where to look closer: one partition of turnover, and in it the bucket that differed, within the one before. */
export interface TurnoverFocus {
  readonly partition: number;
  readonly digits: readonly number[];
}

/** What came together in a bucket. */
export interface TurnoverBucket {
  readonly mark: bigint;
  /** A record that came into it; of a whole partition none is kept. */
  readonly key?: TurnoverKey | undefined;
  /** It was not the only one. */
  readonly isMixed?: boolean | undefined;
}

export type TurnoverBuckets = ReadonlyMap<number, TurnoverBucket>;

export const turnoverKeyText = ({ dimension, id, year, currency }: TurnoverKey): string =>
  `${dimension} ${id} ${year} ${currency}`;

/** The partition in which a record has to lie. */
export const turnoverPartitionOf = ({ dimension, id }: TurnoverKey): number =>
  dimensions.indexOf(dimension) * turnoverShards + turnoverShardOf(id);

/** The bucket of a record: its partition, or, in the focus, the next part of that; undefined outside the focus. */
const bucketOf = (key: TurnoverKey, focus: TurnoverFocus | undefined, weigh: Weigh): number | undefined => {
  const partition = turnoverPartitionOf(key);
  if (!focus) return partition;
  if (partition !== focus.partition) return undefined;
  const { bytes } = weigh(turnoverKeyText(key));
  const digit = (at: number) => (bytes[at] ?? 0) % parts;
  return focus.digits.every((one, at) => digit(at) === one) ? digit(focus.digits.length) : undefined;
};

/** What one record, or what is added to it, weighs. */
const markOf = (key: TurnoverKey, counters: Iterable<readonly [string, bigint]>, weigh: Weigh): bigint => {
  let mark = 0n;
  for (const [counter, amount] of counters)
    if (amount !== 0n) mark += amount * weigh(`${turnoverKeyText(key)} ${counter}`).weight;
  return mark;
};

/** What records, or what is added to them, are to the buckets. */
export const weighed = (
  records: Iterable<{ readonly key: TurnoverKey; readonly counters: Iterable<readonly [string, bigint]> }>,
  focus: TurnoverFocus | undefined,
  weigh: Weigh,
): { readonly bucket: number; readonly key: TurnoverKey; readonly mark: bigint }[] =>
  [...records].flatMap(({ key, counters }) => {
    const bucket = bucketOf(key, focus, weigh);
    return bucket === undefined ? [] : [{ bucket, key, mark: markOf(key, counters, weigh) }];
  });

/** Buckets with more in them. */
export const poured = (
  buckets: TurnoverBuckets,
  more: readonly { readonly bucket: number; readonly key: TurnoverKey; readonly mark: bigint }[],
  focus: TurnoverFocus | undefined,
): Map<number, TurnoverBucket> => {
  const all = new Map(buckets);
  for (const { bucket, key, mark } of more) {
    const there = all.get(bucket) ?? { mark: 0n };
    const sum = there.mark + mark;
    if (!focus) all.set(bucket, { mark: sum });
    else if (!there.key) all.set(bucket, { mark: sum, key });
    else
      all.set(bucket, {
        mark: sum,
        key: there.key,
        isMixed: there.isMixed || turnoverKeyText(there.key) !== turnoverKeyText(key),
      });
  }
  return all;
};

/** More of these cannot be told apart. */
const mostLater = 12;

/**
 * Whether what is stored in a bucket is what transactions brought to it. What came while it was read is in some of what
 * was read and not in the rest: then any choice of it will do.
 * @returns undefined where so much came meanwhile that it cannot be said
 */
export const isBrought = (
  stored: bigint,
  brought: bigint,
  meanwhile: readonly bigint[],
): boolean | undefined => {
  if (stored === brought) return true;
  if (meanwhile.length > mostLater) return undefined;
  let reachable = [brought];
  for (const mark of meanwhile) reachable = reachable.flatMap((sum) => [sum, sum + mark]);
  return reachable.includes(stored);
};

/** The one record of which a bucket can speak, by what was stored and what was brought; undefined where there are more. */
export const onlyKeyOf = (
  stored: TurnoverBucket | undefined,
  brought: TurnoverBucket | undefined,
): TurnoverKey | undefined => {
  if (stored?.isMixed || brought?.isMixed) return undefined;
  const [one, other] = [stored?.key, brought?.key];
  if (one && other && turnoverKeyText(one) !== turnoverKeyText(other)) return undefined;
  return one ?? other;
};
