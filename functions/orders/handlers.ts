import type { CreditLineInput } from "../../domain/finance/credit.ts";
import { between } from "../../domain/finance/crediting.ts";
import { asIssued, type Invoice } from "../../domain/finance/invoice.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { Shortage } from "../../domain/ledger/errors.ts";
import {
  cancelled,
  checkDraft,
  confirmed,
  invoiced,
  invoiceLine,
  lotsOf,
  openParts,
  partsToCancel,
  partsToInvoice,
  partsToShip,
  returned,
  shipped,
} from "../../domain/orders/change.ts";
import type { Order, Part } from "../../domain/orders/order.ts";
import type { Reservation } from "../../domain/stock/reservation.ts";
import { type Happened, happened } from "../../events/event.ts";
import {
  orderCancelled,
  orderConfirmed,
  orderDrafted,
  orderInvoiced,
  orderReturned,
  orderShipped,
} from "../../events/orders.ts";
import { clientEntity } from "../clients/store.ts";
import { dealEntity } from "../deals/store.ts";
import { drafted } from "../finance/drafting.ts";
import { issueCreditNote, issueDraft } from "../finance/issuing.ts";
import { invoiceEntity } from "../finance/store.ts";
import { type Context, checkVersion } from "../kit/context.ts";
import type { Handlers } from "../kit/serve.ts";
import { create, StaleWrite, update } from "../kit/table/store.ts";
import { post } from "../ledger/posting.ts";
import { goodsReturn, type Movement, reservedShipment } from "../stock/movements.ts";
import { release, reservation } from "../stock/reservations.ts";
import { documentEntity, reservationEntity } from "../stock/store.ts";
import { inTurn, untilSettled } from "../stock/turns.ts";
import { listOrders, loadOrder } from "./access.ts";
import { draftedOrder } from "./drafting.ts";
import type { orderRoutes } from "./routes.ts";
import { orderEntity } from "./store.ts";

/** The order as it is now, in the version that the request may name. */
const standing = async (context: Context, id: string): Promise<Order> => {
  const order = await loadOrder(context, id);
  checkVersion(context, order);
  return order;
};

/** Decides on the order and its goods as they are, again as long as others change them. */
const changing = async (
  context: Context,
  id: string,
  decide: (order: Order) => Promise<Order>,
): Promise<Order> => {
  const { lines } = await standing(context, id);
  return inTurn(
    lines.map(({ productId }) => `${context.store.tenantId} ${productId}`),
    () =>
      untilSettled(context, async () => {
        const before = await standing(context, id);
        try {
          return await decide(before);
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          // The goods are read after the order: where it changed in between, they were refused to what it was before.
          const after = await context.store.get(orderEntity, before);
          throw after?.version === before.version ? error : new StaleWrite();
        }
      }),
  );
};

/** What belongs together was written together: that one of it is missing is a fault of ours. */
const found = <R>(record: R | undefined, what: string): R => {
  if (record === undefined) throw new Error(`the ${what} of an order is missing`);
  return record;
};

const reservationOf = async ({ store }: Context, { reservationId }: Order): Promise<Reservation> =>
  found(
    (reservationId && (await store.get(reservationEntity, { id: reservationId }))) || undefined,
    "reservation",
  );

/** Whose the order's goods are: the deal's owner's, else the client's. */
const ownerOf = async ({ store, member }: Context, { dealId, clientId }: Order) => {
  const deal = dealId === undefined ? undefined : await store.get(dealEntity, { id: dealId });
  const owner = deal ?? (await store.get(clientEntity, { id: clientId }));
  return {
    ownerId: owner?.ownerId ?? member.id,
    ...(owner?.teamId === undefined ? {} : { teamId: owner.teamId }),
  };
};

/** Posts a movement and writes the order with it. */
const postWith = async (
  context: Context,
  { requests, writes, happened: what }: Movement,
  order: Order,
  event: Happened,
): Promise<Order> => {
  try {
    const { answer } = await post(context, requests, {
      writes: [...writes, update(orderEntity, order)],
      happened: [...what, event],
      answer: () => order,
    });
    return answer;
  } catch (error) {
    // Taken by others since it was decided: decided anew, it says itself what is short.
    throw error instanceof Shortage ? new StaleWrite() : error;
  }
};

/**
 * What is credited of parts of an invoice: at the price of the invoice, and no more than finance has left of the line. What
 * cost nothing, or is credited already, needs no credit.
 */
