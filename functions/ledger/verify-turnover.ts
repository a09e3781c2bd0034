import { createHash } from "node:crypto";
import * as z from "zod";
import { Format } from "../../domain/kernel/text.ts";
import type { Account } from "../../domain/ledger/account.ts";
import { chains, type TurnoverSums, turnoverSumsOf } from "../../domain/ledger/effects.ts";
import { isCounted, type Transaction } from "../../domain/ledger/transaction.ts";
import {
  isBrought,
  onlyKeyOf,
  poured,
  type TurnoverBucket,
  type TurnoverKey,
  turnoverPartitionOf,
  turnoverPartitions,
  type Weigh,
  weighed,
} from "../../domain/ledger/turnover-recount.ts";
import type { VerificationFault } from "../../domain/ledger/verify.ts";
import { mapParallel } from "../kit/parallel.ts";
import type { Item } from "../kit/table/item.ts";
import type { Store } from "../kit/table/store.ts";
import { numbersOf } from "./pages.ts";
import { accountEntity, headKeys, headOf, ledgerPartitions } from "./store.ts";
import { transactionsBehind } from "./verify-chains.ts";
import { itemsByKey } from "./verify-record.ts";

/** Records of turnover that one step weighs. */
const recordsAtOnce = 1000;
/** Rounds in which chains are followed to their heads in one step; each takes some fifty transactions of each chain. */
const mostRounds = 4;
/** How often a partition is read again because too much was posted meanwhile. */
const mostReadings = 4;
/** Buckets in buckets: more than any partition needs to have each record by itself. */
const mostDigits = 6;

const Whole = Format(101, z.regex(/^-?\d{1,100}$/));
const Digit = z.int().min(0).max(255);
const Key = z.object({
  dimension: z.enum(["client", "counterparty", "product"]),
  id: z.string(),
  year: z.string(),
  currency: z.string(),
});
const Bucket = z.tuple([
  z.int(),
  z.object({ mark: Whole.transform(BigInt), key: Key.optional(), isMixed: z.boolean().optional() }),
]);
const Buckets = z.array(Bucket).max(300).default([]);

/** What transactions brought to turnover, as far as the chains were followed. */
export const TurnoverPlace = z.object({
  /** How far each chain was followed. */
  seqs: z
    .array(z.int().min(0))
    .length(chains)
    .default(Array.from({ length: chains }, () => 0)),
  brought: Buckets,
  focus: z.object({ partition: Digit, digits: z.array(Digit).max(mostDigits) }).optional(),
  /** The partition that is read next, or under way; how far it was read, and what was stored in it. */
  partition: z.int().min(0).default(0),
  behind: z.string().optional(),
  stored: Buckets,
  readings: z.int().min(0).default(0),
});
export type TurnoverPlace = z.infer<typeof TurnoverPlace>;
/** The same as text. */
export const turnoverPlaceText = (place: TurnoverPlace): unknown => {
  const texts = (buckets: TurnoverPlace["brought"]) =>
    buckets.map(([n, { mark, ...rest }]) => [n, { mark: String(mark), ...rest }]);
  return { ...place, brought: texts(place.brought), stored: texts(place.stored) };
};

const weights = new Map<string, ReturnType<Weigh>>();
const mostWeights = 50_000;
const weigh: Weigh = (text) => {
  const there = weights.get(text);
  if (there) return there;
  const bytes = createHash("sha256").update(text).digest();
  const made = { weight: bytes.readBigUInt64BE(), bytes: bytes.subarray(8) };
  if (weights.size >= mostWeights) weights.clear();
  weights.set(text, made);
  return made;
};

/** The accounts that one call of verify looked up; what they are to turnover never changes. */
export type AccountsSeen = Map<string, Account>;

const recordsOf = (sums: readonly TurnoverSums[]) =>
  sums.map(({ add, ...key }) => ({
    key,
    counters: Object.entries(add).map(([name, amount]) => [name, BigInt(amount)] as const),
  }));

