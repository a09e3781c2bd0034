import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Leg } from "../../domain/finance/booking.ts";
import { postingsOf } from "../../domain/finance/booking.ts";
import { type CreditNote, credited } from "../../domain/finance/credit.ts";
import { asIssued, draftOf, type Issued, withOpen } from "../../domain/finance/invoice.ts";
import { issued, issueLegs } from "../../domain/finance/issue.ts";
import { totalled } from "../../domain/finance/lines.ts";
import { allocationLegs, spent, withSpent } from "../../domain/finance/money.ts";
import { newPayment, type Payment, paymentLegs, refunded } from "../../domain/finance/payment.ts";
import { standardFinanceSettings } from "../../domain/finance/settings.ts";
import { Failure } from "../../domain/kernel/errors.ts";

const seed = 20_261_123;
const now = "2026-11-23T18:00:00.000Z";
const clientId = "cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D";
const settings = standardFinanceSettings("RO", now);
const own = "RON";

type Source = Payment | CreditNote;

/** The books of one client, kept twice: as documents, and as the postings that the documents made. */
class Books {
  readonly invoices: Issued[] = [];
  readonly sources: Source[] = [];
  readonly balances = new Map<string, bigint>();
  readonly side: "sale" | "purchase";
  #n = 0;

  constructor(side: "sale" | "purchase") {
    this.side = side;
  }

  rates(eur: number, usd: number) {
    const text = (n: number) => `${Math.floor(n / 10_000)}.${String(n % 10_000).padStart(4, "0")}`;
    return {
      tenantCurrency: own,
      day: "2026-11-23",
      rates: new Map([
        ["EUR", text(eur)],
        ["USD", text(usd)],
      ]),
    };
  }

  circumstances() {
    this.#n += 1;
    return { id: `id-${this.#n}`, transactionId: `tx-${this.#n}`, now };
  }

  post(legs: readonly Leg[]): void {
    const sums = new Map<string, bigint>();
    for (const { account, commodity, amount } of postingsOf(legs, own)) {
      expect(amount).not.toBe(0);
      sums.set(commodity, (sums.get(commodity) ?? 0n) + BigInt(amount));
      const key = `${account} ${commodity}`;
      this.balances.set(key, (this.balances.get(key) ?? 0n) + BigInt(amount));
    }
    for (const [commodity, sum] of sums) expect([commodity, sum]).toEqual([commodity, 0n]);
  }

  balance(account: string, commodity: string): bigint {
    return this.balances.get(`${account} ${commodity}`) ?? 0n;
  }

  /** Every account of the client is what its documents say, and `exchange` is what foreign claims are worth. */
  check(): void {
    const sign = this.side === "sale" ? 1n : -1n;
    const [claims, free] =
      this.side === "sale"
        ? [`clients:${clientId}:receivable`, `clients:${clientId}:advance`]
        : [`clients:${clientId}:payable`, `clients:${clientId}:prepaid`];
    const sum = (items: readonly { currency: string }[], currency: string, of: (item: number) => number) =>
      items.reduce((total, item, at) => (item.currency === currency ? total + BigInt(of(at)) : total), 0n);
    for (const currency of [own, "EUR", "USD"]) {
      const open = sum(this.invoices, currency, (at) => this.invoices[at]?.openMinor ?? 0);
      const left = sum(this.sources, currency, (at) => this.sources[at]?.leftMinor ?? 0);
      expect(this.balance(claims, currency)).toBe(sign * open);
      expect(this.balance(free, currency)).toBe(-sign * left);
      if (currency === own) continue;
      expect(this.balance("exchange", currency)).toBe(
        -(sign * (open - left) + this.balance("bank", currency)),
      );
    }
    for (const one of this.invoices) {
      expect(one.openMinor).toBeGreaterThanOrEqual(0);
      expect(one.openBookMinor).toBeGreaterThanOrEqual(0);
      if (one.openMinor === 0) expect([one.state, one.openBookMinor]).toEqual(["settled", 0]);
    }
    for (const one of this.sources) {
      expect(one.leftMinor).toBeGreaterThanOrEqual(0);
      if (one.leftMinor === 0) expect(one.leftBookMinor).toBe(0);
    }
  }

