import type { DemoDeal, Made } from "./demo/deals.ts";
import { type DemoOrder, deliveredGoods, deliveries, demoOrders, listValueMinor } from "./demo/orders.ts";
import { daysFrom } from "./demo/past.ts";
import type { DemoMemberKey } from "./demo/people.ts";
import { demoPositions, demoTime } from "./demo/work.ts";
import { type Api, each, key, seed } from "./demo-sending.ts";

/** What is traded with, and who does it. */
export interface Trade extends Made {
  readonly apiOf: (name: DemoMemberKey) => Api;
  readonly admin: Api;
  /** Milliseconds since the epoch: nothing of it lies later. */
  readonly nowMs: number;
  readonly deals: readonly DemoDeal[];
  readonly dealIds: readonly string[];
}

/** How a document receives several lines: what DynamoDB writes at once bounds it. */
const linesAtOnce = 6;
/** What a leu was worth in euro, by how many days ago it was so first. */
const leuInEuro = { 175: "0.2019", 120: "0.2011", 80: "0.2004", 45: "0.1998", 15: "0.2007" };
/** Lei that pay a euro whatever the day; what is too much is the client's advance. */
const leiPerEuro = 5.05;

/** Goods in the warehouse: one receipt after the other, for what they cost is an average. */
const receive = async (
  { apiOf, nowMs, products }: Trade,
  orders: readonly DemoOrder[],
  warehouseId: string,
): Promise<void> => {
  for (const [at, delivery] of deliveries.entries()) {
    const goods = deliveredGoods(orders, products, delivery).map((line) => ({ ...line, warehouseId }));
    for (let from = 0; from < goods.length; from += linesAtOnce)
      await apiOf("toma").postReceipt({
        body: {
          effectiveOn: daysFrom(nowMs, -delivery.ago),
          lines: goods.slice(from, from + linesAtOnce),
        },
        ...key(`receipt ${at} ${from}`),
      });
  }
};

/** The supplier's bills for them: one is paid, one is overdue. */
const enterBills = async (
  { admin, apiOf, nowMs, products }: Trade,
  orders: readonly DemoOrder[],
): Promise<void> => {
  const accountant = apiOf("nora");
  const supplier = await admin.createClient({
    body: {
      ...{ name: "Officine Càdia S.p.A.", kind: "company", country: "IT", tags: ["furnizor"] },
      counterparties: [{ legalName: "Officine Càdia S.p.A.", country: "IT", validFrom: "2018-01-01" }],
      externalId: "demo-supplier",
    },
    ...key("supplier"),
  });
  await each(deliveries, async (delivery, at) => {
    const unitPriceMinor = deliveredGoods(orders, products, delivery).reduce(
      (sum, { costMinor }) => sum + costMinor,
      0,
    );
    const { id: invoiceId } = await accountant.createInvoice({
      body: {
        ...{ side: "purchase", clientId: supplier.id, counterpartyId: supplier.counterparties[0]?.id },
        lines: [{ description: `Delivery ${at + 1}`, unitPriceMinor, taxId: "zero" }],
      },
      ...key(`bill ${at}`),
    });
    const bill = await accountant.issueInvoice({
      params: { invoiceId },
      body: { issuedOn: daysFrom(nowMs, -delivery.ago), number: `OC/${1_187 + 46 * at}` },
      ...key(`bill ${at} entered`),
    });
    if (at > 0) return;
    await accountant.createPayment({
      body: {
        ...{ side: "purchase", clientId: supplier.id, amountMinor: bill.totalMinor },
        ...{ paidOn: daysFrom(nowMs, -delivery.ago + 28), allocations: [{ invoiceId }] },
      },
      ...key(`bill ${at} paid`),
    });
  });
};

const setRates = async ({ apiOf, nowMs }: Trade): Promise<void> => {
  await each(Object.entries(leuInEuro), async ([ago, rate]) => {
    const day = daysFrom(nowMs, -Number(ago));
    await apiOf("nora").setExchangeRate({
      params: { currency: "RON", day },
      body: { rate },
      ...key(`rate ${ago}`),
    });
  });
};