/** What transactions bring to the buckets, each by itself; or the account that is not there. */
const broughtBy = async (
  store: Store,
  transactions: readonly Transaction[],
  seen: AccountsSeen,
  focus: TurnoverPlace["focus"],
): Promise<{ readonly more: ReturnType<typeof weighed>; readonly fault?: VerificationFault }> => {
  const counted = transactions.filter(isCounted);
  const paths = new Set(counted.flatMap(({ postings }) => postings.map(({ account }) => account)));
  const unseen = [...paths].filter((path) => !seen.has(path));
  const found = await itemsByKey(
    store,
    unseen.map((path) => accountEntity.key({ path })),
  );
  for (const path of unseen) {
    const account = found.record<Account>(accountEntity.key({ path }));
    if (account) seen.set(path, account);
  }
  for (const { id, postings } of counted) {
    const stray = postings.find(({ account }) => !seen.has(account));
    if (stray)
      return {
        more: [],
        fault: {
          kind: "account",
          account: stray.account,
          transactionId: id,
          detail: "The transaction posts to an account that is not there.",
        },
      };
  }
  return { more: counted.flatMap((one) => weighed(recordsOf(turnoverSumsOf([one], seen)), focus, weigh)) };
};

export interface TurnoverStep {
  /** Absent: all turnover is recounted. */
  readonly place?: TurnoverPlace | undefined;
  /** Items that were read. */
  readonly read: number;
  readonly fault?: VerificationFault | undefined;
}

/** Takes in transactions of a chain that were found in order. */
export const turnoverBrought = async (
  store: Store,
  place: TurnoverPlace,
  { chain, seq, transactions }: { chain: number; seq: number; transactions: readonly Transaction[] },
  seen: AccountsSeen,
): Promise<{ readonly place: TurnoverPlace; readonly fault?: VerificationFault }> => {
  const { more, fault } = await broughtBy(store, transactions, seen, place.focus);
  const brought = [...poured(new Map(place.brought), more, place.focus)];
  return {
    place: { ...place, seqs: place.seqs.with(chain, seq), brought },
    ...(fault ? { fault } : {}),
  };
};

/** Follows all chains towards their heads as they stand now. */
const caughtUp = async (store: Store, place: TurnoverPlace, seen: AccountsSeen) => {
  const heads = await store.batchGet(headKeys);
  const byKey = new Map(heads.map((item) => [item.pk?.S?.split("#").at(-1), item]));
  const ends = place.seqs.map((_, chain) => headOf(chain, byKey.get(String(chain))).seq);
  let seqs = place.seqs;
  const isThere = () => seqs.every((seq, chain) => seq >= (ends[chain] ?? 0));
  const more: ReturnType<typeof weighed> = [];
  let read = 0;
  for (let round = 0; round < mostRounds && !isThere(); round++) {
    const parts = await mapParallel(seqs, (seq, chain) => {
      const end = ends[chain] ?? 0;
      return seq < end ? transactionsBehind(store, chain, seq, end) : Promise.resolve([]);
    });
    const some = parts.flat();
    const found = await broughtBy(store, some, seen, place.focus);
    if (found.fault) return { place, more, read, isThere: false, fault: found.fault };
    more.push(...found.more);
    read += some.length;
    seqs = seqs.map((seq, chain) => seq + (parts[chain]?.length ?? 0));
    if (some.length === 0) break;
  }
  const brought = [...poured(new Map(place.brought), more, place.focus)];
  return { place: { ...place, seqs, brought }, more, read, isThere: isThere(), fault: undefined };
};

const turnoverFault = (key: TurnoverKey | undefined, partition: number): VerificationFault => {
  const { dimension } = turnoverPartitions[partition] ?? {};
  return key
    ? {
        kind: "turnover",
        turnoverOf: key.id,
        year: Number(key.year),
        commodity: key.currency,
        detail: `The turnover of the ${key.dimension} is not what its transactions come to.`,
      }
    : {
        kind: "turnover",
        detail: `The turnover of a ${dimension} is not what its transactions come to.`,
      };
};

/** The key of a record of turnover, by where it lies. */
const keyOf = (item: Item, partition: number): TurnoverKey => {
  const [year = "", currency = "", id = ""] = item.sk?.S?.split("#") ?? [];
  return { dimension: turnoverPartitions[partition]?.dimension ?? "client", id, year, currency };
};

