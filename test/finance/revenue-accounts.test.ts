import { describe, expect, test } from "vitest";
import { balanceOf, dayFrom, heldTogether, issuedInvoice, newFinanceCompany } from "./company.ts";

describe("accounts below revenue", () => {
  test("take what a line or its product's category names, give it back by credit notes, and count as revenue", async () => {
    const company = await newFinanceCompany();
    const { call, clientId } = company;
    const { version: _, updatedAt: __, ...settings } = await call.readFinanceSettings();
    await call.setFinanceSettings({
      body: { ...settings, revenueAccounts: [{ category: "Machines", account: "revenue:machines" }] },
    });
    const machine = await call.createProduct({ body: { code: "M", name: "Loom", category: "Machines" } });
    const other = await call.createProduct({ body: { code: "O", name: "Oil" } });
    const invoice = await issuedInvoice(company, 0, {
      lines: [
        { productId: machine.id, unitPriceMinor: 100_000, discount: { basisPoints: 1_000 } },
        { productId: other.id, unitPriceMinor: 7_000 },
        { description: "Training", unitPriceMinor: 20_000, revenueAccount: "revenue:services" },
        { productId: machine.id, unitPriceMinor: 1_000, revenueAccount: "revenue" },
      ],
    });
    expect(invoice.lines.map(({ revenueAccount }) => revenueAccount)).toEqual([
      ...["revenue:machines", undefined],
      ...["revenue:services", undefined],
    ]);
    const booked = async () => {
      const balances: number[] = [];
      for (const account of ["revenue", "revenue:machines", "revenue:services", "discounts"])
        balances.push(await balanceOf(company, account, "RON"));
      return balances;
    };
    expect(await booked()).toEqual([-8_000, -100_000, -20_000, 10_000]);
    const query = { from: dayFrom(0).slice(0, 7), to: dayFrom(0).slice(0, 7) };
    const sold = { revenueMinor: 128_000, discountsMinor: 10_000, otherMinor: 0, profitMinor: 118_000 };
    expect(await call.readCompanyProfit({ query })).toMatchObject(sold);
    expect(await call.readClientProfit({ params: { clientId }, query })).toMatchObject(sold);
    expect((await call.readProductTurnover({ params: { productId: machine.id } })).revenue).toBe(91_000);

    const params = { invoiceId: invoice.id };
    await call.creditInvoice({ params, body: { reason: "Back", lines: [{ line: 0 }, { line: 2 }] } });
    expect(await booked()).toEqual([-8_000, 0, 0, 0]);
    await heldTogether(company);
  });

  test("are of a sale alone, one for each category, and cannot be opened by hand as anything else", async () => {
    const company = await newFinanceCompany();
    const { call, clientId } = company;
    const line = { description: "A", unitPriceMinor: 100, revenueAccount: "revenue:a" };
    await expect(
      call.createInvoice({ body: { side: "purchase", clientId, lines: [line] } }),
    ).rejects.toMatchObject({ status: 422, code: "invoice.line-invalid" });
    const { version: _, updatedAt: __, ...settings } = await call.readFinanceSettings();
    const twice = [1, 2].map((n) => ({ category: "Same", account: `revenue:n${n}` }));
    await expect(
      call.setFinanceSettings({ body: { ...settings, revenueAccounts: twice } }),
    ).rejects.toMatchObject({ status: 422, code: "finance.settings-inconsistent" });
    for (const wrong of [
      { path: "revenue:a", type: "income" },
      { path: "revenue:a", type: "expense", turnover: "revenue" },
      { path: "discounts:spring", type: "income" },
      { path: "labour-cost:night", type: "expense", turnover: "cost" },
    ] as const)
      await expect(call.openAccount({ body: wrong })).rejects.toMatchObject({ code: "ledger.account-unfit" });
    await call.openAccount({ body: { path: "revenue:a", type: "income", turnover: "revenue", name: "A" } });
    await issuedInvoice(company, 0, { lines: [line] });
    expect(await balanceOf(company, "revenue:a", "RON")).toBe(-100);
  });
});
