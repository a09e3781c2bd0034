import * as z from "zod";
import { Discount, Slug } from "../deals/deal.ts";
import { Line, Totals } from "../finance/lines.ts";
import { Currency } from "../kernel/currency.ts";
import { Id } from "../kernel/id.ts";
import { MinorAmount } from "../kernel/money.ts";
import { Quantity } from "../kernel/quantity.ts";
import { Text } from "../kernel/text.ts";
import { Day, Instant } from "../kernel/time.ts";
import { mostReservedLines } from "../stock/reservation.ts";
import { mainPlace, PlaceCode } from "../stock/warehouse.ts";

/**
 * All goods of an order are reserved in one write, an item for each line and place; DynamoDB takes 100. What is shipped
 * takes up to 13 items a line, and goes out in parts (under-way.ts).
 */
export const mostLines = mostReservedLines;

/**
 * How many lines one shipment has: so many that it can come back as a whole. What comes back is written with its credit, up to
 * 17 items a line.
 */
export const mostShippedLines = 5;

/** How many shipments, and how many invoices, one order may have. */
export const mostDocuments = 50;

/** How many lines, each of another product and with a discount, one invoice has. */
export const mostInvoicedLines = 13;

/** `done`: all that was not cancelled is shipped, and all that was shipped and not returned is invoiced. */
export const orderStates = ["draft", "confirmed", "done", "cancelled"] as const;
export const OrderState = z.enum(orderStates);
export type OrderState = z.infer<typeof OrderState>;

const memo = Text.min(1).max(1000);

const named = {
  clientId: Id("client"),
  counterpartyId: Id("counterparty").optional(),
  dealId: Id("deal").optional(),
  contractId: Id("contract").optional().meta({ description: "Its invoices are taken of this contract" }),
  memo: memo.optional(),
};

export const NewOrderLine = z.strictObject({
  productId: Id("product"),
  warehouseId: Id("warehouse").optional().meta({
    description: "Where it is reserved and shipped from: of goods. A service has none",
  }),
  place: PlaceCode.optional().meta({ description: `Of the warehouse; ${mainPlace} where none is given` }),
  quantity: Quantity,
  unitPriceMinor: MinorAmount.optional().meta({
    description: "For one whole unit; the product's price of the day where it is not given",
  }),
  discount: Discount.optional(),
  taxId: Slug.optional().meta({ description: "A tax rate of the settings; the standard one if absent" }),
});
export type NewOrderLine = z.infer<typeof NewOrderLine>;

const lineKey = ({ productId, warehouseId, place = mainPlace }: NewOrderLine): string =>
  `${productId} ${warehouseId ?? ""} ${place}`;

/** What makes an order: a draft until it is confirmed. */
export const NewOrder = z.strictObject({
  ...named,
  currency: Currency.optional().meta({ description: "The tenant's where none is given" }),
  pricesIncludeTax: z.boolean().default(false),
  lines: z
    .array(NewOrderLine)
    .min(1)
    .max(mostLines)
    .refine((lines) => new Set(lines.map(lineKey)).size === lines.length, "names a place of a product twice"),
});
export type NewOrder = z.infer<typeof NewOrder>;

const { clientId: _, ...changeable } = NewOrder.shape;
/** What a draft says instead, as a whole: what is left out it does not have any more. The client stays. */
export const OrderChange = z.strictObject(changeable);
export type OrderChange = z.infer<typeof OrderChange>;

const done = z.int().min(0);

/** A line, with what became of its quantity. */
export const OrderLine = Line.omit({ productId: true, costAccount: true, revenueAccount: true }).extend({
  productId: Id("product"),
  warehouseId: Id("warehouse").optional().meta({ description: "Absent: a service" }),
  place: PlaceCode.optional(),
  shippedQuantity: done.meta({ description: "Of a service: done" }),
  returnedQuantity: done.meta({ description: "Of what was shipped" }),
  invoicedQuantity: done,
  creditedQuantity: done.meta({ description: "Of what was invoiced, by returns" }),
  cancelledQuantity: done.meta({ description: "Of what was not shipped" }),
});
export type OrderLine = z.infer<typeof OrderLine>;

const orderLine = z
  .int()
  .min(0)
  .max(mostLines - 1)
  .meta({ description: "The line of the order, from 0" });

/** What of a line a shipment or an invoice holds, in the order of the document's own lines. */
const DocumentLine = z.object({ line: orderLine, quantity: Quantity, takenBackQuantity: done });
export type DocumentLine = z.infer<typeof DocumentLine>;

