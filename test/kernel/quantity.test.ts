import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quantityOf, quantityText, smallestUnitsPerUnit } from "../../domain/kernel/quantity.ts";

const seeded = { seed: 20261123, numRuns: 500 };
const scale = fc.integer({ min: 0, max: 6 });
const quantity = fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });

describe("quantities", () => {
  it("are written in whole units without loss, and read back the same", () => {
    fc.assert(
      fc.property(quantity, scale, (value, digits) => {
        expect(quantityOf(quantityText(value, digits), digits)).toBe(value);
      }),
      seeded,
    );
  });

  it("keep to the scale of their product", () => {
    expect(quantityText(1_500, 3)).toBe("1.5");
    expect(quantityText(-5, 2)).toBe("-0.05");
    expect(quantityText(7, 0)).toBe("7");
    expect(quantityOf("1.500", 2)).toBe(150);
    expect(quantityOf("1.505", 2)).toBeUndefined();
    expect(quantityOf("1,5", 2)).toBeUndefined();
    expect(quantityOf("99999999999999999999", 0)).toBeUndefined();
    expect(() => smallestUnitsPerUnit(7)).toThrow(RangeError);
  });
});
