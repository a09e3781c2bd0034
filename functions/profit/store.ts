import { Failure } from "../../domain/kernel/errors.ts";
import type { Page, Paging } from "../../domain/kernel/page.ts";
import type { Day } from "../../domain/kernel/time.ts";
import type { Account } from "../../domain/ledger/account.ts";
import { type TurnoverSums, turnoverShards } from "../../domain/ledger/effects.ts";
import { countedBy } from "../../domain/ledger/pages.ts";
import type { Transaction } from "../../domain/ledger/transaction.ts";
import { mostTransactions } from "../../domain/profit/parts.ts";
import {
  type AccountSum,
  type Figures,
  figuresIn,
  isNothing,
  type Period,
  type YearCounters,
  yearsOf,
} from "../../domain/profit/profit.ts";
import { mapParallel } from "../kit/parallel.ts";
import type { Item } from "../kit/table/item.ts";
import type { Store } from "../kit/table/store.ts";
import { numbersOf } from "../ledger/pages.ts";
import { storedBalance } from "../ledger/reads-store.ts";
import { clientTransactionPrefix, ledgerPartitions, turnoverKey } from "../ledger/store.ts";

/** The turnover of whom in each year of a period: one read, however many postings there were. */
export const turnoverIn = async (
  store: Store,
  dimension: TurnoverSums["dimension"],
  id: string,
  period: Period,
): Promise<YearCounters[]> => {
  const years = yearsOf(period);
  const keys = years.map((year) =>
    turnoverKey({ dimension, id, year: String(year), currency: period.currency }),
  );
  const items = await store.batchGet(keys);
  return years.map((year, n) => {
    const item = items.find(({ sk }) => sk?.S === keys[n]?.sk);
    return { year, counters: item ? numbersOf(item) : [] };
  });
};

/** Of whom the turnover is kept. */
export type Dimension = TurnoverSums["dimension"];

export interface FiguresOfOne extends Figures {
  readonly id: string;
}

const idIn = (item: Item): string => item.sk?.S?.split("#")[2] ?? "";

/**
 * The clients (or products …) of one shard behind one of them, in the order of their ids, each with all years of the period.
 * Of every year so many are read as are wanted: the first of all years together are among the first of each.
 */
const thoseOfShard = async (
  store: Store,
  dimension: Dimension,
  period: Period,
  place: { readonly shard: number; readonly behind: string; readonly limit: number },
): Promise<{ readonly found: readonly FiguresOfOne[]; readonly last?: string }> => {
  const pages = await mapParallel(yearsOf(period), async (year) => {
    const prefix = `${year}#${period.currency}#`;
    const { items } = await store.items({
      pk: ledgerPartitions.turnover(dimension, place.shard),
      between: [place.behind === "" ? prefix : `${prefix}${place.behind}!`, `${prefix}~`],
      limit: place.limit,
    });
    return { year, byId: new Map(items.map((item) => [idIn(item), item])) };
  });
  const ids = [...new Set(pages.flatMap(({ byId }) => [...byId.keys()]))].sort().slice(0, place.limit);
  const found = ids.map((id) => {
    const years = pages.flatMap(({ year, byId }) => {
      const item = byId.get(id);
      return item ? [{ year, counters: numbersOf(item) }] : [];
    });
    return { id, ...figuresIn(period, years) };
  });
  const last = ids.length < place.limit ? undefined : ids.at(-1);
  return { found, ...(last === undefined ? {} : { last }) };
};

const startOf = (store: Store, cursor: string | undefined) => {
  if (cursor === undefined) return { shard: 0, behind: "" };
  const [shard = "", behind = ""] = store.cursors.open(cursor);
  if (!/^\d{1,2}$/.test(shard) || Number(shard) >= turnoverShards || !/^([a-z]+_[0-9A-Z]{26})?$/.test(behind))
    throw new Failure("request.cursor-mismatch", {
      fields: [{ pointer: "/query/cursor", reason: "is not a cursor of this query" }],
    });
  return { shard: Number(shard), behind };
};

