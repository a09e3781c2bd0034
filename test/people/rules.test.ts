import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure } from "../../domain/kernel/errors.ts";
import { checkBalanced } from "../../domain/ledger/transaction.ts";
import { checkOneADay, isGoodOn } from "../../domain/people/days.ts";
import { costOf, minutesOfDay, postingOf, type TimeEntry } from "../../domain/people/entry.ts";
import { rateOn } from "../../domain/people/position.ts";

const seed = 20_261_123;
const day = (n: number) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10);

describe("what time costs", () => {
  test("is the rate for the minutes to the nearest unit, a half up, however large the rate", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000_000), fc.integer({ min: 1, max: minutesOfDay }), (rate, minutes) => {
        const cost = BigInt(costOf(rate, minutes));
        const exact = BigInt(rate) * BigInt(minutes);
        // 60 × cost lies within half a unit of the exact product, and a half goes up.
        expect(60n * cost - exact <= 30n && 60n * cost - exact > -30n).toBe(true);
      }),
      { seed, numRuns: 1000 },
    );
    expect([costOf(3000, 30), costOf(1, 30), costOf(1, 29), costOf(100, 1), costOf(0, 1440)]).toEqual([
      1500, 1, 0, 2, 0,
    ]);
  });

  test("two halves cost at most one unit more than the whole", () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.integer({ min: 1, max: 720 }), (rate, minutes) => {
        const difference = 2 * costOf(rate, minutes) - costOf(rate, 2 * minutes);
        expect(Math.abs(difference)).toBeLessThanOrEqual(1);
      }),
      { seed, numRuns: 500 },
    );
  });
});

describe("rates by day", () => {
  const rate = fc
    .record({
      from: fc.option(fc.nat(30), { nil: undefined }),
      length: fc.option(fc.nat(10), { nil: undefined }),
    })
    .map(({ from, length }, n = 0) => ({
      hourlyRateMinor: 100 + n,
      ...(from === undefined ? {} : { validFrom: day(from) }),
      ...(length === undefined ? {} : { validTo: day((from ?? 0) + length) }),
    }));

  test("two for one day are refused, and only they; the rate of a day is the one that is good on it", () => {
    fc.assert(
      fc.property(fc.array(rate, { maxLength: 5 }), (rates) => {
        const days = Array.from({ length: 60 }, (_, n) => day(n - 10));
        const good = days.map((at) => rates.filter((one) => isGoodOn(one, at)));
        let code: string | undefined;
        try {
          checkOneADay(rates, "/rates");
        } catch (error) {
          code = error instanceof Failure ? error.code : "?";
        }
        expect(code).toBe(good.some(({ length }) => length > 1) ? "people.days-overlap" : undefined);
        if (code === undefined)
          for (const [n, at] of days.entries())
            expect(rateOn({ rates }, at)).toBe(good[n]?.[0]?.hourlyRateMinor);
      }),
      { seed, numRuns: 500 },
    );
  });
});

describe("the posting of time", () => {
  const entry = (more: Partial<TimeEntry> = {}): TimeEntry => ({
    id: "tme_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
    version: 1,
    memberId: "mem_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
    clientId: "cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
    on: "2026-11-23",
    minutes: 90,
    positionId: "pos_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
    hourlyRateMinor: 3000,
    costMinor: 4500,
    currency: "EUR",
    postedBy: "mem_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
    postedAt: "2026-11-23T18:00:00.000Z",
    ...more,
  });

  test("balances in minutes and in money, whatever was spent; time that costs nothing moves no money", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: minutesOfDay }), fc.nat(100_000), (minutes, costMinor) => {
        const { transaction } = postingOf(entry({ minutes, costMinor }));
        checkBalanced(transaction.postings);
        expect(transaction.postings).toHaveLength(costMinor === 0 ? 2 : 4);
      }),
      { seed, numRuns: 200 },
    );
  });

  test("is about client, deal and member, and holds the day to 1440 minutes", () => {
    const { transaction, opens } = postingOf(entry({ dealId: "deal_01JD8Z5T2V9Q4R6W8Y0A1B3C5D" }));
    expect(transaction).toMatchObject({
      id: "tme_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
      kind: "time",
      effectiveOn: "2026-11-23",
      links: {
        clientId: entry().clientId,
        memberId: entry().memberId,
        dealId: "deal_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
      },
    });
    expect(opens[1]).toMatchObject({
      path: `members:${entry().memberId}:day:2026-11-23`,
      limits: { minute: 1440 },
      mayGoBelowZero: false,
    });
  });
});