/** A frame contract that ends in three weeks, with room for the order and a fifth more. */
const contractFor = async (
  { apiOf, nowMs, products }: Trade,
  order: DemoOrder,
  counterpartyId: string,
): Promise<string> => {
  const { clientId, currency } = order.body;
  const api = apiOf(order.owner);
  const { id } = await api.createContract({
    body: {
      ...{ number: `${daysFrom(nowMs, 0).slice(0, 4)}/114`, kind: "frame", title: "Coffee and machines" },
      ...{ clientId, counterpartyId, currency },
      amountMinor: Math.ceil((listValueMinor(order, products) * 1.2) / 100_000) * 100_000,
      ...{ validFrom: daysFrom(nowMs, -344), validTo: daysFrom(nowMs, 21), remindDaysBefore: 30 },
    },
    ...key("contract"),
  });
  await api.signContract({
    params: { contractId: id },
    body: { signedOn: daysFrom(nowMs, -346) },
    ...key("contract signed"),
  });
  return id;
};

/** An order that was drawn up, perhaps from a quote; undefined for a quote that is not answered yet. */
const orderedBy = async (trade: Trade, plan: DemoOrder, name: string) => {
  const { body, quoted, underContract, confirmed } = plan;
  const api = trade.apiOf(plan.owner);
  const client = trade.clients.find(({ id }) => id === body.clientId);
  const counterpartyId = client?.counterparties[0]?.id;
  const whole = { ...body, ...(counterpartyId === undefined ? {} : { counterpartyId }) };
  if (!quoted) {
    const contract =
      underContract && counterpartyId ? { contractId: await contractFor(trade, plan, counterpartyId) } : {};
    return api.createOrder({ body: { ...whole, ...contract }, ...key(name) });
  }
  const quote = await api.createQuote({
    body: {
      ...whole,
      lines: body.lines.map(({ warehouseId: _, place: __, ...line }) => line),
      validUntil: daysFrom(trade.nowMs, 14),
    },
    ...key(`${name} quoted`),
  });
  const params = { quoteId: quote.id };
  await api.sendQuote({ params, ...key(`${name} sent`) });
  if (!confirmed) return undefined;
  const warehouseId = body.lines.find((line) => line.warehouseId !== undefined)?.warehouseId;
  return api.acceptQuote({ params, body: { warehouseId }, ...key(`${name} accepted`) });
};

interface Shipped {
  readonly plan: DemoOrder;
  readonly name: string;
  readonly params: { readonly orderId: string };
  readonly totalMinor: number;
  readonly shipmentId: string | undefined;
}

/** The order as far as its goods went. */
const carriedOut = async (trade: Trade, plan: DemoOrder, name: string): Promise<Shipped | undefined> => {
  const order = await orderedBy(trade, plan, name);
  if (!order) return undefined;
  const params = { orderId: order.id };
  const api = trade.apiOf(plan.owner);
  if (plan.confirmed) await api.confirmOrder({ params, ...key(`${name} confirmed`) });
  if (plan.cancelled) await api.cancelOrder({ params, body: {}, ...key(`${name} cancelled`) });
  const { totalMinor } = order;
  if (!plan.shipped) return { plan, name, params, totalMinor, shipmentId: undefined };
  const [first] = order.lines;
  const some = plan.shipped === "some" && first ? [{ line: 0, quantity: first.quantity }] : undefined;
  const { shipments } = await trade.apiOf("toma").shipOrder({
    params,
    body: { effectiveOn: plan.shippedOn, ...(some ? { lines: some } : {}) },
    ...key(`${name} shipped`),
  });
  return { plan, name, params, totalMinor, shipmentId: shipments[0]?.documentId };
};

