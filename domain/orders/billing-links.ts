import type { BilledShipment, DocumentLine, Order, Part } from "./order.ts";

type Documents = Pick<Order, "shipments" | "invoices">;

/** How much of a line of a document did not come back. */
export const countKept = ({
  quantity,
  takenBackQuantity,
}: Pick<DocumentLine, "quantity" | "takenBackQuantity">) => quantity - takenBackQuantity;

const findLine = <L extends DocumentLine>(
  document: { readonly lines: readonly L[] },
  line: number,
): L | undefined => document.lines.find((one) => one.line === line);

/** Takes a quantity from places one after the other: how much of each. What no place has is left out. */
export const takeInOrder = (available: readonly number[], quantity: number): number[] => {
  let left = quantity;
  return available.map((most) => {
    const taken = Math.max(0, Math.min(most, left));
    left -= taken;
    return taken;
  });
};

/** How much of an order's line an invoice billed of a shipment and did not credit since. */
export const countBilled = (invoice: Order["invoices"][number], line: number, shipment: number): number =>
  (findLine(invoice, line)?.shipments ?? [])
    .filter((link) => link.shipment === shipment)
    .reduce((sum, link) => sum + countKept(link), 0);

/** How much of a line the client has of each shipment, and no invoice bills. */
export const countUnbilled = ({ shipments, invoices }: Documents, line: number): number[] =>
  shipments.map((document, shipment) => {
    const shipped = findLine(document, line);
    const billed = invoices.reduce((sum, invoice) => sum + countBilled(invoice, line, shipment), 0);
    return shipped ? countKept(shipped) - billed : 0;
  });

/** The shipments that a new line of an invoice bills: the first shipped is billed first. A service has none. */
export const billShipments = (order: Documents, { line, quantity }: Part): BilledShipment[] =>
  takeInOrder(countUnbilled(order, line), quantity).flatMap((billed, shipment) =>
    billed > 0 ? [{ shipment, quantity: billed, takenBackQuantity: 0 }] : [],
  );

/** Links for one line of the order, by invoice, where no invoice says which shipments it bills. */
const deriveLinks = ({ shipments, invoices }: Documents, line: number): BilledShipment[][] => {
  const shipped = shipments.map((document) => findLine(document, line));
  let kept = shipped.map((entry) => (entry ? countKept(entry) : 0));
  let back = shipped.map((entry) => entry?.takenBackQuantity ?? 0);
  return invoices.map((invoice) => {
    const entry = findLine(invoice, line);
    if (!entry) return [];
    const ofKept = takeInOrder(kept, countKept(entry));
    const ofBack = takeInOrder(back, entry.takenBackQuantity);
    kept = kept.map((left, n) => left - (ofKept[n] ?? 0));
    back = back.map((left, n) => left - (ofBack[n] ?? 0));
    return ofKept.flatMap((stays, shipment) => {
      const takenBackQuantity = ofBack[shipment] ?? 0;
      const quantity = stays + takenBackQuantity;
      return quantity > 0 ? [{ shipment, quantity, takenBackQuantity }] : [];
    });
  });
};

/**
 * The order with links from each line of an invoice to the shipments that it bills. An order from before 2026-12-01 has none: what
 * its client kept and what came back and was credited are linked apart, each first shipped, first billed.
 */
export const linkInvoices = <O extends Documents>(order: O): O => {
  const isLinked = order.invoices.every(({ lines }) =>
    lines.every(({ shipments }) => shipments !== undefined),
  );
  if (isLinked) return order;
  const links = new Map<number, BilledShipment[][]>();
  const deriveOnce = (line: number) => {
    const known = links.get(line) ?? deriveLinks(order, line);
    links.set(line, known);
    return known;
  };
  const invoices = order.invoices.map((invoice, n) => ({
    ...invoice,
    lines: invoice.lines.map((entry) => ({ ...entry, shipments: deriveOnce(entry.line)[n] ?? [] })),
  }));
  return { ...order, invoices };
};
