import * as z from "zod";
import { Currency } from "../kernel/currency.ts";
import { Failure } from "../kernel/errors.ts";
import { exactNumber } from "../kernel/money.ts";
import { Day, Instant, instantOf, Month, millisecondsOf } from "../kernel/time.ts";
import { opposite, type Posting } from "../ledger/transaction.ts";
import { Side, unrealisedAccount, worthPathOf } from "./accounts.ts";
import { type DayRates, inTenantCurrency, RateText } from "./rates.ts";

/** What revalues the open claims of a month. */
export const RevaluationOrder = z.strictObject({
  month: Month.meta({ description: "A month that is over" }),
});

/** What is open of one side in one foreign currency at the end of a month, and what it is worth. */
export const Position = z
  .object({
    side: Side,
    currency: Currency,
    rate: RateText.meta({ description: "That is good on the last day of the month" }),
    openMinor: z.int().meta({ description: "What clients owe; what is owed to them, below zero" }),
    bookMinor: z.int().meta({ description: "What it stood in the books with, in the tenant's currency" }),
    worthMinor: z.int().meta({ description: "What it is worth at the rate" }),
    differenceMinor: z.int().meta({ description: "A gain above zero, a loss below" }),
  })
  .meta({ id: "ForeignPosition" });
export type Position = z.infer<typeof Position>;

/** How many positions one posting takes: with its reversal it is one write of 100 records. */
export const mostPositions = 14;
/** How often a month is revalued, each time by what changed since. */
export const mostEditions = 50;

const Edition = z.object({
  transactionId: z.string().meta({ description: "On the last day of the month" }),
  reversalId: z.string().meta({ description: "On the first day of the next" }),
  postedAt: Instant,
  positions: z.array(Position).max(mostPositions),
});

export const Revaluation = z
  .object({
    version: z.int().min(1),
    month: Month,
    day: Day.meta({ description: "The last of the month" }),
    editions: z.array(Edition).max(mostEditions).meta({
      description: "What was posted; one more where documents or rates of the month came later",
    }),
    updatedAt: Instant,
  })
  .meta({ id: "Revaluation" });
export type Revaluation = z.infer<typeof Revaluation>;

const dayMs = 86_400_000;
const beginOf = (month: Month): number => millisecondsOf(`${month}-01T00:00:00.000Z`);

/** The last day of a month and the first of the next. */
export const endOf = (month: Month): { readonly last: Day; readonly next: Day } => {
  // Whatever the month, 31 days after its first lies in the next.
  const next = `${instantOf(beginOf(month) + 31 * dayMs).slice(0, 7)}-01`;
  return { last: instantOf(millisecondsOf(`${next}T00:00:00.000Z`) - dayMs).slice(0, 10), next };
};

/** Refuses a month that is not over. @throws finance.month-open */
export const checkOver = (month: Month, today: Day): void => {
  if (endOf(month).next > today)
    throw new Failure("finance.month-open", { detail: `${month} is not over on ${today}.` });
};

/** What stands on the accounts of a side in a currency at the end of a day; debit positive. */
export interface Standing {
  readonly side: Side;
  readonly currency: Currency;
  readonly open: bigint;
  readonly book: bigint;
}

/** What that is worth at the rates of the day. @throws finance.rate-missing, money.overflow */
export const positionOf = ({ side, currency, open, book }: Standing, rates: DayRates): Position => {
  const openMinor = exactNumber(open);
  const worthMinor = inTenantCurrency(openMinor, currency, rates);
  return {
    side,
    currency,
    rate: rates.rates.get(currency) ?? "1",
    openMinor,
    bookMinor: exactNumber(book),
    worthMinor,
    differenceMinor: exactNumber(BigInt(worthMinor) - book),
  };
};

/** What takes positions from what they stand in the books with to what they are worth, and its opposite. */
export const revaluationPostings = (
  positions: readonly Position[],
  tenantCurrency: Currency,
): { readonly postings: Posting[]; readonly back: Posting[] } => {
  const sum = positions.reduce((total, { differenceMinor }) => total + BigInt(differenceMinor), 0n);
  const postings = [
    ...positions.map(({ side, currency, differenceMinor }) => ({
      account: worthPathOf(side === "sale" ? "receivable" : "payable", currency),
      commodity: tenantCurrency,
      amount: differenceMinor,
    })),
    ...(sum === 0n
      ? []
      : [{ account: unrealisedAccount, commodity: tenantCurrency, amount: exactNumber(-sum) }]),
  ];
  return { postings, back: postings.map(opposite) };
};

/** The revaluation of a month with what is posted now; its first where there was none. @throws limit.exceeded */
export const withEdition = (
  before: Revaluation | undefined,
  month: Month,
  positions: readonly Position[],
  now: Instant,
): Revaluation => {
  const editions = before?.editions ?? [];
  if (editions.length === mostEditions)
    throw new Failure("limit.exceeded", { detail: `A month is revalued at most ${mostEditions} times.` });
  const transactionId = `revaluation:${month}:${editions.length + 1}`;
  return {
    version: (before?.version ?? 0) + 1,
    month,
    day: endOf(month).last,
    editions:
      positions.length === 0
        ? editions
        : [
            ...editions,
            {
              ...{ transactionId, reversalId: `${transactionId}:reversal` },
              postedAt: now,
              positions: [...positions],
            },
          ],
    updatedAt: now,
  };
};
