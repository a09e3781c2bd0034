import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { clientOf } from "../../functions/client.ts";
import { allRoutes } from "../../functions/routes.ts";
import { newTenant, settle, stackUrl, tokenFor } from "../support/client.ts";
import { balanceIn } from "./ledger.ts";

const made = async () => {
  const tenant = await newTenant({ currency: "EUR", timeZone: "Europe/Bucharest" });
  return { ...tenant, call: clientOf(allRoutes, { baseUrl: stackUrl(), token: tenant.token }) };
};
type Company = Awaited<ReturnType<typeof made>>;
let company: Company;

beforeAll(async () => {
  company = await made();
});

let n = 0;
/** A product, and a warehouse with a second place, of the test's own. */
const ground = async ({ call }: Company) => {
  const [product, warehouse] = await Promise.all([
    call.createProduct({ body: { code: `P-${n++}`, name: "Făină", unit: { name: "kg", scale: 3 } } }),
    call.createWarehouse({ body: { name: `W-${n++}`, places: [{ code: "A-1" }] } }),
  ]);
  return { productId: product.id, warehouseId: warehouse.id };
};

describe("warehouses", () => {
  test("a warehouse has its main place, and others by code; none is taken away", async () => {
    const { call } = company;
    const warehouse = await call.createWarehouse({ body: { name: "Ghencea", places: [{ code: "A-1" }] } });
    expect(warehouse.places.map(({ code }) => code)).toEqual(["main", "A-1"]);
    const params = { warehouseId: warehouse.id };
    const changed = await call.changeWarehouse({
      params,
      body: {
        places: [
          { code: "B-1", name: "Ramp" },
          { code: "A-1", active: false },
        ],
      },
    });
    expect(changed.places).toEqual([
      { code: "main", active: true },
      { code: "A-1", active: false },
      { code: "B-1", name: "Ramp", active: true },
    ]);
    expect(await call.readWarehouse({ params })).toEqual(changed);
    expect((await call.listWarehouses()).items).toContainEqual(changed);
  });

  test("an inactive place takes nothing in, and what is there may leave", async () => {
    const { call } = company;
    const goods = { ...(await ground(company)), place: "A-1" };
    await call.postReceipt({ body: { lines: [{ ...goods, quantity: 2, costMinor: 10 }] } });
    await call.changeWarehouse({
      params: { warehouseId: goods.warehouseId },
      body: { places: [{ code: "A-1", active: false }] },
    });
    await expect(
      call.postReceipt({ body: { lines: [{ ...goods, quantity: 1, costMinor: 10 }] } }),
    ).rejects.toMatchObject({ status: 409, code: "stock.place-closed" });
    await call.postShipment({ body: { lines: [{ ...goods, quantity: 2 }] } });
  });
});

