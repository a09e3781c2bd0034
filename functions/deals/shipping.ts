import { scopeOf } from "../../domain/access/permissions.ts";
import { visible } from "../../domain/access/scope.ts";
import { type ClientCounterparty, clientsOf } from "../../domain/clients/counterparty.ts";
import { linkOn } from "../../domain/clients/links.ts";
import { asNextVersion, type Deal } from "../../domain/deals/deal.ts";
import { demandedFor } from "../../domain/deals/demands.ts";
import { evidenceMissing, missingOf } from "../../domain/deals/evidence.ts";
import { dealTypeOf } from "../../domain/deals/pipeline.ts";
import type { Sales } from "../../domain/deals/sales.ts";
import { asShipped, type GoodsSource, goodsSourceOf, withOrder } from "../../domain/deals/shipment.ts";
import { Failure, notFound } from "../../domain/kernel/errors.ts";
import { effectiveDay } from "../../domain/ledger/transaction.ts";
import { confirmed, lotsOf, openIn, openParts } from "../../domain/orders/change.ts";
import { NewOrder, type Order } from "../../domain/orders/order.ts";
import type { StockDocument } from "../../domain/stock/document.ts";
import { isTakenByOthers } from "../../domain/stock/posting.ts";
import type { Reservation } from "../../domain/stock/reservation.ts";
import { dealChange } from "../../events/deals.ts";
import { happened } from "../../events/event.ts";
import { orderConfirmed, orderDrafted } from "../../events/orders.ts";
import { partitions as clientPartitions, counterpartyEntity, wholePrefix } from "../clients/store.ts";
import { todayOf } from "../finance/ground.ts";
import { type Context, saveAs } from "../kit/context.ts";
import { runParallel } from "../kit/parallel.ts";
import type { RequestOf } from "../kit/route.ts";
import type { Handlers } from "../kit/serve.ts";
import { create, StaleWrite } from "../kit/table/store.ts";
import { faultsOf } from "../kit/validate.ts";
import { post } from "../ledger/posting.ts";
import { draftedOrder } from "../orders/drafting.ts";
import { orderHandlers } from "../orders/handlers.ts";
import { withNumber } from "../orders/numbers.ts";
import { shipOrder } from "../orders/steps.ts";
import { orderEntity } from "../orders/store.ts";
import { checkLeaving, reservedShipment } from "../stock/movements.ts";
import { reservation } from "../stock/reservations.ts";
import { stockPartitions } from "../stock/store.ts";
import { untilSettled } from "../stock/turns.ts";
import { rulesOf } from "./create.ts";
import { mayRead } from "./references.ts";
import { loadSales } from "./sales.ts";
import type { dealShippingRoutes } from "./shipping-routes.ts";
import { dealEntity, dealUpdate } from "./store.ts";
import { broughtTo, dealWithShipment } from "./with-shipment.ts";

type Wished = RequestOf<typeof dealShippingRoutes.shipDeal>["body"];

/** What goes before the shipment is saved without the answer: a repetition is to go on from there, not to be answered. */
const before = (context: Context): Context => ({
  ...context,
  ifMatch: undefined,
  save: async ({ answer, ...change }) => {
    await saveAs(context, context.member.id, change);
    return answer;
  },
});

/** @throws deal.client-missing */
const clientOf = ({ clientId }: Deal): string => {
  if (clientId === undefined) throw new Failure("deal.client-missing");
  return clientId;
};

/** A client's counterparties of which one is taken without being named. */
const mostCounterparties = 50;

/**
 * The counterparty that signs: as named, else the only one that belongs to the client today.
 * @throws reference.unknown, deal.shipment-unclear
 */
const counterpartyOf = async (
  context: Context,
  clientId: string,
  named: string | undefined,
): Promise<string | undefined> => {
  if (named !== undefined) {
    const counterparty = await context.store.get(counterpartyEntity, { id: named });
    if (!counterparty || !clientsOf(counterparty).includes(clientId))
      throw new Failure("reference.unknown", {
        fields: [{ pointer: "/from/counterpartyId", reason: "names no counterparty of the client" }],
      });
    return named;
  }
  const { items } = await context.store.list<ClientCounterparty>({
    pk: clientPartitions.client(clientId),
    beginsWith: `${wholePrefix}#COUNTERPARTY#`,
    limit: mostCounterparties,
  });
  const today = todayOf(context);
  const linked = items.filter(({ links }) => linkOn(links, today)?.clientId === clientId);
  if (linked.length > 1)
    throw new Failure("deal.shipment-unclear", {
      fields: [{ pointer: "/from/counterpartyId", reason: "has to name one of the client's counterparties" }],
    });
  return linked[0]?.id;
};

