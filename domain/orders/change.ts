import type { Totals } from "../finance/lines.ts";
import type { Currency } from "../kernel/currency.ts";
import { Failure, type FieldFault } from "../kernel/errors.ts";
import type { Instant } from "../kernel/time.ts";
import type { Lot } from "../stock/level.ts";
import { mainPlace } from "../stock/warehouse.ts";
import { netUpTo } from "./billing.ts";
import { billShipments, linkInvoices } from "./billing-links.ts";
import type { NewOrder, Order, OrderChange, OrderLine, Part, UnderWay } from "./order.ts";

/** What is neither shipped nor cancelled. */
export const openIn = ({ quantity, shippedQuantity, cancelledQuantity }: OrderLine): number =>
  quantity - shippedQuantity - cancelledQuantity;

/** What the client has and no invoice says. */
export const uninvoicedIn = (line: OrderLine): number =>
  line.shippedQuantity - line.returnedQuantity - (line.invoicedQuantity - line.creditedQuantity);

const stateOf = ({ lines, state }: Pick<Order, "lines" | "state">): Order["state"] => {
  if (lines.some((line) => openIn(line) > 0)) return state;
  if (lines.every(({ shippedQuantity }) => shippedQuantity === 0)) return "cancelled";
  return lines.every((line) => uninvoicedIn(line) === 0) ? "done" : "confirmed";
};

/** The next version of an order with other lines, in the state that follows from them. */
export const next = (order: Order, change: Partial<Order>, now: Instant): Order => {
  const after = { ...order, ...change, version: order.version + 1, updatedAt: now };
  const { contractHeldMinor: held } = after;
  return {
    ...after,
    state: stateOf(after),
    ...(held === undefined ? {} : { contractHeldMinor: heldOf(after) }),
  };
};

/** Of the order's net what is neither invoiced nor never will be: cancelled, or come back before it was invoiced. */
const heldOf = (order: Pick<Order, "lines" | "netMinor" | "pricesIncludeTax">): number =>
  order.netMinor -
  netUpTo(
    order,
    (line) =>
      line.invoicedQuantity + line.cancelledQuantity + (line.returnedQuantity - line.creditedQuantity),
  );

/** How much more an order holds of its contract in its next version; below zero: less. */
export const heldMore = (before: Order, after: Order): number =>
  (after.contractHeldMinor ?? 0) - (before.contractHeldMinor ?? 0);

type Counted =
  | "shippedQuantity"
  | "returnedQuantity"
  | "invoicedQuantity"
  | "creditedQuantity"
  | "cancelledQuantity";

export const counted = (lines: readonly OrderLine[], parts: readonly Part[], as: Counted): OrderLine[] =>
  lines.map((line, at) => {
    const part = parts.find((one) => one.line === at);
    return part ? { ...line, [as]: line[as] + part.quantity } : line;
  });

/** Refuses parts beyond what a line has left. @throws order.beyond-line naming each of them */
export const checkParts = (parts: readonly Part[], leftIn: (line: number) => number | undefined): void => {
  const fields = parts.flatMap(({ line, quantity }, at): FieldFault[] => {
    const left = leftIn(line);
    if (left === undefined) return [{ pointer: `/lines/${at}/line`, reason: "is no line of it" }];
    return quantity > left
      ? [{ pointer: `/lines/${at}/quantity`, reason: `is more than the ${left} that are left` }]
      : [];
  });
  if (fields.length > 0) throw new Failure("order.beyond-line", { fields });
};

/** What every line has left. @throws order.nothing-left */
const allParts = (order: Order, leftIn: (line: OrderLine) => number): Part[] => {
  const parts = order.lines.flatMap((line, at) =>
    leftIn(line) > 0 ? [{ line: at, quantity: leftIn(line) }] : [],
  );
  if (parts.length === 0) throw new Failure("order.nothing-left");
  return parts;
};

const entries = (parts: readonly Part[]) => parts.map((part) => ({ ...part, takenBackQuantity: 0 }));

const draftLines = (lines: NewOrder["lines"], totals: Totals): OrderLine[] =>
  totals.lines.flatMap((line, at): OrderLine[] => {
    const spot = lines[at];
    if (!spot) return [];
    const { productId, warehouseId, place = mainPlace } = spot;
    return [
      {
        ...line,
        productId,
        ...(warehouseId === undefined ? {} : { warehouseId, place }),
        ...{ shippedQuantity: 0, returnedQuantity: 0, invoicedQuantity: 0 },
        ...{ creditedQuantity: 0, cancelledQuantity: 0 },
      },
    ];
  });

/** A draft. @param totals of the same lines */
export const newOrder = (
  { lines, currency: _, ...input }: NewOrder,
  currency: Currency,
  totals: Totals,
  about: Pick<Order, "id" | "number"> & { readonly by: string; readonly now: Instant },
): Order => ({
  id: about.id,
  version: 1,
  ...(about.number === undefined ? {} : { number: about.number }),
  state: "draft",
  ...input,
  currency,
  ...totals,
  lines: draftLines(lines, totals),
  shipments: [],
  invoices: [],
  createdBy: about.by,
  createdAt: about.now,
  updatedAt: about.now,
});

