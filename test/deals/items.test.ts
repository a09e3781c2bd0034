import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changedDeal, reassignedDeal } from "../../domain/deals/change.ts";
import type { Discount } from "../../domain/deals/deal.ts";
import { DealChange, NewDeal } from "../../domain/deals/input.ts";
import { amountOf, lineTotalMinor } from "../../domain/deals/items.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { mostAmount } from "../../domain/kernel/money.ts";
import type { Product } from "../../domain/products/product.ts";
import { by, deal, idOf, later, product, start, surroundings } from "./samples.ts";

const seeded = { seed: 20261123, numRuns: 500 };
const failureOf = (run: () => unknown): Failure | undefined => {
  try {
    run();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  return undefined;
};
const changed = (
  one: ReturnType<typeof deal>,
  change: Record<string, unknown>,
  products: readonly Product[] = [],
) => changedDeal(one, DealChange.parse(change), surroundings(products), later(1));

describe("the total of a line", () => {
  it("is price times quantity less the discount, rounded once, a half away from zero", () => {
    expect(lineTotalMinor({ quantity: 1_500, scale: 3, unitPriceMinor: 999 })).toBe(1_499); // 1498.5
    expect(
      lineTotalMinor({ quantity: 3, scale: 0, unitPriceMinor: 333, discount: { basisPoints: 1_250 } }),
    ).toBe(874); // 874.125
    expect(
      lineTotalMinor({ quantity: 1, scale: 0, unitPriceMinor: 1, discount: { basisPoints: 5_000 } }),
    ).toBe(1); // 0.5
    expect(
      lineTotalMinor({ quantity: 5, scale: 1, unitPriceMinor: 101, discount: { amountMinor: 50 } }),
    ).toBe(1); // 0.5
    expect(
      lineTotalMinor({ quantity: 2, scale: 0, unitPriceMinor: 50, discount: { amountMinor: 100 } }),
    ).toBe(0);
  });

  it("agrees with rational arithmetic for any line", () => {
    const discount: fc.Arbitrary<Discount | undefined> = fc.option(
      fc.oneof(
        fc.record({ basisPoints: fc.integer({ min: 0, max: 10_000 }) }),
        fc.record({ amountMinor: fc.integer({ min: 0, max: 1e9 }) }),
      ),
      { nil: undefined },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e9 }),
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 0, max: 1e9 }),
        discount,
        (quantity, scale, unitPriceMinor, taken) => {
          // The exact value over the denominator 2 × 10^scale × 10^4, and the rounding by its two neighbours.
          const denominator = 10n ** BigInt(scale) * 10_000n;
          const gross = BigInt(quantity) * BigInt(unitPriceMinor) * 10_000n;
          const exact =
            taken === undefined
              ? gross
              : "basisPoints" in taken
                ? gross - (gross / 10_000n) * BigInt(taken.basisPoints)
                : gross - BigInt(taken.amountMinor) * denominator;
          const total = failureOf(() => lineTotalMinor({ quantity, scale, unitPriceMinor, discount: taken }));
          if (exact < 0n) {
            expect(total?.code).toBe("deal.discount-exceeds-line");
            return;
          }
          const down = exact / denominator;
          const nearest = 2n * (exact - down * denominator) >= denominator ? down + 1n : down;
          if (nearest > BigInt(Number.MAX_SAFE_INTEGER)) {
            expect(total?.code).toBe("money.overflow");
            return;
          }
          expect(lineTotalMinor({ quantity, scale, unitPriceMinor, discount: taken })).toBe(Number(nearest));
        },
      ),
      seeded,
    );
  });
});

