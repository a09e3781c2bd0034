import { Failure } from "../kernel/errors.ts";
import type { Instant } from "../kernel/time.ts";
import { countBilled, countKept, countUnbilled, linkInvoices, takeInOrder } from "./billing-links.ts";
import { checkParts, counted, next } from "./change.ts";
import type { DocumentLine, Order, Part } from "./order.ts";

type InvoiceLine = Order["invoices"][number]["lines"][number];

/** The line of a document with so much more taken back. */
const takeBack = <L extends DocumentLine>(entry: L, parts: readonly Part[]): L => {
  const part = parts.find(({ line }) => line === entry.line);
  return part ? { ...entry, takenBackQuantity: entry.takenBackQuantity + part.quantity } : entry;
};

/** The line of an invoice with so much more of one shipment taken back. */
const takeBackOfShipment = (entry: InvoiceLine, shipment: number, parts: readonly Part[]): InvoiceLine => {
  const part = parts.find(({ line }) => line === entry.line);
  if (!part) return entry;
  const shipments = entry.shipments?.map((link) =>
    link.shipment === shipment
      ? { ...link, takenBackQuantity: link.takenBackQuantity + part.quantity }
      : link,
  );
  return { ...takeBack(entry, parts), ...(shipments === undefined ? {} : { shipments }) };
};

/** What is credited on one invoice, by the invoice's lines. */
export interface InvoiceCredit {
  readonly invoiceId: string;
  readonly lines: readonly Part[];
}

/** Parts of the order as lines of a document of it. */
const asLinesOf = (lines: readonly DocumentLine[], parts: readonly Part[]): Part[] =>
  parts.map(({ line, quantity }) => ({ line: lines.findIndex((one) => one.line === line), quantity }));

export interface TakenBack {
  readonly order: Order;
  /** By the lines of the shipment. */
  readonly shipmentLines: readonly Part[];
  /** What of it was invoiced, on the invoices that billed it, from the first. */
  readonly credits: readonly InvoiceCredit[];
}

/**
 * What of each invoice is credited when parts of a shipment come back: what is billed last comes back first, so what no invoice
 * bills yet before all else.
 */
const partsToCredit = (order: Order, shipment: number, parts: readonly Part[]): Part[][] => {
  const credited: Part[][] = order.invoices.map(() => []);
  for (const { line, quantity } of parts) {
    const billed = order.invoices.map((invoice) => countBilled(invoice, line, shipment));
    const unbilled = countUnbilled(order, line)[shipment] ?? 0;
    const [, ...lastFirst] = takeInOrder([unbilled, ...billed.toReversed()], quantity);
    for (const [at, back] of lastFirst.toReversed().entries())
      if (back > 0) credited[at]?.push({ line, quantity: back });
  }
  return credited;
};

/**
 * What comes back of a shipment, and what of it is credited: what was billed of this shipment, on the invoices that billed it.
 * @throws reference.unknown, order.beyond-line
 */
export const returned = (
  before: Order,
  shipmentId: string,
  parts: readonly Part[],
  now: Instant,
): TakenBack => {
  const order = linkInvoices(before);
  const at = order.shipments.findIndex(({ documentId }) => documentId === shipmentId);
  const shipment = order.shipments[at];
  if (!shipment)
    throw new Failure("reference.unknown", {
      fields: [{ pointer: "/shipmentId", reason: "names no shipment of the order" }],
    });
  checkParts(parts, (line) => {
    const entry = shipment.lines.find((one) => one.line === line);
    return entry && countKept(entry);
  });
  const toCredit = partsToCredit(order, at, parts);
  const lines = toCredit.reduce(
    (some, credited) => counted(some, credited, "creditedQuantity"),
    counted(order.lines, parts, "returnedQuantity"),
  );
  const after = next(
    order,
    {
      lines,
      shipments: order.shipments.map((one) =>
        one === shipment ? { ...one, lines: one.lines.map((entry) => takeBack(entry, parts)) } : one,
      ),
      invoices: order.invoices.map((invoice, n) => ({
        ...invoice,
        lines: invoice.lines.map((entry) => takeBackOfShipment(entry, at, toCredit[n] ?? [])),
      })),
    },
    now,
  );
  return {
    order: after,
    shipmentLines: asLinesOf(shipment.lines, parts),
    credits: order.invoices.flatMap(({ invoiceId, lines: entries }, n) => {
      const credited = asLinesOf(entries, toCredit[n] ?? []);
      return credited.length === 0 ? [] : [{ invoiceId, lines: credited }];
    }),
  };
};
