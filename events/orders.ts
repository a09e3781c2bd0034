import { Order } from "../domain/orders/order.ts";
import { QuoteRecord } from "../domain/orders/quote.ts";
import { event } from "./event.ts";
import type { Schedule } from "./schedule.ts";

/** Carries on, minute by minute, steps of orders whose request was interrupted. */
export const orderContinuation: Schedule = {
  name: "orders-continuation",
  pace: { kind: "rate", every: 1, unit: "minute" },
  // The next run comes within a minute and finds what this one left.
  retry: { attempts: 1, maxAgeSeconds: 300 },
};

const at = "2026-11-23T18:00:00.000Z";
const sum = { netMinor: 5_000, taxMinor: 1_050, totalMinor: 6_050 };

const sample = {
  id: "ord_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  version: 1,
  number: "ORD-2026-000017",
  state: "draft" as const,
  clientId: "cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  dealId: "deal_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  currency: "EUR",
  pricesIncludeTax: false,
  lines: [
    {
      productId: "prd_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
      warehouseId: "whs_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
      place: "main",
      description: "GTX Pro",
      quantity: 5,
      scale: 0,
      unitPriceMinor: 1_000,
      discountMinor: 0,
      taxId: "standard",
      percent: "21",
      ...sum,
      shippedQuantity: 0,
      returnedQuantity: 0,
      invoicedQuantity: 0,
      creditedQuantity: 0,
      cancelledQuantity: 0,
    },
  ],
  taxes: [{ taxId: "standard", percent: "21", baseMinor: 5_000, taxMinor: 1_050 }],
  discountMinor: 0,
  ...sum,
  shipments: [],
  invoices: [],
  createdBy: "mem_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  createdAt: at,
  updatedAt: at,
};

export const orderDrafted = event({
  type: "order.drafted",
  version: 2,
  summary: "An order was drawn up",
  data: Order,
  sample,
});

export const orderChanged = event({
  type: "order.changed",
  version: 1,
  summary: "The draft of an order was drawn up anew",
  data: Order,
  sample: { ...sample, version: 2 },
});

const after = { ...sample, version: 2, state: "confirmed" as const };

export const orderConfirmed = event({
  type: "order.confirmed",
  version: 2,
  summary: "An order was confirmed, its goods are reserved",
  data: Order,
  sample: after,
});

export const orderShipped = event({
  type: "order.shipped",
  version: 2,
  summary: "Goods of an order were shipped: the last of its shipments",
  data: Order,
  sample: after,
});

export const orderInvoiced = event({
  type: "order.invoiced",
  version: 2,
  summary: "What was shipped of an order was invoiced: the last of its invoices",
  data: Order,
  sample: after,
});

export const orderHalted = event({
  type: "order.halted",
  version: 2,
  summary: "What was left of a step of several documents was refused and given up",
  data: Order,
  sample: {
    ...after,
    halted: {
      step: "shipping" as const,
      lines: [{ line: 0, quantity: 5 }],
      code: "ledger.period-locked",
      at,
    },
  },
});

export const orderReturned = event({
  type: "order.returned",
  version: 2,
  summary: "Goods of an order came back; what of them was invoiced is credited",
  data: Order,
  sample: after,
});

export const orderCancelled = event({
  type: "order.cancelled",
  version: 2,
  summary: "What of an order was not shipped was cancelled, all or some",
  data: Order,
  sample: after,
});

const quote = {
  id: "quo_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  version: 1,
  number: "QUO-2026-000017",
  edition: 1,
  state: "draft" as const,
  clientId: sample.clientId,
  dealId: sample.dealId,
  currency: "EUR",
  pricesIncludeTax: false,
  lines: [
    {
      productId: "prd_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
      description: "GTX Pro",
      quantity: 5,
      scale: 0,
      unitPriceMinor: 1_000,
      discountMinor: 0,
      taxId: "standard",
      percent: "21",
      ...sum,
    },
  ],
  taxes: sample.taxes,
  discountMinor: 0,
  ...sum,
  validUntil: "2026-12-23",
  createdBy: sample.createdBy,
  createdAt: at,
  updatedAt: at,
};

export const quoteDrafted = event({
  type: "quote.drafted",
  version: 1,
  summary: "A quote was drawn up",
  data: QuoteRecord,
  sample: quote,
});

export const quoteRevised = event({
  type: "quote.revised",
  version: 1,
  summary: "A quote was offered anew: it is a draft again, in the next edition where the former was sent",
  data: QuoteRecord,
  sample: { ...quote, version: 3, edition: 2 },
});

export const quoteSent = event({
  type: "quote.sent",
  version: 1,
  summary: "A quote was sent",
  data: QuoteRecord,
  sample: { ...quote, version: 2, state: "sent" as const, sentAt: at },
});

export const quoteAccepted = event({
  type: "quote.accepted",
  version: 1,
  summary: "A quote was accepted, and its order made",
  data: QuoteRecord,
  sample: { ...quote, version: 3, state: "accepted" as const, sentAt: at, closedAt: at, orderId: sample.id },
});

export const quoteRejected = event({
  type: "quote.rejected",
  version: 1,
  summary: "A quote was rejected",
  data: QuoteRecord,
  sample: {
    ...quote,
    ...{ version: 3, state: "rejected" as const, sentAt: at, closedAt: at, rejectedFor: "Too dear" },
  },
});