describe("movements", () => {
  test("goods come in, lie elsewhere, are written off, counted and shipped; stock, value and ledger tie", async () => {
    const own = await made();
    const { call } = own;
    const goods = await ground(own);
    const there = { ...goods, place: "A-1" };
    const params = { productId: goods.productId };
    const receipt = await call.postReceipt({
      body: { lines: [{ ...goods, quantity: 10_000, costMinor: 4_550 }], memo: "First" },
    });
    expect(receipt).toMatchObject({ kind: "receipt", version: 1, currency: "EUR", valueMinor: 4_550 });
    await call.postTransfer({
      body: { lines: [{ ...goods, quantity: 4_000, toWarehouseId: goods.warehouseId, toPlace: "A-1" }] },
    });
    await call.postWriteOff({ body: { lines: [{ ...goods, quantity: 1_000 }], memo: "Wet" } });
    const count = await call.postCount({
      body: {
        lines: [
          { ...there, countedQuantity: 3_500 },
          { ...goods, countedQuantity: 5_000 },
        ],
      },
    });
    expect(count.lines).toMatchObject([{ quantity: -500 }, { quantity: 0, valueMinor: 0 }]);
    const shipment = await call.postShipment({ body: { lines: [{ ...there, quantity: 3_500 }] } });
    // 4550 for 10,000: 455 are written off, 227.5 are missing (to 228), 3500 of the 8500 left cost 1592.
    expect([count.valueMinor, shipment.valueMinor]).toEqual([-228, 1_592]);
    const stock = await call.readStockOfProduct({ params });
    expect(stock).toEqual({
      productId: goods.productId,
      quantity: 5_000,
      valueMinor: 4_550 - 455 - 228 - 1_592,
      currency: "EUR",
      costMethod: "average",
      reserved: 0,
      available: 5_000,
      levels: [{ ...goods, place: "main", onHand: 5_000, reserved: 0, available: 5_000 }],
    });
    const balance = balanceIn(call);
    expect(await balance(`stock:${goods.warehouseId}:main`, goods.productId)).toBe(5_000);
    expect(await balance(`stock:${goods.warehouseId}:A-1`, goods.productId)).toBe(0);
    expect(await balance("world", goods.productId)).toBe(-5_000);
    expect(await balance("inventory", "EUR")).toBe(stock.valueMinor);
    expect(await balance("goods-received", "EUR")).toBe(-4_550);
    expect(await balance("stock-differences", "EUR")).toBe(455 + 228);
    expect(await balance("cost-of-goods", "EUR")).toBe(1_592);
    const moves = (await call.listStockMovements({ params })).items;
    expect(moves.map(({ kind }) => kind).sort()).toEqual([
      "count",
      "receipt",
      "shipment",
      "transfer",
      "write-off",
    ]);
    expect(moves.reduce((sum, { quantityChange }) => sum + quantityChange, 0)).toBe(stock.quantity);
    expect(moves.reduce((sum, { valueChangeMinor }) => sum + valueChangeMinor, 0)).toBe(stock.valueMinor);
    await settle();
    expect((await call.listStock()).items).toEqual([
      {
        productId: goods.productId,
        quantity: 5_000,
        valueMinor: 2_275,
        currency: "EUR",
        costMethod: "average",
      },
    ]);
    const inWarehouse = { params: { warehouseId: goods.warehouseId } };
    expect((await call.listStockInWarehouse(inWarehouse)).items).toEqual(stock.levels);
    expect((await call.listStockInWarehouse({ ...inWarehouse, query: { place: "A-1" } })).items).toEqual([]);
    expect((await call.listStockDocuments()).items).toHaveLength(5);
    expect(await call.readStockDocument({ params: { documentId: shipment.id } })).toEqual(shipment);
  });

  test("what is short is refused by line, product and quantity, and nothing of the document is posted", async () => {
    const { call } = company;
    const goods = await ground(company);
    await call.postReceipt({ body: { lines: [{ ...goods, quantity: 5, costMinor: 10 }] } });
    const lines = [
      { ...goods, quantity: 3 },
      { ...goods, quantity: 4 },
    ];
    const tries = await Promise.allSettled([
      call.postShipment({ body: { lines } }),
      call.postWriteOff({ body: { lines, memo: "Lost" } }),
      call.postTransfer({
        body: { lines: lines.map((line) => ({ ...line, toWarehouseId: goods.warehouseId, toPlace: "A-1" })) },
      }),
    ]);
    for (const one of tries)
      expect(one).toMatchObject({
        status: "rejected",
        reason: {
          status: 409,
          code: "stock.insufficient",
          detail: `Short: 2 of ${goods.productId}.`,
          fields: [{ pointer: "/lines/1/quantity", reason: "is short by 2: 2 of 4 are available" }],
        },
      });
    expect(await call.readStockOfProduct({ params: { productId: goods.productId } })).toMatchObject({
      quantity: 5,
      valueMinor: 10,
    });
  });

  test("what is not there is named, field by field", async () => {
    const { call } = company;
    const goods = await ground(company);
    const line = { ...goods, quantity: 1, costMinor: 1 };
    const unknown = "01JD8Z5T2V9Q4R6W8Y0A1B3C5D";
    await expect(
      call.postReceipt({
        body: {
          lines: [
            { ...line, productId: `prd_${unknown}` },
            { ...line, warehouseId: `whs_${unknown}` },
            { ...line, place: "Z-9" },
          ],
        },
      }),
    ).rejects.toMatchObject({
      status: 422,
      code: "reference.unknown",
      fields: [
        { pointer: "/lines/0/productId", reason: "names no product" },
        { pointer: "/lines/1/warehouseId", reason: "names no warehouse" },
        { pointer: "/lines/2/place", reason: "names no place of the warehouse" },
      ],
    });
  });

  test("what the stock keeps takes no postings by hand: neither a journal nor a reversal takes goods past it", async () => {
    const { call } = company;
    const goods = await ground(company);
    const receipt = await call.postReceipt({ body: { lines: [{ ...goods, quantity: 5, costMinor: 10 }] } });
    const account = `stock:${goods.warehouseId}:main`;
    await expect(
      call.postTransaction({
        body: {
          id: `by-hand-${receipt.id}`,
          postings: [
            { account, commodity: goods.productId, amount: -5 },
            { account: "world", commodity: goods.productId, amount: 5 },
          ],
        },
      }),
    ).rejects.toMatchObject({ status: 409, code: "ledger.account-managed" });
    await expect(
      call.reverseTransaction({ params: { transactionId: receipt.id }, body: { id: `back-${receipt.id}` } }),
    ).rejects.toMatchObject({ status: 409, code: "ledger.account-managed" });
  });

  test("a day to come is refused, also by a count that finds no difference; one gone by is kept", async () => {
    const { call } = company;
    const goods = await ground(company);
    const lines = [{ ...goods, quantity: 1, costMinor: 1 }];
    await expect(call.postReceipt({ body: { lines, effectiveOn: "2999-01-01" } })).rejects.toMatchObject({
      code: "ledger.effective-day",
    });
    await expect(
      call.postCount({ body: { lines: [{ ...goods, countedQuantity: 0 }], effectiveOn: "2999-01-01" } }),
    ).rejects.toMatchObject({ code: "ledger.effective-day" });
    expect((await call.postReceipt({ body: { lines, effectiveOn: "2026-01-15" } })).effectiveOn).toBe(
      "2026-01-15",
    );
    const params = { productId: goods.productId };
    expect((await call.listStockMovements({ params, query: { to: "2026-01-15" } })).items).toHaveLength(1);
    expect((await call.listStockMovements({ params, query: { from: "2026-01-16" } })).items).toEqual([]);
  });

  test("by first-in first-out the oldest cost leaves first; another method takes hold with the next movement", async () => {
    const own = await made();
    const { call } = own;
    const goods = await ground(own);
    const params = { productId: goods.productId };
    await call.setStock({ body: { costMethod: "fifo" } });
    await call.postReceipt({
      body: {
        lines: [
          { ...goods, quantity: 10, costMinor: 1_000 },
          { ...goods, quantity: 10, costMinor: 2_000 },
        ],
      },
    });
    expect((await call.postShipment({ body: { lines: [{ ...goods, quantity: 5 }] } })).valueMinor).toBe(500);
    await call.setStock({ body: { costMethod: "average" } });
    expect(await call.readStockOfProduct({ params })).toMatchObject({
      costMethod: "fifo",
      valueMinor: 2_500,
    });
    // 15 for 25.00: 3 cost 5.00.
    expect((await call.postShipment({ body: { lines: [{ ...goods, quantity: 3 }] } })).valueMinor).toBe(500);
    expect(await call.readStockOfProduct({ params })).toMatchObject({
      costMethod: "average",
      valueMinor: 2_000,
    });
  });

  test("a return brings goods back at their cost, elsewhere too, and never more than were shipped", async () => {
    const { call } = company;
    const goods = await ground(company);
    await call.postReceipt({ body: { lines: [{ ...goods, quantity: 3, costMinor: 100 }] } });
    const shipment = await call.postShipment({ body: { lines: [{ ...goods, quantity: 3 }] } });
    const params = { documentId: shipment.id };
    const back = await call.postReturn({ params, body: { lines: [{ line: 0, quantity: 2, place: "A-1" }] } });
    expect(back).toMatchObject({ kind: "return", valueMinor: 67, shipmentId: shipment.id });
    expect(await call.readStockDocument({ params })).toMatchObject({
      version: 2,
      lines: [{ quantity: 3, returnedQuantity: 2, returnedValueMinor: 67 }],
    });
    await expect(
      call.postReturn({ params, body: { lines: [{ line: 0, quantity: 2 }] } }),
    ).rejects.toMatchObject({ status: 409, code: "stock.beyond-shipment" });
    await expect(
      call.postReturn({ params: { documentId: back.id }, body: { lines: [{ line: 0, quantity: 1 }] } }),
    ).rejects.toMatchObject({ status: 404 });
    expect(await call.readStockOfProduct({ params: { productId: goods.productId } })).toMatchObject({
      quantity: 2,
      valueMinor: 67,
      levels: [{ place: "A-1", onHand: 2 }],
    });
  });

  test("a document of as many lines as are allowed is posted, returned and found whole", async () => {
    const { call } = company;
    const client = await call.createClient({
      body: { name: "Seven", counterparties: [{ legalName: "Seven SRL", country: "RO" }] },
    });
    const whole = await call.readClient({ params: { clientId: client.id } });
    const counterpartyId = whole.counterparties[0]?.id ?? "";
    const all = await Promise.all(Array.from({ length: 7 }, () => ground(company)));
    const lots = all.map((goods) => ({ ...goods, quantity: 5 }));
    await call.postReceipt({ body: { lines: lots.map((lot) => ({ ...lot, costMinor: 50 })) } });
    const shipment = await call.postShipment({
      body: { lines: lots, clientId: client.id, counterpartyId, memo: "All" },
      idempotencyKey: "seven",
    });
    expect(shipment).toMatchObject({ valueMinor: 350, clientId: client.id, counterpartyId });
    const back = await call.postReturn({
      params: { documentId: shipment.id },
      body: { lines: lots.map((_, line) => ({ line, quantity: 5 })) },
    });
    expect(back).toMatchObject({ valueMinor: 350, clientId: client.id });
    await call.postTransfer({
      body: { lines: lots.map((lot) => ({ ...lot, toWarehouseId: lot.warehouseId, toPlace: "A-1" })) },
    });
  });
});

