import { describe, expect, test } from "vitest";
import { balanceOf, dayFrom, heldTogether, hired } from "../finance/company.ts";
import { eachOf, newSellingCompany, refusal, type SellingCompany, stockOf } from "./company.ts";

/** A product that lies in no stock. */
const service = async ({ call }: SellingCompany, code: string) => {
  const prices = [{ currency: "RON", unitPriceMinor: 5_000 }];
  const { id } = await call.createProduct({ body: { code, name: code, kind: "service", prices } });
  return { productId: id };
};

describe("a draft of an order", () => {
  test("is drawn up anew as a whole: lines, prices, counterparty, deal; its number stays", async () => {
    const company = await newSellingCompany();
    const { call, clientId, first, second, flour, sugar } = company;
    const { id: dealId } = await call.createDeal({ body: { title: "D", typeId: "sale", clientId } });
    const draft = await call.createOrder({
      body: { clientId, counterpartyId: first, memo: "Soon", lines: [{ ...flour, quantity: 3 }] },
    });
    const params = { orderId: draft.id };
    const changed = await call.changeOrder({
      params,
      body: {
        ...{ counterpartyId: second, dealId },
        lines: [
          { ...sugar, quantity: 7, unitPriceMinor: 900 },
          { ...flour, quantity: 1 },
        ],
      },
    });
    expect(changed).toMatchObject({
      ...{ id: draft.id, number: draft.number, version: 2, state: "draft", clientId },
      ...{ counterpartyId: second, dealId, netMinor: 6_300 + 1_000 },
    });
    expect(changed.memo).toBeUndefined();
    expect(await call.readOrder({ params })).toEqual(changed);
    expect((await call.listOrders({ query: { deal: dealId } })).items).toEqual([changed]);
    await call.confirmOrder({ params });
    expect(await stockOf(company, sugar)).toEqual({ quantity: 100, reserved: 7 });
  });

  test("is changed in the version that was read, by whom it reaches, and not once it is confirmed", async () => {
    const company = await newSellingCompany();
    const { call, clientId, flour } = company;
    const body = { lines: [{ ...flour, quantity: 2 }] };
    const { id } = await call.createOrder({ body: { clientId, lines: [{ ...flour, quantity: 1 }] } });
    const params = { orderId: id };
    await call.changeOrder({ params, body, ifMatch: 1 });
    await expect(call.changeOrder({ params, body, ifMatch: 1 })).rejects.toMatchObject(
      refusal(412, "record.stale"),
    );
    const manager = await hired(company, "manager");
    await expect(manager.call.changeOrder({ params, body })).rejects.toMatchObject(
      refusal(404, "record.not-found"),
    );
    await call.confirmOrder({ params });
    await expect(call.changeOrder({ params, body })).rejects.toMatchObject(refusal(409, "order.not-draft"));
    expect(await stockOf(company, flour)).toEqual({ quantity: 100, reserved: 2 });
  });

  test("changed and confirmed at the same moment reserves what it says", async () => {
    const company = await newSellingCompany();
    const { call, clientId, flour } = company;
    for (let round = 0; round < 5; round++) {
      const { id } = await call.createOrder({ body: { clientId, lines: [{ ...flour, quantity: 1 }] } });
      const params = { orderId: id };
      const before = await stockOf(company, flour);
      await Promise.allSettled([
        call.confirmOrder({ params }),
        call.changeOrder({ params, body: { lines: [{ ...flour, quantity: 2 }] } }),
        call.confirmOrder({ params }),
      ]);
      const { state, lines } = await call.readOrder({ params });
      expect(state).toBe("confirmed");
      expect((await stockOf(company, flour)).reserved - before.reserved).toBe(lines[0]?.quantity);
    }
  });
});

