import * as z from "zod";
import { Failure } from "../kernel/errors.ts";
import { Id } from "../kernel/id.ts";
import { Day } from "../kernel/time.ts";
import { openIn } from "../orders/change.ts";
import type { Order } from "../orders/order.ts";
import type { Reservation } from "../stock/reservation.ts";
import { mainPlace, PlaceCode } from "../stock/warehouse.ts";
import { type Deal, type DealShipment, mostShown, Slug } from "./deal.ts";
import { isLive, type Sales } from "./sales.ts";

/** What ships from a deal. Client, counterparty and goods come from the deal and its order. */
export const NewDealShipment = z.strictObject({
  stageId: Slug.optional().meta({
    description: "The stage that the deal comes to with it; absent: it stays where it is",
  }),
  orderId: Id("order").optional().meta({ description: "Needed where several orders of the deal are open" }),
  reservationId: Id("reservation")
    .optional()
    .meta({ description: "Needed where the deal has no open order and several reservations" }),
  warehouseId: Id("warehouse")
    .optional()
    .meta({ description: "Needed where the deal has neither: its items are ordered from here" }),
  place: PlaceCode.default(mainPlace),
  counterpartyId: Id("counterparty")
    .optional()
    .meta({ description: "Of the order that is made of the items; needed where the client has several" }),
  effectiveOn: Day.optional().meta({ description: "Today where nothing is said; never in the future" }),
  memo: z.string().trim().min(1).max(500).optional(),
});
export type NewDealShipment = z.infer<typeof NewDealShipment>;

/** Where the goods of a deal come from. */
export type GoodsSource =
  | { readonly of: "order" | "draft"; readonly order: Order }
  | { readonly of: "reservation"; readonly reservation: Reservation }
  | { readonly of: "items"; readonly items: NonNullable<Deal["items"]>; readonly warehouseId: string };

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

/**
 * What is to be shipped from a deal: the order or reservation that is named; else its only open order, its only draft, its only
 * reservation; else, where nothing was ordered yet, its items.
 * @param reservations active ones, that belong to no order
 * @throws reference.unknown, deal.shipment-unclear, deal.nothing-to-ship
 */
export const goodsSourceOf = (
  deal: Deal,
  { orders }: Pick<Sales, "orders">,
  reservations: readonly Reservation[],
  { orderId, reservationId, warehouseId }: NewDealShipment,
): GoodsSource => {
  if (orderId !== undefined) {
    const named = orders.find(({ id }) => id === orderId);
    if (!named) throw unknown("/orderId", "names no order of the deal");
    return ofOrder(named);
  }
  if (reservationId === undefined) {
    const draft = (order: Order) => order.state === "draft";
    const order = only(orders.filter(isOpen), "/orderId") ?? only(orders.filter(draft), "/orderId");
    if (order) return ofOrder(order);
  }
  const reservation =
    reservationId === undefined
      ? only(reservations, "/reservationId")
      : reservations.find(({ id }) => id === reservationId);
  if (reservation) return { of: "reservation", reservation };
  if (reservationId !== undefined)
    throw unknown("/reservationId", "names no active reservation of the deal without an order");
  if (orders.some(isLive)) throw nothing("All that was ordered is shipped.");
  // An order was made of them before: they would go out again.
  if (deal.orderId !== undefined) throw nothing("The order that was made of its items is cancelled.");
  if (!deal.items) throw nothing("It has no order, no reservation and no items.");
  if (warehouseId === undefined)
    throw nothing("It has no order and no reservation: its items have to be ordered.", "/warehouseId");
  return { of: "items", items: deal.items, warehouseId };
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
