import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Deal } from "../../domain/deals/deal.ts";
import { Order } from "../../domain/orders/order.ts";
import type { newMeter } from "../../functions/kit/table/database.ts";
import { startGround, type TestGround } from "../access/ground.ts";
import { carryOn } from "../orders/carry-on.ts";
import { type Fault, Faulty, faults } from "../orders/faulty.ts";
import { good, servedCompany } from "./served.ts";

/** More products than one shipment holds: their order is written, and then two shipments, the last with the deal. */
const products = 6;
const writes = 3;
const received = 1_000;

let ground: TestGround;
let company: Awaited<ReturnType<typeof servedCompany>>;
const productIds: string[] = [];
beforeAll(async () => {
  ground = await startGround();
  const stage = (id: string, evidence: string[]) => ({ id, name: id, probabilityPercent: 50, evidence });
  company = await servedCompany(ground, {
    ...{ id: "goods", name: "Goods", kind: "process" },
    stages: [stage("talks", []), stage("shipped", ["shipment"])],
  });
  for (let n = 0; n < products; n++) {
    const productId = await company.product(`P${n}`);
    productIds.push(productId);
    const line = { productId, warehouseId: company.warehouseId, quantity: received, costMinor: 2_000 };
    await company.send("POST /v1/stock/receipts", { body: { lines: [line] } });
  }
});
afterAll(() => ground.stop());

const newDeal = async (): Promise<string> => {
  const items = productIds.map((productId) => ({ productId, quantity: 2 }));
  const body = { title: "Goods", typeId: "goods", clientId: company.clientId, items };
  return String((await company.send("POST /v1/deals", { body })).id);
};

const ordersOf = async (dealId: string): Promise<Order[]> => {
  const { items } = good(await company.answered({ route: "GET /v1/orders", query: { deal: dealId } }));
  return (Array.isArray(items) ? items : []).map((item) => Order.parse(item));
};

/** Ships on a table with a fault, and again on one without. */
const shipTwice = async (dealId: string, fault: Fault, at: number, headers: Record<string, string>) => {
  const faulty = new Faulty(fault, at);
  const broken = company.over({
    ...ground,
    database: (meter: ReturnType<typeof newMeter>) => faulty.of(ground.database(meter)),
  });
  const body = { stageId: "shipped", from: { warehouseId: company.warehouseId } };
  const call = { route: "POST /v1/deals/{dealId}/shipments", params: { dealId }, body, headers };
  await broken(call);
  const again = await company.answered(call);
  expect(faulty.happened).toBe(true);
  await carryOn(ground);
  return again;
};

const shippedOnce = async (dealId: string) => {
  const orders = await ordersOf(dealId);
  expect(orders).toHaveLength(1);
  const [order] = orders;
  expect(order).toMatchObject({ state: "confirmed", shipments: { length: 2 } });
  expect(order?.underWay).toBeUndefined();
  expect(order?.lines.every(({ shippedQuantity }) => shippedQuantity === 2)).toBe(true);
  const deal = Deal.parse(await company.send("GET /v1/deals/{dealId}", { params: { dealId } }));
  expect(deal).toMatchObject({
    stageId: "shipped",
    orderId: order?.id,
    version: 3,
    shipments: { length: 2 },
  });
  expect(deal.overrides).toBeUndefined();
};

const cases = faults.flatMap((fault) => Array.from({ length: writes }, (_, at) => [fault, at] as const));

describe("a call that ships from a deal", () => {
  let shipped = 0;

  test.each(cases)(
    "with a fault (%s) of write %i is carried out once, when it is repeated under its key",
    async (fault, at) => {
      const dealId = await newDeal();
      const again = await shipTwice(dealId, fault, at, { "idempotency-key": `${fault}-${at}` });
      expect(again.status).toBe(201);
      await shippedOnce(dealId);
      shipped += 1;
    },
  );

  test.each(cases)(
    "with a fault (%s) of write %i is carried out once, when it is repeated without a key",
    async (fault, at) => {
      const dealId = await newDeal();
      const again = await shipTwice(dealId, fault, at, {});
      // Where all was done already, or is being done, the repetition says so.
      if (again.status !== 201)
        expect(["deal.nothing-to-ship", "order.under-way"]).toContain(again.body.code);
      await shippedOnce(dealId);
      shipped += 1;
    },
  );

  test("takes of the stock what was shipped, and leaves nothing reserved", async () => {
    for (const productId of productIds)
      expect(
        await company.send("GET /v1/stock/products/{productId}", { params: { productId } }),
      ).toMatchObject({ quantity: received - 2 * shipped, reserved: 0 });
  });
});
