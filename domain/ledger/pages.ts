import type { Day, Month } from "../kernel/time.ts";
import { type AccountType, natural } from "./account.ts";
import { byDay, type DayAmount } from "./days.ts";
import { pageCounter } from "./effects.ts";

/**
 * A page holds what an account moved of one commodity in one month, as counters: the sum of the amounts that
 * are effective on a day and were inserted on a day. So a balance by both times is a sum over pages, however many
 * postings stand behind it. A page may come in several shards; they are pages like any other.
 */
export interface LedgerPage {
  /** The month in which its postings are effective. */
  readonly month: Month;
  /** By counter name; debit positive, credit negative. */
  readonly counters: ReadonlyMap<string, bigint>;
}

/** Both times of a balance. Each counts its day in; absent means: whatever there is. */
export interface BalanceTimes {
  /** The last day on which a posting may be effective. */
  readonly asOf?: Day | undefined;
  /** The last day on which a posting may have been inserted: the balance as it was known then. */
  readonly knownAt?: Day | undefined;
}

const counterForm = /^e(\d\d)i(\d{4})(\d\d)(\d\d)$/;

/** What a counter of a page counts, or undefined where the name is that of something else. */
export const countedBy = (month: Month, name: string): { effectiveOn: Day; insertedOn: Day } | undefined => {
  const [, day, insertedYear, insertedMonth, insertedDay] = counterForm.exec(name) ?? [];
  return day === undefined
    ? undefined
    : { effectiveOn: `${month}-${day}`, insertedOn: `${insertedYear}-${insertedMonth}-${insertedDay}` };
};

/** The sum of what the pages count up to these days, exactly; debit positive. */
export const balanceOf = (pages: Iterable<LedgerPage>, { asOf, knownAt }: BalanceTimes = {}): bigint => {
  let sum = 0n;
  for (const { month, counters } of pages) {
    if (asOf !== undefined && month > asOf.slice(0, 7)) continue;
    for (const [name, amount] of counters) {
      const counted = countedBy(month, name);
      if (!counted) continue;
      if (asOf !== undefined && counted.effectiveOn > asOf) continue;
      if (knownAt !== undefined && counted.insertedOn > knownAt) continue;
      sum += amount;
    }
  }
  return sum;
};

/** What an account of a type moves on each day, in its natural balance, by its pages. Days of zero are left out. */
export const daysOf = (pages: Iterable<LedgerPage>, type: AccountType): DayAmount[] => {
  const sums = new Map<Day, bigint>();
  for (const { month, counters } of pages)
    for (const [name, amount] of counters) {
      const day = countedBy(month, name)?.effectiveOn;
      if (day !== undefined) sums.set(day, (sums.get(day) ?? 0n) + natural(type, amount));
    }
  return [...sums]
    .filter(([, amount]) => amount !== 0n)
    .map(([day, amount]) => ({ day, amount }))
    .sort(byDay);
};

/**
 * A number that is the same for pages that count the same on every day, and that adds up as pages do: the marks of the
 * members of a control account come to the mark of the control account. Others have the same mark by chance only.
 * @param weigh gives each counter of each month a number of its own that looks like chance
 */
export const markOf = (
  pages: Iterable<LedgerPage>,
  weigh: (monthAndCounter: string) => bigint,
  { knownAt }: Pick<BalanceTimes, "knownAt"> = {},
): bigint => {
  let mark = 0n;
  for (const { month, counters } of pages)
    for (const [name, amount] of counters) {
      const counted = countedBy(month, name);
      if (!counted || (knownAt !== undefined && counted.insertedOn > knownAt)) continue;
      mark += amount * weigh(`${month} ${name}`);
    }
  return mark;
};

/** What the pages of one month have to hold for these postings, by counter. Counters of zero are left out. */
export const countersOf = (
  postings: Iterable<{ readonly effectiveOn: Day; readonly insertedOn: Day; readonly amount: number }>,
): Map<string, bigint> => {
  const counters = new Map<string, bigint>();
  for (const { effectiveOn, insertedOn, amount } of postings) {
    const name = pageCounter(effectiveOn, insertedOn);
    counters.set(name, (counters.get(name) ?? 0n) + BigInt(amount));
  }
  return withoutZeros(counters);
};

/** The counters that are not zero: those that were never written and those that came back to zero say the same. */
export const withoutZeros = (counters: Iterable<readonly [string, bigint]>): Map<string, bigint> =>
  new Map([...counters].filter(([, amount]) => amount !== 0n));

/** The names of the counters in which two pages differ, in order. */
export const differingCounters = (a: ReadonlyMap<string, bigint>, b: ReadonlyMap<string, bigint>): string[] =>
  [...new Set([...a.keys(), ...b.keys()])]
    .filter((name) => (a.get(name) ?? 0n) !== (b.get(name) ?? 0n))
    .sort();