const goodsRefusals = new Set(["stock.insufficient", "stock.counted"]);

/** The refusal of goods, with the names of the products. Its pointers count the lines of goods. */
const named = (error: unknown, { lines }: Pick<Order, "lines">): unknown => {
  if (!(error instanceof Failure) || !goodsRefusals.has(error.code)) return error;
  const goods = lines.filter((line) => line.warehouseId !== undefined && openIn(line) > 0);
  return new Failure(error.code, {
    detail: error.detail,
    fields: error.fields.map(({ pointer, reason }) => {
      const line = goods[Number(/^\/lines\/(\d+)/.exec(pointer)?.[1])];
      return { pointer: "", reason: line ? `${line.description} ${reason}` : reason };
    }),
  });
};

/** A refusal of the order's lines, at the fields of the request that they were made of; items are the deal's own. */
const asAsked = (error: unknown): unknown => {
  if (!(error instanceof Failure)) return error;
  const pointers = error.fields.map(({ pointer, reason }) => {
    const field = /^\/lines\/\d+\/(warehouseId|place)$/.exec(pointer)?.[1];
    return { pointer: field ? `/from/${field}` : "", reason: field ? reason : `${pointer} ${reason}` };
  });
  const fields = [...new Map(pointers.map((fault) => [`${fault.pointer} ${fault.reason}`, fault])).values()];
  return new Failure(error.code, { detail: error.detail, fields });
};

/** An order of the deal's items, drawn up and not saved. @throws deal.shipment-unclear where they are not one */
const itemsOrder = async (
  context: Context,
  deal: Deal,
  { items, warehouseId, place, counterpartyId }: Extract<GoodsSource, { of: "items" }>,
  { memo }: Wished,
): Promise<Order> => {
  const clientId = clientOf(deal);
  const order = NewOrder.safeParse({
    ...{ clientId, dealId: deal.id, memo, currency: deal.currency },
    counterpartyId: await counterpartyOf(context, clientId, counterpartyId),
    lines: items.map(({ productId, quantity, unitPriceMinor, discount }) => ({
      ...{ productId, quantity, unitPriceMinor, discount, warehouseId, place },
    })),
  });
  if (!order.success)
    throw new Failure("deal.shipment-unclear", {
      detail: "Its items cannot be one order as they are; draw one up.",
      fields: faultsOf("", order.error.issues),
    });
  return draftedOrder(context, order.data).catch((error: unknown) => {
    throw asAsked(error);
  });
};

/** The order of the deal's items, confirmed with its goods reserved, and noted on the deal: one write. */
const orderedItems = async (context: Context, deal: Deal, draft: Order): Promise<Order> => {
  const { ownerId, teamId } = deal;
  const lots = lotsOf(draft, openParts(draft));
  const head = {
    ...{ id: context.newId("reservation"), orderId: draft.id, dealId: deal.id },
    ...{ clientId: draft.clientId, ownerId, ...(teamId === undefined ? {} : { teamId }) },
  };
  const held = lots.length === 0 ? undefined : await reservation(context, head, lots);
  const next = asNextVersion({ ...deal, orderId: draft.id }, context.now);
  return withNumber(context, "order", draft.id, ({ number, writes }) => {
    const drafted = { ...draft, number };
    const order = confirmed(drafted, held?.reservation.id, context.now);
    return context.save({
      writes: [create(orderEntity, order), ...dealUpdate(next), ...(held?.writes ?? []), ...writes],
      happened: [
        happened(orderDrafted, drafted),
        happened(orderConfirmed, order),
        dealChange(next, ["orderId"]),
        ...(held?.happened ?? []),
      ],
      answer: order,
    });
  });
};

interface Ground {
  readonly deal: Deal;
  readonly sales: Sales;
  /** Refuses what would not be proven when an order is shipped. */
  readonly check: (order?: Order) => void;
  readonly source: GoodsSource;
}

/** How many reservations of a deal are looked at. */
const mostReservations = 100;

