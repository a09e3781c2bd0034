import * as z from "zod";
import { Failure } from "../kernel/errors.ts";
import { exactNumber } from "../kernel/money.ts";
import { Day, Month } from "../kernel/time.ts";
import { turnoverOf } from "../ledger/turnover.ts";

/** What a sum of postings is to the profit. */
export const figures = {
  revenueMinor: z.int().meta({ description: "What was sold, before discounts; credit notes taken off" }),
  discountsMinor: z.int(),
  costOfGoodsMinor: z.int(),
  timeMinor: z.int().meta({ description: "What the working time cost" }),
  otherMinor: z.int().meta({
    description: "All other cost less all other income: what no other figure holds",
  }),
  profitMinor: z.int().meta({
    description:
      "Revenue less discounts, cost of goods, time and other: all that was posted to income and expense",
  }),
};

export const Figures = z.object(figures);
export type Figures = z.infer<typeof Figures>;

/** The figures by name. */
export const figureNames = Figures.keyof().options;

const period = { from: Month, to: Month, currency: z.string() };

/** What was earned with a client, counterparty or product in some months. */
export const Profit = z
  .object({
    ...period,
    ...figures,
    months: z
      .array(z.object({ month: Month, ...figures }).meta({ id: "ProfitOfMonth" }))
      .meta({ description: "The months in which anything was posted" }),
  })
  .meta({ id: "Profit" });
export type Profit = z.infer<typeof Profit>;

export const ProfitOfClient = z.object({ clientId: z.string(), ...figures }).meta({ id: "ProfitOfClient" });
export const ProfitOfCounterparty = z
  .object({ counterpartyId: z.string(), ...figures })
  .meta({ id: "ProfitOfCounterparty" });
export const ProfitOfProduct = z
  .object({ productId: z.string(), ...figures })
  .meta({ id: "ProfitOfProduct" });

/** What the whole company earned, from its accounts of income and expense. */
export const ProfitOfCompany = z
  .object({
    ...period,
    ...figures,
    knownAt: Day.optional(),
    accounts: z.array(
      z.object({ account: z.string(), amountMinor: z.int().meta({ description: "Debits less credits" }) }),
    ),
  })
  .meta({ id: "ProfitOfCompany" });

/** The months that are asked for, both included, in one currency. */
export interface Period {
  readonly from: Month;
  readonly to: Month;
  readonly currency: string;
}

/** The most months of a period: five years. */
export const mostMonths = 60;

const monthNumber = (month: Month): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1;

/** The years of a period, in order. @throws limit.exceeded, request.invalid where it ends before it begins */
export const yearsOf = ({ from, to }: Pick<Period, "from" | "to">): number[] => {
  const months = monthNumber(to) - monthNumber(from) + 1;
  if (months < 1)
    throw new Failure("request.invalid", { fields: [{ pointer: "/query/to", reason: "lies before from" }] });
  if (months > mostMonths)
    throw new Failure("limit.exceeded", {
      detail: `A period has at most ${mostMonths} months, not ${months}.`,
    });
  const first = Number(from.slice(0, 4));
  return Array.from({ length: Number(to.slice(0, 4)) - first + 1 }, (_, n) => first + n);
};

/** What was posted to one account of income or expense: debits less credits. */
export interface AccountSum {
  readonly account: string;
  readonly amount: bigint;
}

export interface Posted {
  /** Credits less debits of the accounts that are revenue (discounts among them) by their declaration. */
  readonly revenue: bigint;
  /** Debits less credits of those that are the cost of what was sold. */
  readonly costOfGoods: bigint;
  /** Every account of income and expense, those too. */
  readonly accounts: readonly AccountSum[];
}

/** Whether a path is this account or lies below it. */
const isAt = (account: string, root: string): boolean => account === root || account.startsWith(`${root}:`);

const sumAt = (accounts: readonly AccountSum[], root: string): bigint =>
  accounts.filter(({ account }) => isAt(account, root)).reduce((sum, { amount }) => sum + amount, 0n);

/**
 * The figures of what was posted. Discounts are the accounts at `discounts`, time those at `labour-cost`, whatever lies
 * below them too; revenue and the cost of goods are what is declared as such (`turnover` of an account). The profit is
 * the sum over all accounts of income and expense, so that it ties to the trial balance; `other` is what is left.
 * @throws money.overflow
 */
export const figuresOf = ({ revenue, costOfGoods, accounts }: Posted): Figures => {
  const discounts = sumAt(accounts, "discounts");
  const time = sumAt(accounts, "labour-cost");
  const profit = -accounts.reduce((sum, { amount }) => sum + amount, 0n);
  return {
    revenueMinor: exactNumber(revenue + discounts),
    discountsMinor: exactNumber(discounts),
    costOfGoodsMinor: exactNumber(costOfGoods),
    timeMinor: exactNumber(time),
    otherMinor: exactNumber(revenue - costOfGoods - time - profit),
    profitMinor: exactNumber(profit),
  };
};

/** The counters of a year's turnover, by name (see domain/ledger/effects.ts). */
export interface YearCounters {
  readonly year: number;
  readonly counters: Iterable<readonly [string, bigint]>;
}

export interface MonthPosted extends Posted {
  readonly month: Month;
}

const postedIn = ({ from, to, currency }: Period, years: readonly YearCounters[]): MonthPosted[] =>
  years
    .flatMap(({ year, counters }) => turnoverOf(year, currency, counters).months)
    .filter(({ month }) => from <= month && month <= to)
    .map(({ month, revenue, margin, accounts }) => ({
      month,
      revenue: BigInt(revenue),
      costOfGoods: BigInt(revenue) - BigInt(margin),
      accounts: accounts.map(({ account, amount }) => ({ account, amount: BigInt(amount) })),
    }));

/** What several sums come to. */
export const together = (parts: readonly Posted[]): Posted => ({
  revenue: parts.reduce((sum, { revenue }) => sum + revenue, 0n),
  costOfGoods: parts.reduce((sum, { costOfGoods }) => sum + costOfGoods, 0n),
  accounts: parts.flatMap(({ accounts }) => accounts),
});

/** The figures of a period from the turnover of its years. @throws money.overflow */
export const figuresIn = (period: Period, years: readonly YearCounters[]): Figures =>
  figuresOf(together(postedIn(period, years)));

/** The profit of a period from what was posted in its months. @throws money.overflow */
export const profitOfMonths = ({ from, to, currency }: Period, months: readonly MonthPosted[]): Profit => ({
  ...{ from, to, currency },
  ...figuresOf(together(months)),
  months: months.map((posted) => ({ month: posted.month, ...figuresOf(posted) })),
});

/** The profit of a period, month by month, from the turnover of its years. @throws money.overflow */
export const profitIn = (period: Period, years: readonly YearCounters[]): Profit =>
  profitOfMonths(period, postedIn(period, years));

/** Whether nothing was posted, or everything came back. */
export const isNothing = (one: Figures): boolean => figureNames.every((name) => one[name] === 0);

/** Whether two sets of figures say the same. */
export const isSame = (one: Figures, other: Figures): boolean =>
  figureNames.every((name) => one[name] === other[name]);
