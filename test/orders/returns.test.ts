import { describe, expect, test } from "vitest";
import { balanceOf, heldTogether, newFinanceCompany, rates } from "../finance/company.ts";
import { eachOf, refusal } from "./company.ts";

/** A company in lei that sells goods: the euro is at 4.90 from 1 October 2020 on, at 5.10 from 1 November on. */
const newCompany = async (productCount = 1) => {
  const company = await newFinanceCompany();
  const { call } = company;
  await rates(company, { "2020-10-01": "4.90", "2020-11-01": "5.10" });
  const { id: warehouseId } = await call.createWarehouse({ body: { name: "Ghencea" } });
  const places = Array.from({ length: productCount }, (_, n) => n);
  const goods = await eachOf(places, 5, async (n) => {
    const { id: productId } = await call.createProduct({ body: { code: `P${n}`, name: `P${n}` } });
    return { productId, warehouseId };
  });
  await eachOf(goods, 5, (one) =>
    call.postReceipt({
      body: { effectiveOn: "2020-09-01", lines: [{ ...one, quantity: 100, costMinor: 20_000 }] },
    }),
  );
  return { ...company, goods };
};
type Company = Awaited<ReturnType<typeof newCompany>>;

/** A confirmed order of 10 of each product at 100.00 without tax, and what is done with it. */
const newOrder = async (company: Company, more: { currency?: "EUR" | "RON"; contractId?: string } = {}) => {
  const { call, clientId, first, goods } = company;
  const { id: orderId } = await call.createOrder({
    body: {
      ...{ clientId, counterpartyId: first, currency: "EUR", ...more },
      lines: goods.map((one) => ({ ...one, quantity: 10, unitPriceMinor: 10_000, taxId: "zero" })),
    },
  });
  const params = { orderId };
  await call.confirmOrder({ params });
  return {
    params,
    read: () => call.readOrder({ params }),
    /** Ships so much of each line, and names the shipment. */
    ship: async (effectiveOn: string, ...quantities: number[]) => {
      const lines = quantities.map((quantity, line) => ({ line, quantity }));
      const { shipments } = await call.shipOrder({ params, body: { lines, effectiveOn } });
      return shipments.at(-1)?.documentId ?? "";
    },
    /** Invoices all that is not invoiced, or so much of each line, and names the invoice. */
    invoice: async (issuedOn: string, ...quantities: number[]) => {
      const lines = quantities.flatMap((quantity, line) => (quantity > 0 ? [{ line, quantity }] : []));
      const wished = lines.length > 0 ? { lines } : {};
      const { invoices } = await call.invoiceOrder({ params, body: { ...wished, issuedOn } });
      return invoices.at(-1)?.invoiceId ?? "";
    },
    takeBack: (effectiveOn: string, shipmentId: string, ...quantities: number[]) => {
      const lines = quantities.map((quantity, line) => ({ line, quantity }));
      return call.returnOfOrder({ params, body: { shipmentId, reason: "Broken", lines, effectiveOn } });
    },
  };
};

/** What is open of an invoice. */
const readOpen = async ({ call }: Company, invoiceId: string) =>
  (await call.readInvoice({ params: { invoiceId } })).openMinor;

/** Credit notes of the client, from the first: of which invoice, how much, at which rate. */
const readNotes = async ({ call, clientId }: Company) => {
  const { items } = await call.listCreditNotes({ query: { client: clientId } });
  return items
    .map(({ number, invoiceId, netMinor, rate, lines, book, leftMinor }) => ({
      ...{ number, invoiceId, netMinor, rate, bookMinor: book.totalMinor, leftMinor },
      quantities: lines.map(({ quantity }) => quantity),
    }))
    .sort((a, b) => a.number.localeCompare(b.number));
};

