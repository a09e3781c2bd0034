import { describe, expect, test } from "vitest";
import {
  balanceOf,
  dayFrom,
  type FinanceCompany,
  heldTogether,
  issuedInvoice,
  newFinanceCompany,
  rates,
} from "./company.ts";

/** The client's ageing in a currency, or nothing. */
const ageingOf = async (company: FinanceCompany, currency: string, on?: string) => {
  const { items } = await company.call.readAgeing({ query: on === undefined ? {} : { on } });
  const row = items.find(({ key }) => key === company.clientId);
  return row?.currencies.find((one) => one.currency === currency);
};

describe("an invoice in euro, paid in lei in two parts, with a credit note", () => {
  test("ties to the ledger after each step, by age, by counterparty and by the books", async () => {
    const company = await newFinanceCompany();
    const { call, clientId, first, second } = company;
    const [issuedOn, paidOn, today] = [dayFrom(-100), dayFrom(-20), dayFrom(0)];
    await rates(company, { [issuedOn]: "4.97", [paidOn]: "4.99", [today]: "4.96" });
    const receivable = `clients:${clientId}:receivable`;

    // 1,000.00 EUR net and 210.00 of tax, issued 100 days ago and due 70 days ago.
    const invoice = await issuedInvoice(
      company,
      100_000,
      { currency: "EUR", counterpartyId: first },
      { issuedOn },
    );
    expect(invoice).toMatchObject({
      rate: "4.97",
      dueOn: dayFrom(-70),
      totalMinor: 121_000,
      book: { totalMinor: 601_370, taxMinor: 104_370, discountMinor: 0 },
      openBookMinor: 601_370,
    });
    await heldTogether(company);
    expect(await balanceOf(company, receivable, "EUR")).toBe(121_000);
    expect(await balanceOf(company, "revenue", "RON")).toBe(-497_000);
    expect(await balanceOf(company, "tax-payable", "RON")).toBe(-104_370);
    expect(await balanceOf(company, "exchange", "EUR")).toBe(-121_000);
    expect(await balanceOf(company, "exchange:receivable:EUR", "RON")).toBe(601_370);
    expect(await ageingOf(company, "EUR")).toMatchObject({
      days61To90: 121_000,
      openMinor: 121_000,
      book: { days61To90: 601_370 },
    });
    expect(await ageingOf(company, "EUR", dayFrom(-70))).toMatchObject({ current: 121_000, days61To90: 0 });
    expect(await ageingOf(company, "EUR", dayFrom(21))).toMatchObject({ over90: 121_000 });

    // 2,994.00 RON pay 600.00 EUR at 4.99, which stood at 2,982.00: a gain of 12.00.
    await call.createPayment({
      body: {
        clientId,
        counterpartyId: first,
        amountMinor: 299_400,
        paidOn,
        allocations: [{ invoiceId: invoice.id }],
      },
    });
    await heldTogether(company);
    expect(await ageingOf(company, "EUR")).toMatchObject({
      days61To90: 61_000,
      book: { openMinor: 303_170 },
    });
    expect(await balanceOf(company, "exchange-differences", "RON")).toBe(-1_200);
    expect(await balanceOf(company, "bank", "RON")).toBe(299_400);

    // 100.00 EUR net come back: 121.00 EUR with tax, at the invoice's own rate.
    const note = await call.creditInvoice({
      params: { invoiceId: invoice.id },
      body: { reason: "One came back", lines: [{ line: 0, netMinor: 10_000 }] },
    });
    expect(note).toMatchObject({
      number: `CN-${today.slice(0, 4)}-000001`,
      totalMinor: 12_100,
      settledMinor: 12_100,
      leftMinor: 0,
      book: { totalMinor: 60_137, taxMinor: 10_437 },
    });
    await heldTogether(company);
    expect(await ageingOf(company, "EUR")).toMatchObject({ days61To90: 48_900 });
    expect(await balanceOf(company, "revenue", "RON")).toBe(-447_300);
    expect(await balanceOf(company, "tax-payable", "RON")).toBe(-93_933);

    // The second counterparty owes beside it: the client is one.
    const other = await issuedInvoice(company, 50_000, { counterpartyId: second });
    const { money } = await heldTogether(company);
    expect(money.sale.currencies.map(({ currency, openMinor }) => [currency, openMinor])).toEqual([
      ["EUR", 48_900],
      ["RON", 60_500],
    ]);
    expect(
      money.sale.counterparties.map(({ key, currencies }) => [
        key,
        currencies.map(({ currency }) => currency),
      ]),
    ).toEqual(
      [
        [first, ["EUR"]],
        [second, ["RON"]],
      ].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    );
    const byCounterparty = await call.readAgeing({ query: { by: "counterparty" } });
    expect(byCounterparty.items.map(({ key }) => key).sort()).toEqual([first, second].sort());

    // 2,500.00 RON at 4.96 pay the rest of 489.00 EUR, which costs 2,425.44 and stood at 2,430.33; the rest is an advance.
    const last = await call.createPayment({
      body: { clientId, amountMinor: 250_000, allocations: [{ invoiceId: invoice.id }] },
    });
    expect(last).toMatchObject({
      leftMinor: 7_456,
      allocations: [{ amountMinor: 48_900, amountBookMinor: 243_033, sourceMinor: 242_544 }],
    });
    await heldTogether(company);
    expect(await balanceOf(company, receivable, "EUR")).toBe(0);
    expect(await balanceOf(company, "exchange", "EUR")).toBe(0);
    expect(await balanceOf(company, "exchange:receivable:EUR", "RON")).toBe(0);
    expect(await balanceOf(company, "exchange-differences", "RON")).toBe(-1_200 + 489);
    expect(await balanceOf(company, `clients:${clientId}:advance`, "RON")).toBe(-7_456);
    expect(await ageingOf(company, "EUR")).toBeUndefined();
    expect(await ageingOf(company, "RON")).toMatchObject({ current: 60_500, freeMinor: 7_456 });
    expect(await call.readInvoice({ params: { invoiceId: invoice.id } })).toMatchObject({
      state: "settled",
      openMinor: 0,
      openBookMinor: 0,
    });

    // As of the days gone by it is what it was then, as the ledger says too.
    const asOf = async (day: string) => {
      const { sale } = await call.readClientMoney({ params: { clientId }, query: { asOf: day } });
      const ledger = await call.listLedgerBalances({
        query: { account: receivable, commodity: "EUR", asOf: day },
      });
      const euro = sale.currencies.find(({ currency }) => currency === "EUR");
      expect(euro?.openMinor ?? 0).toBe(ledger.items[0]?.balance ?? 0);
      return euro && [euro.openMinor, euro.book.openMinor, euro.current, euro.days31To60];
    };
    expect(await asOf(dayFrom(-101))).toBeUndefined();
    expect(await asOf(issuedOn)).toEqual([121_000, 601_370, 121_000, 0]);
    expect(await asOf(dayFrom(-21))).toEqual([121_000, 601_370, 0, 121_000]);
    expect(await asOf(paidOn)).toEqual([61_000, 303_170, 0, 61_000]);
    expect(await asOf(today)).toBeUndefined();

    // The advance pays a part of the other invoice.
    await call.allocatePayment({
      params: { paymentId: last.id },
      body: { allocations: [{ invoiceId: other.id }] },
    });
    await heldTogether(company);
    expect(await balanceOf(company, `clients:${clientId}:advance`, "RON")).toBe(0);
    expect(await ageingOf(company, "RON")).toMatchObject({ current: 53_044, freeMinor: 0 });

    // The whole of it is taken back: what was paid of it is the client's, and is paid back.
    const back = await call.creditInvoice({
      params: { invoiceId: other.id },
      body: { reason: "Cancelled" },
    });
    expect(back).toMatchObject({ settledMinor: 53_044, leftMinor: 7_456 });
    await heldTogether(company);
    await call.createRefund({ body: { sourceId: back.id } });
    const end = await heldTogether(company);
    expect(end.money.sale.currencies).toEqual([]);
    expect(await balanceOf(company, "bank", "RON")).toBe(299_400 + 250_000 - 7_456);
    expect(await balanceOf(company, "revenue", "RON")).toBe(-447_300);
    expect(await balanceOf(company, "tax-payable", "RON")).toBe(-93_933);
    await expect(
      call.creditInvoice({ params: { invoiceId: other.id }, body: { reason: "Again" } }),
    ).rejects.toMatchObject({ status: 409, code: "credit-note.exceeds-left" });
  });
});

