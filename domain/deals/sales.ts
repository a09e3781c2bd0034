import * as z from "zod";
import { type Invoice, InvoiceState } from "../finance/invoice.ts";
import { Currency } from "../kernel/currency.ts";
import { Id } from "../kernel/id.ts";
import { sumMinor } from "../kernel/money.ts";
import { Day, Instant } from "../kernel/time.ts";
import { linesUpTo } from "../orders/billing.ts";
import { type Order, type OrderLine, OrderState } from "../orders/order.ts";
import { type Quote, QuoteState } from "../orders/quote.ts";
import type { StockDocument } from "../stock/document.ts";

/** What was offered, ordered, shipped and invoiced for a deal, as it stands. Invoices are those that we issue. */
export interface Sales {
  readonly quotes: readonly Quote[];
  readonly orders: readonly Order[];
  readonly shipments: readonly StockDocument[];
  readonly invoices: readonly Invoice[];
}

export const noSales: Sales = { quotes: [], orders: [], shipments: [], invoices: [] };

const distinct = <R extends { readonly id: string }>(records: readonly R[]): R[] => [
  ...new Map(records.map((record) => [record.id, record])).values(),
];

/** All records of several sales, each once. */
export const joinedSales = (all: readonly Sales[]): Sales => ({
  quotes: distinct(all.flatMap(({ quotes }) => quotes)),
  orders: distinct(all.flatMap(({ orders }) => orders)),
  shipments: distinct(all.flatMap(({ shipments }) => shipments)),
  invoices: distinct(all.flatMap(({ invoices }) => invoices)),
});

/** Whether an order holds: it is confirmed, and not all of it was cancelled. */
export const isLive = ({ state }: Pick<Order, "state">): boolean => state === "confirmed" || state === "done";

const withoutTax = "The same without tax: what compares with the deal's amount";

export const SalesAmounts = z.object({
  currency: Currency,
  orderedMinor: z.int().meta({ description: "Of confirmed orders what was not cancelled" }),
  orderedNetMinor: z.int().meta({ description: withoutTax }),
  shippedMinor: z.int().meta({ description: "Of it what was shipped and did not come back" }),
  shippedNetMinor: z.int().meta({ description: withoutTax }),
  invoicedMinor: z.int(),
  invoicedNetMinor: z.int().meta({ description: withoutTax }),
  creditedMinor: z.int().meta({ description: "Of what was invoiced" }),
  creditedNetMinor: z.int().meta({ description: withoutTax }),
  paidMinor: z.int().meta({ description: "What was invoiced, less what was credited, less what is open" }),
  openMinor: z.int().meta({ description: "Of what was invoiced neither paid nor credited yet" }),
});
export type SalesAmounts = z.infer<typeof SalesAmounts>;
const Counted = SalesAmounts.omit({ currency: true }).keyof();
type Counted = z.infer<typeof Counted>;

/** What so much of each line of an order comes to. */
const worthOf = (order: Order, upTo: (line: OrderLine) => number) => {
  const lines = linesUpTo(order, upTo);
  return {
    totalMinor: sumMinor(lines.map(({ totalMinor }) => totalMinor)),
    netMinor: sumMinor(lines.map(({ netMinor }) => netMinor)),
  };
};

const nothingSold: Readonly<Record<Counted, number>> = {
  ...{ orderedMinor: 0, orderedNetMinor: 0, shippedMinor: 0, shippedNetMinor: 0 },
  ...{ invoicedMinor: 0, invoicedNetMinor: 0, creditedMinor: 0, creditedNetMinor: 0 },
  ...{ paidMinor: 0, openMinor: 0 },
};

const orderedBy = (order: Order): Partial<Record<Counted, number>> => {
  const ordered = worthOf(order, ({ quantity, cancelledQuantity }) => quantity - cancelledQuantity);
  const shipped = worthOf(
    order,
    ({ shippedQuantity, returnedQuantity }) => shippedQuantity - returnedQuantity,
  );
  return {
    orderedMinor: ordered.totalMinor,
    orderedNetMinor: ordered.netMinor,
    shippedMinor: shipped.totalMinor,
    shippedNetMinor: shipped.netMinor,
  };
};

