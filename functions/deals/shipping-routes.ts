import * as z from "zod";
import { NewDealShipment } from "../../domain/deals/shipment.ts";
import { Id } from "../../domain/kernel/id.ts";
import { Order } from "../../domain/orders/order.ts";
import { StockDocument } from "../../domain/stock/document.ts";
import { route } from "../kit/route.ts";

/** Served with the orders: it takes what they and the stock do to ship. */
export const dealShippingRoutes = {
  shipDeal: route({
    feature: "orders",
    permission: "deal:ship",
    method: "POST",
    path: "/v1/deals/{dealId}/shipments",
    summary: "Ship the goods of a deal, and bring it to a stage with them",
    description:
      "Client and counterparty are the deal's. Goods are those that are named; else of the deal's only open order; else of its only " +
      "draft, which is confirmed; else of its only reservation. With a warehouse an order is made of the deal's items, once, and " +
      "confirmed. Short goods are named with how much is short, and nothing is done. What is " +
      "ordered and reserved stands before it is shipped: a call that is interrupted in between goes on when it is repeated, or " +
      "is undone by cancelling the order. The last shipment, the order, the ledger and the deal are one write.",
    params: z.strictObject({ dealId: Id("deal") }),
    body: NewDealShipment,
    status: 201,
    output: z.object({
      order: Order.optional().meta({
        description: "Absent where a reservation without an order was shipped",
      }),
      document: StockDocument.optional().meta({ description: "Where a reservation was shipped" }),
    }),
    failures: [
      "deal.closed",
      "deal.client-missing",
      "deal.nothing-to-ship",
      "deal.shipment-unclear",
      "deal.stage-skipped",
      "deal.no-stages",
      "deal.evidence-missing",
      "deal.discount-exceeds-line",
      "reference.unknown",
      "product.inactive",
      "invoice.line-invalid",
      "order.not-confirmed",
      "order.nothing-left",
      "order.under-way",
      "stock.insufficient",
      "stock.counted",
      "stock.reservation-ended",
      "stock.beyond-reservation",
      "ledger.effective-day",
      "ledger.period-locked",
      "money.overflow",
      "limit.exceeded",
      "record.busy",
    ],
  }),
};
