import { describe, expect, test } from "vitest";
import { accepted, newQuote, type QuoteRecord, quoteOn, sent } from "../../domain/orders/quote.ts";
import { dayFrom, hired } from "../finance/company.ts";
import { newSellingCompany, refusal, type SellingCompany, stockOf } from "./company.ts";

const offer = ({ flour }: SellingCompany, quantity: number) => ({
  validUntil: dayFrom(10),
  lines: [{ productId: flour.productId, quantity, discount: { basisPoints: 1_000 } }],
});
const sentQuote = async (company: SellingCompany, quantity = 10) => {
  const { call, clientId } = company;
  const { id } = await call.createQuote({ body: { clientId, ...offer(company, quantity) } });
  const params = { quoteId: id };
  return { params, quote: await call.sendQuote({ params }) };
};

describe("a quote", () => {
  test("that is accepted makes its order in the same write, at its own prices though the product's have changed", async () => {
    const company = await newSellingCompany();
    const { call, flour } = company;
    const { params, quote } = await sentQuote(company);
    expect(quote).toMatchObject({ state: "sent", edition: 1, netMinor: 9_000 });
    await call.changeProduct({
      params: { productId: flour.productId },
      body: { prices: [{ currency: "RON", unitPriceMinor: 5_000 }] },
    });
    const order = await call.acceptQuote({ params, body: { warehouseId: flour.warehouseId } });
    expect(order).toMatchObject({ state: "draft", quoteId: quote.id, netMinor: 9_000 });
    expect(await call.readQuote({ params, query: {} })).toMatchObject({
      state: "accepted",
      orderId: order.id,
    });
    await call.confirmOrder({ params: { orderId: order.id } });
    await call.shipOrder({ params: { orderId: order.id }, body: {} });
    const { invoices } = await call.invoiceOrder({ params: { orderId: order.id }, body: {} });
    const invoice = await call.readInvoice({ params: { invoiceId: invoices[0]?.invoiceId ?? "" } });
    expect(invoice.totalMinor).toBe(quote.totalMinor);
    expect(await stockOf(company, flour)).toEqual({ quantity: 90, reserved: 0 });
  });

  test("accepted by many at once makes one order", async () => {
    const company = await newSellingCompany();
    const { call, clientId, flour } = company;
    const { params } = await sentQuote(company);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => call.acceptQuote({ params, body: { warehouseId: flour.warehouseId } })),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const one of outcomes)
      if (one.status === "rejected") expect(["quote.not-sent", "record.busy"]).toContain(one.reason.code);
    expect((await call.listOrders({ query: { client: clientId } })).items).toHaveLength(1);
  });

  test("offered anew is a draft of the next edition, and what was sent stays to be read as it was", async () => {
    const company = await newSellingCompany();
    const { call, flour } = company;
    const { params, quote } = await sentQuote(company);
    const second = await call.reviseQuote({ params, body: offer(company, 12) });
    expect(second).toMatchObject({ state: "draft", edition: 2, netMinor: 10_800 });
    const again = await call.reviseQuote({ params, body: offer(company, 13) });
    expect(again).toMatchObject({ state: "draft", edition: 2, netMinor: 11_700 });
    const acceptance = { params, body: { warehouseId: flour.warehouseId } };
    await expect(call.acceptQuote(acceptance)).rejects.toMatchObject(refusal(409, "quote.not-sent"));
    expect(await call.readQuote({ params, query: { edition: 1 } })).toEqual({ ...quote, version: 1 });
    expect(await call.readQuote({ params, query: { edition: 2 } })).toEqual(again);
    await expect(call.readQuote({ params, query: { edition: 3 } })).rejects.toMatchObject(
      refusal(404, "record.not-found"),
    );
    await call.sendQuote({ params });
    await call.rejectQuote({ params, body: { reason: "Too dear" } });
    expect(await call.readQuote({ params, query: {} })).toMatchObject({
      state: "rejected",
      rejectedFor: "Too dear",
    });
    await expect(call.acceptQuote(acceptance)).rejects.toMatchObject(refusal(409, "quote.not-sent"));
    expect(await call.reviseQuote({ params, body: offer(company, 1) })).toMatchObject({ edition: 3 });
    await call.sendQuote({ params });
    await call.acceptQuote(acceptance);
    await expect(call.reviseQuote({ params, body: offer(company, 2) })).rejects.toMatchObject(
      refusal(409, "quote.accepted"),
    );
  });

  test("whose warehouse is unknown is not accepted, and makes no order", async () => {
    const company = await newSellingCompany();
    const { call, clientId } = company;
    const { params } = await sentQuote(company);
    await expect(
      call.acceptQuote({ params, body: { warehouseId: "whs_01JD8Z5T2V9Q4R6W8Y0A1B3C5D" } }),
    ).rejects.toMatchObject({ code: "reference.unknown" });
    expect(await call.readQuote({ params, query: {} })).toMatchObject({ state: "sent" });
    expect((await call.listOrders({ query: { client: clientId } })).items).toEqual([]);
  });

  test("is listed by client, deal and state, to whom its client or its deal belongs", async () => {
    const company = await newSellingCompany();
    const { call, clientId } = company;
    const manager = await hired(company, "manager");
    const { id: dealId } = await call.createDeal({
      body: { title: "Flour for all", typeId: "sale", clientId, ownerId: manager.id },
    });
    const { quote } = await sentQuote(company);
    const draft = await call.createQuote({ body: { clientId, dealId, ...offer(company, 1) } });
    const ids = async (of: typeof call, query: NonNullable<Parameters<typeof call.listQuotes>[0]>["query"]) =>
      (await of.listQuotes({ query })).items.map(({ id }) => id);
    expect(await ids(call, { client: clientId })).toEqual([draft.id, quote.id]);
    expect(await ids(call, { deal: dealId })).toEqual([draft.id]);
    expect(await ids(call, {})).toEqual([quote.id]);
    expect(await ids(call, { state: "expired" })).toEqual([]);
    expect(await ids(manager.call, { client: clientId })).toEqual([draft.id]);
    await expect(manager.call.readQuote({ params: { quoteId: quote.id } })).rejects.toMatchObject(
      refusal(404, "record.not-found"),
    );
  });

  test("is expired from the day after its last, and then cannot be accepted", () => {
    const now = "2026-11-23T10:00:00.000Z";
    const on = (today: string) => ({ today, now });
    const sums = { lines: [], taxes: [], discountMinor: 0, netMinor: 0, taxMinor: 0, totalMinor: 0 };
    const input = {
      ...{ clientId: "cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D", pricesIncludeTax: false },
      ...{ lines: [], validUntil: "2026-11-30" },
    };
    const about = { ...on("2026-11-23"), id: "quo_01JD8Z5T2V9Q4R6W8Y0A1B3C5D", by: "system" };
    const quote: QuoteRecord = sent(newQuote(input, "RON", sums, about), on("2026-11-23"));
    const states = ["2026-11-30", "2026-12-01"].map((day) => quoteOn(quote, day).state);
    expect(states).toEqual(["sent", "expired"]);
    expect(accepted(quote, "ord_01JD8Z5T2V9Q4R6W8Y0A1B3C5D", on("2026-11-30")).state).toBe("accepted");
    expect(() => accepted(quote, "ord_01JD8Z5T2V9Q4R6W8Y0A1B3C5D", on("2026-12-01"))).toThrow(
      expect.objectContaining({ code: "quote.expired" }),
    );
    expect(() => newQuote(input, "RON", sums, { ...about, ...on("2026-12-01") })).toThrow(
      expect.objectContaining({ code: "request.invalid" }),
    );
  });
});