const partitionDone = (place: TurnoverPlace): TurnoverPlace | undefined =>
  place.partition + 1 < turnoverPartitions.length
    ? { ...place, partition: place.partition + 1, behind: undefined, stored: [], readings: 0 }
    : undefined;

/** Where to look closer, from the beginning of all chains. */
const focusedOn = (partition: number, digits: readonly number[]): TurnoverPlace =>
  TurnoverPlace.parse({ focus: { partition, digits }, partition });

/** Holds a partition that was read against what transactions brought to it. */
const compared = (
  before: TurnoverPlace,
  after: TurnoverPlace,
  meanwhile: readonly { readonly bucket: number; readonly mark: bigint }[],
  isStill: boolean,
): Pick<TurnoverStep, "place" | "fault"> => {
  const { focus, partition } = before;
  const brought = new Map<number, TurnoverBucket>(before.brought);
  const stored = new Map<number, TurnoverBucket>(before.stored);
  const again: TurnoverPlace = { ...after, behind: undefined, stored: [], readings: before.readings + 1 };
  const later = (bucket: number) => meanwhile.filter((one) => one.bucket === bucket).map(({ mark }) => mark);
  const buckets = focus
    ? [...new Set([...stored.keys(), ...brought.keys()])].sort((a, b) => a - b)
    : [partition];
  const verdicts = buckets.map((bucket) => ({
    bucket,
    verdict: isStill
      ? isBrought(stored.get(bucket)?.mark ?? 0n, brought.get(bucket)?.mark ?? 0n, later(bucket))
      : undefined,
  }));
  const wrong = verdicts.find(({ verdict }) => verdict === false);
  if (wrong && !focus) return { place: focusedOn(partition, []) };
  if (wrong && focus) {
    const key = onlyKeyOf(stored.get(wrong.bucket), brought.get(wrong.bucket));
    if (key || focus.digits.length + 1 >= mostDigits) return { fault: turnoverFault(key, partition) };
    return { place: focusedOn(partition, [...focus.digits, wrong.bucket]) };
  }
  if (verdicts.some(({ verdict }) => verdict === undefined) && before.readings + 1 < mostReadings)
    return { place: again };
  // It was wrong as a whole, whatever it is now.
  return focus ? { fault: turnoverFault(undefined, partition) } : { place: partitionDone(after) };
};

/**
 * Recounts turnover by one step: follows the chains to their heads, reads a partition of turnover, and holds it against
 * what the chains brought, what was posted while it was read included.
 */
export const turnoverStep = async (
  store: Store,
  place: TurnoverPlace,
  seen: AccountsSeen,
): Promise<TurnoverStep> => {
  if (place.behind === undefined) {
    const { place: reached, read, isThere, fault } = await caughtUp(store, place, seen);
    if (fault) return { read, fault };
    if (!isThere && read > 0) return { read, place: reached };
    // An index that lags for long: this partition is left for a later reading.
    if (!isThere) return { read: 1, place: partitionDone(reached) };
    return { read, place: { ...reached, behind: "" } };
  }
  const { dimension, shard } = turnoverPartitions[place.partition] ?? {};
  if (dimension === undefined || shard === undefined) return { read: 0 };
  const { items, next } = await store.items({
    pk: ledgerPartitions.turnover(dimension, shard),
    between: [place.behind === "" ? "0" : `${place.behind}!`, "~"],
    limit: recordsAtOnce,
  });
  const records = items.map((item) => ({ key: keyOf(item, place.partition), counters: numbersOf(item) }));
  const stray = records.find(({ key }) => turnoverPartitionOf(key) !== place.partition);
  if (stray) return { read: items.length, fault: turnoverFault(stray.key, place.partition) };
  const stored = [...poured(new Map(place.stored), weighed(records, place.focus, weigh), place.focus)];
  const reached = { ...place, stored };
  const last = items.at(-1)?.sk?.S;
  if (next !== undefined && last !== undefined)
    return { read: items.length, place: { ...reached, behind: last } };
  const { place: after, more, read, isThere, fault } = await caughtUp(store, reached, seen);
  if (fault) return { read, fault };
  return { read: items.length + read, ...compared(reached, after, more, isThere) };
};
