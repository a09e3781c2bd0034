import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure } from "../../domain/kernel/errors.ts";
import { figuresIn, figuresOf, profitIn, yearsOf } from "../../domain/profit/profit.ts";

const seed = 20_261_123;
const paths = [
  "revenue",
  "discounts",
  "discounts:spring",
  "cost-of-goods",
  "labour-cost",
  "rent",
  "labour-costs",
];

describe("the figures of what was posted", () => {
  const sums = fc.array(
    fc.record({
      account: fc.constantFrom(...paths),
      amount: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
    }),
    { maxLength: 12 },
  );

  test("add up to the profit, which is all that was posted, whatever accounts a company has", () => {
    fc.assert(
      fc.property(sums, (accounts) => {
        const at = (...wanted: string[]) =>
          accounts
            .filter(({ account }) => wanted.includes(account))
            .reduce((sum, { amount }) => sum + amount, 0n);
        const figures = figuresOf({
          revenue: -at("revenue", "discounts", "discounts:spring"),
          costOfGoods: at("cost-of-goods"),
          accounts,
        });
        expect(figures.profitMinor).toBe(Number(-accounts.reduce((sum, { amount }) => sum + amount, 0n)));
        expect(figures).toMatchObject({
          revenueMinor: Number(-at("revenue")),
          discountsMinor: Number(at("discounts", "discounts:spring")),
          costOfGoodsMinor: Number(at("cost-of-goods")),
          timeMinor: Number(at("labour-cost")),
          otherMinor: Number(at("rent", "labour-costs")),
        });
      }),
      { seed, numRuns: 300 },
    );
  });

  test("of a period are those of its months, and only of them", () => {
    const counters = (month: string, amount: bigint): [string, bigint][] => [
      [`r${month}`, amount],
      [`m${month}`, amount],
      [`a${month}:revenue`, -amount],
    ];
    const years = [
      { year: 2025, counters: [...counters("11", 1n), ...counters("12", 10n)] },
      { year: 2026, counters: [...counters("01", 100n), ...counters("02", 1000n)] },
    ];
    const period = { from: "2025-12", to: "2026-01", currency: "EUR" };
    expect(figuresIn(period, years).profitMinor).toBe(110);
    expect(profitIn(period, years).months.map(({ month, profitMinor }) => [month, profitMinor])).toEqual([
      ["2025-12", 10],
      ["2026-01", 100],
    ]);
  });
});

test("a period begins before it ends and has 60 months at the most", () => {
  const code = (from: string, to: string) => {
    try {
      return yearsOf({ from, to });
    } catch (error) {
      return error instanceof Failure ? error.code : "?";
    }
  };
  expect(code("2026-02", "2026-01")).toBe("request.invalid");
  expect(code("2022-01", "2026-12")).toEqual([2022, 2023, 2024, 2025, 2026]);
  expect(code("2021-12", "2026-12")).toBe("limit.exceeded");
  expect(code("2026-05", "2026-05")).toEqual([2026]);
});
