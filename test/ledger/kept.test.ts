import { describe, expect, test } from "vitest";
import { dayFrom, issuedInvoice, newFinanceCompany } from "../finance/company.ts";

const eur = (account: string, amount: number) => ({ account, commodity: "RON", amount });

describe("what documents post to and under", () => {
  test("is not opened by hand: one account of another type would be in the way of all clients", async () => {
    const company = await newFinanceCompany();
    const { call, clientId } = company;
    const warehouse = await call.createWarehouse({ body: { name: "Main" } });
    const paths = [
      ...["receivable", "payable", "advance", "prepaid", "time"].map((one) => `clients:${clientId}:${one}`),
      `members:${company.adminMemberId}:day:${dayFrom(0)}`,
      `stock:${warehouse.id}:main`,
      ...["exchange", "exchange:receivable:EUR", "unrealised-exchange-differences"],
    ];
    for (const path of paths) {
      const refused = { status: 409, code: "ledger.account-managed" };
      await expect(call.openAccount({ body: { path, type: "income" } })).rejects.toMatchObject({
        ...refused,
        fields: [{ pointer: "/path" }],
      });
      const opens = [{ path, type: "income" as const }];
      const transaction = { id: "by-hand", postings: [eur("bank", 1), eur(path, -1)] };
      const byTheWay = { ...refused, fields: [{ pointer: "/opens/0/path" }] };
      await expect(call.postTransaction({ body: { ...transaction, opens } })).rejects.toMatchObject(byTheWay);
      await expect(call.postBatch({ body: { transactions: [transaction], opens } })).rejects.toMatchObject(
        byTheWay,
      );
      await expect(call.postBulk({ body: { transactions: [transaction], opens } })).rejects.toMatchObject(
        byTheWay,
      );
      const expiresAt = new Date(Date.now() + 600_000).toISOString();
      await expect(call.makePending({ body: { ...transaction, opens, expiresAt } })).rejects.toMatchObject(
        byTheWay,
      );
    }
    expect(await issuedInvoice(company, 1_000, { side: "purchase" }, { number: "S-1" })).toMatchObject({
      state: "open",
    });
  });

  test("is an id that nobody takes by hand, so that a draft can always be issued", async () => {
    const company = await newFinanceCompany();
    const { call, clientId } = company;
    const draft = await call.createInvoice({
      body: { clientId, lines: [{ description: "GTX Pro", unitPriceMinor: 1_000 }] },
    });
    const transaction = { id: draft.id, postings: [eur("bank", 1), eur("cash", -1)] };
    const refused = { status: 400, fields: [{ pointer: "/id" }] };
    await expect(call.postTransaction({ body: transaction })).rejects.toMatchObject(refused);
    for (const id of [`${draft.id}:reversal`, "revaluation:2026-10:1", "revaluation:2026-10:1:reversal"])
      await expect(call.postTransaction({ body: { ...transaction, id } })).rejects.toMatchObject(refused);
    expect(await call.postBulk({ body: { transactions: [transaction] } })).toMatchObject({
      refused: 1,
      results: [{ outcome: "refused", code: "request.invalid" }],
    });
    await call.postTransaction({ body: { ...transaction, id: "mine" } });
    await expect(
      call.reverseTransaction({ params: { transactionId: "mine" }, body: { id: draft.id } }),
    ).rejects.toMatchObject(refused);
    expect(await call.issueInvoice({ params: { invoiceId: draft.id }, body: {} })).toMatchObject({
      state: "open",
      transactionId: draft.id,
    });
  });
});
