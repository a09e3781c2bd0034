import type { FailureCatalogue } from "../kernel/errors.ts";

export const stockFailures = {
  "stock.insufficient": { kind: "conflict", title: "Not enough stock" },
  "stock.counted": { kind: "conflict", title: "A count already covers this day" },
  "stock.place-closed": { kind: "conflict", title: "The warehouse or place takes nothing in" },
  "stock.reservation-ended": { kind: "conflict", title: "The reservation has ended" },
  "stock.beyond-reservation": { kind: "conflict", title: "The reservation does not hold so much" },
  "stock.of-order": { kind: "conflict", title: "It belongs to an order, which says what becomes of it" },
  "stock.beyond-shipment": { kind: "conflict", title: "The shipment has not so much left to take back" },
} as const satisfies FailureCatalogue;
