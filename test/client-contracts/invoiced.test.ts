import { beforeAll, describe, expect, test } from "vitest";
import { allowEarlierDays } from "../finance/company.ts";
import { type Company, company, day, draft, signed } from "./company.ts";

let own: Company;
beforeAll(async () => {
  own = await company();
});

/** A draft invoice of one line over so much without tax, under a contract. */
const invoice = (contractId: string, unitPriceMinor: number, currency = "EUR") =>
  own.admin.createInvoice({
    body: {
      clientId: own.clientId,
      contractId,
      currency,
      lines: [{ description: "Service", unitPriceMinor }],
    },
  });
const issue = (invoiceId: string) => own.admin.issueInvoice({ params: { invoiceId }, body: {} });
const read = (contractId: string) => own.admin.readContract({ params: { contractId } });

describe("invoices under a contract", () => {
  test("take of it what they come to without tax, in the write that issues them, and credit notes give it back", async () => {
    const { id: contractId } = await signed(own);
    const drafted = await invoice(contractId, 60_000);
    expect((await read(contractId)).consumedMinor).toBe(0);
    const issued = await issue(drafted.id);
    expect(issued.totalMinor).toBeGreaterThanOrEqual(60_000);
    expect(await read(contractId)).toMatchObject({ consumedMinor: 60_000, remainingMinor: 40_000 });
    await own.admin.creditInvoice({
      params: { invoiceId: issued.id },
      body: { lines: [{ line: 0, netMinor: 10_000 }], reason: "one part was missing" },
    });
    expect((await read(contractId)).consumedMinor).toBe(50_000);
    const { items } = await own.admin.listContractConsumptions({ params: { contractId } });
    expect(items.map(({ amountMinor, invoiceId, reference }) => [amountMinor, invoiceId, reference])).toEqual(
      [
        [-10_000, issued.id, expect.any(String)],
        [60_000, issued.id, issued.number],
      ],
    );
    const entry = items[1];
    await expect(
      own.admin.reverseContractConsumption({ params: { contractId, consumptionId: entry?.id ?? "" } }),
    ).rejects.toMatchObject({ status: 409, code: "contract.consumption-invoiced" });
  });

  test("are not issued beyond what was agreed, whoever issues at the same moment; no number is lost by it", async () => {
    const { id: contractId } = await signed(own);
    const drafts = [];
    for (let n = 0; n < 4; n++) drafts.push(await invoice(contractId, 40_000));
    const tries = await Promise.allSettled(drafts.map(({ id }) => issue(id)));
    const numbers = tries.flatMap((one) => (one.status === "fulfilled" ? [one.value.number ?? ""] : []));
    expect(numbers).toHaveLength(2);
    for (const one of tries)
      if (one.status === "rejected")
        expect(one.reason).toMatchObject({ status: 409, code: "contract.exceeded" });
    expect((await read(contractId)).consumedMinor).toBe(80_000);
    const next = await issue((await invoice(contractId, 20_000)).id);
    const count = (number: string) => Number(/(\d+)$/.exec(number)?.[1]);
    const taken = [...numbers, next.number ?? ""].map(count).sort((a, b) => a - b);
    expect(taken).toEqual([0, 1, 2].map((n) => (taken[0] ?? 0) + n));
  });

  test("leave no room on days before a credit note gave some back", async () => {
    await allowEarlierDays({ call: own.admin });
    const { id: contractId } = await signed(own);
    const { id } = await invoice(contractId, 100_000);
    const { id: invoiceId } = await own.admin.issueInvoice({
      params: { invoiceId: id },
      body: { issuedOn: day(-20) },
    });
    await own.admin.creditInvoice({
      params: { invoiceId },
      body: { lines: [{ line: 0, netMinor: 50_000 }], reason: "a part was missing", issuedOn: day(-10) },
    });
    const take = (amountMinor: number, on: string) =>
      own.admin.consumeContract({ params: { contractId }, body: { amountMinor, currency: "EUR", on } });
    await expect(take(50_000, day(-15))).rejects.toMatchObject({
      status: 409,
      code: "contract.exceeded",
      detail:
        `The contract has 0.00 EUR left on ${day(-15)}; 500.00 EUR are needed. Lower the amount, or raise that of the ` +
        `contract, or use ${day(-10)} or a later day.`,
    });
    await expect(take(50_001, day(-10))).rejects.toMatchObject({
      code: "contract.exceeded",
      detail: expect.stringContaining("The contract has 500.00 EUR left; 500.01 EUR are needed."),
    });
    const tries = await Promise.allSettled(
      [day(-10), day(-5), day(-15), day(0)].map((on) => take(30_000, on)),
    );
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await read(contractId)).consumedMinor).toBe(80_000);
  });

  test("are not issued under a draft, after its end, or in another currency", async () => {
    const cases: [Promise<{ id: string }>, string, string][] = [
      [draft(own), "EUR", "contract.not-in-force"],
      [signed(own, { validTo: day(-1) }), "EUR", "contract.not-in-force"],
      [signed(own, { currency: "RON" }), "EUR", "contract.currency-differs"],
    ];
    for (const [contract, currency, code] of cases) {
      const { id } = await invoice((await contract).id, 1_000, currency);
      await expect(issue(id)).rejects.toMatchObject({ code });
      expect((await own.admin.readInvoice({ params: { invoiceId: id } })).state).toBe("draft");
    }
  });
});