describe("a supplier's invoice", () => {
  test("is owed, paid in advance and in part, and taken back, on the client's other accounts", async () => {
    const company = await newFinanceCompany();
    const { call, clientId, second } = company;
    await rates(company, { [dayFrom(-10)]: "5" });
    const payable = `clients:${clientId}:payable`;
    const advance = await call.createPayment({
      body: { side: "purchase", clientId, currency: "EUR", amountMinor: 50_000, paidOn: dayFrom(-5) },
    });
    await heldTogether(company);
    const bill = await issuedInvoice(
      company,
      100_000,
      { side: "purchase", currency: "EUR", counterpartyId: second },
      { number: "F-1", issuedOn: dayFrom(-3), rate: "5.1" },
    );
    await heldTogether(company);
    expect(await balanceOf(company, payable, "EUR")).toBe(-121_000);
    expect(await balanceOf(company, "goods-received", "RON")).toBe(510_000);
    expect(await balanceOf(company, "tax-deductible", "RON")).toBe(107_100);
    await call.allocatePayment({
      params: { paymentId: advance.id },
      body: { allocations: [{ invoiceId: bill.id }] },
    });
    await heldTogether(company);
    // 500.00 EUR were paid at 5.00 and owed at 5.10.
    expect(await balanceOf(company, "exchange-differences", "RON")).toBe(-5_000);
    const note = await call.creditInvoice({
      params: { invoiceId: bill.id },
      body: { reason: "Broken", number: "C-1" },
    });
    expect(note).toMatchObject({ side: "purchase", number: "C-1", settledMinor: 71_000, leftMinor: 50_000 });
    await heldTogether(company);
    expect(await balanceOf(company, payable, "EUR")).toBe(0);
    expect(await balanceOf(company, "goods-received", "RON")).toBe(0);
    expect(await balanceOf(company, `clients:${clientId}:prepaid`, "EUR")).toBe(50_000);
    await call.createRefund({ body: { sourceId: note.id, rate: "5.1" } });
    await heldTogether(company);
    expect(await balanceOf(company, "bank", "EUR")).toBe(0);
  });
});
