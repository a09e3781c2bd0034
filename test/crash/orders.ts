import type { Order } from "../../domain/orders/order.ts";
import { itemsOf } from "../../functions/client.ts";
import type { Api } from "./process.ts";
import { found } from "./reading.ts";
import type { Wanted } from "./wanted.ts";

/** What is sold: so much of it that no round comes to its end. */
export interface Goods {
  readonly warehouseId: string;
  readonly productIds: readonly string[];
}

const received = 1_000_000;
const unitCostMinor = 200;
const unitPriceMinor = 1000;
const quantities = [3, 2];
/** What goes out with the first shipment. */
const first = [2, 2];

export const stocked = async (api: Api): Promise<Goods> => {
  const { id: warehouseId } = await api.createWarehouse({ body: { name: "Store" } });
  const productIds: string[] = [];
  for (const n of quantities.keys()) {
    const { id } = await api.createProduct({ body: { code: `GOODS-${n}`, name: `Goods ${n}` } });
    productIds.push(id);
  }
  const lines = productIds.map((productId) => ({
    ...{ productId, warehouseId, quantity: received, costMinor: received * unitCostMinor },
  }));
  await api.postReceipt({ body: { lines } });
  return { warehouseId, productIds };
};

/**
 * An order by the name that its writer gave it, and how far it came: `none`, `draft`, then how many shipments and invoices
 * it has.
 */
export interface MadeOrder {
  readonly name: string;
  readonly clientId: string;
  id?: string;
  place: Wanted<string>;
}

const places = ["none", "draft", "0/0", "1/0", "1/1", "2/1", "2/2"];
/** The event that an order brings when it comes to a place. */
const eventTypes = ["drafted", "confirmed", "shipped", "invoiced", "shipped", "invoiced"];

const creation = ({ name, clientId }: MadeOrder, { warehouseId, productIds }: Goods) => ({
  body: {
    ...{ clientId, memo: name },
    lines: productIds.map((productId, n) => ({
      ...{ productId, warehouseId, unitPriceMinor, quantity: quantities[n] ?? 1 },
    })),
  },
  idempotencyKey: `order-${name}`,
});

/** The steps of an order, each of which is one write. */
export const writeOrder = async (
  api: Api,
  order: MadeOrder,
  goods: Goods,
  answered: <Answer>(answer: Answer) => Answer,
): Promise<void> => {
  const to = async (place: string, step: () => Promise<Order>): Promise<Order> => {
    order.place = { answered: order.place.answered, asked: place };
    const answer = answered(await step());
    order.place = { answered: place };
    return answer;
  };
  const { id: orderId } = await to("draft", () => api.createOrder(creation(order, goods)));
  order.id = orderId;
  const params = { orderId };
  const lines = first.map((quantity, line) => ({ line, quantity }));
  await to("0/0", () => api.confirmOrder({ params }));
  await to("1/0", () => api.shipOrder({ params, body: { lines } }));
  await to("1/1", () => api.invoiceOrder({ params, body: {} }));
  await to("2/1", () => api.shipOrder({ params, body: {} }));
  await to("2/2", () => api.invoiceOrder({ params, body: {} }));
};

/** Sends the creations again that were not answered. */
export const reorder = async (api: Api, orders: readonly MadeOrder[], goods: Goods): Promise<void> => {
  for (const order of orders) {
    if (order.id !== undefined) continue;
    order.id = (await api.createOrder(creation(order, goods))).id;
    order.place = { answered: "draft" };
  }
};

export interface Orders {
  readonly count: number;
  readonly events: readonly string[];
  readonly faults: readonly string[];
}

const placeOf = ({ state, shipments, invoices }: Order): string =>
  state === "draft" ? "draft" : `${shipments.length}/${invoices.length}`;