describe("the amount of a deal", () => {
  const products = [product(1), product(2, { unit: { name: "kg", scale: 3 } })];
  const line = (n: number, more: Record<string, unknown> = {}) => ({
    productId: idOf("prd", n),
    quantity: 1,
    ...more,
  });

  it("is its items' total, else the estimate, else unknown", () => {
    expect(deal().amountMinor).toBeUndefined();
    expect(deal({ estimatedAmountMinor: 7 }).amountMinor).toBe(7);
    const both = deal(
      { estimatedAmountMinor: 7, items: [line(1), line(2, { quantity: 1_500 })] },
      start,
      products,
    );
    expect(both.items?.map(({ totalMinor }) => totalMinor)).toEqual([1_000, 3_000]);
    expect(both).toMatchObject({ amountMinor: 4_000, estimatedAmountMinor: 7 });
    expect(changed(both, { items: null }, products).amountMinor).toBe(7);
    expect(changed(both, { items: null, estimatedAmountMinor: null }, products).amountMinor).toBeUndefined();
  });

  it("is the sum of its lines whatever their order, and refuses what cannot be counted", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: mostAmount / 4 }), { minLength: 1, maxLength: 20 }),
        (totals) => {
          const items = totals.map((totalMinor) => ({
            productId: idOf("prd", 1),
            quantity: 1,
            scale: 0,
            unitPriceMinor: totalMinor,
            totalMinor,
          }));
          const sum = totals.reduce((a, b) => a + BigInt(b), 0n);
          const failure = failureOf(() => amountOf({ items, estimatedAmountMinor: 1 }));
          if (sum > BigInt(mostAmount)) {
            expect(failure?.code).toBe("money.overflow");
            return;
          }
          expect(amountOf({ items: items.reverse(), estimatedAmountMinor: 1 })).toBe(Number(sum));
        },
      ),
      seeded,
    );
  });

  it("takes the price of the day and the currency where none is given, and says where there is none", () => {
    const priced = product(1, {
      prices: [
        { currency: "EUR", unitPriceMinor: 10, validTo: "2026-02-28" },
        { currency: "EUR", unitPriceMinor: 11, validFrom: "2026-03-01", validTo: "2026-03-31" },
        { currency: "RON", unitPriceMinor: 50 },
      ],
    });
    const entered = (input: Record<string, unknown>) => deal({ items: [line(1)], ...input }, start, [priced]);
    expect(entered({}).amountMinor).toBe(11);
    // In Bucharest the first of March has begun.
    expect(entered({ registeredAt: "2026-02-28T22:30:00.000Z" }).amountMinor).toBe(11);
    expect(entered({ registeredAt: "2026-02-28T21:30:00.000Z" }).amountMinor).toBe(10);
    expect(entered({ currency: "RON" }).amountMinor).toBe(50);
    expect(entered({ items: [line(1, { unitPriceMinor: 3 })], currency: "USD" }).amountMinor).toBe(3);
    expect(failureOf(() => entered({ currency: "USD" }))).toMatchObject({
      code: "deal.price-missing",
      fields: [{ pointer: "/items/0/unitPriceMinor" }],
    });
  });

  it("names no product that is not sold any more, unless the deal is older or has it already", () => {
    const retired = [product(1, { active: false })];
    expect(failureOf(() => deal({ items: [line(1)] }, start, retired))?.code).toBe("product.inactive");
    const old = deal({ items: [line(1)], registeredAt: "2026-01-01T00:00:00.000Z" }, start, retired);
    expect(changed(old, { items: [line(1, { quantity: 2 })] }, retired).amountMinor).toBe(2_000);
    expect(failureOf(() => changed(deal(), { items: [line(1)] }, retired))?.code).toBe("product.inactive");
    expect(failureOf(() => deal({ items: [line(9)] }, start, retired))?.code).toBe("reference.unknown");
  });

  it("does not mix currencies", () => {
    const one = deal({ items: [line(1)], estimatedAmountMinor: 5 }, start, products);
    expect(failureOf(() => changed(one, { currency: "RON" }, products))).toMatchObject({
      code: "deal.currency-mixed",
      fields: [{ pointer: "/items" }, { pointer: "/estimatedAmountMinor" }],
    });
    const other = changed(
      one,
      { currency: "RON", estimatedAmountMinor: null, items: [line(1, { unitPriceMinor: 9 })] },
      products,
    );
    expect(other).toMatchObject({ currency: "RON", amountMinor: 9 });
  });

  it("stands when the deal is closed", () => {
    const closed = deal({ typeId: "order", estimatedAmountMinor: 5, outcome: { state: "won", at: start } });
    expect(failureOf(() => changed(closed, { estimatedAmountMinor: 6, items: [] }))).toMatchObject({
      code: "deal.closed",
      fields: [{ pointer: "/items" }, { pointer: "/estimatedAmountMinor" }],
    });
    expect(changed(closed, { title: "Roof of the church" }).title).toBe("Roof of the church");
  });
});