/** What of a line of an invoice was of one shipment. */
const BilledShipment = z.object({
  shipment: z
    .int()
    .min(0)
    .max(mostDocuments - 1)
    .meta({ description: "The place of the shipment in `shipments`, from 0" }),
  quantity: Quantity,
  takenBackQuantity: done,
});
export type BilledShipment = z.infer<typeof BilledShipment>;

const InvoiceLine = DocumentLine.extend({
  shipments: z.array(BilledShipment).max(mostDocuments).optional().meta({
    description:
      "The shipments that it bills, which sum to its quantity; a service has none. Absent on an order from before 2026-12-01, until it is invoiced or taken back again",
  }),
});

/** So much of a line. */
export const Part = z.strictObject({ line: orderLine, quantity: Quantity });
export type Part = z.infer<typeof Part>;

export const steps = ["shipping", "invoicing"] as const;

/** A step of more than one document: some are made, and what is left is carried on until it is done. */
const UnderWay = z.object({
  step: z.enum(steps),
  lines: z.array(Part).min(1).max(mostLines).meta({ description: "What is left of it" }),
  on: Day.meta({ description: "The day of its documents" }),
  dueOn: Day.optional(),
  memo: z.string().optional(),
  by: z.string().meta({ description: "The member who asked for it" }),
  deal: z
    .object({ stageId: Slug.optional() })
    .optional()
    .meta({ description: "It was shipped from the deal, which comes to this stage with the last shipment" }),
  startedAt: Instant,
  continueAt: Instant.meta({
    description:
      "From when on it is carried on by itself, should the request that began it have been interrupted",
  }),
});
export type UnderWay = z.infer<typeof UnderWay>;

/** What was left of a step when it was refused: it was given up, and may be asked for again. */
const Halted = z.object({
  step: z.enum(steps),
  lines: z.array(Part).min(1).max(mostLines).meta({ description: "What was not done" }),
  code: z.string().meta({ description: "Why: a code of failure", examples: ["ledger.period-locked"] }),
  detail: z.string().optional(),
  at: Instant,
});

export const Order = z
  .object({
    id: Id("order"),
    version: z.int().min(1),
    number: z
      .string()
      .optional()
      .meta({ description: "Unique, by year", examples: ["ORD-2026-000017"] }),
    state: OrderState,
    ...named,
    currency: Currency,
    pricesIncludeTax: z.boolean(),
    ...Totals.shape,
    lines: z.array(OrderLine).max(mostLines),
    quoteId: Id("quote").optional().meta({ description: "The quote that it was accepted from" }),
    reservationId: Id("reservation").optional().meta({ description: "Made when it was confirmed" }),
    contractHeldMinor: MinorAmount.optional().meta({
      description:
        "Of its contract what is kept for it, without tax: confirmed, and neither invoiced nor cancelled",
    }),
    shipments: z
      .array(z.object({ documentId: Id("stockDocument"), lines: z.array(DocumentLine) }))
      .max(mostDocuments),
    invoices: z.array(z.object({ invoiceId: Id("invoice"), lines: z.array(InvoiceLine) })).max(mostDocuments),
    underWay: UnderWay.optional().meta({
      description: "A shipment or invoice of more lines than one document has, not over yet",
    }),
    halted: Halted.optional().meta({
      description: "The last such step, where what was left of it was refused",
    }),
    createdBy: z.string(),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: "Order" });
export type Order = z.infer<typeof Order>;

const onceEach = (parts: readonly { readonly line: number }[]) =>
  new Set(parts.map(({ line }) => line)).size === parts.length;

const partsOf = (most: number) => z.array(Part).min(1).max(most).refine(onceEach, "names a line twice");
const parts = partsOf(mostLines);

const onDay = Day.optional().meta({ description: "Today where nothing is said; never in the future" });

export const NewOrderShipment = z.strictObject({
  lines: parts.optional().meta({ description: "All that is still to be shipped where nothing is said" }),
  effectiveOn: onDay,
  memo: memo.max(500).optional(),
});

export const NewOrderInvoice = z.strictObject({
  lines: parts.optional().meta({
    description: "All that was shipped and not invoiced yet where nothing is said",
  }),
  issuedOn: onDay,
  dueOn: Day.optional().meta({ description: "By the settings where none is given" }),
  memo: memo.optional(),
});

export const NewOrderReturn = z.strictObject({
  shipmentId: Id("stockDocument").meta({ description: "The shipment of the order that it comes back of" }),
  lines: partsOf(mostShippedLines),
  reason: Text.min(1).max(500),
  effectiveOn: onDay,
});

export const OrderCancellation = z.strictObject({
  lines: parts.optional().meta({ description: "All that is not shipped where nothing is said" }),
});