/** The draft as it is drawn up anew. @param totals of the same lines @throws order.not-draft */
export const changedDraft = (
  order: Order,
  { lines, currency: _, ...input }: OrderChange,
  currency: Currency,
  totals: Totals,
  now: Instant,
): Order => {
  checkDraft(order);
  const { counterpartyId: _c, dealId: _d, contractId: _k, memo: _m, ...kept } = order;
  return next(kept, { ...input, currency, ...totals, lines: draftLines(lines, totals) }, now);
};

/** @throws order.not-draft */
export const checkDraft = ({ state }: Order): void => {
  if (state !== "draft") throw new Failure("order.not-draft");
};

/** @throws order.not-confirmed */
const checkConfirmed = ({ state }: Order): void => {
  if (state === "draft" || state === "cancelled") throw new Failure("order.not-confirmed");
};

/** Where goods of these parts lie; services lie nowhere. */
export const lotsOf = ({ lines }: Pick<Order, "lines">, parts: readonly Part[]): Lot[] =>
  parts.flatMap(({ line: at, quantity }) => {
    const { productId, warehouseId, place = mainPlace } = lines[at] ?? {};
    return productId === undefined || warehouseId === undefined
      ? []
      : [{ productId, warehouseId, place, quantity }];
  });

/** What an order takes when it is confirmed: all that is not cancelled. @throws order.nothing-left */
export const openParts = (order: Order): Part[] => allParts(order, openIn);

/** The order with its goods reserved, if it has any. @throws order.not-draft */
export const confirmed = (order: Order, reservationId: string | undefined, now: Instant): Order => {
  checkDraft(order);
  return next(
    order,
    {
      state: "confirmed",
      ...(reservationId === undefined ? {} : { reservationId }),
      ...(order.contractId === undefined ? {} : { contractHeldMinor: 0 }),
    },
    now,
  );
};

/** What is to be shipped: as wished, or all that is open. @throws order.not-confirmed, order.beyond-line, order.nothing-left */
export const partsToShip = (order: Order, wished: readonly Part[] | undefined): readonly Part[] => {
  checkConfirmed(order);
  const all = allParts(order, openIn);
  if (wished === undefined) return all;
  checkParts(wished, (at) => order.lines[at] && openIn(order.lines[at]));
  return wished;
};

/**
 * @param documentId of the shipment; there is none where all parts are services
 * @param underWay what is left of the step that it is a part of
 */
export const shipped = (
  order: Order,
  parts: readonly Part[],
  documentId: string | undefined,
  now: Instant,
  underWay?: UnderWay,
): Order =>
  next(
    order,
    {
      underWay,
      halted: undefined,
      lines: counted(order.lines, parts, "shippedQuantity"),
      shipments:
        documentId === undefined
          ? order.shipments
          : [
              ...order.shipments,
              { documentId, lines: entries(parts.filter((part) => lotsOf(order, [part]).length > 0)) },
            ],
    },
    now,
  );

/**
 * What is to be invoiced: as wished, or all that was shipped and not returned, and no invoice says.
 * @throws order.not-confirmed, order.beyond-line, order.nothing-left
 */
export const partsToInvoice = (order: Order, wished?: readonly Part[]): readonly Part[] => {
  checkConfirmed(order);
  const all = allParts(order, uninvoicedIn);
  if (wished === undefined) return all;
  checkParts(wished, (at) => order.lines[at] && uninvoicedIn(order.lines[at]));
  return wished;
};

/** @param underWay what is left of the step that it is a part of */
export const invoiced = (
  order: Order,
  parts: readonly Part[],
  invoiceId: string,
  now: Instant,
  underWay?: UnderWay,
): Order => {
  const linked = linkInvoices(order);
  const lines = entries(parts).map((entry) => ({ ...entry, shipments: billShipments(linked, entry) }));
  return next(
    linked,
    {
      underWay,
      halted: undefined,
      lines: counted(order.lines, parts, "invoicedQuantity"),
      invoices: [...linked.invoices, { invoiceId, lines }],
    },
    now,
  );
};

/** What is to be cancelled: as wished, or all that is open. @throws order.beyond-line, order.nothing-left */
export const partsToCancel = (order: Order, wished: readonly Part[] | undefined): readonly Part[] => {
  const all = allParts(order, openIn);
  if (wished === undefined) return all;
  checkParts(wished, (at) => order.lines[at] && openIn(order.lines[at]));
  return wished;
};

export const cancelled = (order: Order, parts: readonly Part[], now: Instant): Order =>
  next(order, { lines: counted(order.lines, parts, "cancelledQuantity") }, now);