const billedBy = ({
  totalMinor,
  netMinor,
  openMinor,
  credited,
}: Invoice): Partial<Record<Counted, number>> => {
  const creditedMinor = credited?.totalMinor ?? 0;
  return {
    ...{ invoicedMinor: totalMinor, invoicedNetMinor: netMinor, openMinor },
    ...{ creditedMinor, creditedNetMinor: credited?.netMinor ?? 0 },
    paidMinor: totalMinor - creditedMinor - openMinor,
  };
};

/**
 * What a deal came to, in each currency. Parts of orders come to what their invoices will.
 * @throws money.overflow
 */
export const amountsOf = ({ orders, invoices }: Sales): SalesAmounts[] => {
  const sums = new Map<string, Record<Counted, number>>();
  const add = (currency: string, amounts: Partial<Record<Counted, number>>) => {
    const row = { ...nothingSold, ...sums.get(currency) };
    for (const name of Counted.options) row[name] = sumMinor([row[name], amounts[name] ?? 0]);
    sums.set(currency, row);
  };
  for (const order of orders.filter(isLive)) add(order.currency, orderedBy(order));
  for (const invoice of invoices) if (invoice.state !== "draft") add(invoice.currency, billedBy(invoice));
  return [...sums]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([currency, row]) => ({ currency, ...row }));
};

const sum = {
  currency: Currency,
  netMinor: z.int().meta({ description: withoutTax }),
  totalMinor: z.int().meta({ description: "With tax" }),
};

/** The documents of a deal, short. */
export const SalesDocuments = z.object({
  quotes: z.array(
    z.object({
      id: Id("quote"),
      state: QuoteState,
      edition: z.int(),
      validUntil: Day,
      orderId: Id("order").optional(),
      ...sum,
    }),
  ),
  orders: z.array(z.object({ id: Id("order"), state: OrderState, quoteId: Id("quote").optional(), ...sum })),
  shipments: z.array(
    z.object({
      id: Id("stockDocument"),
      orderId: z.string().optional(),
      effectiveOn: Day,
      postedAt: Instant,
      returned: z.enum(["nothing", "some", "all"]),
    }),
  ),
  invoices: z.array(
    z.object({
      id: Id("invoice"),
      number: z.string().optional(),
      state: InvoiceState,
      orderId: z.string().optional(),
      dueOn: Day.optional(),
      ...sum,
      openMinor: z.int(),
    }),
  ),
});
export type SalesDocuments = z.infer<typeof SalesDocuments>;

/** Whether any goods of a shipment are still with the client. */
export const isOut = ({ lines }: Pick<StockDocument, "lines">): boolean =>
  lines.some(({ quantity, returnedQuantity = 0 }) => quantity > returnedQuantity);

const returnedOf = (shipment: StockDocument): "nothing" | "some" | "all" => {
  if (!isOut(shipment)) return "all";
  return shipment.lines.some(({ returnedQuantity = 0 }) => returnedQuantity > 0) ? "some" : "nothing";
};

export const documentsOf = ({ quotes, orders, shipments, invoices }: Sales): SalesDocuments => ({
  quotes: quotes.map(({ id, state, edition, validUntil, orderId, currency, netMinor, totalMinor }) => ({
    ...{ id, state, edition, validUntil, orderId, currency, netMinor, totalMinor },
  })),
  orders: orders.map(({ id, state, quoteId, currency, netMinor, totalMinor }) => ({
    ...{ id, state, quoteId, currency, netMinor, totalMinor },
  })),
  shipments: shipments.map((shipment) => {
    const { id, orderId, effectiveOn, postedAt } = shipment;
    return { id, orderId, effectiveOn, postedAt, returned: returnedOf(shipment) };
  }),
  invoices: invoices.map(
    ({ id, number, state, orderId, dueOn, currency, netMinor, totalMinor, openMinor }) => ({
      ...{ id, number, state, orderId, dueOn, currency, netMinor, totalMinor, openMinor },
    }),
  ),
});
