import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure } from "../../domain/kernel/errors.ts";
import { Books, clientId, own } from "./books.ts";

const seed = 20_261_123;

const currency = fc.constantFrom(own, "EUR", "USD");
const rate = fc.integer({ min: 100, max: 90_000 });
const place = fc.nat(20);
const operation = fc.oneof(
  fc.record({
    does: fc.constant("issue" as const),
    currency,
    prices: fc.array(fc.nat(50_000), { minLength: 1, maxLength: 4 }),
    off: fc.constantFrom(0, 0, 777, 10_000),
    eur: rate,
    usd: rate,
  }),
  fc.record({
    does: fc.constant("pay" as const),
    currency,
    amount: fc.integer({ min: 1, max: 150_000 }),
    places: fc.array(place, { maxLength: 3 }),
    eur: rate,
    usd: rate,
  }),
  fc.record({ does: fc.constant("allocate" as const), source: place, invoice: place, eur: rate, usd: rate }),
  fc.record({
    does: fc.constant("credit" as const),
    invoice: place,
    net: fc.option(fc.integer({ min: 1, max: 20_000 }), { nil: undefined }),
  }),
  fc.record({ does: fc.constant("refund" as const), source: place, eur: rate, usd: rate }),
  fc.record({ does: fc.constant("reverse" as const), source: place }),
);
/** An operation on a day that lies so many days back. */
const dated = fc.record({ operation, ago: fc.constantFrom(0, 0, 1, 5, 20) });
const dayAgo = (days: number) => new Date(Date.UTC(2026, 10, 23 - days)).toISOString().slice(0, 10);

type Step = typeof operation extends fc.Arbitrary<infer T> ? T : never;

const carriedOut = (books: Books, step: Step): void => {
  switch (step.does) {
    case "issue":
      books.issue(step.currency, step.prices, step.off, books.rates(step.eur, step.usd));
      break;
    case "pay":
      books.pay(step.currency, step.amount, books.rates(step.eur, step.usd), step.places);
      break;
    case "allocate":
      books.allocate(step.source, step.invoice, books.rates(step.eur, step.usd));
      break;
    case "credit":
      books.credit(step.invoice, step.net);
      break;
    case "refund":
      books.refund(step.source, books.rates(step.eur, step.usd));
      break;
    case "reverse":
      books.reverse(step.source);
  }
};

describe.each(["sale", "purchase"] as const)("the books of a %s", (side) => {
  test("balance in every commodity after every step, and the client's accounts are the sum of its documents", () => {
    const done = new Map<string, number>();
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 25 }), (steps) => {
        const books = new Books(side);
        for (const step of steps) {
          try {
            carriedOut(books, step);
            done.set(step.does, (done.get(step.does) ?? 0) + 1);
          } catch (error) {
            if (!(error instanceof Failure)) throw error;
          }
          books.check();
        }
      }),
      { seed, numRuns: 400 },
    );
    for (const does of ["issue", "pay", "allocate", "credit", "refund", "reverse"])
      expect(done.get(does) ?? 0, does).toBeGreaterThan(200);
  });

  test("say as of any day what was open and free then, though documents of earlier days came later", () => {
    fc.assert(
      fc.property(fc.array(dated, { minLength: 1, maxLength: 20 }), (steps) => {
        const books = new Books(side);
        for (const { operation: step, ago } of steps) {
          books.day = dayAgo(ago);
          try {
            carriedOut(books, step);
          } catch (error) {
            if (!(error instanceof Failure)) throw error;
          }
        }
        for (const ago of [0, 1, 2, 5, 20, 21]) books.checkAsOf(dayAgo(ago));
      }),
      { seed, numRuns: 300 },
    );
  });

  test("hold nothing on any claim, and no foreign currency at all, when all is paid in the own currency", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            currency,
            fc.array(fc.integer({ min: 1, max: 50_000 }), { minLength: 1, maxLength: 4 }),
            rate,
            rate,
          ),
          { minLength: 1, maxLength: 5 },
        ),
        fc.integer({ min: 1, max: 9 }),
        rate,
        rate,
        (documents, parts, eur, usd) => {
          const books = new Books(side);
          for (const [inCurrency, prices, a, b] of documents)
            books.issue(inCurrency, prices, 500, books.rates(a, b));
          const rates = books.rates(eur, usd);
          for (let n = 0; n < 40 && books.invoices.some(({ openMinor }) => openMinor > 0); n++) {
            const amount = n < parts ? 10_007 * (n + 1) : 1_000_000_000;
            books.pay(own, amount, rates, n < parts ? [0] : [0, 1, 2, 3, 4]);
          }
          books.check();
          expect(
            books.invoices.every(({ openMinor, openBookMinor }) => openMinor === 0 && openBookMinor === 0),
          ).toBe(true);
          for (const foreign of ["EUR", "USD"]) expect(books.balance("exchange", foreign)).toBe(0n);
          expect(books.worth).toBe(0n);
        },
      ),
      { seed, numRuns: 200 },
    );
  });
});