/**
 * A page of clients (or products …) with whom anything was earned or lost in a period, in an order of their own (by shard, then by id).
 * A page may hold fewer than `limit`, for those whose figures are all zero are left out.
 */
export const allIn = async (
  store: Store,
  dimension: Dimension,
  period: Period,
  { limit, cursor }: Paging,
): Promise<Page<FiguresOfOne>> => {
  const items: FiguresOfOne[] = [];
  let { shard, behind } = startOf(store, cursor);
  // Each turn ends a shard or fills the page: there is one turn more than shards at the most.
  while (shard < turnoverShards && items.length < limit) {
    const { found, last } = await thoseOfShard(store, dimension, period, {
      shard,
      behind,
      limit: limit - items.length,
    });
    items.push(...found.filter((one) => !isNothing(one)));
    if (last === undefined) {
      shard += 1;
      behind = "";
    } else {
      behind = last;
      if (found.some(isNothing)) break;
    }
  }
  return {
    items,
    ...(shard < turnoverShards ? { next: store.cursors.seal([String(shard), behind]) } : {}),
  };
};

/** Accounts read at once, and the most that a company's chart may have to be summed in one request. */
const pageAccounts = 100;
const mostAccounts = 2_000;

/** Common and control accounts of income and expense. @throws limit.exceeded */
export const profitAccounts = async (store: Store): Promise<Account[]> => {
  const found: Account[] = [];
  let cursor: string | undefined;
  for (let read = 0; read < mostAccounts; read += pageAccounts) {
    const page = await store.list<Account>({
      index: "list",
      pk: ledgerPartitions.accounts,
      limit: pageAccounts,
      cursor,
    });
    found.push(...page.items.filter(({ type }) => type === "income" || type === "expense"));
    cursor = page.next;
    if (cursor === undefined) return found;
  }
  throw new Failure("limit.exceeded", { detail: `The chart has more than ${mostAccounts} accounts.` });
};

export interface PostedAccount extends AccountSum {
  readonly turnover?: Account["turnover"];
}

/**
 * What was posted to every account of income and expense in a period: debits less credits.
 * @param knownAt the last day of insertion that counts; absent: all
 * @throws limit.exceeded
 */
export const accountsIn = async (store: Store, period: Period, knownAt?: Day): Promise<PostedAccount[]> => {
  const accounts = await profitAccounts(store);
  const isKnown = (counted: { readonly insertedOn: Day } | undefined): boolean =>
    counted !== undefined && (knownAt === undefined || counted.insertedOn <= knownAt);
  const sums: PostedAccount[] = [];
  for (let at = 0; at < accounts.length; at += 20)
    sums.push(
      ...(await mapParallel(accounts.slice(at, at + 20), async ({ path, turnover }) => {
        const { pages } = await storedBalance(store, path, period.currency);
        const amount = pages
          .filter(({ month }) => period.from <= month && month <= period.to)
          .flatMap(({ month, counters }) => [...counters].filter(([name]) => isKnown(countedBy(month, name))))
          .reduce((sum, [, value]) => sum + value, 0n);
        return { account: path, amount, ...(turnover === undefined ? {} : { turnover }) };
      })),
    );
  return sums.filter(({ amount }) => amount !== 0n);
};

const transactionsAPage = 1_000;

/** The transactions of a client in a period, in the order of their days. @throws limit.exceeded */
export const transactionsOf = async (
  store: Store,
  clientId: string,
  { from, to }: Period,
): Promise<Transaction[]> => {
  const found: Transaction[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list<Transaction>({
      index: "client",
      pk: ledgerPartitions.ofClient(clientId),
      between: [`${clientTransactionPrefix}${from}`, `${clientTransactionPrefix}${to}~`],
      limit: transactionsAPage,
      cursor,
    });
    found.push(...page.items);
    cursor = page.next;
    if (found.length + (cursor === undefined ? 0 : 1) > mostTransactions)
      throw new Failure("limit.exceeded", {
        detail: `The client has more than ${mostTransactions} transactions in the period; ask for fewer months at once.`,
      });
  } while (cursor !== undefined);
  return found;
};
