import * as z from "zod";
import { Failure, type FieldFault } from "../kernel/errors.ts";
import { Id } from "../kernel/id.ts";
import { Quantity } from "../kernel/quantity.ts";
import { Text } from "../kernel/text.ts";
import { Instant } from "../kernel/time.ts";
import { mostLines } from "./document.ts";
import {
  isShortage,
  type Lot,
  type Shortage,
  Spot,
  type Stock,
  spotKey,
  withLotFree,
  withLotReserved,
} from "./level.ts";
import { insufficient } from "./refusal.ts";
import { mainPlace, PlaceCode } from "./warehouse.ts";

export const ReservationState = z.enum(["active", "shipped", "released", "expired"]);
export type ReservationState = z.infer<typeof ReservationState>;

/** How many lines an order may reserve: an item each, in one write. */
export const mostReservedLines = 50;

const ReservationLine = z.object({
  ...Spot.shape,
  quantity: Quantity,
  shippedQuantity: z.int().min(0),
  releasedQuantity: z.int().min(0),
});

/** Goods that are kept for a deal or an order: they lie where they lie, and nobody else may take them. */
export const Reservation = z
  .object({
    id: Id("reservation"),
    version: z.int().min(1),
    state: ReservationState.meta({ description: "Active while something is still reserved" }),
    lines: z.array(ReservationLine).min(1).max(mostReservedLines),
    dealId: Id("deal").optional(),
    orderId: z.string().optional(),
    clientId: Id("client").optional(),
    ownerId: Id("member").meta({ description: "The deal's owner, else the member who reserved" }),
    teamId: Id("team").optional(),
    memo: z.string().optional(),
    expiresAt: Instant.optional().meta({ description: "When what is still reserved is given free" }),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: "Reservation" });
export type Reservation = z.infer<typeof Reservation>;

const lot = {
  productId: Id("product"),
  warehouseId: Id("warehouse"),
  place: PlaceCode.default(mainPlace),
  quantity: Quantity,
};
const oneLineEach = {
  check: (lines: readonly Spot[]) => new Set(lines.map(spotKey)).size === lines.length,
  fault: "names a place of a product twice",
};

export const NewReservation = z.strictObject({
  dealId: Id("deal").optional(),
  expiresAt: Instant.optional().meta({ description: "When what is still reserved then is given free" }),
  memo: Text.min(1).max(500).optional(),
  lines: z.array(z.strictObject(lot)).min(1).max(mostLines).refine(oneLineEach.check, oneLineEach.fault),
});
export type NewReservation = z.infer<typeof NewReservation>;

export const Release = z.strictObject({
  lines: z
    .array(z.strictObject(lot))
    .min(1)
    .max(mostLines)
    .refine(oneLineEach.check, oneLineEach.fault)
    .optional()
    .meta({ description: "All that is still reserved where nothing is said" }),
});
export type Release = z.infer<typeof Release>;

type ReservationLine = z.infer<typeof ReservationLine>;
const openIn = ({ quantity, shippedQuantity, releasedQuantity }: ReservationLine): number =>
  quantity - shippedQuantity - releasedQuantity;

/** What is still reserved. */
export const openLots = ({ lines }: Pick<Reservation, "lines">): Lot[] =>
  lines
    .map((line) => ({
      productId: line.productId,
      warehouseId: line.warehouseId,
      place: line.place,
      quantity: openIn(line),
    }))
    .filter(({ quantity }) => quantity > 0);

/** Whether its time is over; what it holds is given free by the next run that looks for such. */
export const isExpired = ({ expiresAt }: Pick<Reservation, "expiresAt">, now: Instant): boolean =>
  expiresAt !== undefined && expiresAt <= now;

/** What a new reservation is made with, beside its goods. */
export type ReservationHead = Pick<
  Reservation,
  "id" | "dealId" | "orderId" | "clientId" | "ownerId" | "teamId" | "memo" | "expiresAt"
>;

/**
 * A new reservation, with the stock behind it.
 * @throws request.invalid where it would have expired already, stock.insufficient naming every line that is short
 */
export const reserved = (
  before: Stock,
  head: ReservationHead,
  lines: readonly Lot[],
  now: Instant,
): { reservation: Reservation; stock: Stock } => {
  if (isExpired(head, now))
    throw new Failure("request.invalid", { fields: [{ pointer: "/expiresAt", reason: "lies before now" }] });
  const shortages = new Map<number, Shortage>();
  let stock = before;
  for (const [at, line] of lines.entries()) {
    const result = withLotReserved(stock, line);
    if (isShortage(result)) shortages.set(at, result);
    else stock = result;
  }
  if (shortages.size > 0) throw insufficient(stock, shortages);
  const reservation: Reservation = {
    ...head,
    version: 1,
    state: "active",
    lines: lines.map((line) => ({ ...line, shippedQuantity: 0, releasedQuantity: 0 })),
    createdAt: now,
    updatedAt: now,
  };
  return { reservation, stock };
};

/** How goods come out of a reservation, and what it is called when nothing is left in it. */
const ways = {
  shipped: "shippedQuantity",
  released: "releasedQuantity",
  expired: "releasedQuantity",
} as const satisfies Record<Exclude<ReservationState, "active">, keyof ReservationLine>;

/**
 * The reservation without these lots, and the stock in which they are free; to ship them they are then taken out.
 * @throws stock.reservation-ended, stock.beyond-reservation
 */
export const freed = (
  before: Stock,
  reservation: Reservation,
  lots: readonly Lot[],
  way: keyof typeof ways,
  now: Instant,
): { reservation: Reservation; stock: Stock } => {
  if (reservation.state !== "active")
    throw new Failure("stock.reservation-ended", { detail: `It was ${reservation.state}.` });
  if (way === "shipped" && isExpired(reservation, now))
    throw new Failure("stock.reservation-ended", { detail: `It expired at ${reservation.expiresAt}.` });
  const lines = reservation.lines.map((line) => ({ ...line }));
  const faults: FieldFault[] = [];
  let stock = before;
  for (const [at, lot] of lots.entries()) {
    const line = lines.find((one) => spotKey(one) === spotKey(lot));
    const open = line ? openIn(line) : 0;
    if (!line || lot.quantity > open) {
      faults.push({ pointer: `/lines/${at}/quantity`, reason: `is more than the ${open} that are reserved` });
      continue;
    }
    line[ways[way]] += lot.quantity;
    stock = withLotFree(stock, lot);
  }
  if (faults.length > 0) throw new Failure("stock.beyond-reservation", { fields: faults });
  const after = { ...reservation, version: reservation.version + 1, lines, updatedAt: now };
  return { reservation: openLots(after).length > 0 ? after : { ...after, state: way }, stock };
};
