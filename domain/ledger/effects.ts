import { exactNumber } from "../kernel/money.ts";
import type { Day, Instant, Month } from "../kernel/time.ts";
import {
  type Account,
  type AccountPath,
  type AccountType,
  controlOf,
  isConstrained,
  natural,
} from "./account.ts";
import { type Commodity, isCurrency } from "./commodity.ts";
import { byDay, type DayAmount } from "./days.ts";
import { isCounted, type Links, type Posting, type Transaction } from "./transaction.ts";

/** The chains of a tenant, and the shards of what everybody posts to. */
export const chains = 16;

/** The shard of an account's counters: accounts of one client, place or member have one, `-`; others one per chain. */
export const shardOf = (path: AccountPath, chain: number): string =>
  controlOf(path) === undefined ? String(chain) : "-";

/** One line of an account's statement. */
export interface StatementLine {
  readonly account: AccountPath;
  readonly commodity: Commodity;
  readonly shard: string;
  readonly transactionId: string;
  /** The place of the posting in its transaction, from 0. */
  readonly n: number;
  readonly amount: number;
  readonly effectiveOn: Day;
  readonly insertedAt: Instant;
  readonly insertedOn: Day;
  readonly kind: string;
  readonly memo?: string | undefined;
  readonly links?: Links | undefined;
}

/** What is added to the counters of a page: one account, commodity, month and shard. */
export interface PageSums {
  readonly account: AccountPath;
  readonly commodity: Commodity;
  readonly month: Month;
  readonly shard: string;
  /** By `pageCounter`: debits above zero, credits below. */
  readonly add: Readonly<Record<string, number>>;
}

/** What is added to the guard of a constrained account, in its natural balance. */
export interface GuardChange {
  readonly account: AccountPath;
  readonly commodity: Commodity;
  readonly settled: number;
  /** Below zero it takes out: refused where less is available and the account may not go below zero. */
  readonly available: number;
  /** Above zero it brings in: refused where the limit leaves less room. */
  readonly brought: number;
  readonly mayGoBelowZero: boolean;
  readonly limit: number | undefined;
  /** What is added to its natural balance by day of effect, in the order of the days; days of zero are left out. */
  readonly days: readonly DayAmount[];
  readonly type: AccountType;
  /** It was changed since it was opened, so it may have been posted to before it had a guard. */
  readonly wasChanged: boolean;
}

/**
 * What is added to the sums of what pending transactions reserve on an account, in its natural balance. They are kept
 * of every account, constrained or not, so that one that is constrained later is held to what was reserved before.
 */
export interface HeldSums {
  readonly account: AccountPath;
  readonly commodity: Commodity;
  readonly shard: string;
  /** What they would take out, and what they would bring in; not netted, for they may be posted in part. */
  readonly taken: number;
  readonly brought: number;
}

/** What is added to the turnover of a client, counterparty or product in a year and currency. */
export interface TurnoverSums {
  readonly dimension: "client" | "counterparty" | "product";
  readonly id: string;
  readonly year: string;
  readonly currency: string;
  /** `r01`…`r12` revenue, `m…` margin, `n…` sales, and `a01:<account>` debits less credits of an income or expense account. */
  readonly add: Readonly<Record<string, number>>;
}

export interface Effects {
  readonly lines: readonly StatementLine[];
  readonly pages: readonly PageSums[];
  readonly guards: readonly GuardChange[];
  readonly held: readonly HeldSums[];
  readonly turnover: readonly TurnoverSums[];
}

/** The counter of a page for what counts on a day of its month and was inserted on a day: `e07i20261123`. */
export const pageCounter = (effectiveOn: Day, insertedOn: Day): string =>
  `e${effectiveOn.slice(8)}i${insertedOn.replaceAll("-", "")}`;

/** Sums by key; what comes to zero is left out of `entries`. */
class Sums<Place> {
  readonly #places = new Map<string, { place: Place; sums: Map<string, bigint> }>();

  add(key: string, place: Place, counter: string, amount: bigint): void {
    const there = this.#places.get(key) ?? { place, sums: new Map<string, bigint>() };
    this.#places.set(key, there);
    there.sums.set(counter, (there.sums.get(counter) ?? 0n) + amount);
  }