describe("a change", () => {
  const clientId = idOf("cli", 1);
  const contacts = [{ contactId: idOf("con", 1), roles: ["decider" as const], sharePercent: 60 }];

  it("takes the contacts away with the client they belong to", () => {
    const one = deal({ clientId, contacts });
    expect(changed(one, { clientId: idOf("cli", 2) }).contacts).toEqual([]);
    expect(changed(one, { title: "Other" }).contacts).toEqual(contacts);
    expect(failureOf(() => deal({ contacts }))?.code).toBe("deal.contacts-without-client");
    expect(failureOf(() => changed(one, { clientId: null, contacts }))?.code).toBe(
      "deal.contacts-without-client",
    );
  });

  it("touches nothing that it does not name", () => {
    const one = deal({ clientId, contacts, manualProbabilityPercent: 20, expectedCloseOn: "2026-05-01" });
    expect(changed(one, { manualProbabilityPercent: null })).toEqual({
      ...one,
      probability: { standardPercent: 10, manualPercent: undefined },
      version: 2,
      updatedAt: later(1),
    });
  });

  it("refuses shares of more than all and anybody named twice", () => {
    const two = [...contacts, { contactId: idOf("con", 2), roles: ["payer"], sharePercent: 41 }];
    expect(NewDeal.safeParse({ title: "x", typeId: "sale", clientId, contacts: two }).success).toBe(false);
    expect(
      NewDeal.safeParse({ title: "x", typeId: "sale", clientId, contacts: [...contacts, ...contacts] })
        .success,
    ).toBe(false);
    expect(DealChange.safeParse({ participantIds: [by, by] }).success).toBe(false);
  });

  it("of the owner keeps from whom and by whom, and the new owner takes part no more", () => {
    const other = idOf("mem", 2);
    const one = deal({ participantIds: [other, idOf("mem", 3)] });
    expect(reassignedDeal(one, { ownerId: other }, "system", later(1))).toEqual({
      ...one,
      ownerId: other,
      teamId: undefined,
      participantIds: [idOf("mem", 3)],
      assignment: { fromId: by, by: "system", at: later(1) },
      version: 2,
      updatedAt: later(1),
    });
  });
});

describe("a deal of the past", () => {
  const history = [
    { stageId: "offer", at: later(1) },
    { stageId: "talks", at: later(2) },
    { stageId: "contract", at: later(3) },
  ];
  const now = later(10);

  it("is entered under the rules that held for it then", () => {
    const wonLater = deal({ registeredAt: start, history, outcome: { state: "won", at: later(4) } }, now);
    expect(wonLater).toMatchObject({
      state: "won",
      stageId: "contract",
      registeredAt: start,
      closedAt: later(4),
      createdAt: now,
      version: 1,
    });
    expect(wonLater.moves.map(({ kind, durationMs }) => [kind, durationMs])).toEqual([
      ["moved", 1],
      ["moved", 1],
      ["moved", 1],
      ["won", 1],
    ]);
    expect(failureOf(() => deal({ history: history.slice(1) }, now))).toMatchObject({
      code: "deal.stage-skipped",
      fields: [{ pointer: "/history/0/stageId" }],
    });
    expect(failureOf(() => deal({ history: [], outcome: { state: "won", at: start } }, now))?.code).toBe(
      "deal.stage-not-last",
    );
    expect(
      failureOf(() => deal({ history, outcome: { state: "lost", at: now, reasonId: "nobody" } }, now)),
    ).toMatchObject({ code: "reference.unknown", fields: [{ pointer: "/outcome/reasonId" }] });
  });

  it("begins with its history where no registration is named", () => {
    expect(
      deal({ history: [{ stageId: "interest", at: later(1) }, ...history.slice(1, 1)] }, now),
    ).toMatchObject({
      registeredAt: later(1),
      stageEnteredAt: later(1),
      moves: [],
    });
  });

  it("has its instants in order and none in the future", () => {
    const pointerOf = (input: Record<string, unknown>) =>
      failureOf(() => deal(input, now))?.fields[0]?.pointer;
    expect(pointerOf({ registeredAt: later(11) })).toBe("/registeredAt");
    expect(pointerOf({ registeredAt: later(2), history })).toBe("/history/0/at");
    expect(pointerOf({ history: [...history].reverse() })).toBe("/history/1/at");
    expect(pointerOf({ history: [{ stageId: "offer", at: later(12) }], registeredAt: start })).toBe(
      "/history/0/at",
    );
    expect(pointerOf({ history, outcome: { state: "won", at: later(2) } })).toBe("/outcome/at");
    expect(pointerOf({ history, outcome: { state: "won", at: later(11) } })).toBe("/outcome/at");
  });
});