  issue(currency: string, prices: readonly number[], percentOff: number, rates: ReturnType<Books["rates"]>) {
    const totals = totalled(
      prices.map((unitPriceMinor, at) => ({
        description: "x",
        quantity: 1 + (at % 3),
        unitPriceMinor,
        discount: { basisPoints: percentOff },
        taxId: ["standard", "reduced", "zero"][at % 3] ?? "zero",
      })),
      {
        side: this.side,
        currency,
        pricesIncludeTax: prices.length % 2 === 0,
        day: rates.day,
        products: new Map(),
        settings,
      },
    );
    const { id } = this.circumstances();
    const draft = draftOf(
      { side: this.side, clientId, pricesIncludeTax: prices.length % 2 === 0 },
      currency,
      totals,
      { id, now },
    );
    const invoice = issued(
      draft,
      {},
      { issuedOn: rates.day, number: id, paymentDays: 30, party: undefined, rates, now },
    );
    this.post(issueLegs(invoice, own));
    this.invoices.push(asIssued(invoice));
  }

  #keep(invoices: readonly Issued[]): void {
    for (const invoice of invoices) {
      const at = this.invoices.findIndex(({ id }) => id === invoice.id);
      this.invoices[at] = withOpen(invoice, invoice, now);
    }
  }

  pay(currency: string, amountMinor: number, rates: ReturnType<Books["rates"]>, places: readonly number[]) {
    const open = this.invoices.filter(({ openMinor }) => openMinor > 0);
    const chosen = [...new Set(places.map((place) => open[place % (open.length || 1)]))].filter(
      (one) => one !== undefined,
    );
    const about = { ...this.circumstances(), rates };
    const input = { side: this.side, clientId, currency, amountMinor, moneyAccount: "bank", allocations: [] };
    const payment = newPayment(input, about);
    const result = spent(
      payment,
      chosen.map((invoice) => ({ invoice, wish: {}, pointer: "" })),
      rates,
      about.transactionId,
    );
    const paid = withSpent(payment, result, now);
    this.post(paymentLegs(paid, result.settlements, own));
    this.sources.push(paid);
    this.#keep(result.invoices);
  }

  allocate(sourceAt: number, invoiceAt: number, rates: ReturnType<Books["rates"]>) {
    const source = this.sources[sourceAt % (this.sources.length || 1)];
    const invoice = this.invoices[invoiceAt % (this.invoices.length || 1)];
    if (!source || !invoice) return;
    const { transactionId } = this.circumstances();
    const result = spent(source, [{ invoice, wish: {}, pointer: "" }], rates, transactionId);
    this.post(allocationLegs(source, result.settlements, own));
    this.#replace(source, withSpent(source, result, now));
    this.#keep(result.invoices);
  }

  #replace(before: Source, after: Source): void {
    this.sources[this.sources.indexOf(before)] = after;
  }

  credit(invoiceAt: number, netMinor: number | undefined) {
    const invoice = this.invoices[invoiceAt % (this.invoices.length || 1)];
    if (!invoice) return;
    const about = this.circumstances();
    const result = credited(
      invoice,
      { reason: "returned", ...(netMinor === undefined ? {} : { lines: [{ line: 0, netMinor }] }) },
      { ...about, number: about.id, issuedOn: "2026-11-23" },
      own,
    );
    this.post(result.legs);
    this.invoices[this.invoices.indexOf(invoice)] = result.invoice;
    this.sources.push(result.note);
  }

  refund(sourceAt: number, rates: ReturnType<Books["rates"]>) {
    const source = this.sources[sourceAt % (this.sources.length || 1)];
    if (!source) return;
    const { left, legs } = refunded(
      source,
      { sourceId: source.id, moneyAccount: "bank" },
      { ...this.circumstances(), rates },
    );
    this.post(legs);
    this.#replace(source, { ...source, ...left });
  }
}

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
);

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
    for (const does of ["issue", "pay", "allocate", "credit", "refund"])
      expect(done.get(does) ?? 0, does).toBeGreaterThan(200);
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
          expect(books.balance("exchange", own)).toBe(0n);
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
          for (const account of ["revenue", "discounts", "tax-payable", "exchange", "exchange-differences"])
            expect([account, books.balance(account, own)]).toEqual([account, 0n]);
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
    expect(books.balance("exchange", own)).toBe(0n);
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
