import { describe, expect, test } from "vitest";
import { dayFrom, heldTogether } from "../finance/company.ts";
import { confirmedOrder, newSellingCompany, refusal, type SellingCompany, stockOf } from "./company.ts";

/** A signed frame contract of the client over so much. */
const frame = async (
  { call, clientId, first }: SellingCompany,
  amountMinor: number | undefined,
  more: { readonly validTo?: string } = {},
) => {
  const { id: contractId } = await call.createContract({
    body: {
      ...{ number: `2026/${amountMinor}`, kind: "frame", clientId, counterpartyId: first, currency: "RON" },
      ...{ validFrom: "2020-01-01", ...more, ...(amountMinor === undefined ? {} : { amountMinor }) },
    },
  });
  const params = { contractId };
  await call.signContract({ params, body: { signedOn: "2020-01-01" } });
  const standing = async () => {
    const { consumedMinor, orderedMinor = 0, remainingMinor } = await call.readContract({ params });
    return { consumedMinor, orderedMinor, remainingMinor };
  };
  return { contractId, params, standing };
};

describe("a contract", () => {
  test("keeps what is ordered under it until it is invoiced, cancelled or comes back, and nothing of it counts twice", async () => {
    const company = await newSellingCompany();
    const { call, flour } = company;
    const { contractId, standing } = await frame(company, 12_000);
    const { params, order } = await confirmedOrder(company, {
      contractId,
      lines: [{ ...flour, quantity: 10 }],
    });
    expect(order.contractHeldMinor).toBe(10_000);
    expect(await standing()).toEqual({ consumedMinor: 0, orderedMinor: 10_000, remainingMinor: 2_000 });
    const { shipments } = await call.shipOrder({ params, body: { lines: [{ line: 0, quantity: 6 }] } });
    await call.returnOfOrder({
      params,
      body: {
        ...{ shipmentId: shipments[0]?.documentId ?? "", reason: "Broken" },
        lines: [{ line: 0, quantity: 1 }],
      },
    });
    expect(await standing()).toEqual({ consumedMinor: 0, orderedMinor: 9_000, remainingMinor: 3_000 });
    await call.invoiceOrder({ params, body: {} });
    expect(await standing()).toEqual({ consumedMinor: 5_000, orderedMinor: 4_000, remainingMinor: 3_000 });
    await call.cancelOrder({ params, body: { lines: [{ line: 0, quantity: 3 }] } });
    expect(await standing()).toEqual({ consumedMinor: 5_000, orderedMinor: 1_000, remainingMinor: 6_000 });
    // One that was invoiced and one that is shipped now come back: only the first was consumed.
    const { shipments: both } = await call.shipOrder({ params, body: {} });
    for (const { documentId: shipmentId } of both)
      await call.returnOfOrder({
        params,
        body: { shipmentId, reason: "Broken", lines: [{ line: 0, quantity: 1 }] },
      });
    expect(await standing()).toEqual({ consumedMinor: 4_000, orderedMinor: 0, remainingMinor: 8_000 });
    expect(await call.readOrder({ params })).toMatchObject({ state: "done", contractHeldMinor: 0 });
    await heldTogether(company);
  });

  test("is not ordered or invoiced beyond what was agreed, whoever does it at the same moment; a refused order holds nothing", async () => {
    const company = await newSellingCompany();
    const { call, clientId, flour } = company;
    const { contractId, params: contract, standing } = await frame(company, 10_000);
    const drafts = await Promise.all(
      Array.from({ length: 4 }, () =>
        call.createOrder({ body: { clientId, contractId, lines: [{ ...flour, quantity: 4 }] } }),
      ),
    );
    const tries = await Promise.allSettled(
      drafts.map(({ id }) => call.confirmOrder({ params: { orderId: id } })),
    );
    const confirmed = tries.filter(({ status }) => status === "fulfilled");
    for (const one of tries)
      if (one.status === "rejected") expect(["contract.exceeded", "record.busy"]).toContain(one.reason.code);
    const held = confirmed.length * 4_000;
    expect(held).toBeLessThanOrEqual(8_000);
    expect(await standing()).toEqual({
      ...{ consumedMinor: 0, orderedMinor: held },
      remainingMinor: 10_000 - held,
    });
    expect(await stockOf(company, flour)).toEqual({ quantity: 100, reserved: confirmed.length * 4 });
    // What is ordered is not to be had for anything else, and the agreement cannot shrink below it.
    const invoice = await call.createInvoice({
      body: { clientId, contractId, lines: [{ description: "x", unitPriceMinor: 10_001 - held }] },
    });
    await expect(call.issueInvoice({ params: { invoiceId: invoice.id }, body: {} })).rejects.toMatchObject(
      refusal(409, "contract.exceeded"),
    );
    if (held > 0)
      await expect(
        call.changeContract({ params: contract, body: { amountMinor: held - 1 } }),
      ).rejects.toMatchObject({ code: "contract.exceeded" });
  });

  test("is invoiced for what was ordered while it was in force, and takes no orders after it", async () => {
    const company = await newSellingCompany();
    const { call, clientId, flour } = company;
    const { contractId, params, standing } = await frame(company, undefined);
    const lines = [{ ...flour, quantity: 3 }];
    const { params: ordered } = await confirmedOrder(company, { contractId, lines });
    const { id: orderId } = await call.createOrder({ body: { clientId, contractId, lines } });
    await call.terminateContract({ params, body: { on: dayFrom(-1), reason: "Over" } });
    await expect(call.confirmOrder({ params: { orderId } })).rejects.toMatchObject(
      refusal(409, "contract.not-in-force"),
    );
    await call.shipOrder({ params: ordered, body: {} });
    await call.invoiceOrder({ params: ordered, body: {} });
    expect(await standing()).toMatchObject({ consumedMinor: 3_000, orderedMinor: 0 });
  });
});
