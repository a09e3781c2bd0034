import { StockDocument } from "../domain/stock/document.ts";
import { Reservation } from "../domain/stock/reservation.ts";
import { Warehouse } from "../domain/stock/warehouse.ts";
import { event } from "./event.ts";
import type { Schedule } from "./schedule.ts";

/** Gives free, minute by minute, what reservations hold for longer than they may. */
export const reservationExpiry: Schedule = {
  name: "stock-expiry",
  pace: { kind: "rate", every: 1, unit: "minute" },
  // The next run comes within a minute and finds what this one left.
  retry: { attempts: 1, maxAgeSeconds: 300 },
};

const at = "2026-11-23T18:00:00.000Z";
const goods = {
  productId: "prd_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  warehouseId: "whs_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  place: "main",
};

const warehouse = {
  id: goods.warehouseId,
  version: 1,
  name: "Ghencea",
  places: [{ code: "main", active: true }],
  active: true,
  createdAt: at,
  updatedAt: at,
};

export const warehouseCreated = event({
  type: "warehouse.created",
  version: 1,
  summary: "A warehouse was set up",
  data: Warehouse,
  sample: warehouse,
});

export const warehouseChanged = event({
  type: "warehouse.changed",
  version: 1,
  summary: "A warehouse or its places were changed",
  data: Warehouse,
  sample: { ...warehouse, version: 2 },
});

export const stockMoved = event({
  type: "stock.moved",
  version: 1,
  summary: "A document of the stock was posted: goods came, left, lie elsewhere, or were counted",
  data: StockDocument,
  sample: {
    id: "stk_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
    version: 1,
    kind: "shipment",
    effectiveOn: "2026-11-23",
    postedAt: at,
    postedBy: "mem_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
    currency: "EUR",
    lines: [{ ...goods, quantity: 5, valueMinor: 750 }],
    valueMinor: 750,
    clientId: "cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  },
});

const reservation = {
  id: "rsv_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  version: 1,
  state: "active" as const,
  lines: [{ ...goods, quantity: 5, shippedQuantity: 0, releasedQuantity: 0 }],
  dealId: "deal_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  ownerId: "mem_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  createdAt: at,
  updatedAt: at,
};

export const stockReserved = event({
  type: "stock.reserved",
  version: 1,
  summary: "Goods were reserved",
  data: Reservation,
  sample: reservation,
});

export const reservationChanged = event({
  type: "stock.reservation-changed",
  version: 1,
  summary: "Goods of a reservation were shipped or given free",
  data: Reservation,
  sample: { ...reservation, version: 2, state: "released" as const },
});
