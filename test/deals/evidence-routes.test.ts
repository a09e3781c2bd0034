import { beforeAll, describe, expect, test } from "vitest";
import { NewImport } from "../../domain/imports/job.ts";
import { hired } from "../finance/company.ts";
import { confirmedOrder, newSellingCompany } from "../orders/company.ts";
import { settle } from "../support/client.ts";
import { dealOf, missing, newProvingCompany, type ProvingCompany } from "./proving.ts";

let here: ProvingCompany;
let call: ProvingCompany["call"];
beforeAll(async () => {
  here = await newProvingCompany();
  call = here.call;
});

const orderOf = (dealId: string, quantity = 10) =>
  confirmedOrder(here, { dealId, lines: [{ ...here.flour, quantity }] });

describe("a deal whose type demands evidence", () => {
  test("goes from order to money, and is refused at each stage until its records prove it", async () => {
    const { params } = await dealOf(here);
    const move = (stageId: string) => call.moveDeal({ params, body: { stageId } });
    await expect(move("shipped")).rejects.toMatchObject(missing("/stageId", "shipment"));
    const { params: ofOrder } = await orderOf(params.dealId);
    await expect(move("shipped")).rejects.toMatchObject(missing("/stageId", "shipment"));
    await call.shipOrder({ params: ofOrder, body: { lines: [{ line: 0, quantity: 4 }] } });
    // A part is not all that was ordered.
    await expect(move("shipped")).rejects.toMatchObject(missing("/stageId", "shipment"));
    await call.shipOrder({ params: ofOrder, body: {} });
    expect(await move("shipped")).toMatchObject({ stageId: "shipped", moved: true });

    await expect(move("paid")).rejects.toMatchObject(missing("/stageId", "payment"));
    const { invoices } = await call.invoiceOrder({ params: ofOrder, body: {} });
    const invoiceId = invoices[0]?.invoiceId ?? "";
    const { totalMinor } = await call.readInvoice({ params: { invoiceId } });
    await expect(move("paid")).rejects.toMatchObject(missing("/stageId", "payment"));
    const pay = (amountMinor: number) =>
      call.createPayment({
        body: { clientId: here.clientId, amountMinor, allocations: [{ invoiceId, amountMinor }] },
      });
    await pay(totalMinor - 1);
    await expect(move("paid")).rejects.toMatchObject({
      fields: [{ reason: expect.stringContaining("1 of the invoice") }],
    });
    await pay(1);
    expect(await move("paid")).toMatchObject({ stageId: "paid" });
    const won = await call.winDeal({ params });
    expect(won).toMatchObject({ state: "won" });
    expect(won.overrides).toBeUndefined();

    expect(await call.readDealSales({ params })).toMatchObject({
      amounts: [
        {
          currency: "RON",
          orderedMinor: totalMinor,
          shippedMinor: totalMinor,
          invoicedMinor: totalMinor,
          creditedMinor: 0,
          paidMinor: totalMinor,
          openMinor: 0,
        },
      ],
      unproven: [],
      orders: [{ id: ofOrder.orderId, state: "done" }],
      shipments: [{ returned: "nothing" }, { returned: "nothing" }],
      invoices: [{ id: invoiceId, state: "settled", openMinor: 0 }],
    });
  });

  test("is won by a quote that was accepted, and no longer when its order was cancelled", async () => {
    const { params } = await dealOf(here, "agreed");
    const { flour, clientId } = here;
    const quote = await call.createQuote({
      body: {
        ...{ clientId, dealId: params.dealId, validUntil: "2999-12-31" },
        lines: [{ productId: flour.productId, quantity: 2 }],
      },
    });
    const ofQuote = { quoteId: quote.id };
    await call.sendQuote({ params: ofQuote });
    await expect(call.winDeal({ params })).rejects.toMatchObject(missing("", "order"));
    const order = await call.acceptQuote({ params: ofQuote, body: { warehouseId: flour.warehouseId } });
    expect(await call.winDeal({ params })).toMatchObject({ state: "won" });
    expect((await call.readDeal({ params })).unproven).toBeUndefined();
    expect((await call.readDealSales({ params })).unproven).toEqual([]);

    await call.cancelOrder({ params: { orderId: order.id }, body: {} });
    // It is told from now on: the deal says what it rests on no more.
    expect((await call.readDealSales({ params })).unproven).toMatchObject([{ kind: "order" }]);
    expect(await call.readDeal({ params })).toMatchObject({ state: "won", unproven: ["order"] });
    await call.reopenDeal({ params });
    await expect(call.winDeal({ params })).rejects.toMatchObject(missing("", "order"));
  });

  test("that came back as a whole is not shipped", async () => {
    const { params } = await dealOf(here);
    const { params: ofOrder } = await orderOf(params.dealId, 3);
    const { shipments } = await call.shipOrder({ params: ofOrder, body: {} });
    await call.moveDeal({ params, body: { stageId: "shipped" } });
    await call.returnOfOrder({
      params: ofOrder,
      body: {
        ...{ shipmentId: shipments[0]?.documentId ?? "", reason: "Wet" },
        lines: [{ line: 0, quantity: 3 }],
      },
    });
    expect(await call.readDealSales({ params })).toMatchObject({
      unproven: [{ kind: "shipment" }],
      amounts: [{ shippedMinor: 0 }],
      shipments: [{ returned: "all" }],
    });
  });

  test("is proven by goods that were shipped for it without an order", async () => {
    const { params } = await dealOf(here);
    await call.postShipment({ body: { dealId: params.dealId, lines: [{ ...here.sugar, quantity: 1 }] } });
    expect(await call.moveDeal({ params, body: { stageId: "shipped" } })).toMatchObject({ moved: true });
  });

  test("is proven by nothing of another deal, or of another tenant", async () => {
    const { params: other } = await dealOf(here);
    await orderOf(other.dealId, 1);
    const { params } = await dealOf(here, "agreed");
    await expect(call.winDeal({ params })).rejects.toMatchObject(missing("", "order"));
    const stranger = await newSellingCompany();
    await expect(
      confirmedOrder(stranger, { dealId: params.dealId, lines: [{ ...stranger.flour, quantity: 1 }] }),
    ).rejects.toMatchObject({ status: 422, code: "reference.unknown" });
    await expect(stranger.call.readDealSales({ params })).rejects.toMatchObject({ status: 404 });
    await expect(call.winDeal({ params })).rejects.toMatchObject(missing("", "order"));
  });

  test("loses no evidence between the look and the write, however often its order is cancelled meanwhile", async () => {
    const rounds = Array.from({ length: 6 });
    await Promise.all(
      rounds.map(async () => {
        const { params } = await dealOf(here, "agreed");
        const { params: ofOrder } = await orderOf(params.dealId, 1);
        const [won] = await Promise.allSettled([
          call.winDeal({ params }),
          call.cancelOrder({ params: ofOrder, body: {} }),
        ]);
        const { unproven } = await call.readDealSales({ params });
        // Whichever came first: a deal that was won shows that its order is gone, and one that came later is not won.
        if (won.status === "fulfilled") expect(unproven).toMatchObject([{ kind: "order" }]);
        else expect(won.reason).toMatchObject(missing("", "order"));
      }),
    );
  });
});

