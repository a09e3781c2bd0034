import { type Lot, spotKey } from "../../domain/stock/level.ts";
import {
  freed,
  openLots,
  type Reservation,
  type ReservationHead,
  reserved,
} from "../../domain/stock/reservation.ts";
import { type Happened, happened } from "../../events/event.ts";
import { reservationChanged, stockReserved } from "../../events/stock.ts";
import type { Actor } from "../kit/context.ts";
import { create, update, type Write } from "../kit/table/store.ts";
import { checkHeld, loadStock } from "./load.ts";
import { reservationEntity, stockWrites } from "./store.ts";

type Deciding = Pick<Actor, "store" | "now">;

/** A reservation that is decided and not yet written: write `writes` and `happened` with the change that it is part of. */
export interface ReservationChange {
  readonly reservation: Reservation;
  readonly writes: readonly Write[];
  readonly happened: readonly Happened[];
}

/** Goods for a deal or an order. @throws stock.insufficient, reference.unknown, request.invalid */
export const reservation = async (
  { store, now }: Deciding,
  head: ReservationHead,
  lines: readonly Lot[],
): Promise<ReservationChange> => {
  const before = await loadStock(
    store,
    lines.map((lot, line) => ({ ...lot, line, way: "out" as const })),
  );
  const made = reserved(before, head, lines, now);
  return {
    reservation: made.reservation,
    writes: [create(reservationEntity, made.reservation), ...stockWrites(before, made.stock)],
    happened: [happened(stockReserved, made.reservation)],
  };
};

/**
 * Reserved goods that are given free; all that is still reserved where nothing is said.
 * @throws stock.reservation-ended, stock.beyond-reservation
 */
export const release = async (
  { store, now }: Deciding,
  standing: Reservation,
  way: "released" | "expired",
  wished?: readonly Lot[],
): Promise<ReservationChange> => {
  const lots = wished ?? openLots(standing);
  // What was reserved is there; what was not is refused by the reservation.
  const named = new Set(lots.map(spotKey));
  const held = openLots(standing).filter((lot) => named.has(spotKey(lot)));
  const before = await loadStock(
    store,
    held.map((lot, line) => ({ ...lot, line, way: "out" as const })),
  );
  checkHeld(before, held);
  const free = freed(before, standing, lots, way, now);
  return {
    reservation: free.reservation,
    writes: [update(reservationEntity, free.reservation), ...stockWrites(before, free.stock)],
    happened: [happened(reservationChanged, free.reservation)],
  };
};
