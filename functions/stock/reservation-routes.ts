import * as z from "zod";
import { Id } from "../../domain/kernel/id.ts";
import { PageQuery, pageOf } from "../../domain/kernel/page.ts";
import { NewReservedShipment, StockDocument } from "../../domain/stock/document.ts";
import { NewReservation, Release, Reservation } from "../../domain/stock/reservation.ts";
import { route } from "../kit/route.ts";

const params = z.strictObject({ reservationId: Id("reservation") });
const feature = "stock";
const taken = ["stock.of-order", "stock.reservation-ended", "stock.beyond-reservation"];

export const reservationRoutes = {
  reserveStock: route({
    feature,
    method: "POST",
    path: "/v1/stock/reservations",
    summary: "Reserve goods, for a deal or without",
    description:
      "All lines are reserved or none. Reserved goods stay where they lie and are there for their reservation alone, " +
      "until they are shipped or released, or the reservation expires.",
    permission: "reservation:write",
    body: NewReservation,
    status: 201,
    output: Reservation,
    versioned: true,
    failures: ["reference.unknown", "stock.insufficient", "deal.closed"],
  }),
  listReservations: route({
    feature,
    method: "GET",
    path: "/v1/stock/reservations",
    summary: "The active reservations, or all of a deal, from the last",
    description: "Those of the member, of the team or all, as far as the role reaches.",
    permission: "reservation:read",
    query: z.strictObject({ ...PageQuery, deal: Id("deal").optional() }),
    status: 200,
    output: pageOf(Reservation),
  }),
  readReservation: route({
    feature,
    method: "GET",
    path: "/v1/stock/reservations/{reservationId}",
    summary: "A reservation with what was shipped and released of it",
    permission: "reservation:read",
    params,
    status: 200,
    output: Reservation,
    versioned: true,
  }),
  releaseReservation: route({
    feature,
    method: "POST",
    path: "/v1/stock/reservations/{reservationId}/releases",
    summary: "Give reserved goods free, all or some",
    permission: "reservation:write",
    params,
    body: Release,
    status: 200,
    output: Reservation,
    versioned: true,
    failures: taken,
  }),
  shipReservation: route({
    feature,
    method: "POST",
    path: "/v1/stock/reservations/{reservationId}/shipments",
    summary: "Ship reserved goods, all or some",
    description: "The shipment has the deal and the client of the reservation.",
    permission: "stock:write",
    params,
    body: NewReservedShipment,
    status: 201,
    output: StockDocument,
    versioned: true,
    failures: [
      ...taken,
      "limit.exceeded",
      "money.overflow",
      "reference.unknown",
      "ledger.effective-day",
      "ledger.period-locked",
      "stock.insufficient",
      "stock.counted",
    ],
  }),
};
