import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { newSellingCompany, type SellingCompany } from "../orders/company.ts";
import { settle } from "../support/client.ts";

let here: SellingCompany;
let call: SellingCompany["call"];
beforeAll(async () => {
  here = await newSellingCompany();
  call = here.call;
});

type DealBody = Partial<Parameters<SellingCompany["call"]["createDeal"]>[0]["body"]>;

const dealWith = async (more: DealBody = {}) => {
  const body = { title: "Flour", typeId: "project", clientId: here.clientId, ...more };
  const deal = await call.createDeal({ body });
  return { deal, params: { dealId: deal.id } };
};

type SoldLine = Parameters<SellingCompany["call"]["createQuote"]>[0]["body"]["lines"][number];

/** Ten of flour at 10.00 less 25 percent, and three of sugar at 10.00 less 1.00: 104.00, and 125.84 with 21 percent of tax. */
const lines = (): SoldLine[] => [
  { productId: here.flour.productId, quantity: 10, discount: { basisPoints: 2_500 } },
  { productId: here.sugar.productId, quantity: 3, discount: { amountMinor: 100 } },
];
const netMinor = 10_400;
const totalMinor = 12_584;
const placed = (some: readonly SoldLine[]) =>
  some.map((line) => ({ ...line, warehouseId: here.flour.warehouseId }));

const sentQuote = async (dealId: string, some = lines(), more: { currency?: string } = {}) => {
  const { clientId } = here;
  const quote = await call.createQuote({
    body: { clientId, dealId, validUntil: "2999-12-31", lines: some, ...more },
  });
  await call.sendQuote({ params: { quoteId: quote.id } });
  return quote;
};

const acceptedOrder = async (dealId: string, some = lines(), more: { currency?: string } = {}) => {
  const quote = await sentQuote(dealId, some, more);
  const body = { warehouseId: here.flour.warehouseId };
  const order = await call.acceptQuote({ params: { quoteId: quote.id }, body });
  return { quote, order, params: { orderId: order.id } };
};

const ordered = async (dealId: string, some: readonly SoldLine[], more: { currency?: string } = {}) => {
  const { clientId } = here;
  const order = await call.createOrder({ body: { clientId, dealId, lines: placed(some), ...more } });
  const params = { orderId: order.id };
  return { params, order: await call.confirmOrder({ params }) };
};

const priced = (productId: string, quantity: number, unitPriceMinor: number) => ({
  ...{ productId, quantity, unitPriceMinor },
});

