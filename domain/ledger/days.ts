import type { Day } from "../kernel/time.ts";

/** What counts on one day. */
export interface DayAmount {
  readonly day: Day;
  readonly amount: bigint;
}

export const byDay = (a: Pick<DayAmount, "day">, b: Pick<DayAmount, "day">): number =>
  a.day < b.day ? -1 : a.day > b.day ? 1 : 0;

/** The later of two days, where there is a second one. */
export const laterDay = (day: Day, other: Day | undefined): Day =>
  other !== undefined && other > day ? other : day;

export const sumOfDays = (days: Iterable<DayAmount>): bigint => {
  let sum = 0n;
  for (const { amount } of days) sum += amount;
  return sum;
};

/** What the natural balance of an account in one commodity has to stay within. */
export interface Bounds {
  readonly mayGoBelowZero: boolean;
  readonly limit: number | undefined;
}

export interface Breach {
  readonly kind: "below-zero" | "over-limit";
  /** The first day on which a bound is broken. */
  readonly day: Day;
  /** The balance on that day without the change. */
  readonly balance: bigint;
  /** What the change adds by that day. */
  readonly change: bigint;
  /** The first day from which on a change of one day breaks nothing, if there is any. */
  readonly possibleFrom?: Day | undefined;
}

/** How a balance breaks its bounds by a change of it; a day that the change makes no worse is not its fault. */
const breachKind = (
  { mayGoBelowZero, limit }: Bounds,
  balance: bigint,
  change: bigint,
): Breach["kind"] | undefined => {
  if (!mayGoBelowZero && change < 0n && balance + change < 0n) return "below-zero";
  return limit !== undefined && change > 0n && balance + change > BigInt(limit) ? "over-limit" : undefined;
};

/** Balances by day, with and without a change: one entry for each day on which anything counts. */
function* balances(opening: bigint, days: readonly DayAmount[], changes: readonly DayAmount[]) {
  const amounts = new Map<Day, { there: bigint; added: bigint }>();
  const at = (day: Day) => {
    const found = amounts.get(day) ?? { there: 0n, added: 0n };
    amounts.set(day, found);
    return found;
  };
  for (const { day, amount } of days) at(day).there += amount;
  for (const { day, amount } of changes) at(day).added += amount;
  let [balance, change] = [opening, 0n];
  for (const [day, { there, added }] of [...amounts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    balance += there;
    change += added;
    yield { day, balance, change };
  }
}

/**
 * The first day on which a change of a balance breaks its bounds, of all days that it has an effect on.
 * @param opening the balance before the first of the days
 * @param days what counts on each day from some day on, that of the first change at the latest
 */
export const firstBreach = (
  bounds: Bounds,
  opening: bigint,
  days: readonly DayAmount[],
  changes: readonly DayAmount[],
): Breach | undefined => {
  let first: Breach | undefined;
  let possibleFrom: Day | undefined;
  for (const { day, balance, change } of balances(opening, days, changes)) {
    const kind = breachKind(bounds, balance, change);
    if (kind) {
      first ??= { kind, day, balance, change };
      possibleFrom = undefined;
    } else possibleFrom ??= day;
  }
  return first && changes.length === 1 ? { ...first, possibleFrom } : first;
};

/** The first day on which a balance is outside its bounds as it stands. */
export const firstDayOutside = (
  { mayGoBelowZero, limit }: Bounds,
  days: readonly DayAmount[],
): { readonly day: Day; readonly balance: bigint } | undefined => {
  for (const { day, balance } of balances(0n, days, []))
    if ((!mayGoBelowZero && balance < 0n) || (limit !== undefined && balance > BigInt(limit)))
      return { day, balance };
  return undefined;
};

/** Whether a change takes the balance of some day nearer to a bound that is kept. */
export const isStrain = ({ mayGoBelowZero, limit }: Bounds, changes: readonly DayAmount[]): boolean => {
  for (const { change } of balances(0n, [], changes))
    if ((!mayGoBelowZero && change < 0n) || (limit !== undefined && change > 0n)) return true;
  return false;
};

/** How far a change takes the balance down and up at the most, from a day on. */
export const extremesFrom = (
  changes: readonly DayAmount[],
  from: Day,
): { readonly lowest: bigint; readonly highest: bigint } => {
  let [lowest, highest] = [0n, 0n];
  // What changes on earlier days still holds on that day.
  for (const { day, change } of balances(0n, [{ day: from, amount: 0n }], changes)) {
    if (day < from) continue;
    if (change < lowest) lowest = change;
    if (change > highest) highest = change;
  }
  return { lowest, highest };
};
