import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  allocate,
  dividedHalfAwayFromZero,
  exactNumber,
  mostMinor,
  sumMinor,
} from "../../domain/kernel/money.ts";

const seeded = { seed: 20261123, numRuns: 500 };
const amount = fc.integer({ min: -mostMinor, max: mostMinor });
const weights = fc
  .array(fc.integer({ min: 0, max: mostMinor }), { minLength: 1, maxLength: 30 })
  .filter((all) => all.some((weight) => weight > 0));
const descending = (a: number, b: number) => b - a;

describe("money", () => {
  it("refuses what cannot be counted exactly, and nothing before", () => {
    expect(exactNumber(BigInt(mostMinor))).toBe(mostMinor);
    expect(exactNumber(-BigInt(mostMinor))).toBe(-mostMinor);
    expect(() => exactNumber(BigInt(mostMinor) + 1n)).toThrow(/money\.overflow/);
    expect(() => exactNumber(-BigInt(mostMinor) - 1n)).toThrow(/money\.overflow/);
  });

  it("sums in any order to the same, also where a partial sum is beyond 2^53", () => {
    expect(sumMinor([mostMinor, 5, -mostMinor])).toBe(5);
    expect(() => sumMinor([mostMinor, 1])).toThrow(/money\.overflow/);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1e12, max: 1e12 }), { maxLength: 50 }), (amounts) => {
        expect(sumMinor(amounts)).toBe(sumMinor([...amounts].reverse()));
      }),
      seeded,
    );
  });

  it("rounds to the nearest, a half away from zero", () => {
    for (const [dividend, rounded] of [
      [5n, 1n],
      [-5n, -1n],
      [4n, 0n],
      [-4n, 0n],
      [15n, 2n],
      [-15n, -2n],
      [14n, 1n],
    ] as const)
      expect(dividedHalfAwayFromZero(dividend, 10n)).toBe(rounded);
    expect(() => dividedHalfAwayFromZero(1n, 0n)).toThrow(RangeError);
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
        fc.bigInt({ min: 1n, max: 10n ** 12n }),
        (a, b) => {
          const error = 2n * (dividedHalfAwayFromZero(a, b) * b - a);
          expect(error <= b && error >= -b).toBe(true);
          // Exactly half: away from zero.
          if (error === b || error === -b) expect(error > 0n).toBe(a > 0n);
          expect(dividedHalfAwayFromZero(-a, b)).toBe(-dividedHalfAwayFromZero(a, b));
        },
      ),
      seeded,
    );
  });
});

describe("a split by largest remainder", () => {
  it("gives the well-known example its well-known parts", () => {
    expect(allocate(100, [1, 1, 1])).toEqual([34, 33, 33]);
    expect(allocate(-100, [1, 1, 1])).toEqual([-34, -33, -33]);
    expect(allocate(10, [0, 5, 0])).toEqual([0, 10, 0]);
    expect(allocate(1_000, [40, 20, 40])).toEqual([400, 200, 400]);
  });

  it("has parts that sum to the whole, none more than a unit from its share", () => {
    fc.assert(
      fc.property(amount, weights, (total, shares) => {
        const parts = allocate(total, shares);
        expect(parts.reduce((a, b) => a + BigInt(b), 0n)).toBe(BigInt(total));
        const sum = shares.reduce((a, b) => a + BigInt(b), 0n);
        for (const [at, part] of parts.entries()) {
          const off = BigInt(part) * sum - BigInt(total) * BigInt(shares[at] ?? 0);
          expect(off < sum && off > -sum).toBe(true);
        }
      }),
      seeded,
    );
  });

  it("does not depend on the order of the weights", () => {
    fc.assert(
      fc.property(
        amount,
        weights,
        fc.array(fc.nat(), { minLength: 30, maxLength: 30 }),
        (total, shares, keys) => {
          const order = shares.map((_, at) => at).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
          const straight = allocate(total, shares);
          const shuffled = allocate(
            total,
            order.map((at) => shares[at] ?? 0),
          );
          // Of equal weights either may get the odd unit: compared are weight and part together.
          const pairs = (parts: number[], of: number[]) =>
            parts.map((part, at) => `${of[at]}:${part}`).sort();
          expect(
            pairs(
              shuffled,
              order.map((at) => shares[at] ?? 0),
            ),
          ).toEqual(pairs(straight, shares));
        },
      ),
      seeded,
    );
  });

  it("never gives a larger weight less than a smaller one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: mostMinor }), weights, (total, shares) => {
        const sorted = [...shares].sort(descending);
        const parts = allocate(total, sorted);
        expect(parts).toEqual([...parts].sort(descending));
      }),
      seeded,
    );
  });

  it("refuses weights that say nothing", () => {
    expect(() => allocate(1, [])).toThrow(RangeError);
    expect(() => allocate(1, [0, 0])).toThrow(RangeError);
    expect(() => allocate(1, [2, -1])).toThrow(RangeError);
  });
});
