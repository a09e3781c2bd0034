import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { totalled } from "../../domain/finance/lines.ts";
import { standardFinanceSettings } from "../../domain/finance/settings.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { postingsOfTransaction } from "../../domain/ledger/transaction.ts";
import { billed } from "../../domain/orders/billing.ts";
import {
  cancelled,
  confirmed,
  heldMore,
  invoiced,
  newOrder,
  openIn,
  partsToCancel,
  partsToInvoice,
  partsToShip,
  shipped,
  uninvoicedIn,
} from "../../domain/orders/change.ts";
import { mostDocuments, mostShippedLines, NewOrder, type Order } from "../../domain/orders/order.ts";
import { returned } from "../../domain/orders/returning.ts";
import { begun, continued } from "../../domain/orders/under-way.ts";
import { newProduct } from "../../domain/products/product.ts";

const seed = 20261123;
const now = "2026-11-23T10:00:00.000Z";
const idOf = (prefix: string, n: number) => `${prefix}_${String(n).padStart(26, "0")}`;
const settings = standardFinanceSettings("RO", now);

const orderOf = (lines: readonly { quantity: number; unitPriceMinor: number; sharePercent: number }[]) => {
  const products = new Map(
    lines.map((_, n) => [
      idOf("prd", n),
      newProduct(
        { code: `P${n}`, name: "P", unit: { name: "piece", scale: 0 }, prices: [], active: true },
        idOf("prd", n),
        now,
      ),
    ]),
  );
  const input = NewOrder.parse({
    ...{ clientId: idOf("cli", 1), contractId: idOf("ctr", 1) },
    lines: lines.map(({ quantity, unitPriceMinor, sharePercent }, n) => ({
      ...{ productId: idOf("prd", n), warehouseId: idOf("whs", 1), quantity, unitPriceMinor },
      discount: { amountMinor: Math.floor((quantity * unitPriceMinor * sharePercent) / 100) },
    })),
  });
  const around = { side: "sale", currency: "RON", pricesIncludeTax: false, day: "2026-11-23" } as const;
  const totals = totalled(
    input.lines.map(({ warehouseId: _, place: __, ...line }) => line),
    { ...around, products, settings },
  );
  const order = newOrder(input, "RON", totals, {
    id: idOf("ord", 1),
    number: "ORD-2026-000001",
    by: "system",
    now,
  });
  return { order: confirmed(order, idOf("rsv", 1), now) };
};