describe("credit notes", () => {
  test("in whatever parts take back exactly the invoice, its tax and its worth, and not a unit more", () => {
    fc.assert(
      fc.property(
        currency,
        fc.array(fc.integer({ min: 1, max: 50_000 }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 6 }),
        rate,
        (inCurrency, prices, parts, eur) => {
          const books = new Books("sale");
          books.issue(inCurrency, prices, 300, books.rates(eur, 45_000));
          for (const part of parts)
            try {
              books.credit(0, part);
            } catch (error) {
              expect(error).toMatchObject({ code: "credit-note.exceeds-left" });
            }
          const left = books.invoices[0]?.totalMinor !== books.invoices[0]?.credited?.totalMinor;
          if (left) books.credit(0, undefined);
          const [invoice] = books.invoices;
          expect(invoice).toMatchObject({
            state: "settled",
            openBookMinor: 0,
            credited: {
              netMinor: invoice?.netMinor,
              taxMinor: invoice?.taxMinor,
              totalMinor: invoice?.totalMinor,
            },
          });
          for (const account of ["revenue", "discounts", "tax-payable", "exchange-differences"])
            expect([account, books.balance(account, own)]).toEqual([account, 0n]);
          expect(books.worth).toBe(0n);
          expect(() => books.credit(0, undefined)).toThrow(/exceeds-left/);
        },
      ),
      { seed, numRuns: 300 },
    );
  });
});

describe("an invoice of 1,000.00 EUR at 4.97", () => {
  const at = (eur: number) => new Books("sale").rates(eur, 45_000);

  test("paid in lei at other rates in two parts leaves the difference between the rates as gain and loss", () => {
    const books = new Books("sale");
    books.issue("EUR", [100_000], 0, at(49_700));
    // One line, so that tax of 21 percent comes on top: 1,210.00 EUR, 6,013.70 RON.
    expect(books.balance(`clients:${clientId}:receivable`, "EUR")).toBe(121_000n);
    expect(books.balance("revenue", own)).toBe(-497_000n);
    expect(books.balance("tax-payable", own)).toBe(-104_370n);
    books.pay(own, 299_400, at(49_900), [0]); // 600.00 EUR, carried at 2,982.00
    expect(books.balance(`clients:${clientId}:receivable`, "EUR")).toBe(61_000n);
    expect(books.balance("exchange-differences", own)).toBe(-1_200n);
    books.pay(own, 302_560, at(49_600), [0]); // 610.00 EUR, carried at 3,031.70
    expect(books.balance(`clients:${clientId}:receivable`, "EUR")).toBe(0n);
    expect(books.balance("exchange-differences", own)).toBe(-590n);
    expect(books.worth).toBe(0n);
    expect(books.balance("bank", own)).toBe(601_960n);
  });

  test("paid in euro in excess leaves the rest as an advance, which a later invoice takes", () => {
    const books = new Books("sale");
    books.issue("EUR", [100_000], 0, at(49_700));
    books.pay("EUR", 150_000, at(49_800), [0]);
    expect(books.balance(`clients:${clientId}:advance`, "EUR")).toBe(-29_000n);
    expect(books.balance("exchange-differences", own)).toBe(-1_210n);
    books.issue("EUR", [20_000], 0, at(49_900));
    books.allocate(0, 1, at(49_900));
    expect(books.balance(`clients:${clientId}:receivable`, "EUR")).toBe(0n);
    expect(books.balance(`clients:${clientId}:advance`, "EUR")).toBe(-4_800n);
    expect(books.balance("exchange-differences", own)).toBe(-968n);
    books.check();
  });
});
