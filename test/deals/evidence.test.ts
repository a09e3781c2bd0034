import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Deal } from "../../domain/deals/deal.ts";
import { demandedFor, demandedWhere, enteredUnproven, overridden } from "../../domain/deals/demands.ts";
import { missingOf, provenBy } from "../../domain/deals/evidence.ts";
import { amountsOf, noSales, type Sales } from "../../domain/deals/sales.ts";
import type { DealType, EvidenceKind } from "../../domain/deals/type.ts";
import { Invoice } from "../../domain/finance/invoice.ts";
import { Order, type OrderLine } from "../../domain/orders/order.ts";
import { Quote } from "../../domain/orders/quote.ts";
import { StockDocument } from "../../domain/stock/document.ts";
import { dealStep } from "../../events/deals.ts";
import { invoiceIssued } from "../../events/finance.ts";
import { orderConfirmed, quoteAccepted } from "../../events/orders.ts";
import { stockMoved } from "../../events/stock.ts";
import { deal, hour, later, process, start } from "./samples.ts";

const sample = Order.parse(orderConfirmed.sample);
const line = (more: Partial<OrderLine> = {}): OrderLine => {
  const [first] = sample.lines;
  if (!first) throw new Error("the sample has no line");
  return { ...first, quantity: 10, totalMinor: 1_000, ...more };
};
const order = (lines: readonly OrderLine[], more: Partial<Order> = {}): Order => ({
  ...sample,
  ...more,
  lines: [...lines],
});
const invoice = (more: Partial<Invoice> = {}): Invoice => ({
  ...Invoice.parse(invoiceIssued.sample),
  ...{ totalMinor: 1_000, openMinor: 0, state: "settled" },
  ...more,
});
const sold = (more: Partial<Sales>): Sales => ({ ...noSales, ...more });
const lacks = (kind: EvidenceKind, sales: Sales): boolean => missingOf([kind], sales).length > 0;

describe("an order as evidence", () => {
  test("is one that holds, or a quote that was accepted into one that is not cancelled", () => {
    for (const [state, is] of [
      ["draft", false],
      ["confirmed", true],
      ["done", true],
      ["cancelled", false],
    ] as const)
      expect([state, lacks("order", sold({ orders: [order([line()], { state })] }))]).toEqual([state, !is]);
    const quote = Quote.parse(quoteAccepted.sample);
    const draft = order([line()], { state: "draft" });
    expect(quote.orderId).toBe(draft.id);
    expect(lacks("order", sold({ quotes: [quote], orders: [draft] }))).toBe(false);
    expect(lacks("order", sold({ quotes: [{ ...quote, state: "sent" }], orders: [draft] }))).toBe(true);
    expect(lacks("order", sold({ quotes: [quote], orders: [{ ...draft, state: "cancelled" }] }))).toBe(true);
    // Its order went to another deal: that one's evidence it is.
    expect(lacks("order", sold({ quotes: [quote] }))).toBe(true);
  });
});

describe("a shipment as evidence", () => {
  test("is all that confirmed orders say, of which something is still with the client", () => {
    const whole = order([line({ shippedQuantity: 7, cancelledQuantity: 3 })]);
    const cases: [string, Order[], boolean][] = [
      ["nothing", [], true],
      ["all but what was cancelled", [whole], false],
      ["a part", [order([line({ shippedQuantity: 7 })])], true],
      ["one of two orders", [whole, order([line()], { id: `${sample.id.slice(0, -1)}E` })], true],
      ["a draft beside", [whole, order([line()], { state: "draft" })], false],
      ["all came back", [order([line({ shippedQuantity: 10, returnedQuantity: 10 })])], true],
      ["some came back", [order([line({ shippedQuantity: 10, returnedQuantity: 9 })])], false],
    ];
    for (const [name, orders, missing] of cases)
      expect([name, lacks("shipment", sold({ orders }))]).toEqual([name, missing]);
  });

  test("is goods that left without an order, as long as not all came back", () => {
    const { orderId: _, ...document } = StockDocument.parse({ ...stockMoved.sample, kind: "shipment" });
    expect(lacks("shipment", sold({ shipments: [document] }))).toBe(false);
    const back = document.lines.map((one) => ({ ...one, returnedQuantity: one.quantity }));
    expect(lacks("shipment", sold({ shipments: [{ ...document, lines: back }] }))).toBe(true);
  });
});

