import { mostAmount } from "../kernel/money.ts";
import { linesUpTo } from "../orders/billing.ts";
import type { Order } from "../orders/order.ts";
import type { Quote } from "../orders/quote.ts";
import { type AgreedSale, type Deal, mostAgreed } from "./deal.ts";
import { amountOf } from "./items.ts";
import { isLive, noSales, type Sales } from "./sales.ts";

interface AgreedLine {
  readonly productId?: string | undefined;
  readonly netMinor: number;
}

/** What of an order the client keeps or still gets, line by line, without tax. */
const keptLines = (order: Order): AgreedLine[] => {
  const kept = linesUpTo(
    order,
    ({ quantity, cancelledQuantity, returnedQuantity }) => quantity - cancelledQuantity - returnedQuantity,
  );
  return order.lines.map(({ productId }, at) => ({ productId, netMinor: kept[at]?.netMinor ?? 0 }));
};

const isKept = ({ lines }: Order): boolean =>
  lines.some((line) => line.quantity > line.cancelledQuantity + line.returnedQuantity);

interface AgreedDocuments {
  readonly orders: readonly Order[];
  readonly quotes: readonly Quote[];
  /** Of the quotes. */
  readonly drafts: readonly Order[];
}

/** Orders and quotes that the client agreed to. An accepted quote counts by itself until its order is confirmed. */
const agreedDocuments = ({ quotes, orders }: Pick<Sales, "quotes" | "orders">): AgreedDocuments => {
  const drafts = orders.filter(({ state }) => state === "draft");
  const isOf = (quote: Quote) => (order: Order) => quote.state === "accepted" && quote.orderId === order.id;
  return {
    orders: orders.filter((order) => isLive(order) && isKept(order)),
    quotes: quotes.filter((quote) => drafts.some(isOf(quote))),
    drafts: drafts.filter((order) => quotes.some((quote) => isOf(quote)(order))),
  };
};

const byProduct = (lines: readonly AgreedLine[]): AgreedSale["products"] => {
  const sums = new Map<string, number>();
  for (const { productId, netMinor } of lines) {
    if (productId === undefined) return undefined;
    sums.set(productId, (sums.get(productId) ?? 0) + netMinor);
  }
  return sums.size > mostAgreed.products
    ? undefined
    : [...sums].map(([productId, amountMinor]) => ({ productId, amountMinor }));
};

/** A won deal, and the quotes and orders that its amount rests on. */
export interface WonDeal {
  readonly deal: Deal;
  readonly by: Sales;
}

/**
 * The won deal with the sum of what was agreed to for it. Nothing is converted: quotes and orders in several currencies leave the
 * deal its own amount, and so do those in another currency than that of its items or estimate. A deal with neither takes
 * their currency.
 */
export const withAgreedSale = (deal: Deal, sales: Pick<Sales, "quotes" | "orders">): WonDeal => {
  const { quotes, orders, drafts } = agreedDocuments(sales);
  const documents = [...quotes, ...orders];
  const [currency, ...others] = new Set(documents.map((document) => document.currency));
  const own = { deal, by: noSales };
  if (currency === undefined || others.length > 0 || documents.length > mostAgreed.documents) return own;
  if (currency !== deal.currency && amountOf(deal) !== undefined) return own;
  const lines = [...quotes.flatMap((quote) => quote.lines), ...orders.flatMap(keptLines)];
  const amount = lines.reduce((sum, { netMinor }) => sum + BigInt(netMinor), 0n);
  if (amount > BigInt(mostAmount)) return own;
  const amountMinor = Number(amount);
  const products = byProduct(lines);
  const agreed = {
    amountMinor,
    quoteIds: quotes.map(({ id }) => id),
    orderIds: orders.map(({ id }) => id),
    ...(products ? { products } : {}),
  };
  return {
    deal: { ...deal, currency, agreed, amountMinor },
    by: { ...noSales, quotes, orders: [...orders, ...drafts] },
  };
};
