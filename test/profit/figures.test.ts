import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure } from "../../domain/kernel/errors.ts";
import type { Transaction } from "../../domain/ledger/transaction.ts";
import { monthsOf, partsOf } from "../../domain/profit/parts.ts";
import { figuresIn, figuresOf, profitIn, profitOfMonths, yearsOf } from "../../domain/profit/profit.ts";

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

describe("the parts of transactions", () => {
  const accounts = new Map([
    ["revenue", { turnover: "revenue" as const }],
    ["discounts", { turnover: "revenue" as const }],
    ["cost-of-goods", { turnover: "cost" as const }],
    ["labour-cost", {}],
    ["clients:*:cost", {}],
  ]);
  const id = (prefix: string, n: number) => `${prefix}_01JD8Z5T2V9Q4R6W8Y0A1B3C5${n}`;
  const product = fc.option(
    fc.nat(2).map((n) => id("prd", n)),
    { nil: undefined },
  );
  const given = <T extends object>(value: T) => JSON.parse(JSON.stringify(value)) as T;
  const days = ["2025-12-31", "2026-01-01", "2026-02-10"] as const;
  const transaction = fc
    .record({
      effectiveOn: fc.constantFrom(...days),
      insertedOn: fc.constantFrom(...days),
      links: fc.record({ productId: product }),
      voided: fc.integer({ min: 0, max: 9 }),
      amounts: fc.array(
        fc.record({
          account: fc.constantFrom(
            "revenue",
            "discounts",
            "cost-of-goods",
            "labour-cost",
            `clients:${id("cli", 1)}:cost`,
            "bank",
          ),
          commodity: fc.constantFrom("EUR", "EUR", "RON"),
          amount: fc.integer({ min: -1000, max: 1000 }).filter((amount) => amount !== 0),
          productId: product,
        }),
        { minLength: 1, maxLength: 4 },
      ),
    })
    .map(
      ({ effectiveOn, insertedOn, links, voided, amounts }): Transaction => ({
        ...{ id: "t", version: 1, kind: "journal", effectiveOn, insertedOn },
        insertedAt: `${insertedOn}T10:00:00.000Z`,
        links: given(links),
        postings: amounts.map((one) => given(one)),
        ...(voided === 0 ? { settles: "other", settledAs: "voided" as const } : {}),
        ...{ contentHash: "", chain: 0, seq: 1, previousHash: "", hash: "" },
      }),
    );

  test("come to the whole in each figure, in any period and as known on any day, and each posting is in one", () => {
    const asked = fc.record({
      from: fc.constantFrom("2025-12", "2026-01"),
      to: fc.constantFrom("2026-01", "2026-02"),
      currency: fc.constantFrom("EUR", "RON"),
      knownAt: fc.option(fc.constantFrom(...days), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(transaction, { maxLength: 12 }), asked, (transactions, wanted) => {
        const whole = profitOfMonths(wanted, monthsOf(transactions, accounts, wanted));
        const posted = transactions
          .filter(
            ({ effectiveOn, insertedOn, settledAs }) =>
              settledAs === undefined &&
              effectiveOn >= `${wanted.from}-01` &&
              effectiveOn <= `${wanted.to}-31` &&
              (wanted.knownAt === undefined || insertedOn <= wanted.knownAt),
          )
          .flatMap(({ postings, links }) =>
            postings.map((one) => ({ ...one, productId: one.productId ?? links?.productId })),
          )
          .filter(({ account, commodity }) => account !== "bank" && commodity === wanted.currency);
        expect(whole.profitMinor).toBe(0 - posted.reduce((sum, { amount }) => sum + amount, 0));
        const parts = partsOf(transactions, accounts, wanted, "product");
        for (const figure of [
          "revenueMinor",
          "discountsMinor",
          "costOfGoodsMinor",
          "timeMinor",
          "otherMinor",
          "profitMinor",
        ] as const)
          expect(parts.reduce((sum, part) => sum + part[figure], 0)).toBe(whole[figure]);
        for (const part of parts)
          expect(part.profitMinor).toBe(
            0 -
              posted
                .filter(({ productId }) => productId === part.id)
                .reduce((sum, one) => sum + one.amount, 0),
          );
        expect(new Set(parts.map((part) => part.id)).size).toBe(parts.length);
      }),
      { seed, numRuns: 500 },
    );
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