/** Invoices in the order of their days, so that their numbers are too. Gives how many there are. */
const invoiceAll = async (trade: Trade, orders: readonly Shipped[]): Promise<number> => {
  const accountant = trade.apiOf("nora");
  const dated = orders.flatMap((order) =>
    order.plan.invoicedOn === undefined ? [] : [{ ...order, issuedOn: order.plan.invoicedOn }],
  );
  dated.sort((a, b) => (a.issuedOn < b.issuedOn ? -1 : 1));
  const issued: (Shipped & { invoiceId: string })[] = [];
  for (const { issuedOn, ...order } of dated) {
    const { invoices } = await accountant.invoiceOrder({
      params: order.params,
      body: { issuedOn },
      ...key(`${order.name} invoiced`),
    });
    issued.push({ ...order, invoiceId: invoices[0]?.invoiceId ?? "" });
  }
  await each(issued, async ({ plan: { paid, body }, name, totalMinor, invoiceId }) => {
    if (!paid) return;
    const amountMinor = Math.round((totalMinor * paid.percent * (paid.inLei ? leiPerEuro : 1)) / 100);
    await accountant.createPayment({
      body: {
        ...{ clientId: body.clientId, currency: paid.inLei ? "RON" : body.currency, amountMinor },
        ...{ paidOn: paid.on, allocations: [{ invoiceId }] },
      },
      ...key(`${name} paid`),
    });
  });
  return issued.length;
};

const takeBack = async (trade: Trade, { plan, name, params, shipmentId }: Shipped): Promise<void> => {
  const product = trade.products.find(({ id }) => id === plan.body.lines[0]?.productId);
  if (!plan.comesBack || !shipmentId || !product) return;
  await trade.apiOf("toma").returnOfOrder({
    params,
    body: {
      ...{ shipmentId, reason: "Zgâriat la transport", effectiveOn: daysFrom(trade.nowMs, -1) },
      lines: [{ line: 0, quantity: 10 ** product.unit.scale }],
    },
    ...key(`${name} came back`),
  });
};

/** What hours cost, and the hours of the last weeks. */
const writeTime = async ({ apiOf, members, nowMs, deals, dealIds }: Trade): Promise<void> => {
  const accountant = apiOf("nora");
  const year = new Date(nowMs).getUTCFullYear();
  await each(demoPositions(year), async (position) => {
    const { id: positionId } = await accountant.createPosition({
      body: position.body,
      ...key(`position ${position.key}`),
    });
    for (const name of position.members)
      await accountant.setMemberPosts({
        params: { memberId: members[name] },
        body: { posts: [{ positionId, validFrom: `${year - 2}-01-01` }] },
        ...key(`post ${name}`),
      });
  });
  await each(demoTime(seed, nowMs, deals, dealIds), async ({ member, body }, at) => {
    await apiOf(member).postTime({ body, ...key(`time ${at}`) });
  });
};

/**
 * The demo company's trade: what the owners put into the bank, goods and their bills, quotes and orders in every state, invoices paid
 * and overdue, what came back, a contract near its end, and hours.
 */
export const makeTrade = async (
  trade: Trade,
): Promise<{ readonly orders: number; readonly invoices: number }> => {
  const { admin, apiOf, nowMs } = trade;
  const { id: warehouseId } = await admin.createWarehouse({
    body: { name: "Depozit Iași", places: [{ code: "A-01" }, { code: "B-01" }] },
    ...key("warehouse"),
  });
  await apiOf("nora").postTransaction({
    body: {
      ...{ id: "demo-opening", effectiveOn: daysFrom(nowMs, -175), memo: "Capital" },
      postings: [
        { account: "bank", commodity: "EUR", amount: 25_000_000 },
        { account: "opening", commodity: "EUR", amount: -25_000_000 },
      ],
    },
    ...key("opening"),
  });
  const plans = demoOrders(seed, { ...trade, warehouseId });
  const trading = async (): Promise<{ orders: number; invoices: number }> => {
    await Promise.all([receive(trade, plans, warehouseId), setRates(trade)]);
    const made = await each(plans, (plan, at) => carriedOut(trade, plan, `order ${at}`));
    const orders = made.flatMap((order) => order ?? []);
    const invoices = await invoiceAll(trade, orders);
    await each(orders, (order) => takeBack(trade, order));
    return { orders: orders.length, invoices };
  };
  const [counts] = await Promise.all([trading(), enterBills(trade, plans), writeTime(trade)]);
  return counts;
};
