import { describe, expect, test } from "vitest";
import { balanceOf, heldTogether } from "../finance/company.ts";
import { newSellingCompany, type SellingCompany } from "./company.ts";

/** Flour by the kilogram, counted in grams, of which ten kilograms lie there. */
const newFlour = async ({ call, flour: { warehouseId } }: SellingCompany) => {
  const { id: productId } = await call.createProduct({
    body: { code: "KG", name: "Flour", unit: { name: "kg", scale: 3 } },
  });
  const goods = { productId, warehouseId };
  await call.postReceipt({ body: { lines: [{ ...goods, quantity: 10_000, costMinor: 10_000 }] } });
  return goods;
};

type Order = Parameters<SellingCompany["call"]["createOrder"]>[0]["body"];

/** Confirms an order, ships it in parts of its lines and invoices each: the invoices, in that order. */
const invoiceInParts = async (
  { call, clientId }: SellingCompany,
  order: Omit<Order, "clientId">,
  parts: readonly (readonly number[])[],
) => {
  const { id: orderId } = await call.createOrder({ body: { clientId, ...order } });
  const params = { orderId };
  const { netMinor, taxMinor, discountMinor } = await call.confirmOrder({ params });
  for (const quantities of parts) {
    const lines = quantities.flatMap((quantity, line) => (quantity > 0 ? [{ line, quantity }] : []));
    await call.shipOrder({ params, body: { lines } });
    await call.invoiceOrder({ params, body: {} });
  }
  const { invoices } = await call.readOrder({ params });
  const all = [];
  for (const { invoiceId } of invoices) all.push(await call.readInvoice({ params: { invoiceId } }));
  return { order: { netMinor, taxMinor, discountMinor }, invoices: all };
};

const sumUp = (invoices: readonly { netMinor: number; taxMinor: number; discountMinor: number }[]) => ({
  netMinor: invoices.reduce((sum, one) => sum + one.netMinor, 0),
  taxMinor: invoices.reduce((sum, one) => sum + one.taxMinor, 0),
  discountMinor: invoices.reduce((sum, one) => sum + one.discountMinor, 0),
});

describe("invoices of a divided quantity", () => {
  test("post no discount where nobody gave one", async () => {
    const company = await newSellingCompany();
    const goods = await newFlour(company);
    const lines = [{ ...goods, quantity: 4_435, unitPriceMinor: 1_249 }];
    const { order, invoices } = await invoiceInParts(company, { lines }, [[3_123], [1_312]]);
    expect(invoices.map(({ netMinor, discountMinor }) => [netMinor, discountMinor])).toEqual([
      [3_900, 0],
      [1_639, 0],
    ]);
    expect(order).toMatchObject({ netMinor: 5_539, discountMinor: 0 });
    expect(sumUp(invoices)).toEqual(order);
    expect(await balanceOf(company, "discounts", "RON")).toBe(0);
    expect(await balanceOf(company, "revenue", "RON")).toBe(-5_539);
    await heldTogether(company);
  });

  test("in prices with tax give each discount in the invoice of its line", async () => {
    const company = await newSellingCompany();
    const goods = await newFlour(company);
    const { order, invoices } = await invoiceInParts(
      company,
      {
        pricesIncludeTax: true,
        lines: [
          { ...goods, quantity: 4_435, unitPriceMinor: 1_249 },
          { ...company.sugar, quantity: 3, unitPriceMinor: 999, discount: { basisPoints: 333 } },
        ],
      },
      [
        [3_123, 0],
        [0, 2],
        [1_000, 0],
        [312, 1],
      ],
    );
    // 3.33 % of 29.97 are 1.00 with tax, and 0.83 without: of two pieces 67 of 100, of the third the rest.
    expect(order.discountMinor).toBe(83);
    expect(invoices.map(({ discountMinor }) => discountMinor)).toEqual([0, 56, 0, 27]);
    expect(sumUp(invoices)).toEqual(order);
    expect(await balanceOf(company, "discounts", "RON")).toBe(order.discountMinor);
    await heldTogether(company);
  });
});

describe("a return after a price cut", () => {
  test("credits the pieces at the price that was left", async () => {
    const company = await newSellingCompany();
    const { call, clientId, flour } = company;
    const { id: orderId } = await call.createOrder({
      body: { clientId, lines: [{ ...flour, quantity: 100, unitPriceMinor: 2_000 }] },
    });
    const params = { orderId };
    await call.confirmOrder({ params });
    const { shipments } = await call.shipOrder({ params, body: {} });
    const { invoices } = await call.invoiceOrder({ params, body: {} });
    const invoiceId = invoices[0]?.invoiceId ?? "";
    await call.creditInvoice({
      params: { invoiceId },
      body: { reason: "Price cut", lines: [{ line: 0, netMinor: 20_000 }] },
    });
    const takeBack = (quantity: number) =>
      call.returnOfOrder({
        params,
        body: {
          ...{ shipmentId: shipments[0]?.documentId ?? "", reason: "Wet" },
          lines: [{ line: 0, quantity }],
        },
      });
    const notes = async () =>
      (await call.listCreditNotes({ query: { client: clientId } })).items
        .map(({ netMinor }) => netMinor)
        .sort((a, b) => a - b);
    await takeBack(10);
    expect(await notes()).toEqual([18_000, 20_000]);
    await takeBack(90);
    expect(await notes()).toEqual([18_000, 20_000, 162_000]);
    expect(await call.readInvoice({ params: { invoiceId } })).toMatchObject({
      ...{ state: "settled", openMinor: 0 },
      credited: { netMinor: 200_000, quantities: [100] },
    });
    expect(await balanceOf(company, "revenue", "RON")).toBe(0);
    await heldTogether(company);
  });
});
