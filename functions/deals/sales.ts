import type { Deal } from "../../domain/deals/deal.ts";
import { noSales, type Sales } from "../../domain/deals/sales.ts";
import type { Invoice } from "../../domain/finance/invoice.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { dayIn } from "../../domain/kernel/time.ts";
import type { Order } from "../../domain/orders/order.ts";
import { type QuoteRecord, quoteOn } from "../../domain/orders/quote.ts";
import type { StockDocument } from "../../domain/stock/document.ts";
import { financePartitions, invoiceEntity } from "../finance/store.ts";
import type { Actor } from "../kit/context.ts";
import { runParallel } from "../kit/parallel.ts";
import { entityName, fromItem, type Item } from "../kit/table/item.ts";
import { present, StaleWrite, type Store, type Write } from "../kit/table/store.ts";
import { quoteEntity, quotePartitions } from "../orders/quote-store.ts";
import { orderEntity, orderPartitions } from "../orders/store.ts";
import { documentEntity, stockPartitions } from "../stock/store.ts";

/** How many quotes, orders, documents of the stock and invoices of a deal are looked at; beyond it nothing is said. */
export const mostOfEach = 200;

const tooMany = () =>
  new Failure("limit.exceeded", {
    detail: `The deal has more than ${mostOfEach} quotes, orders, documents of the stock or invoices.`,
  });

/** The ids in a partition of an index. @throws limit.exceeded */
const idsIn = async (store: Store, index: "owner" | "client", pk: string): Promise<string[]> => {
  const { items, next } = await store.items({ index, pk, limit: mostOfEach });
  if (next !== undefined) throw tooMany();
  return items.map((item) => fromItem<{ readonly id: string }>(item).id);
};

const recordsOf = <R>(items: readonly Item[], name: string): R[] =>
  items.filter((item) => entityName(item) === name).map((item) => fromItem<R>(item));

const byId = (one: { readonly id: string }, other: { readonly id: string }) => (one.id < other.id ? -1 : 1);

/**
 * All that was sold for a deal. The indexes say which records there are; each is then read as it stands now, and so is what
 * an order says that it was shipped and invoiced with. A record made within the last moment may not be seen yet.
 * @throws limit.exceeded
 */
export const loadSales = async (
  { store, now, tenant }: Pick<Actor, "store" | "now" | "tenant">,
  dealId: string,
): Promise<Sales> => {
  const [quoteIds, orderIds, documentIds, invoiceIds] = await runParallel([
    () => idsIn(store, "owner", quotePartitions.deal(dealId)),
    () => idsIn(store, "owner", orderPartitions.deal(dealId)),
    () => idsIn(store, "client", stockPartitions.documentsOfDeal(dealId)),
    () => idsIn(store, "owner", financePartitions.invoicesOfDeal(dealId)),
  ]);
  const keyOf = { quote: quoteEntity, order: orderEntity, document: documentEntity, invoice: invoiceEntity };
  const keys = (kind: keyof typeof keyOf, ids: readonly string[]) => ids.map((id) => keyOf[kind].key({ id }));
  const items = await store.batchGet([
    ...keys("quote", quoteIds),
    ...keys("order", orderIds),
    ...keys("document", documentIds),
    ...keys("invoice", invoiceIds),
  ]);
  const orders = recordsOf<Order>(items, orderEntity.name).filter((order) => order.dealId === dealId);
  const others = (named: readonly string[], known: readonly string[]) =>
    [...new Set(named)].filter((id) => !known.includes(id));
  const missingDocuments = others(
    orders.flatMap(({ shipments }) => shipments.map(({ documentId }) => documentId)),
    documentIds,
  );
  const missingInvoices = others(
    orders.flatMap(({ invoices }) => invoices.map(({ invoiceId }) => invoiceId)),
    invoiceIds,
  );
  if (Math.max(missingDocuments.length, missingInvoices.length) > mostOfEach) throw tooMany();
  items.push(
    ...(await store.batchGet([...keys("document", missingDocuments), ...keys("invoice", missingInvoices)])),
  );
  const today = dayIn(now, tenant.timeZone);
  const ofDeal = <R extends { readonly dealId?: string | undefined }>(record: R) => record.dealId === dealId;
  return {
    quotes: recordsOf<QuoteRecord>(items, quoteEntity.name)
      .filter(ofDeal)
      .map((quote) => quoteOn(quote, today))
      .sort(byId),
    orders: orders.sort(byId),
    shipments: recordsOf<StockDocument>(items, documentEntity.name)
      .filter((document) => ofDeal(document) && document.kind === "shipment")
      .sort(byId),
    invoices: recordsOf<Invoice>(items, invoiceEntity.name)
      .filter((invoice) => ofDeal(invoice) && invoice.side === "sale")
      .sort(byId),
  };
};

/**
 * The quotes and orders of a deal as they stand, also an order that was made a moment ago of one of the quotes or of the deal's
 * items. @throws limit.exceeded
 */
export const loadOffers = async (
  { store, now, tenant }: Pick<Actor, "store" | "now" | "tenant">,
  { id: dealId, orderId }: Pick<Deal, "id" | "orderId">,
): Promise<Pick<Sales, "quotes" | "orders">> => {
  const [quoteIds, orderIds] = await runParallel([
    () => idsIn(store, "owner", quotePartitions.deal(dealId)),
    () => idsIn(store, "owner", orderPartitions.deal(dealId)),
  ]);
  const ordersOf = (ids: Iterable<string>) =>
    store.getAll(
      orderEntity,
      [...ids].map((id) => ({ id })),
    );
  const known = new Set([...orderIds, ...(orderId === undefined ? [] : [orderId])]);
  const [quotes, orders] = await runParallel([
    () =>
      store.getAll(
        quoteEntity,
        quoteIds.map((id) => ({ id })),
      ),
    () => ordersOf(known),
  ]);
  const made = quotes.flatMap((quote) => quote?.orderId ?? []).filter((id) => !known.has(id));
  const today = dayIn(now, tenant.timeZone);
  const ofDeal = <R extends { readonly dealId?: string | undefined }>(record: R | undefined) =>
    record?.dealId === dealId ? [record] : [];
  return {
    quotes: quotes.flatMap(ofDeal).map((quote) => quoteOn(quote, today)),
    orders: [...orders, ...(await ordersOf(made))].flatMap(ofDeal).sort(byId),
  };
};

/** What one step may rest on: with the deal itself it is written, or not, in one transaction of 100 items. */
const mostConditions = 80;

/**
 * Demands that records stand as they were looked at when the deal is written, so that nobody takes the evidence away
 * between the look and the write. @param written ids of those that the same change writes over themselves
 * @throws limit.exceeded
 */
export const unchanged = (sales: Sales, written: readonly string[] = []): Write[] => {
  const stale = () => new StaleWrite();
  const rest = <R extends { readonly id: string }>(records: readonly R[]) =>
    records.filter(({ id }) => !written.includes(id));
  const { quotes, orders, shipments, invoices } = { ...noSales, ...sales };
  const conditions = [
    ...rest(quotes).map((quote) => present(quoteEntity, quote, stale, quote.version)),
    ...rest(orders).map((order) => present(orderEntity, order, stale, order.version)),
    ...rest(shipments).map((shipment) => present(documentEntity, shipment, stale, shipment.version)),
    ...rest(invoices).map((invoice) => present(invoiceEntity, invoice, stale, invoice.version)),
  ];
  if (conditions.length > mostConditions)
    throw new Failure("limit.exceeded", {
      detail: `The evidence lies in ${conditions.length} records; ${mostConditions} can be held at once.`,
    });
  return conditions;
};
