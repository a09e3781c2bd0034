import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asIssued, withOpen } from "../../domain/finance/invoice.ts";
import { deallocated } from "../../domain/finance/money.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { Books, own } from "./books.ts";
import { balanceOf, dayFrom, heldTogether, issuedInvoice, newFinanceCompany, rates } from "./company.ts";

const now = "2026-11-23T18:00:00.000Z";
const seed = 20_261_124;
const dayAgo = (days: number) => new Date(Date.UTC(2026, 10, 23 - days)).toISOString().slice(0, 10);

/** Takes back what a source of the books settles of an invoice. */
const takeBack = (books: Books, sourceAt: number, invoiceAt: number): void => {
  const source = books.sources[sourceAt % Math.max(1, books.sources.length)];
  const invoice = books.invoices[invoiceAt % Math.max(1, books.invoices.length)];
  if (!source || !invoice) return;
  const back = deallocated(source, invoice, books.day, { tenantCurrency: own, now });
  books.post(back.legs);
  books.sources[books.sources.indexOf(source)] = back.source;
  books.invoices[books.invoices.indexOf(invoice)] = asIssued(withOpen(invoice, back.invoice, now));
};

describe("what was settled and is taken back", () => {
  test("leaves books that balance, and say as of any day what was open and free then", () => {
    const place = fc.nat(8);
    const money = fc.record({
      currency: fc.constantFrom(own, "EUR", "USD"),
      eur: fc.integer({ min: 9_000, max: 90_000 }),
    });
    const step = fc.record({
      does: fc.constantFrom("issue", "pay", "allocate", "credit", "take back", "take back"),
      ...{ money, amount: fc.integer({ min: 1, max: 60_000 }), source: place, invoice: place },
      ago: fc.constantFrom(0, 0, 1, 5),
    });
    let done = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 3, maxLength: 25 }), (steps) => {
        const books = new Books("sale");
        for (const {
          does,
          money: { currency, eur },
          amount,
          source,
          invoice,
          ago,
        } of steps) {
          books.day = dayAgo(ago);
          const at = books.rates(eur, 45_000);
          try {
            if (does === "issue") books.issue(currency, [amount, 77], 300, at);
            else if (does === "pay") books.pay(currency, amount, at, [source, invoice]);
            else if (does === "allocate") books.allocate(source, invoice, at);
            else if (does === "credit") books.credit(invoice, amount % 2 === 0 ? undefined : amount);
            else {
              takeBack(books, source, invoice);
              done += books.sources.length > 0 ? 1 : 0;
            }
          } catch (error) {
            if (!(error instanceof Failure)) throw error;
          }
          books.check();
        }
        for (const ago of [0, 1, 2, 5, 6]) books.checkAsOf(dayAgo(ago));
      }),
      { seed, numRuns: 400 },
    );
    expect(done).toBeGreaterThan(100);
  });

  test("is free again and settles the right invoice instead, over HTTP", async () => {
    const company = await newFinanceCompany();
    const { call, clientId } = company;
    await rates(company, { [dayFrom(-9)]: "5", [dayFrom(-5)]: "4.9", [dayFrom(0)]: "4.8" });
    const eur = { currency: "EUR" } as const;
    const wrong = await issuedInvoice(company, 100_000, eur, { issuedOn: dayFrom(-8) });
    const right = await issuedInvoice(company, 50_000, eur, { issuedOn: dayFrom(-8) });
    const { id: paymentId } = await call.createPayment({
      body: { clientId, amountMinor: 300_000, paidOn: dayFrom(-4) },
    });
    const params = { paymentId };
    await call.allocatePayment({ params, body: { allocations: [{ invoiceId: wrong.id }], on: dayFrom(-3) } });
    await expect(call.reversePayment({ params, body: {} })).rejects.toMatchObject({ code: "payment.used" });
    const back = (invoiceId: string, on?: string) =>
      call.deallocatePayment({ params, body: { invoiceId, ...(on === undefined ? {} : { on }) } });
    await expect(back(right.id)).rejects.toMatchObject({ status: 409, code: "allocation.nothing" });
    await expect(back(wrong.id, dayFrom(-4))).rejects.toMatchObject({
      status: 400,
      fields: [{ pointer: "/on" }],
    });
    const free = await back(wrong.id, dayFrom(-1));
    expect(free).toMatchObject({
      leftMinor: 300_000,
      leftBookMinor: 300_000,
      allocations: [{ reversedOn: dayFrom(-1) }],
    });
    await expect(back(wrong.id)).rejects.toMatchObject({ code: "allocation.nothing" });
    expect(await call.readInvoice({ params: { invoiceId: wrong.id } })).toMatchObject({
      state: "open",
      openMinor: wrong.totalMinor,
      openBookMinor: wrong.openBookMinor,
    });
    expect(await balanceOf(company, "exchange-differences", "RON")).toBe(0);
    await heldTogether(company);
    const then = await call.readClientMoney({ params: { clientId }, query: { asOf: dayFrom(-2) } });
    expect(then.sale.currencies.find(({ currency }) => currency === "RON")).toBeUndefined();
    await call.allocatePayment({ params, body: { allocations: [{ invoiceId: right.id }] } });
    await heldTogether(company);
  });

  test("with its payment, of which something was settled with it and taken back, leaves nothing", async () => {
    const company = await newFinanceCompany();
    const { call, clientId } = company;
    const one = await issuedInvoice(company, 1_000);
    const other = await issuedInvoice(company, 2_000);
    const { id: paymentId } = await call.createPayment({
      body: { clientId, amountMinor: 5_000, allocations: [{ invoiceId: one.id }, { invoiceId: other.id }] },
    });
    const params = { paymentId };
    await call.deallocatePayment({ params, body: { invoiceId: one.id } });
    await heldTogether(company);
    await call.reversePayment({ params, body: {} });
    await expect(call.deallocatePayment({ params, body: { invoiceId: other.id } })).rejects.toMatchObject({
      code: "payment.reversed",
    });
    const { money } = await heldTogether(company);
    expect(money.sale.currencies).toMatchObject([
      { openMinor: one.totalMinor + other.totalMinor, freeMinor: 0 },
    ]);
    for (const account of ["bank", `clients:${clientId}:advance`])
      expect([account, await balanceOf(company, account, "RON")]).toEqual([account, 0]);
  });

  test("of a credit note that paid another invoice opens that invoice, not its own", async () => {
    const company = await newFinanceCompany();
    const { call, clientId } = company;
    const paid = await issuedInvoice(company, 1_000);
    const other = await issuedInvoice(company, 500);
    await call.createPayment({
      body: { clientId, amountMinor: paid.totalMinor, allocations: [{ invoiceId: paid.id }] },
    });
    const note = await call.creditInvoice({ params: { invoiceId: paid.id }, body: { reason: "Returned" } });
    const params = { creditNoteId: note.id };
    await call.allocateCreditNote({ params, body: { allocations: [{ invoiceId: other.id }] } });
    expect(await call.deallocateCreditNote({ params, body: { invoiceId: other.id } })).toMatchObject({
      leftMinor: note.leftMinor,
    });
    const { money } = await heldTogether(company);
    expect(money.sale.currencies).toMatchObject([{ openMinor: other.totalMinor, freeMinor: note.leftMinor }]);
  });
});
