import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { postingsOf } from "../../domain/finance/booking.ts";
import type { CreditLineInput } from "../../domain/finance/credit.ts";
import { credited } from "../../domain/finance/crediting.ts";
import { draftOf, type Issued } from "../../domain/finance/invoice.ts";
import { issued, issueLegs } from "../../domain/finance/issue.ts";
import { type LineInput, totalled } from "../../domain/finance/lines.ts";
import { standardFinanceSettings } from "../../domain/finance/settings.ts";
import { newProduct } from "../../domain/products/product.ts";
import { Books, own } from "./books.ts";

const seed = 20_261_124;
const now = "2026-11-23T18:00:00.000Z";
const day = "2026-11-23";
const settings = standardFinanceSettings("RO", now);
const productIds = ["A", "B", "C"].map((letter) => `prd_${letter.repeat(26)}`);
const products = new Map(
  productIds.map((id) => [
    id,
    newProduct({ code: id, name: id, unit: { name: "piece", scale: 0 }, prices: [], active: true }, id, now),
  ]),
);
const rates = { tenantCurrency: own, day, rates: new Map() };

const invoiceOf = (lines: readonly LineInput[], pricesIncludeTax = false): Issued => {
  const around = { side: "sale", currency: own, pricesIncludeTax, day, products, settings } as const;
  const about = { side: "sale", clientId: "cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D", pricesIncludeTax } as const;
  const draft = draftOf(about, own, totalled(lines, around), { id: "inv", now });
  return issued(draft, {}, { issuedOn: day, number: "1", paymentDays: 30, party: undefined, rates, now });
};

/** Debits less credits of an account by product. */
const byProduct = (legs: ReturnType<typeof issueLegs>, account: string): number[] =>
  productIds.map((id) =>
    postingsOf(legs, own)
      .filter((one) => one.account === account && one.productId === id)
      .reduce((sum, { amount }) => sum + amount, 0),
  );

const creditOf = (invoice: Issued, lines?: readonly CreditLineInput[]) =>
  credited(
    invoice,
    { reason: "returned", ...(lines ? { lines: [...lines] } : {}) },
    { id: "crn", transactionId: "crn", number: "1", issuedOn: day, now },
    own,
  );

describe("what products bring", () => {
  test("is each line's net, where prices include tax and only some lines have a discount", () => {
    const invoice = invoiceOf(
      [
        { productId: productIds[0], quantity: 1, unitPriceMinor: 12_100 },
        { productId: productIds[1], quantity: 1, unitPriceMinor: 24_200, discount: { basisPoints: 5_000 } },
        {
          productId: productIds[2],
          quantity: 1,
          unitPriceMinor: 22_200,
          discount: { amountMinor: 11_100 },
          taxId: "reduced",
        },
      ],
      true,
    );
    const legs = issueLegs(invoice, own);
    expect(byProduct(legs, "revenue")).toEqual([-10_000, -20_000, -20_000]);
    expect(byProduct(legs, "discounts")).toEqual([0, 10_000, 10_000]);
  });

  test("comes to each line's net, whatever prices, discounts and taxes", () => {
    const line = fc.record({
      quantity: fc.integer({ min: 1, max: 9 }),
      unitPriceMinor: fc.nat(50_000),
      discount: fc.record({ basisPoints: fc.constantFrom(0, 0, 333, 5_000, 10_000) }),
      taxId: fc.constantFrom("standard", "reduced", "zero"),
    });
    fc.assert(
      fc.property(fc.tuple(line, line, line), fc.boolean(), (lines, included) => {
        const invoice = invoiceOf(
          lines.map((one, at) => ({ ...one, productId: productIds[at] })),
          included,
        );
        const legs = issueLegs(invoice, own);
        const [revenue, discounts] = [byProduct(legs, "revenue"), byProduct(legs, "discounts")];
        for (const [at, { netMinor }] of invoice.lines.entries())
          expect((revenue[at] ?? 0) + (discounts[at] ?? 0)).toBe(0 - netMinor);
      }),
      { seed, numRuns: 300 },
    );
  });
});