const worthOf = ({ lines, credited }: Invoice, parts: readonly Part[]): CreditLineInput[] =>
  parts.flatMap(({ line: at, quantity }): CreditLineInput[] => {
    const line = lines[at];
    const netMinor = (line?.netMinor ?? 0) - (credited?.lines[at] ?? 0);
    if (!line || netMinor === 0) return [];
    const full = between(line.netMinor, 0, quantity, line.quantity);
    return [full > netMinor ? { line: at, netMinor } : { line: at, quantity }];
  });

export const orderHandlers: Handlers<typeof orderRoutes> = {
  async createOrder({ body }, context) {
    const order = await draftedOrder(context, body);
    return context.save({
      writes: [create(orderEntity, order)],
      happened: [happened(orderDrafted, order)],
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
      const { id: orderId, clientId, dealId } = before;
      const about = { orderId, clientId, ...(dealId === undefined ? {} : { dealId }) };
      const held = await reservation(
        context,
        { id: context.newId("reservation"), ...about, ...(await ownerOf(context, before)) },
        lotsOf(before, openParts(before)),
      );
      const order = confirmed(before, held.reservation.id, context.now);
      return context.save({
        writes: [update(orderEntity, order), ...held.writes],
        happened: [happened(orderConfirmed, order), ...held.happened],
        answer: order,
      });
    });
  },

  async shipOrder({ params, body: { lines: wished, ...head } }, context) {
    return changing(context, params.orderId, async (before) => {
      const parts = partsToShip(before, wished);
      const { counterpartyId } = before;
      const movement = await reservedShipment(
        context,
        { by: context.member.id, ...(counterpartyId === undefined ? {} : { counterpartyId }), ...head },
        await reservationOf(context, before),
        lotsOf(before, parts),
      );
      const order = shipped(before, parts, movement.document.id, context.now);
      return postWith(context, movement, order, happened(orderShipped, order));
    });
  },

  async invoiceOrder({ params, body: { memo, ...day } }, context) {
    const before = await standing(context, params.orderId);
    const parts = partsToInvoice(before);
    const { clientId, counterpartyId, dealId, contractId, currency, pricesIncludeTax } = before;
    const draft = await drafted(
      context,
      {
        ...{ side: "sale", clientId, counterpartyId, dealId, contractId, currency, pricesIncludeTax, memo },
        lines: parts.flatMap(({ line: at, quantity }) => {
          const line = before.lines[at];
          return line ? [invoiceLine(line, quantity)] : [];
        }),
      },
      before.id,
    );
    const order = invoiced(before, parts, draft.id, context.now);
    return issueDraft(context, draft, day, {
      fresh: true,
      writes: [update(orderEntity, order)],
      happened: [happened(orderInvoiced, order)],
      answer: () => order,
    });
  },

  async returnOfOrder({ params, body: { shipmentId, lines, reason, effectiveOn } }, context) {
    return changing(context, params.orderId, async (before) => {
      const { order, shipmentLines, credit } = returned(before, shipmentId, lines, context.now);
      const movement = await goodsReturn(
        context,
        { by: context.member.id, memo: reason, effectiveOn },
        found(await context.store.get(documentEntity, { id: shipmentId }), "shipment"),
        [...shipmentLines],
      );
      const event = happened(orderReturned, order);
      if (!credit) return postWith(context, movement, order, event);
      const { store } = context;
      const invoice = asIssued(found(await store.get(invoiceEntity, { id: credit.invoiceId }), "invoice"));
      const worth = worthOf(invoice, credit.lines);
      if (worth.length === 0) return postWith(context, movement, order, event);
      return issueCreditNote(
        context,
        invoice,
        { lines: worth, reason, issuedOn: effectiveOn },
        {
          requests: movement.requests,
          writes: [...movement.writes, update(orderEntity, order)],
          happened: [...movement.happened, event],
          answer: () => order,
        },
      );
    });
  },

  async cancelOrder({ params, body }, context) {
    return changing(context, params.orderId, async (before) => {
      const parts = partsToCancel(before, body.lines);
      const order = cancelled(before, parts, context.now);
      const free =
        before.reservationId === undefined
          ? { writes: [], happened: [] }
          : await release(context, await reservationOf(context, before), "released", lotsOf(before, parts));
      return context.save({
        writes: [update(orderEntity, order), ...free.writes],
        happened: [happened(orderCancelled, order), ...free.happened],
        answer: order,
      });
    });
  },
};
