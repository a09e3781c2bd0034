import { notFound } from "../../domain/kernel/errors.ts";
import type { Instant } from "../../domain/kernel/time.ts";
import { type Account, clientOfPath } from "../../domain/ledger/account.ts";
import { type BalanceTimes, balanceOf } from "../../domain/ledger/pages.ts";
import { loadClient } from "../clients/access.ts";
import type { Context } from "../kit/context.ts";
import { found } from "../kit/found.ts";
import { counterOf } from "../kit/table/counter.ts";
import type { Item } from "../kit/table/item.ts";
import type { Store } from "../kit/table/store.ts";
import { foldFor, keepFold } from "./folds.ts";
import { pageOf, type StoredPage, shardsOf } from "./pages.ts";
import { accountEntity, headKeys, ledgerPartitions } from "./store.ts";

type Reading = Pick<Context, "store" | "member" | "scope">;

/**
 * An account whose figures the member may read: all of them, or those of clients within reach.
 * @throws record.not-found
 */
export const loadAccount = async (context: Reading, path: string): Promise<Account> => {
  if (context.scope !== "all") {
    const clientId = clientOfPath(path);
    if (clientId === undefined) throw notFound();
    await loadClient(context, clientId);
  }
  return found(context.store.get(accountEntity, { path }));
};

const pagesAtOnce = 5_000;
/** Sixteen shards have 192 pages a year; nothing is posted before 1900. */
const mostPages = 50_000;

const heldIn = (items: readonly Item[], counter: "taken" | "brought"): bigint =>
  items
    .filter((item) => item.sk?.S?.startsWith("HELD#"))
    .reduce((sum, item) => sum + counterOf(item, counter), 0n);

export interface StoredBalance {
  readonly pages: StoredPage[];
  /** Of an account that a rule constrains, once anything was posted to it. */
  readonly guard: Item | undefined;
  /** What pending transactions would take out of it and bring in, in its natural balance. */
  readonly held: { readonly taken: bigint; readonly brought: bigint };
}

/** Pages, guard and what is held of an account in one commodity, read consistently by one query. */
export const storedBalance = async (
  store: Store,
  path: string,
  commodity: string,
  { asOf }: BalanceTimes = {},
): Promise<StoredBalance> => {
  const last = asOf === undefined ? "9999-12" : asOf.slice(0, 7);
  return storedBetween(store, path, commodity, ["GUARD", `PAGE#${last}#~`]);
};

const storedBetween = async (
  store: Store,
  path: string,
  commodity: string,
  between: readonly [string, string],
): Promise<StoredBalance> => {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.items({
      pk: ledgerPartitions.balance(path, commodity),
      between,
      limit: pagesAtOnce,
      cursor,
    });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined && items.length < mostPages);
  if (cursor !== undefined) throw new Error(`${path} has more than ${mostPages} pages of ${commodity}`);
  return {
    pages: items.filter((item) => item.sk?.S?.startsWith("PAGE#")).map(pageOf),
    guard: items.find((item) => item.sk?.S === "GUARD"),
    held: { taken: heldIn(items, "taken"), brought: heldIn(items, "brought") },
  };
};

export interface Standing extends Pick<StoredBalance, "held"> {
  /** Debit positive. */
  readonly balance: bigint;
  /** Nothing was ever posted or reserved. */
  readonly isNothing: boolean;
}

const sameText = (item: Item | undefined): string =>
  JSON.stringify(Object.entries(item ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));

/** How often pages are read between two readings of guard and reservations that have to be the same. */
const mostReadings = 3;

/** Pages behind a fold, with what is reserved at that moment; undefined where it does not hold still. */
const storedBehind = async (
  store: Store,
  path: string,
  commodity: string,
  from: string,
  to: string,
): Promise<StoredBalance | undefined> => {
  const beside = () => storedBetween(store, path, commodity, ["GUARD", "HELD#~"]);
  let before = await beside();
  for (let reading = 0; reading < mostReadings; reading++) {
    const { pages } = await storedBetween(store, path, commodity, [from, to]);
    const after = await beside();
    const { taken, brought } = before.held;
    const isStill =
      sameText(before.guard) === sameText(after.guard) &&
      taken === after.held.taken &&
      brought === after.held.brought;
    if (isStill) return { ...after, pages };
    before = after;
  }
  return undefined;
};

/**
 * How an account stands in one commodity, as of a day and as known on a day. Years that are locked are read as one
 * figure, where one was kept; it is kept with the first reading that misses it.
 * @param now where it may be kept
 */
export const standingIn = async (
  store: Store,
  path: string,
  commodity: string,
  times: BalanceTimes,
  now?: Instant,
): Promise<Standing> => {
  const folds = await foldFor(store, path, commodity, times);
  const { fold } = folds;
  const last = times.asOf === undefined ? "9999-12" : times.asOf.slice(0, 7);
  const behind =
    fold &&
    (await storedBehind(store, path, commodity, `PAGE#${Number(fold.year) + 1}-01`, `PAGE#${last}#~`));
  if (fold && behind) {
    const { pages, held } = behind;
    if (now !== undefined) await keepFold(store, { account: path, commodity }, folds, pages, times, now);
    return { balance: fold.sum + balanceOf(pages, times), held, isNothing: false };
  }
  const { pages, held } = await storedBalance(store, path, commodity, times);
  const whole = { lock: folds.lock, fold: undefined };
  if (now !== undefined) await keepFold(store, { account: path, commodity }, whole, pages, times, now);
  return {
    balance: balanceOf(pages, times),
    held,
    isNothing: pages.length === 0 && held.taken === 0n && held.brought === 0n,
  };
};

/** The balance of an account in one commodity; debit positive. See `standingIn`. */
export const balanceIn = async (
  store: Store,
  path: string,
  commodity: string,
  times: BalanceTimes,
  now?: Instant,
): Promise<bigint> => (await standingIn(store, path, commodity, times, now)).balance;

/** The partitions over which the lines of an account are spread. */
export const linePartitions = (path: string, commodity: string): string[] =>
  shardsOf(path).map((shard) => ledgerPartitions.lines(path, commodity, shard));

/** The state of the whole ledger as one number: it grows with every write of a head, so with every posting. */
export const stateOf = async (store: Store): Promise<number> => {
  const heads = await store.batchGet(headKeys);
  return heads.reduce((sum, item) => sum + Number(item.version?.N ?? 0), 0);
};