describe("payment as evidence", () => {
  test("is every invoice that was issued, paid to the last unit, and one at least that was not credited away", () => {
    const credited = (totalMinor: number) => ({ netMinor: totalMinor, taxMinor: 0, totalMinor, lines: [0] });
    const cases: [string, Invoice[], boolean][] = [
      ["none", [], true],
      ["a draft", [invoice({ state: "draft" })], true],
      ["paid", [invoice()], false],
      ["paid, a draft beside", [invoice(), invoice({ state: "draft", openMinor: 5 })], false],
      ["one unit short", [invoice({ openMinor: 1, state: "open" })], true],
      ["one of two", [invoice(), invoice({ openMinor: 1_000, state: "open" })], true],
      ["credited as a whole", [invoice({ credited: credited(1_000) })], true],
      ["credited in part", [invoice({ credited: credited(400) })], false],
    ];
    for (const [name, invoices, missing] of cases)
      expect([name, lacks("payment", sold({ invoices }))]).toEqual([name, missing]);
  });

  test("is none as long as goods have left that no invoice says", () => {
    const shipped = line({ shippedQuantity: 10, invoicedQuantity: 9 });
    expect(lacks("payment", sold({ orders: [order([shipped])], invoices: [invoice()] }))).toBe(true);
    const said = line({ shippedQuantity: 10, invoicedQuantity: 9, returnedQuantity: 1 });
    expect(lacks("payment", sold({ orders: [order([said])], invoices: [invoice()] }))).toBe(false);
  });
});

describe("what is demanded", () => {
  const [interest, offer, ...rest] = process.stages;
  if (!interest || !offer) throw new Error("the sample has no stages");
  const type: DealType = {
    ...process,
    stages: [interest, { ...offer, evidence: ["payment", "order"] }, ...rest],
    evidenceToWin: ["shipment"],
  };

  test("is that of the stage a deal comes to and of a win; a loss and a reopening have nothing to prove", () => {
    expect(demandedFor(type, { kind: "moved", to: offer.id })).toEqual(["order", "payment"]);
    expect(demandedFor(type, { kind: "moved", to: interest.id })).toEqual([]);
    expect(demandedFor(type, { kind: "won" })).toEqual(["shipment"]);
    expect(demandedFor(type, { kind: "lost" })).toEqual([]);
    expect(demandedFor(type, { kind: "reopened", to: offer.id })).toEqual([]);
    expect(demandedWhere(type, { state: "open", stageId: offer.id })).toEqual(["order", "payment"]);
    expect(demandedWhere(type, { state: "won", stageId: offer.id })).toEqual(["shipment"]);
    expect(demandedWhere(type, { state: "lost", stageId: offer.id })).toEqual([]);
    // A stage that the tenant has removed meanwhile demands nothing.
    expect(demandedWhere(type, { state: "open", stageId: "gone" })).toEqual([]);
  });

  test("rests on each record once, and on none of what is not proven", () => {
    const done = order([line({ shippedQuantity: 10, invoicedQuantity: 10 })]);
    const sales = sold({ orders: [done], invoices: [invoice()] });
    expect(provenBy(["order", "shipment", "payment"], sales)).toEqual(sales);
    expect(provenBy(["payment"], sold({ orders: [done] }))).toEqual(noSales);
  });
});