  /** @throws money.overflow */
  entries(): { place: Place; add: Record<string, number> }[] {
    return [...this.#places.values()]
      .map(({ place, sums }) => ({
        place,
        add: Object.fromEntries(
          [...sums].filter(([, sum]) => sum !== 0n).map(([counter, sum]) => [counter, exactNumber(sum)]),
        ),
      }))
      .filter(({ add }) => Object.keys(add).length > 0);
  }
}

/** The accounts by path: those that are posted to. */
export type Accounts = ReadonlyMap<AccountPath, Account>;

const accountOf = (accounts: Accounts, path: AccountPath): Account => {
  const account = accounts.get(path);
  if (!account) throw new Error(`the account ${path} was not loaded`);
  return account;
};

/** The lines that a transaction brings to the statements of its accounts, where it counts. */
export const linesOf = (transaction: Transaction): StatementLine[] =>
  transaction.postings.map(({ account, commodity, amount }, n) => ({
    account,
    commodity,
    shard: shardOf(account, transaction.chain),
    transactionId: transaction.id,
    n,
    amount,
    effectiveOn: transaction.effectiveOn,
    insertedAt: transaction.insertedAt,
    insertedOn: transaction.insertedOn,
    kind: transaction.kind,
    memo: transaction.memo,
    links: transaction.links,
  }));

const pagesOf = (transactions: readonly Transaction[]): PageSums[] => {
  const sums = new Sums<Omit<PageSums, "add">>();
  for (const { postings, effectiveOn, insertedOn, chain } of transactions)
    for (const { account, commodity, amount } of postings)
      for (const path of [account, controlOf(account)]) {
        if (path === undefined) continue;
        const place = {
          account: path,
          commodity,
          month: effectiveOn.slice(0, 7),
          shard: shardOf(path, chain),
        };
        const key = `${path} ${commodity} ${place.month} ${place.shard}`;
        sums.add(key, place, pageCounter(effectiveOn, insertedOn), BigInt(amount));
      }
  return sums.entries().map(({ place, add }) => ({ ...place, add }));
};

/** What postings would take out of an account and bring into it, each by itself. */
const movesOf = (account: Account, amount: number): { readonly taken: bigint; readonly brought: bigint } => {
  const moved = natural(account.type, BigInt(amount));
  return moved < 0n ? { taken: -moved, brought: 0n } : { taken: 0n, brought: moved };
};

/** Postings that are reserved from now on (1n), or no longer (-1n). */
interface Reserving {
  readonly postings: readonly Posting[];
  readonly sign: 1n | -1n;
}

const reservingOf = (
  transactions: readonly Transaction[],
  released: readonly (readonly Posting[])[],
): Reserving[] => [
  ...transactions.filter(({ pending }) => pending).map(({ postings }) => ({ postings, sign: 1n }) as const),
  ...released.map((postings) => ({ postings, sign: -1n }) as const),
];

const guardsOf = (
  transactions: readonly Transaction[],
  reserving: readonly Reserving[],
  accounts: Accounts,
): GuardChange[] => {
  const sums = new Sums<{ account: Account; commodity: Commodity }>();
  const add = ({ account: path, commodity }: Posting, counters: Readonly<Record<string, bigint>>) => {
    const account = accountOf(accounts, path);
    if (!isConstrained(account)) return;
    for (const [counter, amount] of Object.entries(counters))
      sums.add(`${path} ${commodity}`, { account, commodity }, counter, amount);
  };
  for (const { postings, effectiveOn } of transactions.filter(isCounted))
    for (const posting of postings) {
      const moved = natural(accountOf(accounts, posting.account).type, BigInt(posting.amount));
      add(posting, { settled: moved, available: moved, brought: moved, [effectiveOn]: moved });
    }
  for (const { postings, sign } of reserving)
    for (const posting of postings) {
      const { taken, brought } = movesOf(accountOf(accounts, posting.account), posting.amount);
      add(posting, { available: -sign * taken, brought: sign * brought });
    }
  return sums
    .entries()
    .map(({ place: { account, commodity }, add: { settled = 0, available = 0, brought = 0, ...days } }) => ({
      account: account.path,
      commodity,
      settled,
      available,
      brought,
      mayGoBelowZero: account.mayGoBelowZero,
      limit: account.limits?.[commodity],
      days: Object.entries(days)
        .map(([day, amount]) => ({ day, amount: BigInt(amount) }))
        .sort(byDay),
      type: account.type,
      wasChanged: account.version > 1,
    }));
};

const heldOf = (reserving: readonly Reserving[], accounts: Accounts, chain: number): HeldSums[] => {
  const sums = new Sums<Pick<HeldSums, "account" | "commodity" | "shard">>();
  for (const { postings, sign } of reserving)
    for (const { account, commodity, amount } of postings) {
      const { taken, brought } = movesOf(accountOf(accounts, account), amount);
      const place = { account, commodity, shard: shardOf(account, chain) };
      sums.add(`${account} ${commodity}`, place, "taken", sign * taken);
      sums.add(`${account} ${commodity}`, place, "brought", sign * brought);
    }
  return sums.entries().map(({ place, add: { taken = 0, brought = 0 } }) => ({ ...place, taken, brought }));
};

interface About {
  readonly dimension: TurnoverSums["dimension"];
  readonly id: string;
  readonly currency: string;
}

/**
 * What transactions that count add to the turnover of whom.
 * @param accounts every account that is posted to
 */
export const turnoverSumsOf = (transactions: readonly Transaction[], accounts: Accounts): TurnoverSums[] => {
  const all = new Sums<Omit<TurnoverSums, "add">>();
  for (const { postings, effectiveOn, links = {}, reverses } of transactions) {
    const [year, month] = [effectiveOn.slice(0, 4), effectiveOn.slice(5, 7)];
    const own = new Sums<About>();
    for (const posting of postings) {
      const { type, turnover } = accountOf(accounts, posting.account);
      const { commodity: currency } = posting;
      if ((type !== "income" && type !== "expense") || !isCurrency(currency)) continue;
      const amount = BigInt(posting.amount);
      const abouts: readonly (readonly [About["dimension"], string | undefined])[] = [
        ["client", links.clientId],
        ["counterparty", links.counterpartyId],
        ["product", posting.productId ?? links.productId],
      ];
      for (const [dimension, id] of abouts) {
        if (id === undefined) continue;
        const add = (counter: string, value: bigint) =>
          own.add(`${dimension} ${id} ${currency}`, { dimension, id, currency }, counter, value);
        if (turnover === "revenue") add(`r${month}`, -amount);
        if (turnover !== undefined) add(`m${month}`, -amount);
        add(`a${month}:${controlOf(posting.account) ?? posting.account}`, amount);
      }
    }
    for (const { place, add } of own.entries()) {
      const revenue = add[`r${month}`] ?? 0;
      // A sale brings revenue; its reversal takes the sale back. A credit note takes revenue and is no sale less.
      const sales = revenue > 0 && !reverses ? 1 : revenue < 0 && reverses ? -1 : 0;
      const key = `${place.dimension} ${place.id} ${year} ${place.currency}`;
      for (const [counter, amount] of Object.entries({ ...add, [`n${month}`]: sales }))
        all.add(key, { ...place, year }, counter, BigInt(amount));
    }
  }
  return all.entries().map(({ place, add }) => ({ ...place, add }));
};

/**
 * All that transactions of one change add to what is kept of the ledger, netted: pages and guards are touched
 * once each, whatever the number of postings.
 * @param accounts every account that is posted to
 * @param released the postings of the pending transactions that these settle
 * @throws money.overflow where a sum cannot be counted exactly
 */
export const effectsOf = (
  transactions: readonly Transaction[],
  accounts: Accounts,
  released: readonly (readonly Posting[])[] = [],
): Effects => {
  const counted = transactions.filter(isCounted);
  const reserving = reservingOf(transactions, released);
  return {
    lines: counted.flatMap(linesOf),
    pages: pagesOf(counted),
    guards: guardsOf(transactions, reserving, accounts),
    held: heldOf(reserving, accounts, transactions[0]?.chain ?? 0),
    turnover: turnoverSumsOf(counted, accounts),
  };
};

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** Turnover of a year lies in so many partitions, by the last character of the id, which is chance. */
export const turnoverShards = 16;
export const turnoverShardOf = (id: string): number => alphabet.indexOf(id.slice(-1)) % turnoverShards;
