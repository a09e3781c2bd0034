import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  atAverage,
  type Cost,
  type CostMethod,
  costMethods,
  mostLayers,
  noCost,
  underMethod,
  withIncome,
  withOutgo,
} from "../../domain/stock/cost.ts";

const product = "prd_01JD8Z5T2V9Q4R6W8Y0A1B3C5D";
const day = "2026-11-23";
const seeded = { seed: 20261123, numRuns: 400 };

type Step =
  | { readonly in: number; readonly valueMinor: number }
  | { readonly out: number }
  | { readonly method: CostMethod };

const steps = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ in: fc.integer({ min: 1, max: 1000 }), valueMinor: fc.nat(100_000) }),
    },
    { weight: 6, arbitrary: fc.record({ out: fc.integer({ min: 1, max: 1500 }) }) },
    { weight: 1, arbitrary: fc.record({ method: fc.constantFrom(...costMethods) }) },
  ),
  { maxLength: 60 },
);

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

/** Carries a cost through a history in which nothing leaves that is not there. */
const through = (history: readonly Step[], method: CostMethod, see: (cost: Cost) => void) => {
  let cost = noCost(product, method);
  const received: number[] = [];
  const issued: number[] = [];
  for (const step of history) {
    if ("in" in step) {
      cost = withIncome(cost, step.in, step.valueMinor, day);
      received.push(step.valueMinor);
    } else if ("method" in step) cost = underMethod(cost, step.method);
    else if (cost.quantity > 0) {
      const out = withOutgo(cost, Math.min(step.out, cost.quantity));
      cost = out.cost;
      issued.push(out.valueMinor);
    }
    see(cost);
  }
  return { cost, received: sum(received), issued: sum(issued) };
};

describe.each(costMethods)("the cost of goods by %s", (method) => {
  test("what left and what remains sum to what came in, for any history and any change of method", () => {
    fc.assert(
      fc.property(steps, (history) => {
        const { cost, received, issued } = through(history, method, () => undefined);
        expect(issued + cost.valueMinor).toBe(received);
      }),
      seeded,
    );
  });

  test("quantity and value are never below zero, are those of the layers, and a quantity of 0 has no value", () => {
    fc.assert(
      fc.property(steps, (history) => {
        through(history, method, (cost) => {
          expect(cost.quantity).toBeGreaterThanOrEqual(0);
          expect(cost.valueMinor).toBeGreaterThanOrEqual(0);
          expect(sum(cost.layers.map(({ quantity }) => quantity))).toBe(cost.quantity);
          expect(sum(cost.layers.map(({ valueMinor }) => valueMinor))).toBe(cost.valueMinor);
          for (const layer of cost.layers) expect(layer.quantity).toBeGreaterThan(0);
          if (cost.quantity === 0) expect(cost.valueMinor).toBe(0);
          if (cost.method === "average") expect(cost.layers.length).toBeLessThanOrEqual(1);
        });
      }),
      seeded,
    );
  });

  test("taken unit by unit it costs in the end what it costs at once, with no unit far from its share", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(10_000), (quantity, valueMinor) => {
        let cost = withIncome(noCost(product, method), quantity, valueMinor, day);
        const parts: number[] = [];
        for (let n = 0; n < quantity; n++) {
          const out = withOutgo(cost, 1);
          cost = out.cost;
          parts.push(out.valueMinor);
        }
        expect(sum(parts)).toBe(valueMinor);
        for (const part of parts) expect(Math.abs(part - valueMinor / quantity)).toBeLessThanOrEqual(1);
      }),
      seeded,
    );
  });

  test("nothing leaves that is not there", () => {
    const cost = withIncome(noCost(product, method), 3, 100, day);
    expect(() => withOutgo(cost, 4)).toThrow(RangeError);
    expect(() => withOutgo(cost, 0)).toThrow(RangeError);
  });

  test("what cannot be counted exactly is refused", () => {
    const cost = withIncome(noCost(product, method), 1, Number.MAX_SAFE_INTEGER, day);
    expect(() => withIncome(cost, 1, 1, day)).toThrow(/money\.overflow/);
  });
});

describe("the methods", () => {
  const two = (method: CostMethod) =>
    withIncome(withIncome(noCost(product, method), 10, 1000, day), 10, 2000, day);

  test("by average 5 of 10 at 1.00 and 10 at 2.00 cost 7.50, by first-in first-out 5.00", () => {
    expect(withOutgo(two("average"), 5).valueMinor).toBe(750);
    expect(withOutgo(two("fifo"), 5).valueMinor).toBe(500);
    expect(withOutgo(two("fifo"), 15).valueMinor).toBe(2000);
  });

  test("first-in first-out ties with a queue of single units, wherever they cost whole minor units", () => {
    const lots = fc.array(fc.record({ quantity: fc.integer({ min: 1, max: 20 }), unit: fc.nat(500) }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(lots, fc.array(fc.integer({ min: 1, max: 30 })), (incomes, outgoes) => {
        let cost = noCost(product, "fifo");
        const queue: number[] = [];
        for (const { quantity, unit } of incomes) {
          cost = withIncome(cost, quantity, quantity * unit, day);
          queue.push(...Array.from({ length: quantity }, () => unit));
        }
        for (const wanted of outgoes) {
          if (wanted > queue.length) continue;
          const out = withOutgo(cost, wanted);
          cost = out.cost;
          expect(out.valueMinor).toBe(sum(queue.splice(0, wanted)));
        }
      }),
      seeded,
    );
  });

  test("beyond the most layers what comes in joins the newest, and the sums stay exact", () => {
    let cost = noCost(product, "fifo");
    for (let n = 1; n <= mostLayers + 50; n++) cost = withIncome(cost, 1, n, day);
    expect(cost.layers).toHaveLength(mostLayers);
    expect(cost.layers[0]).toEqual({ quantity: 1, valueMinor: 1, on: day });
    expect(cost.layers.at(-1)?.quantity).toBe(51);
    expect([cost.quantity, cost.valueMinor]).toEqual([250, (250 * 251) / 2]);
  });

  test("a change of method moves no value: layers become one, and one stays the oldest", () => {
    const average = underMethod(two("fifo"), "average");
    expect([average.valueMinor, average.layers]).toEqual([3000, [{ quantity: 20, valueMinor: 3000 }]]);
    const fifo = withIncome(underMethod(average, "fifo"), 1, 9, day);
    expect(fifo.layers).toEqual([
      { quantity: 20, valueMinor: 3000 },
      { quantity: 1, valueMinor: 9, on: day },
    ]);
  });

  test("what was found more is valued at the average, and at nothing where nothing is there", () => {
    expect(atAverage(two("average"), 3)).toBe(450);
    expect(atAverage(noCost(product, "average"), 3)).toBe(0);
  });
});