describe("reservations", () => {
  test("reserved goods are there for their reservation alone, until they are shipped or released", async () => {
    const { call } = company;
    const goods = await ground(company);
    const client = await call.createClient({ body: { name: "Reserver" } });
    const deal = await call.createDeal({ body: { title: "D", typeId: "sale", clientId: client.id } });
    const product = { params: { productId: goods.productId } };
    await call.postReceipt({ body: { lines: [{ ...goods, quantity: 10, costMinor: 100 }] } });
    const reservation = await call.reserveStock({
      body: { dealId: deal.id, lines: [{ ...goods, quantity: 8 }] },
    });
    expect(reservation).toMatchObject({
      state: "active",
      clientId: client.id,
      ownerId: company.adminMemberId,
    });
    expect(await call.readStockOfProduct(product)).toMatchObject({ quantity: 10, reserved: 8, available: 2 });
    const tries = await Promise.allSettled([
      call.postShipment({ body: { lines: [{ ...goods, quantity: 3 }] } }),
      call.reserveStock({ body: { lines: [{ ...goods, quantity: 3 }] } }),
    ]);
    for (const one of tries)
      expect(one).toMatchObject({
        status: "rejected",
        reason: {
          status: 409,
          code: "stock.insufficient",
          fields: [{ pointer: "/lines/0/quantity", reason: "is short by 1: 2 of 3 are available" }],
        },
      });
    const params = { reservationId: reservation.id };
    const shipment = await call.shipReservation({ params, body: { lines: [{ ...goods, quantity: 5 }] } });
    expect(shipment).toMatchObject({
      valueMinor: 50,
      dealId: deal.id,
      clientId: client.id,
      reservationId: reservation.id,
    });
    await expect(
      call.shipReservation({ params, body: { lines: [{ ...goods, quantity: 4 }] } }),
    ).rejects.toMatchObject({ status: 409, code: "stock.beyond-reservation" });
    expect(
      await call.releaseReservation({ params, body: { lines: [{ ...goods, quantity: 1 }] } }),
    ).toMatchObject({
      state: "active",
      lines: [{ quantity: 8, shippedQuantity: 5, releasedQuantity: 1 }],
    });
    await call.shipReservation({ params, body: {} });
    expect(await call.readReservation({ params })).toMatchObject({ state: "shipped", version: 4 });
    await expect(call.releaseReservation({ params, body: {} })).rejects.toMatchObject({
      status: 409,
      code: "stock.reservation-ended",
    });
    expect(await call.readStockOfProduct(product)).toMatchObject({ quantity: 3, reserved: 0, available: 3 });
    await settle();
    const ofDeal = { query: { deal: deal.id } };
    expect((await call.listReservations(ofDeal)).items.map(({ id }) => id)).toEqual([reservation.id]);
    expect((await call.listStockDocuments(ofDeal)).items).toHaveLength(2);
    const active = (await call.listReservations()).items.map(({ id }) => id);
    expect(active).not.toContain(reservation.id);
  });

  test("a manager reserves for deals of their own and sees those reservations alone; a keeper ships them", async () => {
    const { call } = company;
    const goods = await ground(company);
    await call.postReceipt({ body: { lines: [{ ...goods, quantity: 10, costMinor: 100 }] } });
    const hired = async (role: "manager" | "warehouse") => {
      const email = `${randomUUID()}@test.example`;
      await call.inviteMember({ body: { email, name: `A ${role}`, role } });
      await settle();
      return clientOf(allRoutes, { baseUrl: stackUrl(), token: await tokenFor(email) });
    };
    const [manager, keeper] = [await hired("manager"), await hired("warehouse")];
    const lines = [{ ...goods, quantity: 2 }];
    const foreign = await call.createDeal({ body: { title: "Foreign", typeId: "sale" } });
    const others = await call.reserveStock({ body: { dealId: foreign.id, lines } });
    const deal = await manager.createDeal({ body: { title: "Own", typeId: "sale" } });
    const own = await manager.reserveStock({ body: { dealId: deal.id, lines } });
    await expect(manager.reserveStock({ body: { dealId: foreign.id, lines } })).rejects.toMatchObject({
      status: 422,
      code: "reference.unknown",
    });
    const params = { reservationId: others.id };
    for (const sent of [
      () => manager.readReservation({ params }),
      () => manager.releaseReservation({ params, body: {} }),
    ])
      await expect(sent()).rejects.toMatchObject({ status: 404, code: "record.not-found" });
    await settle();
    expect((await manager.listReservations()).items.map(({ id }) => id)).toEqual([own.id]);
    expect((await manager.listReservations({ query: { deal: foreign.id } })).items).toEqual([]);
    expect((await manager.listReservations({ query: { deal: deal.id } })).items).toEqual([own]);
    await expect(
      manager.shipReservation({ params: { reservationId: own.id }, body: {} }),
    ).rejects.toMatchObject({ status: 403 });
    const ids = (await keeper.listReservations()).items.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining([own.id, others.id]));
    const shipment = await keeper.shipReservation({ params: { reservationId: own.id }, body: {} });
    expect(shipment).toMatchObject({ dealId: deal.id, valueMinor: 20 });
    // With the deal, its reservations pass to another.
    const { ownerId } = await manager.readDeal({ params: { dealId: deal.id } });
    await call.changeDeal({ params: { dealId: foreign.id }, body: { ownerId } });
    expect((await manager.readReservation({ params })).id).toBe(others.id);
    expect(await manager.readStockOfProduct({ params: { productId: goods.productId } })).toMatchObject({
      quantity: 8,
      reserved: 2,
    });
  });

  test("nothing is reserved for a lost deal, nor for a time gone by", async () => {
    const { call } = company;
    const goods = await ground(company);
    await call.postReceipt({ body: { lines: [{ ...goods, quantity: 1, costMinor: 1 }] } });
    const lines = [{ ...goods, quantity: 1 }];
    const deal = await call.createDeal({ body: { title: "L", typeId: "sale" } });
    await call.loseDeal({ params: { dealId: deal.id }, body: { reasonId: "price" } });
    await expect(call.reserveStock({ body: { dealId: deal.id, lines } })).rejects.toMatchObject({
      status: 409,
      code: "deal.closed",
    });
    await expect(
      call.reserveStock({ body: { lines, expiresAt: "2020-01-01T00:00:00.000Z" } }),
    ).rejects.toMatchObject({ status: 400 });
  });
});
