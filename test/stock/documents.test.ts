import { beforeAll, describe, expect, test } from "vitest";
import { settle, stackUrl } from "../support/client.ts";
import { type Company, ground, newCompany } from "./company.ts";
import { balanceIn } from "./ledger.ts";

let company: Company;
beforeAll(async () => {
  company = await newCompany();
});

describe("what goods in stock stand at in the ledger", () => {
  test("is posted by the stock alone: by hand, and on a supplier's invoice, it is refused", async () => {
    const { call } = company;
    const postings = [
      { account: "inventory", commodity: "EUR", amount: 100 },
      { account: "goods-received", commodity: "EUR", amount: -100 },
    ];
    await expect(
      call.postTransaction({ body: { id: "by-hand", kind: "journal", postings } }),
    ).rejects.toMatchObject({ code: "ledger.account-managed" });
    const { id: clientId } = await call.createClient({ body: { name: "Supplier" } });
    const line = { description: "Flour", unitPriceMinor: 100, costAccount: "inventory" };
    const answer = await fetch(`${stackUrl()}/v1/finance/invoices`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${company.token}` },
      body: JSON.stringify({ clientId, side: "purchase", lines: [line] }),
    });
    expect(await answer.json()).toMatchObject({
      ...{ status: 400, code: "request.invalid" },
      errors: [{ pointer: "/lines/0/costAccount" }],
    });
  });
});

describe("documents of movements", () => {
  test("goods come in, lie elsewhere, are written off, counted and shipped; stock, value and ledger tie", async () => {
    const own = await newCompany();
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
          detail: "Short: 0.002 kg of Făină. Enter first what came in, or take less.",
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
    const own = await newCompany();
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
      body: { name: "Six", counterparties: [{ legalName: "Six SRL", country: "RO" }] },
    });
    const whole = await call.readClient({ params: { clientId: client.id } });
    const counterpartyId = whole.counterparties[0]?.id ?? "";
    const all = await Promise.all(Array.from({ length: 6 }, () => ground(company)));
    const lots = all.map((goods) => ({ ...goods, quantity: 5 }));
    await call.postReceipt({ body: { lines: lots.map((lot) => ({ ...lot, costMinor: 50 })) } });
    const shipment = await call.postShipment({
      body: { lines: lots, clientId: client.id, counterpartyId, memo: "All" },
      idempotencyKey: "six",
    });
    expect(shipment).toMatchObject({ valueMinor: 300, clientId: client.id, counterpartyId });
    const back = await call.postReturn({
      params: { documentId: shipment.id },
      body: { lines: lots.map((_, line) => ({ line, quantity: 5 })) },
    });
    expect(back).toMatchObject({ valueMinor: 300, clientId: client.id });
    await call.postTransfer({
      body: { lines: lots.map((lot) => ({ ...lot, toWarehouseId: lot.warehouseId, toPlace: "A-1" })) },
    });
  });
});