/** Faults within an order: what its lines say has to be what its documents say. */
const ownFaults = ({ memo, lines, shipments, invoices, underWay, state }: Order): string[] => {
  const sum = (documents: Order["shipments"] | Order["invoices"], line: number): number =>
    documents
      .flatMap((document) => document.lines)
      .reduce((all, one) => all + (one.line === line ? one.quantity : 0), 0);
  const isDone = shipments.length === 2 && invoices.length === 2;
  return [
    ...lines.flatMap(({ shippedQuantity, invoicedQuantity }, n) => {
      const is = [shippedQuantity, invoicedQuantity].join();
      const shall = [sum(shipments, n), sum(invoices, n)].join();
      return is === shall ? [] : [`${memo}: line ${n} has ${is} instead of ${shall}`];
    }),
    ...(underWay ? [`${memo} is under way`] : []),
    ...((state === "done") === isDone ? [] : [`${memo} is ${state}`]),
  ];
};

/** What an account has; nothing where it is not there yet. */
const balance = async (api: Api, account: string, commodity: string): Promise<number> => {
  const there = await found(() => api.listLedgerBalances({ query: { account, commodity } }));
  return there?.items[0]?.natural ?? 0;
};

/** Orders are whole, each where it was answered to be; stock, cost, revenue and claims are what they say. */
export const orderFaults = async (
  api: Api,
  made: readonly MadeOrder[],
  goods: Goods,
  currency: string,
  /** What others brought to the same account of revenue. */
  otherRevenueMinor: number,
): Promise<Orders> => {
  const all: Order[] = [];
  for (const state of ["draft", "confirmed", "done", "cancelled"] as const)
    for await (const order of itemsOf((cursor) => api.listOrders({ query: { state, cursor, limit: "200" } })))
      all.push(order);
  const byName = Map.groupBy(all, ({ memo = "" }) => memo);
  const faults = all.flatMap(ownFaults);
  for (const { name, place } of made) {
    const [order, ...others] = byName.get(name) ?? [];
    if (others.length > 0) faults.push(`${name} is there ${others.length + 1} times`);
    const is = order ? placeOf(order) : "none";
    if (is !== place.answered && is !== place.asked)
      faults.push(`${name} is at ${is} instead of ${place.answered} or ${place.asked ?? "nothing else"}`);
  }
  const numbers = all.flatMap(({ number = [] }) => number);
  if (new Set(numbers).size < numbers.length) faults.push("a number of an order stands twice");
  const events = all.flatMap((order) =>
    eventTypes
      .slice(0, places.indexOf(placeOf(order)))
      .map((type, n) => `order.${type} ${order.id} ${n + 1}`),
  );

  const sums = { shipped: 0, invoiced: 0 };
  for (const [n, productId] of goods.productIds.entries()) {
    const lines = all.flatMap((order) => (order.state === "draft" ? [] : (order.lines[n] ?? [])));
    const shipped = lines.reduce((sum, line) => sum + line.shippedQuantity, 0);
    const reserved = lines.reduce((sum, line) => sum + line.quantity - line.shippedQuantity, 0);
    sums.shipped += shipped;
    sums.invoiced += lines.reduce((sum, line) => sum + line.invoicedQuantity, 0);
    const there = await api.readStockOfProduct({ params: { productId } });
    const is = [there.quantity, there.reserved, there.valueMinor].join();
    const shall = [received - shipped, reserved, (received - shipped) * unitCostMinor].join();
    if (is !== shall) faults.push(`stock of ${productId} is ${is} instead of ${shall}`);
  }
  const netMinor = sums.invoiced * unitPriceMinor;
  const taxMinor = await balance(api, "tax-payable", currency);
  const expected = {
    "cost-of-goods": sums.shipped * unitCostMinor,
    inventory: (received * goods.productIds.length - sums.shipped) * unitCostMinor,
    revenue: netMinor + otherRevenueMinor,
    "clients:*:receivable": netMinor + taxMinor,
  };
  for (const [account, shall] of Object.entries(expected)) {
    const is = await balance(api, account, currency);
    if (is !== shall) faults.push(`${account} is at ${is} instead of ${shall}`);
  }
  return { count: all.length, events, faults };
};