const someLines = fc.array(
  fc.record({
    quantity: fc.integer({ min: 1, max: 40 }),
    unitPriceMinor: fc.integer({ min: 0, max: 10_000 }),
    sharePercent: fc.integer({ min: 0, max: 100 }),
  }),
  { minLength: 1, maxLength: 6 },
);
const step = fc.record({
  kind: fc.constantFrom("ship", "invoice", "return", "cancel"),
  line: fc.nat(6),
  quantity: fc.integer({ min: 1, max: 15 }),
  document: fc.nat(10),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const stepped = (order: Order, { kind, line, quantity, document }: Step, n: number): Order => {
  const wished = [{ line, quantity }];
  switch (kind) {
    case "ship":
      return shipped(order, partsToShip(order, wished), idOf("stk", n), now);
    case "invoice":
      return invoiced(order, partsToInvoice(order), idOf("inv", n), now);
    case "return": {
      const of = order.shipments[document % Math.max(1, order.shipments.length)];
      return returned(order, of?.documentId ?? "", wished, now).order;
    }
    default:
      return cancelled(order, partsToCancel(order, wished), now);
  }
};

describe("whatever is done with an order, in whatever order", () => {
  test("never more is shipped than ordered, returned than shipped, invoiced than the client has; documents sum to the lines", () => {
    fc.assert(
      fc.property(someLines, fc.array(step, { maxLength: 40 }), (lines, steps) => {
        let { order } = orderOf(lines);
        let consumedMinor = 0;
        for (const [n, one] of steps.entries()) {
          const before = order;
          try {
            order = stepped(before, one, n);
            if (one.kind === "invoice") consumedMinor += billed(before, partsToInvoice(before)).netMinor;
          } catch (error) {
            if (!(error instanceof Failure)) throw error;
            expect(error.code).toMatch(/^(order\.|reference\.unknown)/);
          }
          for (const [at, line] of order.lines.entries()) {
            expect(openIn(line)).toBeGreaterThanOrEqual(0);
            expect(uninvoicedIn(line)).toBeGreaterThanOrEqual(0);
            expect(line.returnedQuantity).toBeLessThanOrEqual(line.shippedQuantity);
            expect(line.creditedQuantity).toBeLessThanOrEqual(line.invoicedQuantity);
            const sums = (of: Order["shipments"] | Order["invoices"]) => {
              const entries = of.flatMap((one) => one.lines).filter((entry) => entry.line === at);
              for (const entry of entries)
                expect(entry.takenBackQuantity).toBeLessThanOrEqual(entry.quantity);
              return [
                entries.reduce((sum, { quantity }) => sum + quantity, 0),
                entries.reduce((sum, { takenBackQuantity }) => sum + takenBackQuantity, 0),
              ];
            };
            expect(sums(order.shipments)).toEqual([line.shippedQuantity, line.returnedQuantity]);
            expect(sums(order.invoices)).toEqual([line.invoicedQuantity, line.creditedQuantity]);
          }
          // What it holds of its contract only ever lessens, and with what was invoiced is never more than was confirmed.
          expect(heldMore(before, order)).toBeLessThanOrEqual(0);
          expect(order.contractHeldMinor).toBeGreaterThanOrEqual(0);
          expect((order.contractHeldMinor ?? 0) + consumedMinor).toBeLessThanOrEqual(order.netMinor);
          const isOver = order.lines.every((line) => openIn(line) + uninvoicedIn(line) === 0);
          expect(order.state === "done" || order.state === "cancelled").toBe(isOver);
          if (isOver) expect(order.contractHeldMinor).toBe(0);
        }
      }),
      { seed, numRuns: 200 },
    );
  });
});

describe("a step of many lines", () => {
  test("comes to documents that hold no more than fits into one write, and together hold all of it once", () => {
    const linesAndWish = fc.array(
      fc.record({
        quantity: fc.integer({ min: 1, max: 40 }),
        unitPriceMinor: fc.integer({ min: 100, max: 10_000 }),
        sharePercent: fc.constantFrom(0, 0, 10),
      }),
      { minLength: 1, maxLength: 50 },
    );
    fc.assert(
      fc.property(linesAndWish, fc.constantFrom("shipping", "invoicing"), (lines, step) => {
        let order = orderOf(lines).order;
        if (step === "invoicing") order = shipped(order, partsToShip(order, undefined), idOf("stk", 0), now);
        const wished = step === "shipping" ? partsToShip(order, undefined) : partsToInvoice(order);
        const did = step === "shipping" ? shipped : invoiced;
        const head = { step, on: "2026-11-23", by: "system" } as const;
        let portion = begun(order, head, wished, now);
        const documents = [portion.parts];
        order = did(order, portion.parts, idOf("doc", 0), now, portion.left);
        while (order.underWay) {
          portion = continued(order, order.underWay);
          documents.push(portion.parts);
          order = did(order, portion.parts, idOf("doc", documents.length), now, portion.left);
        }
        expect(documents.flat()).toEqual(wished);
        for (const parts of documents) {
          const withDiscount = parts.filter(({ line }) => order.lines[line]?.discountMinor !== 0).length;
          const postings = step === "shipping" ? 0 : 4 + parts.length + withDiscount;
          expect(parts.length).toBeLessThanOrEqual(step === "shipping" ? mostShippedLines : 26);
          expect(postings).toBeLessThanOrEqual(postingsOfTransaction.most);
        }
        if (step === "shipping") expect(documents.length).toBe(Math.ceil(lines.length / mostShippedLines));
      }),
      { seed, numRuns: 200 },
    );
  });

  test("is refused before anything is written where the order has no room for all its documents", () => {
    const { order } = orderOf(
      Array.from({ length: 6 }, () => ({ quantity: 1, unitPriceMinor: 100, sharePercent: 0 })),
    );
    const one = { documentId: idOf("stk", 1), lines: [] };
    const full = { ...order, shipments: Array.from({ length: mostDocuments - 1 }, () => one) };
    const head = { step: "shipping", on: "2026-11-23", by: "system" } as const;
    const parts = partsToShip(full, undefined);
    expect(() => begun(full, head, parts, now)).toThrow(
      /limit.exceeded: It has 49 documents .* needs 2 more/,
    );
    expect(begun(full, head, parts.slice(1), now).parts).toHaveLength(5);
  });
});
