import {
  cancelled,
  changedDraft,
  checkDraft,
  confirmed,
  lotsOf,
  newOrder,
  openParts,
  partsToCancel,
} from "../../domain/orders/change.ts";
import type { Order } from "../../domain/orders/order.ts";
import { happened } from "../../events/event.ts";
import { orderCancelled, orderChanged, orderConfirmed, orderDrafted } from "../../events/orders.ts";
import { clientEntity } from "../clients/store.ts";
import { dealEntity } from "../deals/store.ts";
import type { Context } from "../kit/context.ts";
import type { Handlers } from "../kit/serve.ts";
import { create, update } from "../kit/table/store.ts";
import { release, reservation } from "../stock/reservations.ts";
import { listOrders, loadOrder } from "./access.ts";
import { changing, heldOfContract, namingLines, reservationOf, standing } from "./changing.ts";
import { checkDeal, pricedOrder } from "./drafting.ts";
import { withNumber } from "./numbers.ts";
import { returnGoods } from "./returns.ts";
import type { orderRoutes } from "./routes.ts";
import { invoiceOrder, shipOrder } from "./steps.ts";
import { orderEntity } from "./store.ts";

/** Whose the order's goods are: the deal's owner's, else the client's. */
const ownerOf = async ({ store, member }: Context, { dealId, clientId }: Order) => {
  const deal = dealId === undefined ? undefined : await store.get(dealEntity, { id: dealId });
  const owner = deal ?? (await store.get(clientEntity, { id: clientId }));
  return {
    ownerId: owner?.ownerId ?? member.id,
    ...(owner?.teamId === undefined ? {} : { teamId: owner.teamId }),
  };
};

export const orderHandlers: Handlers<typeof orderRoutes> = {
  async createOrder({ body }, context) {
    const { totals, currency } = await pricedOrder(context, body);
    const { now, member } = context;
    const id = context.newId("order");
    return withNumber(context, "order", id, ({ number, writes }) => {
      const order = newOrder(body, currency, totals, { id, number, by: member.id, now });
      return context.save({
        writes: [create(orderEntity, order), ...writes],
        happened: [happened(orderDrafted, order)],
        answer: order,
      });
    });
  },

  async changeOrder({ params, body }, context) {
    const before = await standing(context, params.orderId);
    checkDraft(before);
    // Who reaches the order by its deal may draw it up anew, whosever the client is.
    const { totals, currency } = await pricedOrder(
      { ...context, scope: "all" },
      { ...body, clientId: before.clientId },
      before.dealId,
    );
    const order = changedDraft(before, body, currency, totals, context.now);
    return context.save({
      writes: [update(orderEntity, order)],
      happened: [happened(orderChanged, order)],
      answer: order,
    });
  },

  async listOrders({ query }, context) {
    return listOrders(context, query);
  },

  async readOrder({ params }, context) {
    return loadOrder(context, params.orderId);
  },

  async confirmOrder({ params }, context) {
    return changing(context, params.orderId, async (before) => {
      checkDraft(before);
      await checkDeal(context, before.dealId, before.dealId);
      const { id: orderId, clientId, dealId } = before;
      const about = { orderId, clientId, ...(dealId === undefined ? {} : { dealId }) };
      const parts = openParts(before);
      const lots = lotsOf(before, parts);
      const head = { id: context.newId("reservation"), ...about, ...(await ownerOf(context, before)) };
      const held =
        lots.length === 0
          ? undefined
          : await namingLines(before, parts, () => reservation(context, head, lots));
      const order = confirmed(before, held?.reservation.id, context.now);
      const ofContract = await heldOfContract(context, before, order);
      return context.save({
        writes: [update(orderEntity, order), ...(held?.writes ?? []), ...ofContract.writes],
        happened: [happened(orderConfirmed, order), ...(held?.happened ?? []), ...ofContract.happened],
        answer: order,
      });
    });
  },

  async shipOrder({ params, body: { lines, effectiveOn: on, memo } }, context) {
    return shipOrder(context, params.orderId, lines, { on, memo });
  },

  async invoiceOrder({ params, body: { lines, issuedOn: on, dueOn, memo } }, context) {
    return invoiceOrder(context, params.orderId, lines, { on, dueOn, memo });
  },

  async returnOfOrder({ params, body }, context) {
    return returnGoods(context, params.orderId, body);
  },

  async cancelOrder({ params, body }, context) {
    return changing(context, params.orderId, async (before) => {
      const parts = partsToCancel(before, body.lines);
      const order = cancelled(before, parts, context.now);
      const lots = lotsOf(before, parts);
      const free =
        before.reservationId === undefined || lots.length === 0
          ? { writes: [], happened: [] }
          : await release(context, await reservationOf(context, before), "released", lots);
      const ofContract = await heldOfContract(context, before, order);
      return context.save({
        writes: [update(orderEntity, order), ...free.writes, ...ofContract.writes],
        happened: [happened(orderCancelled, order), ...free.happened, ...ofContract.happened],
        answer: order,
      });
    });
  },
};