describe("an override", () => {
  const type: DealType = { ...process, kind: "manual", stages: process.stages, evidenceToWin: ["order"] };
  const by = "mem_00000000000000000000000001";

  test("is said by the step, the deal and the event, and the deal keeps the last twenty", () => {
    const stages = process.stages.map(({ id }) => id);
    let one = deal({ typeId: "project" });
    for (let n = 0; n < 25; n++) {
      const at = later(n * hour);
      const moved: Deal = {
        ...one,
        stageId: stages[n % 2],
        moves: [...one.moves, { kind: "moved", from: one.stageId, to: stages[n % 2], at, by, durationMs: 0 }],
      };
      const missing = [{ kind: "shipment" as const, reason: "nothing was shipped" }];
      const after = overridden(moved, missing, `Reason ${n}`);
      const said = { reason: `Reason ${n}`, missing: ["shipment"] };
      expect(after.override).toEqual({ ...said, kind: "moved", stageId: stages[n % 2], at, by });
      expect(dealStep(after.deal).data).toMatchObject({ override: said });
      expect(after.deal.moves.at(-1)?.override).toEqual(said);
      one = after.deal;
    }
    expect(one.overrides?.map(({ reason }) => reason)).toEqual(
      Array.from({ length: 20 }, (_, n) => `Reason ${n + 5}`),
    );
  });

  test("is made of a past only where the past came through what has to be proven", () => {
    const past = deal({ typeId: "project", history: [{ stageId: "tender", at: start }] });
    expect(enteredUnproven(type, past, { by, at: start })).toEqual({ deal: past });
    const won = deal({ typeId: "order", outcome: { state: "won", at: start } });
    expect(enteredUnproven(type, won, { by, at: start }).override).toEqual({
      ...{ kind: "entered", reason: "Entered with its past", missing: ["order"], at: start, by },
    });
  });
});

describe("what a deal came to", () => {
  const quantities = fc
    .record({
      netMinor: fc.integer({ min: 0, max: 1_000_000_007 }),
      quantity: fc.integer({ min: 1, max: 1_000_000 }),
      shares: fc.tuple(fc.nat(1_000), fc.nat(1_000), fc.nat(1_000)),
    })
    .map(({ netMinor, quantity, shares: [shipped, cancelled, back] }) => {
      const shippedQuantity = Math.floor((quantity * shipped) / 1_000);
      return line({
        ...{ netMinor, quantity, shippedQuantity },
        cancelledQuantity: Math.floor(((quantity - shippedQuantity) * cancelled) / 1_000),
        returnedQuantity: Math.floor((shippedQuantity * back) / 1_000),
      });
    });

  test("is the share of each line, rounded a half up, and the tax of their sum", () => {
    fc.assert(
      fc.property(fc.array(quantities, { minLength: 1, maxLength: 5 }), (lines) => {
        const share = (one: OrderLine, part: number) =>
          (2n * BigInt(one.netMinor) * BigInt(part) + BigInt(one.quantity)) / (2n * BigInt(one.quantity));
        const netOf = (part: (one: OrderLine) => number) =>
          lines.reduce((total, one) => total + share(one, part(one)), 0n);
        const taxOf = (net: bigint) => (2n * net * 21n + 100n) / 200n;
        const [row] = amountsOf(sold({ orders: [order(lines)] }));
        const ordered = netOf((one) => one.quantity - one.cancelledQuantity);
        const shipped = netOf((one) => one.shippedQuantity - one.returnedQuantity);
        expect(row).toMatchObject({
          orderedNetMinor: Number(ordered),
          orderedMinor: Number(ordered + taxOf(ordered)),
          shippedNetMinor: Number(shipped),
          shippedMinor: Number(shipped + taxOf(shipped)),
        });
        expect(row?.shippedMinor).toBeLessThanOrEqual(row?.orderedMinor ?? 0);
      }),
      { seed: 20_261_124, numRuns: 300 },
    );
  });

  test("is told by currency; drafts and what was cancelled come to nothing", () => {
    const invoices = [
      invoice({ currency: "EUR", netMinor: 750, totalMinor: 900, openMinor: 200, state: "open" }),
      invoice({ currency: "RON", netMinor: 420, totalMinor: 500, openMinor: 0 }),
      invoice({ currency: "RON", totalMinor: 77, state: "draft" }),
    ];
    const orders = [order([line()], { state: "draft" }), order([line()], { state: "cancelled" })];
    const nothing = {
      ...{ orderedMinor: 0, orderedNetMinor: 0, shippedMinor: 0, shippedNetMinor: 0 },
      ...{ creditedMinor: 0, creditedNetMinor: 0 },
    };
    expect(amountsOf(sold({ invoices, orders }))).toEqual([
      {
        ...{ ...nothing, currency: "EUR", invoicedMinor: 900, invoicedNetMinor: 750 },
        ...{ paidMinor: 700, openMinor: 200 },
      },
      {
        ...{ ...nothing, currency: "RON", invoicedMinor: 500, invoicedNetMinor: 420 },
        ...{ paidMinor: 500, openMinor: 0 },
      },
    ]);
  });
});
