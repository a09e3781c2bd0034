import { Failure } from "../kernel/errors.ts";
import type { Instant } from "../kernel/time.ts";
import { checkParts, counted, next, uninvoicedIn } from "./change.ts";
import type { Order, Part } from "./order.ts";

type Entry = Order["shipments"][number]["lines"][number];
const leftOf = ({ quantity, takenBackQuantity }: Entry): number => quantity - takenBackQuantity;

const takenBack = (lines: readonly Entry[], parts: readonly Part[]): Entry[] =>
  lines.map((entry) => {
    const part = parts.find(({ line }) => line === entry.line);
    return part ? { ...entry, takenBackQuantity: entry.takenBackQuantity + part.quantity } : entry;
  });

/** A part of a line of an invoice that comes back, and how much of the line came back before. */
export interface CreditedPart extends Part {
  readonly beforeQuantity: number;
}

/** Parts of the order as lines of a document of it. */
const asLinesOf = (lines: readonly Entry[], parts: readonly Part[]): Part[] =>
  parts.map(({ line, quantity }) => ({ line: lines.findIndex((one) => one.line === line), quantity }));

export interface TakenBack {
  readonly order: Order;
  /** By the lines of the shipment. */
  readonly shipmentLines: readonly Part[];
  /** What of it was invoiced, by the lines of the invoice; absent where nothing was. */
  readonly credit?: { readonly invoiceId: string; readonly lines: readonly CreditedPart[] };
}

/**
 * What comes back of a shipment. What no invoice says yet is never invoiced; the rest is credited on the last invoice
 * that holds all of it.
 * @throws reference.unknown, order.beyond-line, order.return-in-parts
 */
export const returned = (
  order: Order,
  shipmentId: string,
  parts: readonly Part[],
  now: Instant,
): TakenBack => {
  const shipment = order.shipments.find(({ documentId }) => documentId === shipmentId);
  if (!shipment)
    throw new Failure("reference.unknown", {
      fields: [{ pointer: "/shipmentId", reason: "names no shipment of the order" }],
    });
  checkParts(parts, (at) => {
    const entry = shipment.lines.find(({ line }) => line === at);
    return entry && leftOf(entry);
  });
  const toCredit = parts.flatMap(({ line: at, quantity }) => {
    const line = order.lines[at];
    const most = quantity - (line ? uninvoicedIn(line) : 0);
    return most > 0 ? [{ line: at, quantity: most }] : [];
  });
  const invoice =
    toCredit.length === 0
      ? undefined
      : order.invoices.findLast(({ lines }) =>
          toCredit.every(({ line, quantity }) =>
            lines.some((entry) => entry.line === line && leftOf(entry) >= quantity),
          ),
        );
  if (toCredit.length > 0 && !invoice) throw new Failure("order.return-in-parts");
  const after = next(
    order,
    {
      lines: counted(counted(order.lines, parts, "returnedQuantity"), toCredit, "creditedQuantity"),
      shipments: order.shipments.map((one) =>
        one === shipment ? { ...one, lines: takenBack(one.lines, parts) } : one,
      ),
      invoices: order.invoices.map((one) =>
        one === invoice ? { ...one, lines: takenBack(one.lines, toCredit) } : one,
      ),
    },
    now,
  );
  const shipmentLines = asLinesOf(shipment.lines, parts);
  return invoice
    ? {
        order: after,
        shipmentLines,
        credit: {
          invoiceId: invoice.invoiceId,
          lines: asLinesOf(invoice.lines, toCredit).map((part) => ({
            ...part,
            beforeQuantity: invoice.lines[part.line]?.takenBackQuantity ?? 0,
          })),
        },
      }
    : { order: after, shipmentLines };
};
