import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { newMeter } from "../../functions/kit/table/database.ts";
import { startGround, type TestGround } from "../access/ground.ts";
import { withFaults } from "../kit/databases.ts";
import { servedCompany } from "./served.ts";

let ground: TestGround;
let company: Awaited<ReturnType<typeof servedCompany>>;
beforeAll(async () => {
  ground = await startGround();
  company = await servedCompany(ground, {
    ...{ id: "agreed", name: "Agreed", kind: "simple", stages: [], evidenceToWin: ["order"] },
  });
});
afterAll(() => ground.stop());

/** A deal whose type demands an order for a win, with a quote that is accepted. */
const agreedDeal = async (code: string, more: Record<string, unknown> = {}) => {
  const { send, clientId, warehouseId } = company;
  const productId = await company.product(code);
  const deal = await send("POST /v1/deals", { body: { title: "D", typeId: "agreed", clientId, ...more } });
  const dealId = String(deal.id);
  const quote = await send("POST /v1/quotes", {
    body: { clientId, dealId, validUntil: "2999-12-31", lines: [{ productId, quantity: 1 }] },
  });
  const params = { quoteId: String(quote.id) };
  await send("POST /v1/quotes/{quoteId}/sending", { params });
  const order = await send("POST /v1/quotes/{quoteId}/acceptance", { params, body: { warehouseId } });
  const cancel = () =>
    send("POST /v1/orders/{orderId}/cancellation", { params: { orderId: String(order.id) }, body: {} });
  /** Wins the deal while something else happens just before its first write. */
  const winWhile = (happens: () => Promise<unknown>) =>
    company.over({
      ...ground,
      database: (meter: ReturnType<typeof newMeter>) =>
        withFaults(ground.database(meter), async (when, writes) => {
          if (when === "before" && writes === 1) await happens();
        }),
    })({ route: "POST /v1/deals/{dealId}/win", params: { dealId } });
  const read = () => send("GET /v1/deals/{dealId}", { params: { dealId } });
  return { winWhile, cancel, read };
};

describe("the amount that a win takes", () => {
  test("is decided anew where an order changes between the look and the write", async () => {
    const { winWhile, cancel } = await agreedDeal("C", { typeId: "order", estimatedAmountMinor: 700 });
    const won = await winWhile(cancel);
    expect(won).toMatchObject({ status: 200, body: { state: "won", amountMinor: 700 } });
    expect(won.body.agreed).toBeUndefined();
  });

  test("is the order's where nothing changes", async () => {
    const { winWhile } = await agreedDeal("D", { typeId: "order", estimatedAmountMinor: 700 });
    expect(await winWhile(async () => undefined)).toMatchObject({
      body: { amountMinor: 100, agreed: { amountMinor: 100 } },
    });
  });
});

describe("the evidence of a win", () => {
  test("that is taken away between the look and the write is none", async () => {
    const { winWhile, cancel, read } = await agreedDeal("A");
    expect(await winWhile(cancel)).toMatchObject({ status: 409, body: { code: "deal.evidence-missing" } });
    expect(await read()).toMatchObject({ state: "open", version: 1 });
  });

  test("that is taken away afterwards leaves the deal where it is", async () => {
    const { winWhile, cancel, read } = await agreedDeal("B");
    expect(await winWhile(async () => undefined)).toMatchObject({ status: 200, body: { state: "won" } });
    await cancel();
    expect(await read()).toMatchObject({ state: "won", version: 2 });
  });
});
