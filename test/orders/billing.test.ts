import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { credited } from "../../domain/finance/crediting.ts";
import { draftOf, type Issued } from "../../domain/finance/invoice.ts";
import { issued } from "../../domain/finance/issue.ts";
import { type Totals, totalled } from "../../domain/finance/lines.ts";
import { standardFinanceSettings } from "../../domain/finance/settings.ts";
import { billed, creditOf } from "../../domain/orders/billing.ts";
import { confirmed, invoiced, newOrder, partsToInvoice, shipped } from "../../domain/orders/change.ts";
import { NewOrder, type Order, type Part } from "../../domain/orders/order.ts";
import { returned } from "../../domain/orders/returning.ts";
import { newProduct } from "../../domain/products/product.ts";

const seed = 20261124;
const now = "2026-11-23T10:00:00.000Z";
const today = "2026-11-23";
const idOf = (prefix: string, n: number) => `${prefix}_${String(n).padStart(26, "0")}`;
const standard = standardFinanceSettings("RO", now);
const settings = {
  ...standard,
  taxRates: ["21", "9", "0", "8.875"].map((percent, n) => ({
    id: `t${n}`,
    name: percent,
    percent,
    active: true,
  })),
};

const line = fc.record({
  quantity: fc.integer({ min: 1, max: 5_000 }),
  scale: fc.constantFrom(0, 0, 1, 3),
  unitPriceMinor: fc.integer({ min: 0, max: 100_000 }),
  taxId: fc.constantFrom("t0", "t1", "t2", "t3"),
  discount: fc.oneof(
    fc.constant(undefined),
    fc.record({ basisPoints: fc.integer({ min: 0, max: 10_000 }) }),
    fc.record({ sharePercent: fc.integer({ min: 0, max: 100 }) }),
  ),
});
type SomeLine = typeof line extends fc.Arbitrary<infer L> ? L : never;

const discountOf = ({ discount, quantity, scale, unitPriceMinor }: SomeLine) => {
  if (discount === undefined || "basisPoints" in discount) return discount;
  const grossMinor = Math.floor((quantity * unitPriceMinor) / 10 ** scale);
  return { amountMinor: Math.floor((grossMinor * discount.sharePercent) / 100) };
};

const orderOf = (lines: readonly SomeLine[], pricesIncludeTax: boolean): Order => {
  const products = new Map(
    lines.map(({ scale }, n) => [
      idOf("prd", n),
      newProduct(
        { code: `P${n}`, name: "P", unit: { name: "u", scale }, prices: [], active: true },
        idOf("prd", n),
        now,
      ),
    ]),
  );
  const input = NewOrder.parse({
    clientId: idOf("cli", 1),
    pricesIncludeTax,
    lines: lines.map((one, n) => ({
      ...{ productId: idOf("prd", n), warehouseId: idOf("whs", 1) },
      ...{ quantity: one.quantity, unitPriceMinor: one.unitPriceMinor, taxId: one.taxId },
      discount: discountOf(one),
    })),
  });
  const totals = totalled(
    input.lines.map(({ warehouseId: _, place: __, ...rest }) => rest),
    { side: "sale", currency: "RON", pricesIncludeTax, day: today, products, settings },
  );
  const about = { id: idOf("ord", 1), number: "ORD-2026-000001", by: "system", now };
  return confirmed(newOrder(input, "RON", totals, about), idOf("rsv", 1), now);
};

/** What may be shipped before an invoice: of each line a share in percent of what is open. */
const shares = fc.array(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 8 }), {
  maxLength: 6,
});

/** The order shipped and invoiced in parts until nothing is left, and its invoices. */
const invoicedInParts = (whole: Order, rounds: readonly (readonly number[])[]) => {
  let order = whole;
  const invoices: { totals: Totals; id: string }[] = [];
  for (const [round, percents] of [...rounds, [100]].entries()) {
    const parts = order.lines.flatMap(({ quantity, shippedQuantity }, at): Part[] => {
      const some = Math.floor(((quantity - shippedQuantity) * (percents[at % percents.length] ?? 0)) / 100);
      return some > 0 ? [{ line: at, quantity: some }] : [];
    });
    if (parts.length === 0) continue;
    order = shipped(order, parts, idOf("stk", round), now);
    const id = idOf("inv", round);
    const due = partsToInvoice(order);
    invoices.push({ totals: billed(order, due), id });
    order = invoiced(order, due, id, now);
  }
  return { order, invoices };
};

const sumOf = (amounts: readonly number[]) => amounts.reduce((sum, amount) => sum + amount, 0);

