import { beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../domain/kernel/id.ts";
import { systemEntropy } from "../../functions/kit/clock.ts";
import { hired } from "../finance/company.ts";
import { confirmedOrder, newSellingCompany, refusal, stockOf } from "../orders/company.ts";
import { dealOf, missing, newProvingCompany, type ProvingCompany } from "./proving.ts";

let here: ProvingCompany;
let call: ProvingCompany["call"];
beforeAll(async () => {
  here = await newProvingCompany();
  call = here.call;
});

/** A product of the test's own, of which so many pieces lie there. */
const goodsOf = async (code: string, quantity: number) => {
  const { id: productId } = await call.createProduct({
    body: { code, name: `The ${code}`, prices: [{ currency: "RON", unitPriceMinor: 1_000 }] },
  });
  const goods = { productId, warehouseId: here.flour.warehouseId };
  await call.postReceipt({ body: { lines: [{ ...goods, quantity, costMinor: 200 * quantity }] } });
  return goods;
};

const shipped = { stageId: "shipped" };

describe("from a deal's stage", () => {
  test("one call ships its order, and the deal comes to the stage with the shipment in one write", async () => {
    const salt = await goodsOf("SALT", 10);
    const { deal, params } = await dealOf(here);
    const { order } = await confirmedOrder(here, {
      dealId: deal.id,
      lines: [{ ...salt, quantity: 7 }],
    });
    const answer = await call.shipDeal({ params, body: { ...shipped, memo: "By lorry" } });
    expect(answer.order).toMatchObject({ id: order.id, shipments: { length: 1 } });
    const documentId = answer.order?.shipments[0]?.documentId ?? "";
    const after = await call.readDeal({ params });
    expect(after).toMatchObject({
      ...{ stageId: "shipped", version: deal.version + 1 },
      shipments: [{ documentId, orderId: order.id, by: here.adminMemberId }],
    });
    expect(after.overrides).toBeUndefined();
    expect(await call.readStockDocument({ params: { documentId } })).toMatchObject({
      ...{ kind: "shipment", dealId: deal.id, clientId: here.clientId, counterpartyId: here.first },
      memo: "By lorry",
    });
    expect(await stockOf(here, salt)).toEqual({ quantity: 3, reserved: 0 });
    await expect(call.shipDeal({ params, body: {} })).rejects.toMatchObject(
      refusal(409, "deal.nothing-to-ship"),
    );
  });

  test("a draft is confirmed and shipped, and an order of many lines goes out in as many shipments as it takes", async () => {
    const codes = Array.from({ length: 7 }, (_, n) => `MANY-${n}`);
    const goods = await Promise.all(codes.map((code) => goodsOf(code, 5)));
    const { deal, params } = await dealOf(here);
    await call.createOrder({
      body: {
        ...{ clientId: here.clientId, dealId: deal.id },
        lines: goods.map((one) => ({ ...one, quantity: 5 })),
      },
    });
    const { order } = await call.shipDeal({ params, body: shipped });
    expect(order).toMatchObject({ state: "confirmed", shipments: { length: 2 } });
    expect(await call.readDeal({ params })).toMatchObject({ stageId: "shipped", shipments: { length: 2 } });
    for (const one of goods) expect(await stockOf(here, one)).toEqual({ quantity: 0, reserved: 0 });
  });

  test("items that nobody ordered are ordered, reserved and shipped, once under one key and never again", async () => {
    const oil = await goodsOf("OIL", 10);
    const { deal, params } = await dealOf(here, "proven", {
      items: [
        { productId: oil.productId, quantity: 4, unitPriceMinor: 900, discount: { basisPoints: 1_000 } },
      ],
    });
    const { warehouseId } = oil;
    await expect(call.shipDeal({ params, body: shipped })).rejects.toMatchObject({
      ...refusal(409, "deal.nothing-to-ship"),
      fields: [{ pointer: "/from/warehouseId" }],
    });
    // The client has two counterparties: which of them signs cannot be known.
    await expect(
      call.shipDeal({ params, body: { ...shipped, from: { warehouseId } } }),
    ).rejects.toMatchObject({
      ...refusal(409, "deal.shipment-unclear"),
      fields: [{ pointer: "/from/counterpartyId" }],
    });
    const nowhere = newId("warehouse", 0, systemEntropy);
    await expect(
      call.shipDeal({ params, body: { from: { warehouseId: nowhere, counterpartyId: here.second } } }),
    ).rejects.toMatchObject({
      ...refusal(422, "reference.unknown"),
      fields: [{ pointer: "/from/warehouseId", reason: "names no warehouse" }],
    });
    const request = {
      ...{ params, idempotencyKey: "ship-the-items" },
      body: { ...shipped, from: { warehouseId, counterpartyId: here.second } },
    };
    const { answer } = await call.shipDeal.answered(request);
    expect(answer.order).toMatchObject({
      ...{ dealId: deal.id, clientId: here.clientId, counterpartyId: here.second, netMinor: 3_240 },
      lines: [{ productId: oil.productId, shippedQuantity: 4 }],
    });
    const again = await call.shipDeal.answered(request);
    expect([again.replayed, again.answer]).toEqual([true, answer]);
    expect(await call.readDeal({ params })).toMatchObject({ stageId: "shipped", orderId: answer.order?.id });
    const { amounts, unproven } = await call.readDealSales({ params });
    expect(amounts).toMatchObject([{ shippedMinor: answer.order?.totalMinor }]);
    expect(unproven).toEqual([]);
    await expect(call.shipDeal({ params, body: { from: { warehouseId } } })).rejects.toMatchObject(
      refusal(409, "deal.nothing-to-ship"),
    );
    expect(await stockOf(here, oil)).toEqual({ quantity: 6, reserved: 0 });
  });

  test("services are done with the goods, and alone move the deal without a shipment", async () => {
    const { id: service } = await call.createProduct({
      body: {
        ...{ code: "ADVICE", name: "Advice", kind: "service" },
        prices: [{ currency: "RON", unitPriceMinor: 5_000 }],
      },
    });
    const milk = await goodsOf("MILK", 3);
    const both = await dealOf(here, "proven", {
      items: [service, milk.productId].map((productId) => ({ productId, quantity: 2 })),
    });
    const body = { ...shipped, from: { warehouseId: milk.warehouseId, counterpartyId: here.first } };
    const { order } = await call.shipDeal({ params: both.params, body });
    expect(order?.number).toMatch(/^ORD-\d{4}-\d{6}$/);
    expect(order).toMatchObject({ lines: [{ shippedQuantity: 2 }, { shippedQuantity: 2 }] });
    const alone = await dealOf(here, "proven", { items: [{ productId: service, quantity: 1 }] });
    await call.shipDeal({ params: alone.params, body });
    const after = await call.readDeal({ params: alone.params });
    expect(after).toMatchObject({ stageId: "shipped", shipments: [] });
    expect(await stockOf(here, milk)).toEqual({ quantity: 1, reserved: 0 });
  });

  test("says which product is short by how much, and then nothing is done", async () => {
    const [rice, peas, { id: care }] = await Promise.all([
      goodsOf("RICE", 10),
      goodsOf("PEAS", 3),
      call.createProduct({
        body: {
          ...{ code: "CARE", name: "Care", kind: "service" },
          prices: [{ currency: "RON", unitPriceMinor: 100 }],
        },
      }),
    ]);
    const { deal, params } = await dealOf(here, "proven", {
      items: [
        { productId: care, quantity: 1 },
        { productId: rice.productId, quantity: 10 },
        { productId: peas.productId, quantity: 8 },
      ],
    });
    const body = { ...shipped, from: { warehouseId: rice.warehouseId, counterpartyId: here.first } };
    await expect(
      call.shipDeal({ params, body: { ...body, effectiveOn: "2999-01-01" } }),
    ).rejects.toMatchObject({ code: "ledger.effective-day" });
    await expect(call.shipDeal({ params, body })).rejects.toMatchObject({
      ...refusal(409, "stock.insufficient"),
      fields: [{ pointer: "", reason: "The PEAS is short by 5: 3 of 8 are available" }],
    });
    expect(await call.readDeal({ params })).toEqual(deal);
    expect((await call.listOrders({ query: { deal: deal.id } })).items).toEqual([]);
    expect(await stockOf(here, rice)).toEqual({ quantity: 10, reserved: 0 });
  });

  test("a reservation is shipped that has no order", async () => {
    const tea = await goodsOf("TEA", 6);
    const { deal, params } = await dealOf(here);
    const { id: reservationId } = await call.reserveStock({
      body: { dealId: deal.id, lines: [{ ...tea, quantity: 6 }] },
    });
    const { document, order } = await call.shipDeal({
      params,
      body: { ...shipped, from: { reservationId, counterpartyId: here.second } },
    });
    expect(order).toBeUndefined();
    expect(document).toMatchObject({ dealId: deal.id, clientId: here.clientId, counterpartyId: here.second });
    expect(await call.readDeal({ params })).toMatchObject({
      ...{ stageId: "shipped", version: deal.version + 1, shipments: [{ documentId: document?.id }] },
    });
    expect(await stockOf(here, tea)).toEqual({ quantity: 0, reserved: 0 });
  });

  test("of several orders one has to be named, and the stage waits until all are shipped", async () => {
    const corn = await goodsOf("CORN", 10);
    const { deal, params } = await dealOf(here);
    const lines = [{ ...corn, quantity: 2 }];
    const { order: one } = await confirmedOrder(here, { dealId: deal.id, lines });
    const { order: other } = await confirmedOrder(here, { dealId: deal.id, lines });
    await expect(call.shipDeal({ params, body: {} })).rejects.toMatchObject({
      ...refusal(409, "deal.shipment-unclear"),
      fields: [{ pointer: "/from/orderId", reason: expect.stringContaining(one.id) }],
    });
    await expect(
      call.shipDeal({ params, body: { ...shipped, from: { orderId: one.id } } }),
    ).rejects.toMatchObject(missing("/stageId", "shipment"));
    expect(await stockOf(here, corn)).toEqual({ quantity: 10, reserved: 4 });
    await call.shipDeal({ params, body: { from: { orderId: one.id } } });
    expect(await call.readDeal({ params })).toMatchObject({ stageId: "talks" });
    // The other one is the only one that is open now.
    expect(await call.shipDeal({ params, body: shipped })).toMatchObject({ order: { id: other.id } });
    expect(await call.readDeal({ params })).toMatchObject({ stageId: "shipped" });
  });

  test("goods leave once, however many ship at the same moment", async () => {
    const nuts = await goodsOf("NUTS", 20);
    const { params } = await dealOf(here, "proven", { items: [{ productId: nuts.productId, quantity: 2 }] });
    const body = { ...shipped, from: { warehouseId: nuts.warehouseId, counterpartyId: here.first } };
    const all = await Promise.allSettled([1, 2, 3, 4].map(() => call.shipDeal({ params, body })));
    expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await stockOf(here, nuts)).toEqual({ quantity: 18, reserved: 0 });
    expect(await call.readDeal({ params })).toMatchObject({ stageId: "shipped", shipments: { length: 1 } });
  });

  test("nothing is shipped to a stage that cannot be reached, for a lost deal, or to nobody", async () => {
    const beer = await goodsOf("BEER", 4);
    const { deal, params } = await dealOf(here);
    await confirmedOrder(here, { dealId: deal.id, lines: [{ ...beer, quantity: 4 }] });
    await expect(call.shipDeal({ params, body: { stageId: "paid" } })).rejects.toMatchObject(
      refusal(409, "deal.stage-skipped"),
    );
    await call.loseDeal({ params, body: { reasonId: "price" } });
    await expect(call.shipDeal({ params, body: {} })).rejects.toMatchObject(refusal(409, "deal.closed"));
    expect(await stockOf(here, beer)).toEqual({ quantity: 4, reserved: 4 });
    const { params: ofNobody } = await dealOf(here, "proven", {
      clientId: undefined,
      items: [{ productId: beer.productId, quantity: 1 }],
    });
    const { warehouseId } = beer;
    await expect(call.shipDeal({ params: ofNobody, body: { from: { warehouseId } } })).rejects.toMatchObject(
      refusal(409, "deal.client-missing"),
    );
  });

  test("who sells ships what is theirs; the deal of another, or of another tenant, is not there", async () => {
    const wine = await goodsOf("WINE", 4);
    const manager = await hired(here, "manager");
    const { deal, params } = await dealOf(here, "proven", { ownerId: manager.id });
    await confirmedOrder(here, { dealId: deal.id, lines: [{ ...wine, quantity: 4 }] });
    const [stranger, keeper, elsewhere] = await Promise.all([
      hired(here, "manager"),
      hired(here, "warehouse"),
      newSellingCompany(),
    ]);
    const gone = refusal(404, "record.not-found");
    await expect(stranger.call.shipDeal({ params, body: shipped })).rejects.toMatchObject(gone);
    await expect(elsewhere.call.shipDeal({ params, body: shipped })).rejects.toMatchObject(gone);
    await expect(keeper.call.shipDeal({ params, body: shipped })).rejects.toMatchObject(
      refusal(403, "access.forbidden"),
    );
    const orderId = newId("order", 0, systemEntropy);
    await expect(call.shipDeal({ params, body: { from: { orderId } } })).rejects.toMatchObject({
      ...refusal(422, "reference.unknown"),
      fields: [{ pointer: "/from/orderId" }],
    });
    const { order } = await manager.call.shipDeal({ params, body: shipped });
    expect(order).toMatchObject({ shipments: { length: 1 } });
    expect(await call.readDeal({ params })).toMatchObject({ shipments: [{ by: manager.id }] });
  });
});
