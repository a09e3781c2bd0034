import * as z from "zod";
import type { Day, Month } from "../kernel/time.ts";
import { type Account, controlOf } from "../ledger/account.ts";
import { isCounted, type Posting, type Transaction } from "../ledger/transaction.ts";
import { figures, figuresOf, isNothing, type MonthPosted, type Period, type Posted } from "./profit.ts";

/** By what the profit of a client can be divided. */
export const partings = ["product", "counterparty", "deal", "order", "contract", "member"] as const;
export const Parting = z.enum(partings);
export type Parting = z.infer<typeof Parting>;

/** The most transactions that one request divides. */
export const mostTransactions = 10_000;

export const ProfitPart = z
  .object({
    id: z
      .string()
      .optional()
      .meta({ description: "Of the product, counterparty …; absent: what was posted without one" }),
    ...figures,
  })
  .meta({ id: "ProfitPart" });
export type ProfitPart = z.infer<typeof ProfitPart>;

/** What of a transaction says whose a posting is. */
const idBy: Readonly<Record<Parting, (transaction: Transaction, posting: Posting) => string | undefined>> = {
  product: ({ links }, { productId }) => productId ?? links?.productId,
  counterparty: ({ links }) => links?.counterpartyId,
  deal: ({ links }) => links?.dealId,
  order: ({ links }) => links?.orderId,
  contract: ({ links }) => links?.contractId,
  member: ({ links }) => links?.memberId,
};

/** The accounts of income and expense by path; a control account stands for its members. */
export type ProfitAccounts = ReadonlyMap<string, Pick<Account, "turnover">>;

/** What of transactions is profit: those whose day lies in the period, and that were known at a day. */
export interface Asked extends Period {
  /** The last day of insertion that counts; absent: all. */
  readonly knownAt?: Day | undefined;
}

interface Sum {
  revenue: bigint;
  costOfGoods: bigint;
  readonly accounts: { readonly account: string; readonly amount: bigint }[];
}

const summed = (
  transactions: readonly Transaction[],
  accounts: ProfitAccounts,
  { from, to, currency, knownAt }: Asked,
  keyOf: (transaction: Transaction, posting: Posting) => string,
): Map<string, Posted> => {
  const sums = new Map<string, Sum>();
  for (const transaction of transactions) {
    const month = transaction.effectiveOn.slice(0, 7);
    if (!isCounted(transaction) || month < from || month > to) continue;
    if (knownAt !== undefined && transaction.insertedOn > knownAt) continue;
    for (const posting of transaction.postings) {
      const path = controlOf(posting.account) ?? posting.account;
      const account = accounts.get(path);
      if (!account || posting.commodity !== currency) continue;
      const key = keyOf(transaction, posting);
      const sum = sums.get(key) ?? { revenue: 0n, costOfGoods: 0n, accounts: [] };
      sums.set(key, sum);
      const amount = BigInt(posting.amount);
      if (account.turnover === "revenue") sum.revenue -= amount;
      if (account.turnover === "cost") sum.costOfGoods += amount;
      sum.accounts.push({ account: path, amount });
    }
  }
  return sums;
};

/** What transactions brought in each month, in the order of the months. */
export const monthsOf = (
  transactions: readonly Transaction[],
  accounts: ProfitAccounts,
  asked: Asked,
): MonthPosted[] =>
  [...summed(transactions, accounts, asked, ({ effectiveOn }): Month => effectiveOn.slice(0, 7))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([month, posted]) => ({ month, ...posted }));

/**
 * The profit of transactions by what they name: the parts and the one that names nothing together are the whole, in each
 * figure. The most profitable first; those whose figures are all zero are left out.
 * @throws money.overflow
 */
export const partsOf = (
  transactions: readonly Transaction[],
  accounts: ProfitAccounts,
  asked: Asked,
  by: Parting,
): ProfitPart[] =>
  [...summed(transactions, accounts, asked, (...about) => idBy[by](...about) ?? "")]
    .map(([id, posted]): ProfitPart => ({ ...(id === "" ? {} : { id }), ...figuresOf(posted) }))
    .filter((part) => !isNothing(part))
    .sort((a, b) => b.profitMinor - a.profitMinor || ((a.id ?? "") < (b.id ?? "") ? -1 : 1));
