import { describe, expect, test } from "vitest";
import { balanceOf, dayFrom, heldTogether, issuedInvoice, newFinanceCompany, rates } from "./company.ts";

describe("the accounts that documents keep", () => {
  test("take no postings by hand, so that documents always sum to them", async () => {
    const company = await newFinanceCompany();
    const { call, clientId } = company;
    const invoice = await issuedInvoice(company, 1_000);
    const account = `clients:${clientId}:receivable`;
    await expect(
      call.postTransaction({
        body: {
          id: "by-hand",
          postings: [
            { account, commodity: "RON", amount: -100 },
            { account: "bank", commodity: "RON", amount: 100 },
          ],
        },
      }),
    ).rejects.toMatchObject({ status: 409, code: "ledger.account-managed" });
    await expect(
      call.reverseTransaction({ params: { transactionId: invoice.id }, body: { id: "by-hand" } }),
    ).rejects.toMatchObject({ status: 409 });
    await heldTogether(company);
  });
});

describe("a payment taken back", () => {
  test("leaves the ledger as if it had not been, and both stand in the statement", async () => {
    const company = await newFinanceCompany();
    const { call, clientId } = company;
    await rates(company, { [dayFrom(-10)]: "5", [dayFrom(-5)]: "4.9" });
    const invoice = await issuedInvoice(company, 100_000, { currency: "EUR" }, { issuedOn: dayFrom(-9) });
    const payment = await call.createPayment({
      body: {
        clientId,
        amountMinor: 700_000,
        allocations: [{ invoiceId: invoice.id, amountMinor: 100_000 }],
      },
    });
    await heldTogether(company);
    await call.reversePayment({ params: { paymentId: payment.id }, body: { memo: "It bounced" } });
    const { money } = await heldTogether(company);
    expect(money.sale.currencies).toMatchObject([{ currency: "EUR", openMinor: 121_000, freeMinor: 0 }]);
    for (const account of ["bank", "exchange-differences", `clients:${clientId}:advance`])
      expect([account, await balanceOf(company, account, "RON")]).toEqual([account, 0]);
    const statement = await call.readLedgerStatement({ query: { account: "bank", commodity: "RON" } });
    expect(statement.items.map(({ amount, kind }) => [amount, kind])).toEqual([
      [700_000, "payment"],
      [-700_000, "payment-reversal"],
    ]);
  });
});

describe("what was sold", () => {
  test("stands in the turnover of client, counterparty and product, less discounts and what came back", async () => {
    const company = await newFinanceCompany();
    const { call, clientId, first } = company;
    const { id: productId } = await call.createProduct({ body: { code: "P-1", name: "Flour" } });
    const invoice = await issuedInvoice(company, 0, {
      counterpartyId: first,
      lines: [
        { productId, unitPriceMinor: 100_000, discount: { basisPoints: 1_000 } },
        { description: "Transport", unitPriceMinor: 20_000 },
      ],
    });
    const year = Number(dayFrom(0).slice(0, 4));
    const sold = async () => {
      const [client, counterparty, product] = await Promise.all([
        call.readClientTurnover({ params: { clientId }, query: { year } }),
        call.readCounterpartyTurnover({ params: { counterpartyId: first }, query: { year } }),
        call.readProductTurnover({ params: { productId }, query: { year } }),
      ]);
      return [client, counterparty, product].map(({ revenue, sales }) => [revenue, sales]);
    };
    expect(await sold()).toEqual([
      [110_000, 1],
      [110_000, 1],
      [90_000, 1],
    ]);
    await call.creditInvoice({
      params: { invoiceId: invoice.id },
      body: { reason: "Half came back", lines: [{ line: 0, netMinor: 45_000 }] },
    });
    expect(await sold()).toEqual([
      [65_000, 1],
      [65_000, 1],
      [45_000, 1],
    ]);
    // Half of what was taken off the flour; nothing was taken off the transport.
    expect(await balanceOf(company, "discounts", "RON")).toBe(5_000);
    await heldTogether(company);
  });
});

describe("a locked period", () => {
  test("takes no invoice, and the refused one takes no number", async () => {
    const company = await newFinanceCompany();
    const { call } = company;
    await issuedInvoice(company, 100, {}, { issuedOn: dayFrom(-5) });
    await call.setLedgerLock({ body: { lockedThrough: dayFrom(-3), reason: "Closed" } });
    await expect(issuedInvoice(company, 100, {}, { issuedOn: dayFrom(-4) })).rejects.toMatchObject({
      status: 409,
      code: "ledger.period-locked",
    });
    const next = await issuedInvoice(company, 100, {}, { issuedOn: dayFrom(-2) });
    expect(next.number).toMatch(/000002$/);
    await heldTogether(company);
  });
});
