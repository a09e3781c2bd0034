import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure } from "../../domain/kernel/errors.ts";
import {
  changedProduct,
  checkPrices,
  newProduct,
  type Price,
  priceOn,
} from "../../domain/products/product.ts";

const now = "2026-11-23T18:00:00.000Z";
const day = (n: number) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10);
const price = fc
  .record({
    currency: fc.constantFrom("EUR", "RON"),
    unitPriceMinor: fc.nat(10_000),
    from: fc.option(fc.nat(30), { nil: undefined }),
    length: fc.option(fc.nat(10), { nil: undefined }),
  })
  .map(
    ({ currency, unitPriceMinor, from, length }): Price => ({
      currency,
      unitPriceMinor,
      ...(from === undefined ? {} : { validFrom: day(from) }),
      ...(length === undefined ? {} : { validTo: day((from ?? 0) + length) }),
    }),
  );

const goodOn = (one: Price, at: string) =>
  (!one.validFrom || one.validFrom <= at) && (!one.validTo || at <= one.validTo);
const days = Array.from({ length: 60 }, (_, n) => day(n - 10));

describe("prices", () => {
  test("two prices of a currency for one day are refused, and only they", () => {
    fc.assert(
      fc.property(fc.array(price, { maxLength: 6 }), (prices) => {
        const clash = days.some((at) =>
          ["EUR", "RON"].some(
            (currency) => prices.filter((one) => one.currency === currency && goodOn(one, at)).length > 1,
          ),
        );
        let refused = false;
        try {
          checkPrices(prices);
        } catch (error) {
          refused = error instanceof Failure && error.code === "product.prices-overlap";
        }
        expect(refused).toBe(clash);
      }),
      { seed: 20_261_123, numRuns: 500 },
    );
  });

  test("the price of a day is the one that is good on it, its first and last day included", () => {
    const prices: Price[] = [
      { currency: "EUR", unitPriceMinor: 100, validTo: "2026-03-31" },
      { currency: "EUR", unitPriceMinor: 120, validFrom: "2026-04-01", validTo: "2026-12-31" },
      { currency: "RON", unitPriceMinor: 500 },
    ];
    expect(priceOn({ prices }, "EUR", "2026-03-31")).toBe(100);
    expect(priceOn({ prices }, "EUR", "2026-04-01")).toBe(120);
    expect(priceOn({ prices }, "EUR", "2027-01-01")).toBeUndefined();
    expect(priceOn({ prices }, "RON", "1999-01-01")).toBe(500);
    expect(priceOn({ prices }, "USD", "2026-04-01")).toBeUndefined();
  });
});

describe("a change", () => {
  const product = newProduct(
    { code: "KG", name: "Flour", category: "Food", unit: { name: "kg", scale: 3 }, prices: [], active: true },
    "prd_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
    now,
  );

  test("leaves what it does not name, takes away what is null and never touches the scale", () => {
    const later = "2026-11-24T00:00:00.000Z";
    expect(changedProduct(product, { unitName: "kilogram" }, later)).toEqual({
      ...product,
      unit: { name: "kilogram", scale: 3 },
      version: 2,
      updatedAt: later,
    });
    expect(changedProduct(product, { category: null }, later).category).toBeUndefined();
    expect(changedProduct(product, { active: false }, later).category).toBe("Food");
  });
});