describe("the amount of a deal", () => {
  test("is the same on deal, quote, order, sales, board and summary", async () => {
    const owner = await here.call.inviteMember({
      body: { email: `${randomUUID()}@test.example`, name: "Ana", role: "manager" },
    });
    const { deal, params } = await dealWith({ items: lines(), ownerId: owner.id });
    expect(deal).toMatchObject({
      amountMinor: netMinor,
      items: [{ totalMinor: 7_500 }, { totalMinor: 2_900 }],
    });
    const { quote, order } = await acceptedOrder(deal.id);
    expect(quote).toMatchObject({ netMinor, totalMinor, discountMinor: 2_600 });
    expect(order).toMatchObject({ netMinor, totalMinor, discountMinor: 2_600 });
    await call.confirmOrder({ params: { orderId: order.id } });
    expect(await call.readDealSales({ params })).toMatchObject({
      currency: "RON",
      amountMinor: netMinor,
      amounts: [{ currency: "RON", orderedNetMinor: netMinor, orderedMinor: totalMinor }],
      quotes: [{ netMinor, totalMinor }],
      orders: [{ netMinor, totalMinor }],
    });
    const board = await call.readDealBoard({ query: { type: "project", owner: owner.id } });
    expect(board.columns[0]?.items).toMatchObject([{ id: deal.id, amountMinor: netMinor }]);
    await settle();
    const { totals } = await call.summarizeDeals({ query: { by: "stage", owner: owner.id } });
    // A project begins with 10 percent.
    expect(totals.amounts).toEqual([
      { currency: "RON", openMinor: netMinor, weightedMinor: netMinor / 10, wonMinor: 0, lostMinor: 0 },
    ]);
  });

  test("of a deal won by an accepted quote is the quote's", async () => {
    const { params } = await dealWith({ estimatedAmountMinor: 99_900 });
    const { quote } = await acceptedOrder(params.dealId);
    const won = await call.winDeal({ params });
    expect(won).toMatchObject({
      amountMinor: netMinor,
      estimatedAmountMinor: 99_900,
      agreed: { amountMinor: netMinor, quoteIds: [quote.id], orderIds: [] },
    });
    // Nothing that is changed afterwards gives it another amount.
    expect(await call.changeDeal({ params, body: { title: "Bread" } })).toMatchObject({
      amountMinor: netMinor,
    });
  });

  test("of a deal won by a done order leaves out what was cancelled or returned", async () => {
    const { params } = await dealWith({ items: lines() });
    const { params: ofOrder } = await acceptedOrder(params.dealId);
    await call.confirmOrder({ params: ofOrder });
    await call.cancelOrder({ params: ofOrder, body: { lines: [{ line: 1, quantity: 3 }] } });
    const { shipments } = await call.shipOrder({ params: ofOrder, body: {} });
    await call.invoiceOrder({ params: ofOrder, body: {} });
    await call.returnOfOrder({
      params: ofOrder,
      body: {
        ...{ shipmentId: shipments[0]?.documentId ?? "", reason: "Wet" },
        lines: [{ line: 0, quantity: 2 }],
      },
    });
    expect(await call.readOrder({ params: ofOrder })).toMatchObject({ state: "done" });
    const won = await call.winDeal({ params });
    expect(won).toMatchObject({
      amountMinor: 6_000,
      agreed: { orderIds: [ofOrder.orderId], quoteIds: [] },
      // The items say what was offered first.
      items: [{ totalMinor: 7_500 }, { totalMinor: 2_900 }],
    });
    expect(await call.readDealSales({ params })).toMatchObject({
      amountMinor: 6_000,
      amounts: [{ shippedNetMinor: 6_000, invoicedNetMinor: 7_500, creditedNetMinor: 1_500 }],
    });
  });

  test("of a deal won by several quotes and orders is their sum, each once", async () => {
    const { flour, sugar } = here;
    const { params } = await dealWith();
    const { params: first } = await acceptedOrder(params.dealId, [priced(flour.productId, 2, 700)]);
    await call.confirmOrder({ params: first });
    await acceptedOrder(params.dealId, [priced(sugar.productId, 3, 500)]);
    await ordered(params.dealId, [priced(sugar.productId, 1, 250)]);
    // Neither counts: one was only sent, one is a draft, one was cancelled.
    await sentQuote(params.dealId, [priced(sugar.productId, 1, 100_000)]);
    await call.createOrder({
      body: {
        ...{ clientId: here.clientId, dealId: params.dealId },
        lines: placed([priced(sugar.productId, 1, 100_000)]),
      },
    });
    const { params: cancelled } = await ordered(params.dealId, [priced(sugar.productId, 1, 100_000)]);
    await call.cancelOrder({ params: cancelled, body: {} });
    await settle();
    expect(await call.winDeal({ params })).toMatchObject({
      amountMinor: 1_400 + 1_500 + 250,
      agreed: {
        products: expect.arrayContaining([
          { productId: flour.productId, amountMinor: 1_400 },
          { productId: sugar.productId, amountMinor: 1_750 },
        ]),
      },
    });
  });

  test("takes prices that include tax without their tax", async () => {
    const { params } = await dealWith({ estimatedAmountMinor: 1 });
    const { clientId, flour } = here;
    const order = await call.createOrder({
      body: {
        ...{ clientId, dealId: params.dealId, pricesIncludeTax: true },
        lines: placed([priced(flour.productId, 2, 1_210)]),
      },
    });
    await call.confirmOrder({ params: { orderId: order.id } });
    await settle();
    expect(await call.winDeal({ params })).toMatchObject({ amountMinor: 2_000 });
  });

  test("stays its own where quotes and orders are in another currency", async () => {
    const { flour } = here;
    const euro = [priced(flour.productId, 1, 300)];
    const { params: entered } = await dealWith({ estimatedAmountMinor: 5_000 });
    await ordered(entered.dealId, euro, { currency: "EUR" });
    const { params: mixed } = await dealWith();
    await ordered(mixed.dealId, euro, { currency: "EUR" });
    await ordered(mixed.dealId, euro, { currency: "RON" });
    const { params: open } = await dealWith();
    await ordered(open.dealId, euro, { currency: "EUR" });
    await settle();
    const first = await call.winDeal({ params: entered });
    expect(first).toMatchObject({ currency: "RON", amountMinor: 5_000 });
    expect(first.agreed).toBeUndefined();
    const second = await call.winDeal({ params: mixed });
    expect(second).toMatchObject({ currency: "RON" });
    expect(second.amountMinor).toBeUndefined();
    // It had no amount in any currency.
    expect(await call.winDeal({ params: open })).toMatchObject({ currency: "EUR", amountMinor: 300 });
  });

  test("of a reopened deal is its own again, until it is won anew", async () => {
    const { params } = await dealWith({ items: lines(), manualProbabilityPercent: 35 });
    const { params: ofOrder } = await ordered(params.dealId, [priced(here.flour.productId, 1, 700)]);
    await settle();
    const won = await call.winDeal({ params });
    expect(won).toMatchObject({ amountMinor: 700, probability: { percent: 100, manualPercent: 35 } });
    const open = await call.reopenDeal({ params });
    expect(open).toMatchObject({ amountMinor: netMinor, probability: { percent: 35, standardPercent: 10 } });
    expect(open.agreed).toBeUndefined();
    await call.cancelOrder({ params: ofOrder, body: {} });
    expect(await call.winDeal({ params })).toMatchObject({ amountMinor: netMinor });
  });

  test("by product is that of the quotes and orders it was won from", async () => {
    const { sugar } = here;
    const owner = await here.call.inviteMember({
      body: { email: `${randomUUID()}@test.example`, name: "Ion", role: "manager" },
    });
    const { params } = await dealWith({ items: lines(), ownerId: owner.id });
    await ordered(params.dealId, [priced(sugar.productId, 4, 1_000)]);
    await settle();
    await call.winDeal({ params });
    await settle();
    const summary = await call.summarizeDeals({ query: { by: "product", owner: owner.id } });
    expect(summary.rows).toMatchObject([{ key: sugar.productId, amounts: [{ wonMinor: 4_000 }] }]);
    expect(summary.totals.amounts).toMatchObject([{ wonMinor: 4_000 }]);
  });
});

describe("the probability of a deal", () => {
  test("is 100 when it is won, 0 when it is lost, and its own when it is open again", async () => {
    const { deal, params } = await dealWith({ estimatedAmountMinor: 1_000 });
    expect(deal.probability).toEqual({ standardPercent: 10, percent: 10 });
    expect((await call.winDeal({ params })).probability).toEqual({ standardPercent: 10, percent: 100 });
    expect((await call.readDeal({ params })).probability.percent).toBe(100);
    expect((await call.reopenDeal({ params })).probability.percent).toBe(10);
    await call.changeDeal({ params, body: { manualProbabilityPercent: 80 } });
    const lost = await call.loseDeal({ params, body: { reasonId: "price" } });
    expect(lost.probability).toEqual({ standardPercent: 10, manualPercent: 80, percent: 0 });
    const { items } = await call.listDeals({ query: { state: "lost" } });
    expect(items.find(({ id }) => id === deal.id)?.probability.percent).toBe(0);
    expect((await call.reopenDeal({ params })).probability.percent).toBe(80);
  });
});
