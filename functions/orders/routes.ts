import * as z from "zod";
import { Id } from "../../domain/kernel/id.ts";
import { PageQuery, pageOf } from "../../domain/kernel/page.ts";
import {
  NewOrder,
  NewOrderInvoice,
  NewOrderReturn,
  NewOrderShipment,
  Order,
  OrderCancellation,
  OrderChange,
  OrderState,
} from "../../domain/orders/order.ts";
import { route } from "../kit/route.ts";

const feature = "orders";
const params = z.strictObject({ orderId: Id("order") });
const path = "/v1/orders/{orderId}";
const left = [
  "order.not-confirmed",
  "order.beyond-line",
  "order.nothing-left",
  "order.under-way",
  "limit.exceeded",
] as const;
const posts = ["ledger.effective-day", "ledger.period-locked", "money.overflow", "record.busy"] as const;
const bills = [
  "reference.unknown",
  "series.unknown",
  "series.day-before-last",
  "finance.day-in-future",
  "finance.rate-missing",
] as const;

const pricing = [
  "reference.unknown",
  "deal.closed",
  "product.inactive",
  "invoice.line-invalid",
  "order.line-invalid",
  "deal.discount-exceeds-line",
  "money.overflow",
] as const;

export const orderRoutes = {
  createOrder: route({
    feature,
    method: "POST",
    path: "/v1/orders",
    summary: "Draw up an order of a client, with prices and taxes of today",
    description: "It is a draft and holds nothing of the stock until it is confirmed.",
    permission: "order:write",
    body: NewOrder,
    status: 201,
    output: Order,
    versioned: true,
    failures: pricing,
  }),
  changeOrder: route({
    feature,
    method: "PUT",
    path,
    summary: "Draw a draft up anew, with prices and taxes of today",
    description: "As a whole: what is left out it does not have any more. Client and number stay.",
    permission: "order:write",
    params,
    body: OrderChange,
    status: 200,
    output: Order,
    versioned: true,
    failures: [...pricing, "order.not-draft"],
  }),
  listOrders: route({
    feature,
    method: "GET",
    path: "/v1/orders",
    summary: "Orders from the last: of a client, of a deal, or all of a state",
    description:
      "Those whose client or deal the member's right reaches. Without client, deal and state: the confirmed ones. A page " +
      "may hold fewer than `limit` while `next` says that more follow.",
    permission: "order:read",
    query: z.strictObject({
      ...PageQuery,
      client: Id("client").optional(),
      deal: Id("deal").optional(),
      number: z.string().max(60).optional().meta({ description: "The one that has this number" }),
      state: OrderState.optional(),
    }),
    status: 200,
    output: pageOf(Order),
  }),
  readOrder: route({
    feature,
    method: "GET",
    path,
    summary: "An order: of each line what was shipped, returned, invoiced, credited and cancelled",
    permission: "order:read",
    params,
    status: 200,
    output: Order,
    versioned: true,
  }),
  confirmOrder: route({
    feature,
    method: "POST",
    path: `${path}/confirmation`,
    summary: "Confirm an order: its goods are reserved, all or none",
    description:
      "What is short is said of each line. Of its contract what it comes to without tax is kept for it, until it is invoiced, cancelled " +
      "or comes back: more than was agreed cannot be ordered.",
    permission: "order:write",
    params,
    status: 200,
    output: Order,
    versioned: true,
    failures: [
      "order.not-draft",
      "order.nothing-left",
      "stock.insufficient",
      "reference.unknown",
      "deal.closed",
      "contract.not-in-force",
      "contract.exceeded",
      "contract.currency-differs",
    ],
  }),
  shipOrder: route({
    feature,
    method: "POST",
    path: `${path}/shipments`,
    summary: "Ship what is reserved for an order, all or some",
    description:
      "In shipments of at most five lines, each with the order in one write. The first is made or refused. The others follow in the " +
      "same request; what it leaves, because it was interrupted, is `underWay` and follows by itself within two minutes. " +
      "What they are refused for stands in `halted`, and the goods stay reserved.",
    permission: "stock:write",
    params,
    body: NewOrderShipment,
    status: 201,
    output: Order,
    versioned: true,
    failures: [
      ...left,
      ...posts,
      "stock.insufficient",
      "stock.counted",
      "stock.reservation-ended",
      "stock.beyond-reservation",
    ],
  }),
  invoiceOrder: route({
    feature,
    method: "POST",
    path: `${path}/invoices`,
    summary: "Invoice what was shipped and not invoiced yet, all or some",
    description:
      "What was shipped first is billed first: each line of the invoice says of which shipments it is. One invoice, unless it has more lines than one may have (26, and 13 where all have a discount): then several, one after " +
      "the other, as shipments are. Their day is not before that of the last number of the series, unless the series allows it.",
    permission: "finance:write",
    params,
    body: NewOrderInvoice,
    status: 201,
    output: Order,
    versioned: true,
    failures: [
      ...left,
      ...posts,
      ...bills,
      "invoice.line-invalid",
      "counterparty.not-linked",
      "contract.not-in-force",
      "contract.exceeded",
      "contract.currency-differs",
    ],
  }),
  returnOfOrder: route({
    feature,
    method: "POST",
    path: `${path}/returns`,
    summary: "Take goods of a shipment of the order back; what of them was invoiced is credited",
    description:
      "Pieces of this shipment that no invoice bills yet come back first and are never invoiced; other shipments stay to be invoiced. " +
      "The rest is credited in the same write, on the invoices that billed this shipment, from the last, at each invoice's price and " +
      "rate: no more than finance left of it. Where so many invoices do not fit into one write, it is to be taken back in parts. " +
      "The credit notes are of the day of the return, which is not before that of the last number of their series, unless the series " +
      "allows it.",
    permission: "stock:write",
    params,
    body: NewOrderReturn,
    status: 201,
    output: Order,
    versioned: true,
    failures: [
      ...posts,
      ...bills,
      "order.beyond-line",
      "order.return-in-parts",
      "limit.exceeded",
      "stock.beyond-shipment",
      "stock.counted",
      "stock.place-closed",
      "credit-note.exceeds-left",
      "contract.currency-differs",
    ],
  }),
  cancelOrder: route({
    feature,
    method: "POST",
    path: `${path}/cancellation`,
    summary: "Cancel what of an order is not shipped, all or some; its goods are free again",
    permission: "order:write",
    params,
    body: OrderCancellation,
    status: 200,
    output: Order,
    versioned: true,
    failures: [
      "order.beyond-line",
      "order.nothing-left",
      "stock.reservation-ended",
      "stock.beyond-reservation",
    ],
  }),
};