describe("a return of an order", () => {
  test("is credited on the invoice that billed its shipment, at its rate", async () => {
    const company = await newCompany();
    const { call, clientId, first } = company;
    const order = await newOrder(company);
    const shipment = await order.ship("2020-10-10", 6);
    const a = await order.invoice("2020-10-10");
    await order.ship("2020-11-10", 4);
    const b = await order.invoice("2020-11-10");
    await call.createPayment({
      body: {
        ...{ clientId, counterpartyId: first, currency: "EUR", amountMinor: 40_000 },
        ...{ paidOn: "2020-11-10", allocations: [{ invoiceId: b }] },
      },
    });
    await order.takeBack("2020-11-20", shipment, 4);
    expect(await readNotes(company)).toMatchObject([
      { invoiceId: a, netMinor: 40_000, rate: "4.90", bookMinor: 196_000, leftMinor: 0, quantities: [4] },
    ]);
    expect(await Promise.all([readOpen(company, a), readOpen(company, b)])).toEqual([20_000, 0]);
    const { money } = await heldTogether(company);
    expect(money.sale.currencies).toMatchObject([{ currency: "EUR", openMinor: 20_000, freeMinor: 0 }]);
    expect(await balanceOf(company, "revenue", "RON")).toBe(-302_000);
  });

  test("is credited though another shipment is not invoiced yet", async () => {
    const company = await newCompany();
    const order = await newOrder(company);
    const shipment = await order.ship("2020-10-10", 6);
    const a = await order.invoice("2020-10-10");
    await order.ship("2020-11-10", 4);
    await order.takeBack("2020-11-20", shipment, 4);
    expect(await readNotes(company)).toMatchObject([{ invoiceId: a, netMinor: 40_000, bookMinor: 196_000 }]);
    const b = await order.invoice("2020-11-30");
    expect(await Promise.all([readOpen(company, a), readOpen(company, b)])).toEqual([20_000, 40_000]);
    expect(await order.read()).toMatchObject({
      state: "done",
      lines: [{ shippedQuantity: 10, returnedQuantity: 4, invoicedQuantity: 10, creditedQuantity: 4 }],
    });
    await heldTogether(company);
  });

  test("takes the pieces of its shipment first that no invoice bills", async () => {
    const company = await newCompany();
    const order = await newOrder(company, { currency: "RON" });
    const shipment = await order.ship("2020-10-10", 6);
    const a = await order.invoice("2020-10-10", 4);
    await order.takeBack("2020-10-11", shipment, 2);
    expect(await readNotes(company)).toEqual([]);
    await order.takeBack("2020-10-12", shipment, 1);
    expect(await readNotes(company)).toMatchObject([{ invoiceId: a, netMinor: 10_000, quantities: [1] }]);
    await order.ship("2020-10-13", 4);
    const b = await order.invoice("2020-10-13");
    expect(await Promise.all([readOpen(company, a), readOpen(company, b)])).toEqual([30_000, 40_000]);
    await heldTogether(company);
  });

  test("is credited on one invoice of two shipments, for each shipment once", async () => {
    const company = await newCompany();
    const order = await newOrder(company);
    const [one, two] = [await order.ship("2020-10-10", 6), await order.ship("2020-10-12", 3)];
    const a = await order.invoice("2020-10-15");
    const three = await order.ship("2020-11-10", 1);
    const b = await order.invoice("2020-11-10");
    await order.takeBack("2020-11-11", two, 3);
    await order.takeBack("2020-11-12", one, 2);
    await expect(order.takeBack("2020-11-13", two, 1)).rejects.toMatchObject(
      refusal(409, "order.beyond-line"),
    );
    await order.takeBack("2020-11-14", one, 4);
    await order.takeBack("2020-11-15", three, 1);
    expect(await readNotes(company)).toMatchObject([
      { invoiceId: a, netMinor: 30_000, bookMinor: 147_000 },
      { invoiceId: a, netMinor: 20_000, bookMinor: 98_000 },
      { invoiceId: a, netMinor: 40_000, bookMinor: 196_000 },
      { invoiceId: b, netMinor: 10_000, bookMinor: 51_000 },
    ]);
    expect((await order.read()).invoices).toMatchObject([
      {
        lines: [
          {
            shipments: [
              { shipment: 0, quantity: 6, takenBackQuantity: 6 },
              { shipment: 1, quantity: 3, takenBackQuantity: 3 },
            ],
          },
        ],
      },
      { lines: [{ shipments: [{ shipment: 2, quantity: 1, takenBackQuantity: 1 }] }] },
    ]);
    expect(await balanceOf(company, "revenue", "RON")).toBe(0);
    await heldTogether(company);
  });

  test("is credited on both invoices of one shipment, the last one first", async () => {
    const company = await newCompany();
    const { call, clientId, first } = company;
    const { id: contractId } = await call.createContract({
      body: {
        ...{ number: "1", kind: "frame", clientId, counterpartyId: first, currency: "EUR" },
        ...{ validFrom: "2020-01-01", amountMinor: 100_000 },
      },
    });
    await call.signContract({ params: { contractId }, body: { signedOn: "2020-01-01" } });
    const order = await newOrder(company, { contractId });
    const shipment = await order.ship("2020-10-10", 10);
    const a = await order.invoice("2020-10-10", 6);
    const b = await order.invoice("2020-11-10");
    await order.takeBack("2020-11-20", shipment, 3);
    await order.takeBack("2020-11-21", shipment, 4);
    const notes = await readNotes(company);
    expect(notes).toMatchObject([
      { invoiceId: b, netMinor: 30_000, rate: "5.10", bookMinor: 153_000 },
      { invoiceId: a, netMinor: 30_000, rate: "4.90", bookMinor: 147_000 },
      { invoiceId: b, netMinor: 10_000, rate: "5.10", bookMinor: 51_000 },
    ]);
    expect(new Set(notes.map(({ number }) => number)).size).toBe(3);
    expect(await Promise.all([readOpen(company, a), readOpen(company, b)])).toEqual([30_000, 0]);
    expect(await call.readContract({ params: { contractId } })).toMatchObject({
      consumedMinor: 30_000,
      orderedMinor: 0,
    });
    await heldTogether(company);
  });

  test("of five lines is credited in one write on two invoices", async () => {
    const company = await newCompany(5);
    const order = await newOrder(company);
    const shipment = await order.ship("2020-10-10", 2, 2, 2, 2, 2);
    const a = await order.invoice("2020-10-10", 2, 2, 2);
    const b = await order.invoice("2020-11-10");
    await order.takeBack("2020-11-20", shipment, 2, 2, 2, 2, 2);
    expect(await readNotes(company)).toMatchObject([
      { invoiceId: a, netMinor: 60_000, quantities: [2, 2, 2] },
      { invoiceId: b, netMinor: 40_000, quantities: [2, 2] },
    ]);
    expect(await balanceOf(company, "revenue", "RON")).toBe(0);
    await heldTogether(company);
  });

  test("billed by too many invoices for one write is refused whole", async () => {
    const company = await newCompany();
    const order = await newOrder(company);
    const shipment = await order.ship("2020-10-10", 10);
    for (let n = 0; n < 9; n++) await order.invoice("2020-10-10", 1);
    await order.invoice("2020-10-11");
    const before = await order.read();
    await expect(order.takeBack("2020-11-20", shipment, 10)).rejects.toMatchObject({
      ...refusal(409, "order.return-in-parts"),
      detail: expect.stringMatching(/billed by 10 invoices: .*Take back .* a smaller quantity at a time/),
    });
    expect(await order.read()).toEqual(before);
    await order.takeBack("2020-11-20", shipment, 5);
    await order.takeBack("2020-11-20", shipment, 5);
    expect(await readNotes(company)).toHaveLength(10);
    expect(await balanceOf(company, "revenue", "RON")).toBe(0);
    await heldTogether(company);
  });

  test("credits of an invoice no more than finance left of it", async () => {
    const company = await newCompany();
    const { call } = company;
    const order = await newOrder(company);
    const one = await order.ship("2020-10-10", 6);
    const a = await order.invoice("2020-10-10");
    const two = await order.ship("2020-11-10", 4);
    const b = await order.invoice("2020-11-10");
    const credit = (invoiceId: string, line: { quantity: number } | { netMinor: number }) =>
      call.creditInvoice({
        params: { invoiceId },
        body: { issuedOn: "2020-11-15", reason: "By hand", lines: [{ line: 0, ...line }] },
      });
    await credit(a, { quantity: 4 });
    await credit(b, { netMinor: 12_000 });
    await order.takeBack("2020-11-20", one, 3);
    await order.takeBack("2020-11-21", two, 4);
    const notes = await readNotes(company);
    expect(notes.map(({ invoiceId, netMinor }) => [invoiceId, netMinor])).toEqual([
      [a, 40_000],
      [b, 12_000],
      [a, 20_000],
      [b, 28_000],
    ]);
    await order.takeBack("2020-11-22", one, 3);
    expect(await readNotes(company)).toHaveLength(4);
    expect(await Promise.all([readOpen(company, a), readOpen(company, b)])).toEqual([0, 0]);
    expect(await balanceOf(company, "revenue", "RON")).toBe(0);
    await heldTogether(company);
  });

  test("raced by invoicing is credited or not invoiced, never both", async () => {
    const company = await newCompany();
    const order = await newOrder(company);
    const shipment = await order.ship("2020-10-10", 6);
    const a = await order.invoice("2020-10-10", 2);
    const outcomes = await Promise.allSettled([
      order.takeBack("2020-11-20", shipment, 3),
      order.invoice("2020-11-10"),
      order.takeBack("2020-11-20", shipment, 2),
    ]);
    for (const one of outcomes)
      if (one.status === "rejected")
        expect(["order.nothing-left", "record.busy", "record.stale"]).toContain(one.reason.code);
    const back = outcomes.filter(({ status }, at) => at !== 1 && status === "fulfilled").length;
    const after = await order.read();
    const [line] = after.lines;
    const links = after.invoices.flatMap(({ lines }) => lines.flatMap(({ shipments = [] }) => shipments));
    const sumOf = (some: readonly number[]) => some.reduce((sum, one) => sum + one, 0);
    expect(back).toBeGreaterThan(0);
    expect(sumOf(links.map(({ quantity }) => quantity))).toBe(line?.invoicedQuantity);
    expect(sumOf(links.map(({ takenBackQuantity }) => takenBackQuantity))).toBe(line?.creditedQuantity);
    const ids = after.invoices.map(({ invoiceId }) => invoiceId);
    expect(ids).toContain(a);
    const open = await Promise.all(ids.map((invoiceId) => readOpen(company, invoiceId)));
    expect(sumOf(open)).toBe(10_000 * ((line?.invoicedQuantity ?? 0) - (line?.creditedQuantity ?? 0)));
    await heldTogether(company);
  });
});

describe("an invoice of an order", () => {
  test("bills what is wished of what was shipped, and no more", async () => {
    const company = await newCompany(2);
    const order = await newOrder(company, { currency: "RON" });
    await order.ship("2020-10-10", 6, 3);
    await expect(order.invoice("2020-10-10", 7)).rejects.toMatchObject({
      ...refusal(409, "order.beyond-line"),
      fields: [{ pointer: "/lines/0/quantity" }],
    });
    const a = await order.invoice("2020-10-10", 4, 1);
    const b = await order.invoice("2020-10-11");
    expect(await Promise.all([readOpen(company, a), readOpen(company, b)])).toEqual([50_000, 40_000]);
    await expect(order.invoice("2020-10-12", 1)).rejects.toMatchObject(refusal(409, "order.nothing-left"));
  });
});
