import type { Day } from "../kernel/time.ts";
import { countedBy, type LedgerPage } from "./pages.ts";

/** Sums by day of effect, then by day of insertion. */
export type SumsByDay = ReadonlyMap<Day, ReadonlyMap<Day, bigint>>;

/** What pages count, by days. Counters of zero are left out. */
export const countedByDay = (pages: Iterable<LedgerPage>): SumsByDay => {
  const days = new Map<Day, Map<Day, bigint>>();
  for (const { month, counters } of pages)
    for (const [name, amount] of counters) {
      const counted = countedBy(month, name);
      if (!counted || amount === 0n) continue;
      const sums = days.get(counted.effectiveOn) ?? new Map<Day, bigint>();
      days.set(counted.effectiveOn, sums);
      sums.set(counted.insertedOn, (sums.get(counted.insertedOn) ?? 0n) + amount);
    }
  return days;
};

/** A recount as far as it came: the day whose lines are being added up. None before the first line. */
export interface Recount {
  readonly effectiveOn?: Day | undefined;
  /** Of that day, by day of insertion. */
  readonly sums: ReadonlyMap<Day, bigint>;
}

export interface RecountFault {
  readonly effectiveOn: Day;
  readonly insertedOn: Day;
  readonly counted: bigint;
  readonly recounted: bigint;
}

interface RecountedLine {
  readonly effectiveOn: Day;
  readonly insertedOn: Day;
  readonly amount: number;
}

const faultOfDay = (
  effectiveOn: Day,
  counted: ReadonlyMap<Day, bigint> | undefined,
  sums: ReadonlyMap<Day, bigint>,
  isSettled: (insertedOn: Day) => boolean,
): RecountFault | undefined => {
  const insertions = [...new Set([...(counted?.keys() ?? []), ...sums.keys()])].sort();
  for (const insertedOn of insertions) {
    if (!isSettled(insertedOn)) continue;
    const [should, is] = [sums.get(insertedOn) ?? 0n, counted?.get(insertedOn) ?? 0n];
    if (should !== is) return { effectiveOn, insertedOn, counted: is, recounted: should };
  }
  return undefined;
};

/**
 * Adds up the lines of an account, in the order of their days of effect, and holds each day that is complete
 * against what its pages count; days without a line have to be counted as nothing.
 * @param lines those that follow where the recount stands
 * @param isEnd whether there are no more behind them
 * @param isSettled whether what was inserted on a day can change no more, or is known not to have
 */
export const recountOn = (
  from: Recount,
  lines: readonly RecountedLine[],
  counted: SumsByDay,
  isEnd: boolean,
  isSettled: (insertedOn: Day) => boolean,
): { readonly recount: Recount; readonly fault?: RecountFault } => {
  const days = [...counted.keys()].sort();
  let at = from.effectiveOn;
  let sums = new Map(from.sums);
  /** The first fault from the day that was added up to a day, not included. */
  const faultBefore = (next: Day | undefined): RecountFault | undefined => {
    const own = at === undefined ? undefined : faultOfDay(at, counted.get(at), sums, isSettled);
    if (own) return own;
    for (const day of days)
      if ((at === undefined || day > at) && (next === undefined || day < next)) {
        const fault = faultOfDay(day, counted.get(day), new Map(), isSettled);
        if (fault) return fault;
      }
    return undefined;
  };
  for (const { effectiveOn, insertedOn, amount } of lines) {
    if (effectiveOn !== at) {
      const fault = faultBefore(effectiveOn);
      if (fault) return { recount: { effectiveOn: at, sums }, fault };
      at = effectiveOn;
      sums = new Map();
    }
    sums.set(insertedOn, (sums.get(insertedOn) ?? 0n) + BigInt(amount));
  }
  const fault = isEnd ? faultBefore(undefined) : undefined;
  return { recount: { effectiveOn: at, sums }, ...(fault ? { fault } : {}) };
};
