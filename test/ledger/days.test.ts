import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Bounds,
  byDay,
  type DayAmount,
  extremesFrom,
  firstBreach,
  firstDayOutside,
  isStrain,
} from "../../domain/ledger/days.ts";

const seed = 20_261_201;
const numRuns = 10_000;

const days = Array.from({ length: 8 }, (_, n) => `2026-01-${String(n + 1).padStart(2, "0")}`);
const amounts = fc
  .uniqueArray(fc.record({ day: fc.constantFrom(...days), amount: fc.bigInt({ min: -60n, max: 60n }) }), {
    selector: ({ day }) => day,
    maxLength: 6,
  })
  .map((all) => all.toSorted(byDay));
const changes = amounts.filter((all) => all.length > 0);
const bounds: fc.Arbitrary<Bounds> = fc.record({
  mayGoBelowZero: fc.boolean(),
  limit: fc.constantFrom(undefined, 0, 40, 100),
});

/** The model: every day of the calendar by itself, summed up from the beginning. */
const on = (day: string, all: readonly DayAmount[]): number =>
  all.filter((one) => one.day <= day).reduce((sum, { amount }) => sum + Number(amount), 0);
const isBroken = ({ mayGoBelowZero, limit }: Bounds, balance: number): boolean =>
  (!mayGoBelowZero && balance < 0) || (limit !== undefined && balance > limit);

describe("the days of a constrained account", () => {
  test("a change of a good balance is refused exactly when some day ends outside", () => {
    fc.assert(
      fc.property(bounds, amounts, changes, (bound, there, change) => {
        fc.pre(days.every((day) => !isBroken(bound, on(day, there))));
        const broken = days.find((day) => isBroken(bound, on(day, there) + on(day, change)));
        expect(firstBreach(bound, 0n, there, change)?.day).toBe(broken);
      }),
      { seed, numRuns },
    );
  });

  test("days before the first change are needed only as an opening balance", () => {
    fc.assert(
      fc.property(bounds, amounts, changes, (bound, there, change) => {
        const first = change[0]?.day ?? "";
        const opening = there.filter(({ day }) => day < first).reduce((sum, one) => sum + one.amount, 0n);
        const behind = there.filter(({ day }) => day >= first);
        expect(firstBreach(bound, opening, behind, change)).toEqual(firstBreach(bound, 0n, there, change));
      }),
      { seed, numRuns },
    );
  });

  test("a change that makes no day worse is refused by no balance, good or bad", () => {
    fc.assert(
      fc.property(bounds, amounts, changes, (bound, there, change) => {
        if (!isStrain(bound, change)) expect(firstBreach(bound, 0n, there, change)).toBeUndefined();
        const worse = days.some((day) => {
          const moved = on(day, change);
          return (!bound.mayGoBelowZero && moved < 0) || (bound.limit !== undefined && moved > 0);
        });
        expect(isStrain(bound, change)).toBe(worse);
      }),
      { seed, numRuns },
    );
  });

  test("a refused change is possible from the day that the refusal names", () => {
    let named = 0;
    fc.assert(
      fc.property(bounds, amounts, changes, (bound, there, [change]) => {
        if (!change) return;
        const breach = firstBreach(bound, 0n, there, [change]);
        if (!breach) return;
        const from = (day: string) => firstBreach(bound, 0n, there, [{ ...change, day }]);
        const possible = days.filter((day) => day > breach.day && !from(day));
        const firstOfAll = possible.find((day) => there.some((one) => one.day === day));
        expect(breach.possibleFrom).toBe(firstOfAll);
        if (breach.possibleFrom !== undefined) named += 1;
      }),
      { seed, numRuns },
    );
    expect(named).toBeGreaterThan(100);
  });

  test("the extremes of a change are those of the days from a day on", () => {
    fc.assert(
      fc.property(changes, fc.constantFrom(...days), (change, from) => {
        const sums = days.filter((day) => day >= from).map((day) => on(day, change));
        const { lowest, highest } = extremesFrom(change, from);
        expect(Number(lowest)).toBe(Math.min(0, ...sums));
        expect(Number(highest)).toBe(Math.max(0, ...sums));
      }),
      { seed, numRuns },
    );
  });

  test("the first day outside the bounds is found", () => {
    fc.assert(
      fc.property(bounds, amounts, (bound, there) => {
        const broken = there.find(({ day }) => isBroken(bound, on(day, there)));
        expect(firstDayOutside(bound, there)?.day).toBe(broken?.day);
      }),
      { seed, numRuns },
    );
  });
});
