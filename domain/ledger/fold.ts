import type { Day } from "../kernel/time.ts";
import type { PeriodLock } from "./lock.ts";
import { type BalanceTimes, countedBy, type LedgerPage } from "./pages.ts";

/** What all pages up to the end of a locked year come to, so that they need not be read again. */
export interface Fold {
  readonly year: string;
  /** Debit above zero. */
  readonly sum: bigint;
  /** The last day on which anything of it was inserted. */
  readonly lastInsertedOn: Day;
  /** The version of the lock under which it was made. */
  readonly lockVersion: number;
}

const endOf = (year: string): Day => `${year}-12-31`;

/**
 * Whether a fold may stand for its pages: the books have been locked through its year ever since it was made, and
 * all of it was known on the day that is asked for.
 */
export const isUsable = (
  { year, lastInsertedOn, lockVersion }: Fold,
  lock: PeriodLock | undefined,
  { asOf, knownAt }: BalanceTimes = {},
): boolean =>
  lock?.lockedThrough !== undefined &&
  lock.lockedThrough >= endOf(year) &&
  lockVersion >= (lock.setBackIn ?? 0) &&
  (asOf === undefined || asOf >= endOf(year)) &&
  (knownAt === undefined || knownAt >= lastInsertedOn);

/** The last year that is locked whole, and that ends before the year of the day that is asked for. */
export const lastFoldable = (lock: PeriodLock | undefined, asOf: Day | undefined): string | undefined => {
  if (lock?.lockedThrough === undefined) return undefined;
  const { lockedThrough } = lock;
  const before = (day: Day) => String(Number(day.slice(0, 4)) - 1).padStart(4, "0");
  const locked = lockedThrough.endsWith("-12-31") ? lockedThrough.slice(0, 4) : before(lockedThrough);
  const asked = asOf === undefined ? locked : before(asOf);
  return [asked, locked].sort()[0];
};

/** A fold with the pages behind it. */
export const foldOver = (
  fold: Fold | undefined,
  pages: readonly LedgerPage[],
): Pick<Fold, "sum" | "lastInsertedOn"> => {
  let { sum, lastInsertedOn } = fold ?? { sum: 0n, lastInsertedOn: "1900-01-01" };
  for (const { month, counters } of pages)
    for (const [name, amount] of counters) {
      const counted = countedBy(month, name);
      if (!counted) continue;
      sum += amount;
      if (counted.insertedOn > lastInsertedOn) lastInsertedOn = counted.insertedOn;
    }
  return { sum, lastInsertedOn };
};