describe("services in an order", () => {
  test("are done, invoiced and cancelled like goods, and nothing of them moves in the stock", async () => {
    const company = await newSellingCompany();
    const { call, clientId, first, flour } = company;
    const repair = await service(company, "REPAIR");
    const { id } = await call.createOrder({
      body: {
        ...{ clientId, counterpartyId: first },
        lines: [
          { ...repair, quantity: 3 },
          { ...flour, quantity: 10 },
        ],
      },
    });
    const params = { orderId: id };
    await call.confirmOrder({ params });
    const done = await call.shipOrder({ params, body: { lines: [{ line: 0, quantity: 1 }] } });
    expect(done).toMatchObject({ shipments: [], lines: [{ shippedQuantity: 1 }, { shippedQuantity: 0 }] });
    await call.cancelOrder({ params, body: { lines: [{ line: 0, quantity: 1 }] } });
    const shipped = await call.shipOrder({ params, body: {} });
    expect(shipped.shipments).toMatchObject([{ lines: [{ line: 1, quantity: 10 }] }]);
    const { state, invoices } = await call.invoiceOrder({ params, body: {} });
    expect(state).toBe("done");
    expect(await call.readInvoice({ params: { invoiceId: invoices[0]?.invoiceId ?? "" } })).toMatchObject({
      netMinor: 2 * 5_000 + 10 * 1_000,
    });
    expect(await stockOf(company, flour)).toEqual({ quantity: 90, reserved: 0 });
    expect(await balanceOf(company, "cost-of-goods", "RON")).toBe(10 * 200);
    await heldTogether(company);
  });

  test("before goods that are short leave the refusal to name the line of the goods", async () => {
    const company = await newSellingCompany();
    const { call, clientId, flour } = company;
    const repair = await service(company, "REPAIR");
    const lines = [
      { ...repair, quantity: 1 },
      { ...flour, quantity: 101 },
    ];
    const { id: orderId } = await call.createOrder({ body: { clientId, lines } });
    await expect(call.confirmOrder({ params: { orderId } })).rejects.toMatchObject({
      ...refusal(409, "stock.insufficient"),
      fields: [{ pointer: "/lines/1/quantity" }],
    });
  });

  test("alone make an order without a reservation, cancelled whole or done whole", async () => {
    const company = await newSellingCompany();
    const { call, clientId } = company;
    const repair = await service(company, "REPAIR");
    const order = async () => {
      const { id } = await call.createOrder({ body: { clientId, lines: [{ ...repair, quantity: 2 }] } });
      const params = { orderId: id };
      const { reservationId } = await call.confirmOrder({ params });
      expect(reservationId).toBeUndefined();
      return params;
    };
    const params = await order();
    await call.shipOrder({ params, body: {} });
    expect(await call.invoiceOrder({ params, body: {} })).toMatchObject({ state: "done" });
    expect(await call.cancelOrder({ params: await order(), body: {} })).toMatchObject({ state: "cancelled" });
  });

  test("lie nowhere: an order that says where is refused, as are goods without a place, and the stock takes none in", async () => {
    const company = await newSellingCompany();
    const { call, clientId, flour } = company;
    const repair = await service(company, "REPAIR");
    const { warehouseId } = flour;
    const create = (line: typeof repair & { warehouseId?: string; place?: string }) =>
      call.createOrder({ body: { clientId, lines: [{ ...line, quantity: 1, unitPriceMinor: 1 }] } });
    for (const [line, field] of [
      [{ ...repair, warehouseId }, "warehouseId"],
      [{ ...repair, place: "main" }, "place"],
      [{ productId: flour.productId }, "warehouseId"],
    ] as const)
      await expect(create(line)).rejects.toMatchObject({
        ...refusal(422, "order.line-invalid"),
        fields: [{ pointer: `/lines/0/${field}` }],
      });
    const lines = [{ ...repair, warehouseId, quantity: 1, costMinor: 1 }];
    await expect(call.postReceipt({ body: { lines } })).rejects.toMatchObject({
      ...refusal(422, "reference.unknown"),
      fields: [{ pointer: "/lines/0/productId", reason: "names a service, which lies in no stock" }],
    });
  });

  test("of a quote need no warehouse to be accepted, and goods beside them do", async () => {
    const company = await newSellingCompany();
    const { call, clientId, flour } = company;
    const repair = await service(company, "REPAIR");
    const sent = async (productIds: readonly string[]) => {
      const lines = productIds.map((productId) => ({ productId, quantity: 1 }));
      const { id } = await call.createQuote({ body: { clientId, lines, validUntil: "2099-12-31" } });
      await call.sendQuote({ params: { quoteId: id } });
      return { params: { quoteId: id } };
    };
    const both = await sent([flour.productId, repair.productId]);
    await expect(call.acceptQuote({ ...both, body: {} })).rejects.toMatchObject({
      ...refusal(422, "order.line-invalid"),
      fields: [{ pointer: "/warehouseId" }],
    });
    const order = await call.acceptQuote({ ...both, body: { warehouseId: flour.warehouseId } });
    expect(order.lines.map(({ warehouseId }) => warehouseId)).toEqual([flour.warehouseId, undefined]);
    const served = await call.acceptQuote({ ...(await sent([repair.productId])), body: {} });
    expect(served).toMatchObject({ state: "draft", lines: [{ quantity: 1 }] });
  });
});

describe("numbers", () => {
  test("of orders and quotes run without gap or double, however many are made at once and refused between", async () => {
    const company = await newSellingCompany();
    const { call, clientId, flour, sugar } = company;
    const lines = [{ ...flour, quantity: 1 }];
    const year = dayFrom(0).slice(0, 4);
    const all = await eachOf(
      Array.from({ length: 18 }, (_, n) => n),
      6,
      async (n) => {
        if (n % 3 === 2) {
          const refused = { clientId, lines: [{ ...sugar, quantity: 1, taxId: "none-such" }] };
          await expect(call.createOrder({ body: refused })).rejects.toMatchObject({ status: 422 });
          return [];
        }
        return [(await call.createOrder({ body: { clientId, lines } })).number];
      },
    );
    const numbersOf = (kind: string, count: number) =>
      Array.from({ length: count }, (_, n) => `${kind}-${year}-${String(n + 1).padStart(6, "0")}`);
    expect(all.flat().sort()).toEqual(numbersOf("ORD", 12));
    const offer = { clientId, lines: [{ productId: flour.productId, quantity: 1 }] };
    const quote = await call.createQuote({ body: { ...offer, validUntil: "2099-12-31" } });
    expect([quote.number]).toEqual(numbersOf("QUO", 1));
    const params = { quoteId: quote.id };
    await call.sendQuote({ params });
    const order = await call.acceptQuote({ params, body: { warehouseId: flour.warehouseId } });
    expect(order.number).toBe(numbersOf("ORD", 13).at(-1));
    const { number } = order;
    expect((await call.listOrders({ query: { number } })).items).toEqual([order]);
    expect((await call.listOrders({ query: { number, state: "done" } })).items).toEqual([]);
    expect((await call.listQuotes({ query: { number: quote.number } })).items).toMatchObject([
      { id: quote.id },
    ]);
    const manager = await hired(company, "manager");
    expect((await manager.call.listOrders({ query: { number } })).items).toEqual([]);
    expect((await call.listOrders({ query: { number: "ORD-1999-000001" } })).items).toEqual([]);
  });
});