/** What a shipment from a deal is decided on; whatever can be refused is refused here, before anything is written. */
const groundOf = async (context: Context, dealId: string, wished: Wished): Promise<Ground> => {
  const { store, member } = context;
  effectiveDay(wished.effectiveOn, todayOf(context), undefined);
  const [deal, settings, sold, reservations] = await runParallel([
    () => store.get(dealEntity, { id: dealId }),
    () => context.settings(),
    () => loadSales(context, dealId),
    () =>
      store.list<Reservation>({
        ...{ index: "client", pk: stockPartitions.reservationsOfDeal(dealId) },
        ...{ newestFirst: true, limit: mostReservations },
      }),
  ]);
  const scope = scopeOf(member.role, "deal:read");
  if (!deal || !mayRead(context, deal) || !scope || !visible(member, scope, deal)) throw notFound();
  // An order that was made a moment ago may not be in the index yet.
  const made = deal.orderId === undefined ? undefined : await store.get(orderEntity, { id: deal.orderId });
  const sales = made ? withOrder(sold, made) : sold;
  const rules = rulesOf(context, settings);
  const brought = broughtTo(rules, deal, wished, { at: context.now, by: member.id });
  const step = brought === deal ? undefined : brought.moves.at(-1);
  const demanded = step ? demandedFor(dealTypeOf(rules, deal.typeId), step) : [];
  const check = (order?: Order) => {
    if (!order) return;
    const missing = missingOf(demanded, withOrder(sales, asShipped(order)));
    if (missing.length > 0) throw evidenceMissing(missing, "/stageId");
  };
  const active = reservations.items.filter(({ state, orderId }) => state === "active" && !orderId);
  return { deal, sales, check, source: goodsSourceOf(deal, sales, active, wished) };
};

type Reserved = Extract<GoodsSource, { of: "reservation" }>;

/** The order that is to be shipped, confirmed with its goods reserved; or the reservation, where there is no order. */
const readied = async (
  context: Context,
  dealId: string,
  wished: Wished,
): Promise<{ readonly order: Order } | { readonly deal: Deal; readonly source: Reserved }> => {
  const { deal, check, source } = await groundOf(context, dealId, wished);
  if (source.of === "reservation") {
    clientOf(deal);
    return { deal, source };
  }
  const order = source.of === "items" ? await itemsOrder(context, deal, source, wished) : source.order;
  check(order);
  try {
    if (source.of !== "order") await checkLeaving(context, wished, lotsOf(order, openParts(order)));
    if (source.of === "items") return { order: await orderedItems(context, deal, order) };
    if (source.of === "order") return { order };
    const params = { orderId: order.id };
    return { order: await orderHandlers.confirmOrder({ params, query: {}, body: undefined }, context) };
  } catch (error) {
    // Confirmed by another call since it was looked at: that one's order is the one to be shipped.
    if (error instanceof Failure && error.code === "order.not-draft") throw new StaleWrite();
    throw named(error, order);
  }
};

/** A reservation without an order, shipped in one write with the deal. */
const shippedReservation = async (
  context: Context,
  deal: Deal,
  { reservation: held, counterpartyId }: Reserved,
  { stageId, effectiveOn, memo }: Wished,
): Promise<{ document: StockDocument }> => {
  const by = context.member.id;
  const clientId = clientOf(deal);
  const {
    document,
    requests,
    writes,
    happened: what,
  } = await reservedShipment(
    context,
    {
      ...{ by, effectiveOn, memo, clientId },
      counterpartyId: await counterpartyOf(context, clientId, counterpartyId),
    },
    held,
  );
  const besides = await dealWithShipment(context, deal.id, { document, by }, { stageId });
  try {
    const { answer } = await post(context, requests, {
      writes: [...writes, ...besides.writes],
      happened: [...what, ...besides.happened],
      answer: () => ({ document }),
    });
    return answer;
  } catch (error) {
    throw isTakenByOthers(error) ? new StaleWrite() : error;
  }
};

export const dealShippingHandlers: Handlers<typeof dealShippingRoutes> = {
  async shipDeal({ params, body }, context) {
    const ready = await untilSettled(context, () => readied(before(context), params.dealId, body));
    if ("source" in ready) return shippedReservation(context, ready.deal, ready.source, body);
    const answering: Context = {
      ...context,
      ifMatch: undefined,
      save: async (change) => {
        await context.save({ ...change, answer: { order: change.answer } });
        return change.answer;
      },
    };
    const { stageId, effectiveOn: on, memo } = body;
    const order = await shipOrder(answering, ready.order.id, undefined, { on, memo, deal: { stageId } });
    return { order };
  },
};
