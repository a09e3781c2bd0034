import * as z from "zod";
import { Failure } from "../kernel/errors.ts";
import { Id } from "../kernel/id.ts";
import { Text } from "../kernel/text.ts";
import { Day } from "../kernel/time.ts";
import { openIn } from "../orders/change.ts";
import type { Order } from "../orders/order.ts";
import type { Reservation } from "../stock/reservation.ts";
import { mainPlace, PlaceCode } from "../stock/warehouse.ts";
import { type Deal, type DealShipment, mostShown, Slug } from "./deal.ts";
import { isLive, type Sales } from "./sales.ts";

const counterpartyId = Id("counterparty")
  .optional()
  .meta({ description: "Who signs; needed where the client has several counterparties" });

/** Where the goods come from, where the deal does not say it by itself. */
const From = z.union([
  z.strictObject({ orderId: Id("order").meta({ description: "An order of the deal" }) }),
  z.strictObject({
    reservationId: Id("reservation").meta({ description: "A reservation of the deal without an order" }),
    counterpartyId,
  }),
  z.strictObject({
    warehouseId: Id("warehouse").meta({ description: "Where the items of the deal lie; they are ordered" }),
    place: PlaceCode.default(mainPlace),
    counterpartyId,
  }),
]);

/** What ships from a deal. Client, counterparty and goods come from the deal and its order. */
export const NewDealShipment = z.strictObject({
  stageId: Slug.optional().meta({
    description: "The stage that the deal comes to with it; absent: it stays where it is",
  }),
  from: From.optional().meta({
    description: "Absent: the deal's only open order, else its only draft, else its only reservation",
  }),
  effectiveOn: Day.optional().meta({ description: "Today where nothing is said; never in the future" }),
  memo: Text.min(1).max(500).optional(),
});
export type NewDealShipment = z.infer<typeof NewDealShipment>;

/** Where the goods of a deal come from. */
export type GoodsSource =
  | { readonly of: "order" | "draft"; readonly order: Order }
  | {
      readonly of: "reservation";
      readonly reservation: Reservation;
      readonly counterpartyId?: string | undefined;
    }
  | {
      readonly of: "items";
      readonly items: NonNullable<Deal["items"]>;
      readonly warehouseId: string;
      readonly place: string;
      readonly counterpartyId?: string | undefined;
    };

const isOpen = (order: Order): boolean => isLive(order) && order.lines.some((line) => openIn(line) > 0);

const nothing = (detail: string, ...pointers: string[]) =>
  new Failure("deal.nothing-to-ship", {
    detail,
    fields: pointers.map((pointer) => ({ pointer, reason: "is needed for that" })),
  });

const unknown = (pointer: string, reason: string) =>
  new Failure("reference.unknown", { fields: [{ pointer, reason }] });

/** The only one of several; undefined where there is none. @throws deal.shipment-unclear */
const only = <R extends { readonly id: string }>(some: readonly R[], pointer: string): R | undefined => {
  if (some.length > 1)
    throw new Failure("deal.shipment-unclear", {
      fields: [{ pointer, reason: `has to be one of ${some.map(({ id }) => id).join(", ")}` }],
    });
  return some[0];
};

const ofOrder = (order: Order): GoodsSource => {
  if (isOpen(order)) return { of: "order", order };
  if (order.state === "draft") return { of: "draft", order };
  throw nothing(`Nothing of the order ${order.id} is left to be shipped.`);
};

const itemsOf = (
  deal: Deal,
  orders: readonly Order[],
  from: Omit<Extract<GoodsSource, { of: "items" }>, "of" | "items">,
): GoodsSource => {
  // An order was made of them before: they would go out again.
  if (deal.orderId !== undefined) {
    const made = orders.find(({ id }) => id === deal.orderId);
    if (made) return ofOrder(made);
    throw nothing(`The order ${deal.orderId} was made of its items.`);
  }
  if (orders.some(({ state }) => state !== "cancelled"))
    throw nothing("It has orders: what is shipped of it are theirs.");
  if (!deal.items) throw nothing("It has no items.");
  return { of: "items", items: deal.items, ...from };
};

/**
 * What is to be shipped from a deal: what is named; else its only open order, its only draft, its only reservation.
 * @param reservations active ones, that belong to no order
 * @throws reference.unknown, deal.shipment-unclear, deal.nothing-to-ship
 */
export const goodsSourceOf = (
  deal: Deal,
  { orders }: Pick<Sales, "orders">,
  reservations: readonly Reservation[],
  { from }: Pick<NewDealShipment, "from">,
): GoodsSource => {
  if (from && "warehouseId" in from) return itemsOf(deal, orders, from);
  if (from && "orderId" in from) {
    const named = orders.find(({ id }) => id === from.orderId);
    if (!named) throw unknown("/from/orderId", "names no order of the deal");
    return ofOrder(named);
  }
  if (from) {
    const named = reservations.find(({ id }) => id === from.reservationId);
    if (!named)
      throw unknown("/from/reservationId", "names no active reservation of the deal without an order");
    return { of: "reservation", reservation: named, counterpartyId: from.counterpartyId };
  }
  const isDraft = ({ state }: Order) => state === "draft";
  const order = only(orders.filter(isOpen), "/from/orderId") ?? only(orders.filter(isDraft), "/from/orderId");
  if (order) return ofOrder(order);
  const reservation = only(reservations, "/from/reservationId");
  if (reservation) return { of: "reservation", reservation };
  if (orders.some(isLive)) throw nothing("All that was ordered is shipped.");
  if (!deal.items) throw nothing("It has no order, no reservation and no items.");
  throw nothing("It has no order and no reservation: its items have to be ordered.", "/from/warehouseId");
};

/** An order as it will be when all that is open has left, to see beforehand what will be proven then. */
export const asShipped = (order: Order): Order => ({
  ...order,
  state: "confirmed",
  lines: order.lines.map((line) => ({
    ...line,
    shippedQuantity: line.quantity - line.cancelledQuantity,
  })),
});

/** The sales with one order as it is now. */
export const withOrder = (sales: Sales, order: Order): Sales => ({
  ...sales,
  orders: [...sales.orders.filter(({ id }) => id !== order.id), order],
});

/** The deal with shipments that it does not show yet. */
export const withShipments = (deal: Deal, shipments: readonly DealShipment[]): Deal => {
  const shown = deal.shipments ?? [];
  const fresh = shipments.filter(
    ({ documentId }) => !shown.some((shipment) => shipment.documentId === documentId),
  );
  return { ...deal, shipments: [...shown, ...fresh].slice(-mostShown.shipments) };
};