describe("quantities that are credited one after the other", () => {
  test("come to exactly the line, its tax and no unit more, in whatever steps", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.nat(300),
        fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 40 }),
        (quantity, unitPriceMinor, steps) => {
          let invoice = invoiceOf([
            {
              description: "x",
              quantity,
              unitPriceMinor: unitPriceMinor + 1,
              discount: { basisPoints: 4_900 },
            },
          ]);
          let left = quantity;
          for (const step of [...steps, quantity]) {
            const part = Math.min(step, left);
            if (part === 0) break;
            invoice = creditOf(invoice, [{ line: 0, quantity: part }]).invoice;
            left -= part;
          }
          expect(invoice).toMatchObject({
            state: "settled",
            openMinor: 0,
            credited: { netMinor: invoice.netMinor, taxMinor: invoice.taxMinor, quantities: [quantity] },
          });
          expect(() => creditOf(invoice, [{ line: 0, quantity: 1 }])).toThrow(/exceeds-left/);
        },
      ),
      { seed, numRuns: 300 },
    );
  });

  test("of three at 1.00 together are 0.33, 0.34 and 0.33", () => {
    let invoice = invoiceOf([
      { description: "x", quantity: 3, scale: 0, unitPriceMinor: 50, discount: { amountMinor: 50 } },
    ]);
    const parts = [1, 1, 1].map((quantity) => {
      const result = creditOf(invoice, [{ line: 0, quantity }]);
      invoice = result.invoice;
      return result.note.netMinor;
    });
    expect(parts).toEqual([33, 34, 33]);
  });

  test("may be given a net of their own, which says nothing of the rest", () => {
    const invoice = invoiceOf([{ description: "x", quantity: 4, unitPriceMinor: 1_000 }]);
    const after = creditOf(invoice, [{ line: 0, quantity: 1, netMinor: 250 }]);
    expect(after.note.lines).toMatchObject([{ quantity: 1, netMinor: 250 }]);
    expect(creditOf(after.invoice, [{ line: 0, quantity: 3 }]).note.netMinor).toBe(3_000);
    expect(creditOf(after.invoice).note.netMinor).toBe(3_750);
    expect(() => creditOf(after.invoice, [{ line: 0, quantity: 4 }])).toThrow(/exceeds-left/);
  });
});

describe("an invoice in a foreign currency", () => {
  test("leaves nothing of revenue, discounts and tax when all of it is credited, paid in part or not", () => {
    const step = fc.oneof(
      fc.record({ does: fc.constant("pay" as const), amount: fc.integer({ min: 1, max: 60_000 }) }),
      fc.record({ does: fc.constant("credit" as const), amount: fc.integer({ min: 1, max: 20_000 }) }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 50_000 }), { minLength: 1, maxLength: 4 }),
        fc.array(step, { maxLength: 8 }),
        fc.integer({ min: 9_000, max: 90_000 }),
        fc.integer({ min: 9_000, max: 90_000 }),
        (prices, steps, atIssue, atPayment) => {
          const books = new Books("sale");
          books.issue("EUR", prices, 300, books.rates(atIssue, 45_000));
          for (const { does, amount } of steps)
            try {
              if (does === "pay") books.pay("EUR", amount, books.rates(atPayment, 45_000), [0]);
              else books.credit(0, amount);
            } catch (error) {
              expect(error).toMatchObject({ code: expect.stringMatching(/^(credit-note|allocation)\./) });
            }
          const [invoice] = books.invoices;
          if (invoice?.credited?.totalMinor !== invoice?.totalMinor) books.credit(0, undefined);
          for (const account of ["revenue", "discounts", "tax-payable"])
            expect([account, books.balance(account, own)]).toEqual([account, 0n]);
          books.check();
        },
      ),
      { seed, numRuns: 400 },
    );
  });
});