/** The order with a share in percent of what is left of a line of a shipment taken back and credited. */
const takeBack = (
  order: Order,
  invoices: Map<string, Issued>,
  shipmentId: string,
  at: number,
  percent: number,
): Order => {
  const entry = order.shipments
    .find(({ documentId }) => documentId === shipmentId)
    ?.lines.find(({ line: number }) => number === at);
  const left = entry ? entry.quantity - entry.takenBackQuantity : 0;
  const quantity = Math.ceil((left * percent) / 100);
  if (quantity === 0) return order;
  const back = returned(order, shipmentId, [{ line: at, quantity }], now);
  for (const credit of back.credits) {
    const invoice = invoices.get(credit.invoiceId);
    if (!invoice) throw new Error("the invoice is missing");
    const lines = creditOf(invoice, credit.lines);
    const about = { id: "crn", transactionId: "crn", number: "CN", issuedOn: today, now };
    if (lines.length > 0)
      invoices.set(invoice.id, credited(invoice, { lines, reason: "Back" }, about, "RON").invoice);
  }
  return back.order;
};

describe("invoices of all parts of an order", () => {
  test("come to the order to the last unit: without tax, in the tax of each rate and as a whole, whatever parts, discounts and taxes", () => {
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        shares,
        (lines, includesTax, rounds) => {
          const whole = orderOf(lines, includesTax);
          const { order, invoices } = invoicedInParts(whole, rounds);
          expect(order.state).toBe("done");
          const all = invoices.map(({ totals }) => totals);
          for (const field of ["netMinor", "taxMinor", "totalMinor"] as const)
            expect(sumOf(all.map((totals) => totals[field]))).toBe(whole[field]);
          for (const { taxId, taxMinor, baseMinor } of whole.taxes) {
            const some = all.flatMap(({ taxes }) => taxes.filter((tax) => tax.taxId === taxId));
            expect(sumOf(some.map((tax) => tax.taxMinor))).toBe(taxMinor);
            expect(sumOf(some.map((tax) => tax.baseMinor))).toBe(baseMinor);
          }
          for (const { lines: parts, taxes, netMinor, taxMinor, totalMinor, discountMinor } of all) {
            for (const part of [...parts, { netMinor, taxMinor, totalMinor, discountMinor }]) {
              expect(part.netMinor + part.taxMinor).toBe(part.totalMinor);
              expect(Math.min(part.netMinor, part.taxMinor, part.discountMinor)).toBeGreaterThanOrEqual(0);
            }
            expect(sumOf(parts.map((part) => part.netMinor))).toBe(netMinor);
            for (const { taxId, taxMinor: ofRate } of taxes)
              expect(sumOf(parts.filter((part) => part.taxId === taxId).map((part) => part.taxMinor))).toBe(
                ofRate,
              );
          }
        },
      ),
      { seed, numRuns: 300 },
    );
  });

  test("are each off by no more than a unit of what its own lines and rates would come to", () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), shares, (lines, rounds) => {
        const { invoices } = invoicedInParts(orderOf(lines, false), rounds);
        for (const { taxes } of invoices.map(({ totals }) => totals))
          for (const { baseMinor, taxMinor, percent } of taxes)
            expect(Math.abs((baseMinor * Number(percent)) / 100 - taxMinor)).toBeLessThanOrEqual(1);
      }),
      { seed, numRuns: 200 },
    );
  });

  test("are credited to the last unit when all of it comes back, in whatever parts", () => {
    const lots = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        shares,
        lots,
        (lines, includesTax, rounds, percents) => {
          const result = invoicedInParts(orderOf(lines, includesTax), rounds);
          let order = result.order;
          const invoices = new Map(
            result.invoices.map(({ totals, id }): [string, Issued] => {
              const about = {
                side: "sale",
                clientId: idOf("cli", 1),
                pricesIncludeTax: includesTax,
              } as const;
              const rates = { tenantCurrency: "RON", day: today, rates: new Map<string, string>() };
              const issuing = { issuedOn: today, number: id, paymentDays: 14, party: undefined, rates, now };
              return [id, issued(draftOf(about, "RON", totals, { id, now }), {}, issuing)];
            }),
          );
          for (const percent of [...percents, 100, 100])
            for (const shipment of order.shipments)
              for (const { line: at } of shipment.lines) {
                order = takeBack(order, invoices, shipment.documentId, at, percent);
              }
          expect(order.lines.every((one) => one.creditedQuantity === one.quantity)).toBe(true);
          for (const { credited: back, netMinor, totalMinor, openMinor } of invoices.values())
            if (totalMinor > 0)
              expect({ back: [back?.netMinor, back?.totalMinor], openMinor }).toEqual({
                ...{ back: [netMinor, totalMinor], openMinor: 0 },
              });
        },
      ),
      { seed, numRuns: 100 },
    );
  });
});
