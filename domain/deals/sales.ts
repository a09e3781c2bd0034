import * as z from "zod";
import { between } from "../finance/crediting.ts";
import { type Invoice, InvoiceState } from "../finance/invoice.ts";
import { Currency } from "../kernel/currency.ts";
import { Id } from "../kernel/id.ts";
import { exactNumber } from "../kernel/money.ts";
import { Day, Instant } from "../kernel/time.ts";
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

/** Whether an order holds: it is confirmed, and not all of it was cancelled. */
export const isLive = ({ state }: Pick<Order, "state">): boolean => state === "confirmed" || state === "done";

export const SalesAmounts = z.object({
  currency: Currency,
  orderedMinor: z.int().meta({ description: "Of confirmed orders what was not cancelled" }),
  shippedMinor: z.int().meta({ description: "Of it what was shipped and did not come back" }),
  invoicedMinor: z.int(),
  creditedMinor: z.int().meta({ description: "Of what was invoiced" }),
  paidMinor: z.int().meta({ description: "What was invoiced, less what was credited, less what is open" }),
  openMinor: z.int().meta({ description: "Of what was invoiced neither paid nor credited yet" }),
});
export type SalesAmounts = z.infer<typeof SalesAmounts>;
type Counted = Exclude<keyof SalesAmounts, "currency">;

/** What so much of a line comes to with its tax. Parts that follow one another sum to the line. */
const worthOf = ({ totalMinor, quantity }: OrderLine, part: number): number =>
  between(totalMinor, 0, part, quantity);

/**
 * What a deal came to, in each currency, with tax. Of parts of a line the share is told, rounded to the unit.
 * @throws money.overflow
 */
export const amountsOf = ({ orders, invoices }: Sales): SalesAmounts[] => {
  const sums = new Map<string, Map<Counted, bigint>>();
  const add = (currency: string, amounts: Partial<Record<Counted, number>>) => {
    const row = sums.get(currency) ?? new Map<Counted, bigint>();
    sums.set(currency, row);
    const entries: [Counted, number | undefined][] = [
      ["orderedMinor", amounts.orderedMinor],
      ["shippedMinor", amounts.shippedMinor],
      ["invoicedMinor", amounts.invoicedMinor],
      ["creditedMinor", amounts.creditedMinor],
      ["paidMinor", amounts.paidMinor],
      ["openMinor", amounts.openMinor],
    ];
    for (const [name, by = 0] of entries) row.set(name, (row.get(name) ?? 0n) + BigInt(by));
  };
  for (const { currency, lines } of orders.filter(isLive))
    for (const line of lines)
      add(currency, {
        orderedMinor: worthOf(line, line.quantity - line.cancelledQuantity),
        shippedMinor: worthOf(line, line.shippedQuantity - line.returnedQuantity),
      });
  for (const { state, currency, totalMinor, openMinor, credited } of invoices) {
    if (state === "draft") continue;
    const creditedMinor = credited?.totalMinor ?? 0;
    add(currency, {
      ...{ invoicedMinor: totalMinor, creditedMinor, openMinor },
      paidMinor: totalMinor - creditedMinor - openMinor,
    });
  }
  return [...sums]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([currency, row]) => {
      const read = (name: Counted) => exactNumber(row.get(name) ?? 0n);
      return {
        currency,
        orderedMinor: read("orderedMinor"),
        shippedMinor: read("shippedMinor"),
        invoicedMinor: read("invoicedMinor"),
        creditedMinor: read("creditedMinor"),
        paidMinor: read("paidMinor"),
        openMinor: read("openMinor"),
      };
    });
};

const sum = { currency: Currency, totalMinor: z.int() };

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
  quotes: quotes.map(({ id, state, edition, validUntil, orderId, currency, totalMinor }) => ({
    ...{ id, state, edition, validUntil, orderId, currency, totalMinor },
  })),
  orders: orders.map(({ id, state, quoteId, currency, totalMinor }) => ({
    ...{ id, state, quoteId, currency, totalMinor },
  })),
  shipments: shipments.map((shipment) => {
    const { id, orderId, effectiveOn, postedAt } = shipment;
    return { id, orderId, effectiveOn, postedAt, returned: returnedOf(shipment) };
  }),
  invoices: invoices.map(({ id, number, state, orderId, dueOn, currency, totalMinor, openMinor }) => ({
    ...{ id, number, state, orderId, dueOn, currency, totalMinor, openMinor },
  })),
});
