import { describe, expect, test } from "vitest";
import { balanceOf, dayFrom, heldTogether, hired } from "../finance/company.ts";
import { confirmedOrder, eachOf, newSellingCompany, refusal, stockOf } from "./company.ts";

describe("an order", () => {
  test("is priced and taxed of today, and holds nothing of the stock before it is confirmed", async () => {
    const company = await newSellingCompany();
    const { call, clientId, flour } = company;
    const order = await call.createOrder({ body: { clientId, lines: [{ ...flour, quantity: 10 }] } });
    expect(order).toMatchObject({ state: "draft", version: 1, currency: "RON", netMinor: 10_000 });
    expect(order.totalMinor).toBe(order.netMinor + order.taxMinor);
    expect(await stockOf(company, flour)).toEqual({ quantity: 100, reserved: 0 });
    const params = { orderId: order.id };
    expect(await call.confirmOrder({ params })).toMatchObject({ state: "confirmed", version: 2 });
    expect(await stockOf(company, flour)).toEqual({ quantity: 100, reserved: 10 });
    await expect(call.confirmOrder({ params })).rejects.toMatchObject(refusal(409, "order.not-draft"));
  });

  test("is confirmed whole or not at all, and says of each line how much is short", async () => {
    const company = await newSellingCompany();
    const { call, clientId, flour, sugar } = company;
    const { id } = await call.createOrder({
      body: {
        clientId,
        lines: [
          { ...flour, quantity: 10 },
          { ...sugar, quantity: 130 },
        ],
      },
    });
    await expect(call.confirmOrder({ params: { orderId: id } })).rejects.toMatchObject({
      ...refusal(409, "stock.insufficient"),
      fields: [{ pointer: "/lines/1/quantity", reason: "is short by 30: 100 of 130 are available" }],
    });
    expect(await call.readOrder({ params: { orderId: id } })).toMatchObject({ state: "draft", version: 1 });
    expect(await stockOf(company, flour)).toEqual({ quantity: 100, reserved: 0 });
  });

  test("is shipped and invoiced in parts: each invoice says what was shipped since the last, and all sum to the order", async () => {
    const company = await newSellingCompany();
    const { call, flour, sugar, clientId } = company;
    const { params, order } = await confirmedOrder(company);
    await expect(call.invoiceOrder({ params, body: {} })).rejects.toMatchObject(
      refusal(409, "order.nothing-left"),
    );
    await call.shipOrder({
      params,
      body: {
        lines: [
          { line: 0, quantity: 4 },
          { line: 1, quantity: 7 },
        ],
      },
    });
    await call.shipOrder({ params, body: { lines: [{ line: 1, quantity: 6 }] } });
    const { invoices } = await call.invoiceOrder({ params, body: {} });
    const firstOne = await call.readInvoice({ params: { invoiceId: invoices[0]?.invoiceId ?? "" } });
    expect(firstOne).toMatchObject({ state: "open", orderId: order.id, netMinor: 4_000 + 13_000 - 650 });
    expect(firstOne.lines.map(({ quantity }) => quantity)).toEqual([4, 13]);
    await expect(
      call.shipOrder({ params, body: { lines: [{ line: 0, quantity: 7 }] } }),
    ).rejects.toMatchObject({
      ...refusal(409, "order.beyond-line"),
      fields: [{ pointer: "/lines/0/quantity", reason: "is more than the 6 that are left" }],
    });
    expect(await call.shipOrder({ params, body: {} })).toMatchObject({ state: "confirmed" });
    const done = await call.invoiceOrder({ params, body: {} });
    expect(done).toMatchObject({ state: "done", shipments: { length: 3 }, invoices: { length: 2 } });
    const all = await Promise.all(
      done.invoices.map(({ invoiceId }) => call.readInvoice({ params: { invoiceId } })),
    );
    expect(all.reduce((sum, { netMinor }) => sum + netMinor, 0)).toBe(order.netMinor);
    expect(await stockOf(company, flour)).toEqual({ quantity: 90, reserved: 0 });
    expect(await stockOf(company, sugar)).toEqual({ quantity: 80, reserved: 0 });
    expect(await balanceOf(company, "cost-of-goods", "RON")).toBe(30 * 200);
    const money = await call.readClientMoney({ params: { clientId } });
    expect(money.sale.currencies[0]?.openMinor).toBe(
      all.reduce((sum, { totalMinor }) => sum + totalMinor, 0),
    );
    await heldTogether(company);
  });

  test("what comes back is not invoiced where it was not yet, and is credited where it was, with the goods in one write", async () => {
    const company = await newSellingCompany();
    const { call, flour } = company;
    const { params } = await confirmedOrder(company, { lines: [{ ...flour, quantity: 10 }] });
    await call.shipOrder({ params, body: { lines: [{ line: 0, quantity: 6 }] } });
    await call.invoiceOrder({ params, body: {} });
    const { shipments } = await call.shipOrder({ params, body: {} });
    const [firstOne = "", second = ""] = shipments.map(({ documentId }) => documentId);
    const back = (shipmentId: string, quantity: number) =>
      call.returnOfOrder({
        params,
        body: { shipmentId, reason: "Broken", lines: [{ line: 0, quantity }] },
      });
    // The 4 of the second shipment are not invoiced, the 6 of the first one are.
    const line = async () => (await call.readOrder({ params })).lines[0];
    await back(second, 3);
    expect(await line()).toMatchObject({ returnedQuantity: 3, creditedQuantity: 0, invoicedQuantity: 6 });
    expect((await call.listCreditNotes({ query: { client: company.clientId } })).items).toEqual([]);
    await back(firstOne, 2);
    expect(await line()).toMatchObject({ returnedQuantity: 5, creditedQuantity: 2 });
    const { items } = await call.listCreditNotes({ query: { client: company.clientId } });
    expect(items).toMatchObject([{ netMinor: 2_000, reason: "Broken" }]);
    expect(await stockOf(company, flour)).toEqual({ quantity: 95, reserved: 0 });
    expect(await balanceOf(company, "cost-of-goods", "RON")).toBe(5 * 200);
    await expect(back(second, 2)).rejects.toMatchObject(refusal(409, "order.beyond-line"));
    expect(await call.invoiceOrder({ params, body: {} })).toMatchObject({
      state: "done",
      lines: [{ invoicedQuantity: 7 }],
    });
    await heldTogether(company);
  });

  test("a credit note that is refused leaves the goods where they were", async () => {
    const company = await newSellingCompany();
    const { call, flour } = company;
    const { params } = await confirmedOrder(company, { lines: [{ ...flour, quantity: 10 }] });
    const { shipments } = await call.shipOrder({ params, body: {} });
    const before = await call.invoiceOrder({ params, body: {} });
    await expect(
      call.returnOfOrder({
        params,
        body: {
          ...{ shipmentId: shipments[0]?.documentId ?? "", reason: "Broken" },
          // Before the invoice was issued.
          ...{ effectiveOn: dayFrom(-1), lines: [{ line: 0, quantity: 2 }] },
        },
      }),
    ).rejects.toMatchObject({ code: "request.invalid", fields: [{ pointer: "/effectiveOn" }] });
    expect(await call.readOrder({ params })).toEqual(before);
    expect(await stockOf(company, flour)).toEqual({ quantity: 90, reserved: 0 });
  });

  test("what finance has credited already is not credited again when the goods come back", async () => {
    const company = await newSellingCompany();
    const { call, flour, sugar } = company;
    const { params } = await confirmedOrder(company, {
      lines: [
        { ...flour, quantity: 10 },
        { ...sugar, quantity: 10 },
      ],
    });
    const { shipments } = await call.shipOrder({ params, body: {} });
    const { invoices } = await call.invoiceOrder({ params, body: {} });
    const invoiceParams = { invoiceId: invoices[0]?.invoiceId ?? "" };
    await call.creditInvoice({
      params: invoiceParams,
      body: { reason: "A gift", lines: [{ line: 0 }, { line: 1, netMinor: 9_000 }] },
    });
    await call.returnOfOrder({
      params,
      body: {
        ...{ shipmentId: shipments[0]?.documentId ?? "", reason: "Broken" },
        lines: [
          { line: 0, quantity: 2 },
          { line: 1, quantity: 4 },
        ],
      },
    });
    const { items } = await call.listCreditNotes({ query: { client: company.clientId } });
    // Ten of sugar come to 10.00 still: four of them to 4.00.
    expect(items.map(({ netMinor }) => netMinor).sort()).toEqual([19_000, 400]);
    expect(await call.readInvoice({ params: invoiceParams })).toMatchObject({ openMinor: 726 });
    expect(await stockOf(company, flour)).toEqual({ quantity: 92, reserved: 0 });
    expect(await stockOf(company, sugar)).toEqual({ quantity: 94, reserved: 0 });
    await heldTogether(company);
  });

  test("what is cancelled is free for others, and what was shipped stays", async () => {
    const company = await newSellingCompany();
    const { call, flour, sugar } = company;
    const { params } = await confirmedOrder(company);
    await call.shipOrder({ params, body: { lines: [{ line: 0, quantity: 4 }] } });
    await call.cancelOrder({ params, body: { lines: [{ line: 1, quantity: 5 }] } });
    expect(await stockOf(company, sugar)).toEqual({ quantity: 100, reserved: 15 });
    const rest = await call.cancelOrder({ params, body: {} });
    expect(rest).toMatchObject({ state: "confirmed" });
    expect(rest.lines.map(({ cancelledQuantity }) => cancelledQuantity)).toEqual([6, 20]);
    expect(await stockOf(company, flour)).toEqual({ quantity: 96, reserved: 0 });
    await expect(call.cancelOrder({ params, body: {} })).rejects.toMatchObject(
      refusal(409, "order.nothing-left"),
    );
    expect(await call.invoiceOrder({ params, body: {} })).toMatchObject({ state: "done" });
    const { params: other } = await confirmedOrder(company);
    expect(await call.cancelOrder({ params: other, body: {} })).toMatchObject({ state: "cancelled" });
    await expect(call.shipOrder({ params: other, body: {} })).rejects.toMatchObject(
      refusal(409, "order.not-confirmed"),
    );
  });

  test("of fifty lines, all there may be, is shipped by one call and invoiced by one, in documents that hold all of it, and each shipment comes back as a whole", async () => {
    const company = await newSellingCompany();
    const { call, clientId, first } = company;
    const places = Array.from({ length: 20 }, (_, n) => `P${n}`);
    const warehouse = await call.createWarehouse({
      body: { name: "Fifty", places: places.map((code) => ({ code })) },
    });
    const numbers = Array.from({ length: 50 }, (_, n) => n);
    const lines = await eachOf(numbers, 5, async (n) => {
      const place = places[n % 20] ?? "main";
      const { id: productId } = await call.createProduct({ body: { code: `N${n}`, name: `N${n}` } });
      const line = { productId, warehouseId: warehouse.id, place, quantity: 2 };
      await call.postReceipt({ body: { lines: [{ ...line, costMinor: 100 }] } });
      return line;
    });
    const { id, netMinor } = await call.createOrder({
      body: {
        ...{ clientId, counterpartyId: first },
        lines: lines.map((line) => ({ ...line, unitPriceMinor: 333, discount: { basisPoints: 700 } })),
      },
    });
    const params = { orderId: id };
    await call.confirmOrder({ params });
    const shipped = await call.shipOrder({ params, body: {}, idempotencyKey: "ship" });
    expect(shipped).toMatchObject({ state: "confirmed", shipments: { length: 10 } });
    expect(shipped.underWay).toBeUndefined();
    expect(await call.shipOrder({ params, body: {}, idempotencyKey: "ship" })).toEqual(shipped);
    const done = await call.invoiceOrder({ params, body: {} });
    expect(done).toMatchObject({ state: "done", invoices: { length: 4 } });
    const invoices = await Promise.all(
      done.invoices.map(({ invoiceId }) => call.readInvoice({ params: { invoiceId } })),
    );
    expect(invoices.reduce((sum, invoice) => sum + invoice.netMinor, 0)).toBe(netMinor);
    expect(await balanceOf(company, "cost-of-goods", "RON")).toBe(50 * 100);
    await call.returnOfOrder({
      params,
      body: {
        ...{ shipmentId: done.shipments[0]?.documentId ?? "", reason: "Broken" },
        lines: [0, 1, 2, 3, 4].map((line) => ({ line, quantity: 1 })),
      },
    });
    const after = await call.readOrder({ params });
    expect(after.lines.map(({ creditedQuantity }) => creditedQuantity)).toEqual(
      numbers.map((line) => (line < 5 ? 1 : 0)),
    );
    await heldTogether(company);
  });

  test("its goods move through the order alone", async () => {
    const company = await newSellingCompany();
    const { call } = company;
    const { params, order } = await confirmedOrder(company);
    const reservation = { params: { reservationId: order.reservationId ?? "" }, body: {} };
    await expect(call.shipReservation(reservation)).rejects.toMatchObject(refusal(409, "stock.of-order"));
    await expect(call.releaseReservation(reservation)).rejects.toMatchObject(refusal(409, "stock.of-order"));
    const { shipments } = await call.shipOrder({ params, body: {} });
    await expect(
      call.postReturn({
        params: { documentId: shipments[0]?.documentId ?? "" },
        body: { lines: [{ line: 0, quantity: 1 }] },
      }),
    ).rejects.toMatchObject(refusal(409, "stock.of-order"));
  });

  test("of what is done with it all at once nothing is shipped, invoiced, returned or cancelled twice", async () => {
    const company = await newSellingCompany();
    const { call, flour } = company;
    const { params } = await confirmedOrder(company, { lines: [{ ...flour, quantity: 30 }] });
    const { shipments } = await call.shipOrder({ params, body: { lines: [{ line: 0, quantity: 6 }] } });
    const shipmentId = shipments[0]?.documentId ?? "";
    const lines = [{ line: 0, quantity: 3 }];
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, async (_, n) => {
        if (n % 4 === 0) await call.shipOrder({ params, body: { lines } });
        else if (n % 4 === 1) await call.invoiceOrder({ params, body: {} });
        else if (n % 4 === 2) await call.cancelOrder({ params, body: { lines } });
        else await call.returnOfOrder({ params, body: { shipmentId, reason: "Broken", lines } });
      }),
    );
    for (const one of outcomes)
      if (one.status === "rejected")
        expect([
          "order.beyond-line",
          "order.nothing-left",
          "order.not-confirmed",
          "order.return-in-parts",
          "record.busy",
        ]).toContain(one.reason.code);
    const after = await call.readOrder({ params });
    const [line] = after.lines;
    if (!line) throw new Error("the order has no line");
    const { shippedQuantity, returnedQuantity, invoicedQuantity, creditedQuantity, cancelledQuantity } = line;
    expect(shippedQuantity + cancelledQuantity).toBeLessThanOrEqual(30);
    expect(returnedQuantity).toBeLessThanOrEqual(6);
    expect(invoicedQuantity - creditedQuantity).toBeLessThanOrEqual(shippedQuantity - returnedQuantity);
    expect(await stockOf(company, flour)).toEqual({
      quantity: 100 - shippedQuantity + returnedQuantity,
      reserved: 30 - shippedQuantity - cancelledQuantity,
    });
    const all = await Promise.all(
      after.invoices.map(({ invoiceId }) => call.readInvoice({ params: { invoiceId } })),
    );
    const quantityOf = (some: readonly { readonly quantity: number }[]) =>
      some.reduce((sum, { quantity }) => sum + quantity, 0);
    expect(quantityOf(all.flatMap((invoice) => invoice.lines))).toBe(invoicedQuantity);
    await heldTogether(company);
  });

  test("belongs to whom its client or its deal belongs, and is listed by client, deal and state", async () => {
    const company = await newSellingCompany();
    const { call, clientId, flour } = company;
    const manager = await hired(company, "manager");
    const { id: dealId } = await call.createDeal({
      body: { title: "Flour for all", typeId: "sale", clientId, ownerId: manager.id },
    });
    const lines = [{ ...flour, quantity: 1 }];
    const { order: ours } = await confirmedOrder(company, { lines });
    const { order: theirs } = await confirmedOrder(company, { lines, dealId });
    const ids = async (of: typeof call, query: NonNullable<Parameters<typeof call.listOrders>[0]>["query"]) =>
      (await of.listOrders({ query })).items.map(({ id }) => id);
    expect(await ids(call, { client: clientId })).toEqual([theirs.id, ours.id]);
    expect(await ids(call, {})).toEqual([theirs.id, ours.id]);
    expect(await ids(call, { deal: dealId })).toEqual([theirs.id]);
    expect(await ids(call, { state: "draft" })).toEqual([]);
    expect(await ids(manager.call, { client: clientId })).toEqual([theirs.id]);
    await expect(manager.call.readOrder({ params: { orderId: ours.id } })).rejects.toMatchObject(
      refusal(404, "record.not-found"),
    );
    const cancelled = await manager.call.cancelOrder({ params: { orderId: theirs.id }, body: {} });
    expect(cancelled.state).toBe("cancelled");
    const keeper = await hired(company, "warehouse");
    const params = { orderId: ours.id };
    await expect(manager.call.shipOrder({ params, body: {} })).rejects.toMatchObject({ status: 403 });
    expect(await keeper.call.shipOrder({ params, body: {} })).toMatchObject({ shipments: { length: 1 } });
    await expect(keeper.call.invoiceOrder({ params, body: {} })).rejects.toMatchObject({ status: 403 });
    const accountant = await hired(company, "accountant");
    expect(await accountant.call.invoiceOrder({ params, body: {} })).toMatchObject({ state: "done" });
  });
});