describe("an override", () => {
  test("stays with the deal, its history and its list, and needs a reason", async () => {
    const { params } = await dealOf(here);
    await expect(
      call.overrideDeal({ params, body: { stageId: "shipped", reason: " " } }),
    ).rejects.toMatchObject({ status: 400, code: "request.invalid" });
    const reason = "Shipped by the supplier";
    const deal = await call.overrideDeal({ params, body: { stageId: "shipped", reason } });
    const said = { reason, missing: ["shipment"] };
    expect(deal).toMatchObject({
      stageId: "shipped",
      moves: [{ kind: "moved", to: "shipped", override: said }],
      overrides: [{ ...said, kind: "moved", stageId: "shipped", by: here.adminMemberId }],
    });
    // All else that is demanded of a step still is.
    await expect(call.overrideDeal({ params, body: { reason } })).rejects.toMatchObject({
      code: "deal.stage-not-last",
    });
    await call.overrideDeal({ params, body: { stageId: "paid", reason: "By barter" } });
    const won = await call.overrideDeal({ params, body: { reason: "As agreed" } });
    expect(won).toMatchObject({ state: "won", overrides: { length: 3 } });
    expect(won.overrides?.at(-1)).toMatchObject({ kind: "won", missing: ["order", "payment"] });
    const { items } = await call.listDealOverrides({ query: { deal: params.dealId } });
    expect(items.map((one) => [one.dealId, one.reason])).toEqual(
      ["As agreed", "By barter", reason].map((one) => [params.dealId, one]),
    );
    const all = await call.listDealOverrides({ query: { limit: 200 } });
    expect(all.items).toEqual(expect.arrayContaining(items));
    const { items: moves } = await call.listDealMoves({ params });
    expect(moves[0]).toMatchObject({ kind: "won", override: { reason: "As agreed" } });
    expect((await call.readDealSales({ params })).unproven).toHaveLength(2);
  });

  test("is none where nothing is missing", async () => {
    const { params } = await dealOf(here, "agreed");
    await orderOf(params.dealId, 1);
    const won = await call.overrideDeal({ params, body: { reason: "To be safe" } });
    expect(won).toMatchObject({ state: "won", moves: [{ kind: "won" }] });
    expect(won.overrides).toBeUndefined();
    expect((await call.listDealOverrides({ query: { deal: params.dealId } })).items).toEqual([]);
  });

  test("is not for who only works on deals, and shows to nobody who does not see the deal", async () => {
    const manager = await hired(here, "manager");
    const { params } = await dealOf(here, "agreed", { ownerId: manager.id });
    await expect(manager.call.overrideDeal({ params, body: { reason: "I know" } })).rejects.toMatchObject({
      status: 403,
      code: "access.forbidden",
    });
    await expect(manager.call.winDeal({ params })).rejects.toMatchObject(missing("", "order"));
    await call.overrideDeal({ params, body: { reason: "Their word" } });
    const seen = async (who: ProvingCompany["call"]) =>
      (await who.listDealOverrides({ query: {} })).items.map(({ dealId }) => dealId);
    expect(await seen(manager.call)).toEqual([params.dealId]);
    const stranger = await hired(here, "manager");
    expect(await seen(stranger.call)).toEqual([]);
    await expect(stranger.call.readDealSales({ params })).rejects.toMatchObject({ status: 404 });
  });

  test("is what a deal with a past is entered by, by who may override", async () => {
    const past = {
      ...{ title: "Old", typeId: "proven", registeredAt: "2026-01-01T10:00:00.000Z" },
      history: [
        { stageId: "shipped", at: "2026-02-01T10:00:00.000Z" },
        { stageId: "paid", at: "2026-03-01T10:00:00.000Z" },
      ],
      outcome: { state: "won" as const, at: "2026-03-02T10:00:00.000Z" },
    };
    const deal = await call.createDeal({ body: past });
    expect(deal.overrides).toMatchObject([
      { kind: "entered", reason: "Entered with its past", missing: ["order", "shipment", "payment"] },
    ]);
    expect(deal.moves.map(({ override }) => override?.missing)).toEqual([
      ["shipment"],
      ["payment"],
      ["order", "payment"],
    ]);
    expect((await call.listDealOverrides({ query: { deal: deal.id } })).items).toHaveLength(1);
    const manager = await hired(here, "manager");
    await expect(manager.call.createDeal({ body: past })).rejects.toMatchObject(
      missing("", "order", "shipment", "payment"),
    );
    // What its type demands nothing for is entered by anybody.
    const open = { title: "New", typeId: "proven" };
    expect((await manager.call.createDeal({ body: open })).overrides).toBeUndefined();
  });

  test("is what the rows of an import are entered by, row by row, and those without such a past are not", async () => {
    const body = NewImport.parse({
      text: "title;won\nImported one;2026-03-02\nImported two;\n",
      mapping: {
        ...{ entity: "deals", identifiedBy: ["title"], format: { date: "YYYY-MM-DD" } },
        fields: [
          { to: "title", from: "title" },
          { to: "typeId", constant: "agreed" },
          { to: "clientId", constant: here.clientId },
          { to: "outcome.state", constant: "won", when: [{ column: "won", notIn: [""] }] },
          { to: "outcome.at", from: "won", type: "instant", when: [{ column: "won", notIn: [""] }] },
        ],
      },
    });
    const { id: importId } = await call.createImport({ body });
    const job = () => call.readImport({ params: { importId } });
    await expect.poll(job).toMatchObject({
      status: "done",
      counts: { made: 2 },
    });
    await settle();
    const { items } = await call.listDeals({ query: { client: here.clientId, type: "agreed", limit: 200 } });
    const of = (title: string) => items.find((deal) => deal.title === title);
    expect(of("Imported one")).toMatchObject({
      state: "won",
      overrides: [{ kind: "entered", reason: "Entered with its past", missing: ["order"] }],
    });
    expect(of("Imported two")).toMatchObject({ state: "open" });
    expect(of("Imported two")?.overrides).toBeUndefined();
  });
});
