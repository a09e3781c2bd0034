import { draftOf } from "../../domain/finance/invoice.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { billed } from "../../domain/orders/billing.ts";
import {
  heldMore,
  invoiced,
  lotsOf,
  partsToInvoice,
  partsToShip,
  shipped,
} from "../../domain/orders/change.ts";
import type { Order, Part, UnderWay } from "../../domain/orders/order.ts";
import {
  begun,
  continued,
  halted,
  type Portion,
  type StepHead,
  settled,
} from "../../domain/orders/under-way.ts";
import { happened } from "../../events/event.ts";
import { orderHalted, orderInvoiced, orderShipped } from "../../events/orders.ts";
import { dealWithShipment } from "../deals/with-shipment.ts";
import { todayOf } from "../finance/ground.ts";
import { issueDraft } from "../finance/issuing.ts";
import type { Context } from "../kit/context.ts";
import { update } from "../kit/table/store.ts";
import { reservedShipment } from "../stock/movements.ts";
import { changing, namingLines, noneBesides, postWith, reservationOf } from "./changing.ts";
import { orderEntity } from "./store.ts";

type Head = Omit<StepHead, "step">;

/**
 * One shipment, with the order in one write; the last of those that were shipped from a deal with the deal, too. What is done of
 * services stands on the order alone.
 */
const shippedPart = async (
  context: Context,
  before: Order,
  { on, memo, by, deal }: Head,
  portion: Portion,
) => {
  const { counterpartyId, dealId } = before;
  const { parts, left } = portion;
  const lots = lotsOf(before, parts);
  const head = { by, effectiveOn: on, memo, ...(counterpartyId === undefined ? {} : { counterpartyId }) };
  const ship = async () => reservedShipment(context, head, await reservationOf(context, before), lots);
  const movement = lots.length === 0 ? undefined : await namingLines(before, parts, ship);
  const document = movement?.document;
  const order = shipped(before, parts, document?.id, context.now, left);
  const besides =
    deal && !left && dealId !== undefined
      ? await dealWithShipment(context, dealId, { document, order, by }, deal)
      : noneBesides;
  const event = happened(orderShipped, order);
  if (movement) return postWith(context, movement, order, event, besides);
  return context.save({
    writes: [update(orderEntity, order), ...besides.writes],
    happened: [event, ...besides.happened],
    answer: order,
  });
};

/** One invoice, with the order in one write. */
const invoicedPart = async (context: Context, before: Order, head: Head, { parts, left }: Portion) => {
  const { clientId, counterpartyId, dealId, contractId, currency, pricesIncludeTax } = before;
  const named = {
    clientId,
    ...(counterpartyId === undefined ? {} : { counterpartyId }),
    ...(dealId === undefined ? {} : { dealId }),
    ...(contractId === undefined ? {} : { contractId }),
    ...(head.memo === undefined ? {} : { memo: head.memo }),
  };
  const draft = draftOf(
    { side: "sale", ...named, orderId: before.id, pricesIncludeTax },
    currency,
    billed(before, parts),
    { id: context.newId("invoice"), now: context.now },
  );
  const order = invoiced(before, parts, draft.id, context.now, left);
  const { dueOn } = head;
  return issueDraft(
    context,
    draft,
    dueOn === undefined ? { issuedOn: head.on } : { issuedOn: head.on, dueOn },
    {
      fresh: true,
      orderedMinor: heldMore(before, order),
      writes: [update(orderEntity, order)],
      happened: [happened(orderInvoiced, order)],
      answer: () => order,
    },
  );
};

const partOf = { shipping: shippedPart, invoicing: invoicedPart } as const;

/** Refusals that say nothing of the order: what is tried again may well succeed. */
const passing = new Set(["record.busy", "service.throttled", "service.unavailable"]);

const gaveUp = (context: Context, before: Order, underWay: UnderWay, why: Failure): Promise<Order> => {
  const order = halted(before, underWay, why, context.now);
  return context.save({
    writes: [update(orderEntity, order)],
    happened: [happened(orderHalted, order)],
    answer: order,
  });
};

/** The next document of what is under way; a refusal ends it, and stands on the order. */
const nextPart = async (context: Context, id: string): Promise<Order> => {
  try {
    return await changing(context, id, async (before) => {
      if (!before.underWay) return before;
      const portion = continued(before, before.underWay);
      if (portion.parts.length > 0)
        return partOf[before.underWay.step](context, before, before.underWay, portion);
      const order = settled(before, context.now);
      return context.save({ writes: [update(orderEntity, order)], answer: order });
    });
  } catch (error) {
    if (!(error instanceof Failure) || passing.has(error.code)) throw error;
    return changing(context, id, async (before) =>
      before.underWay ? gaveUp(context, before, before.underWay, error) : before,
    );
  }
};

/**
 * Carries on what is under way until it is over: done, or given up because it was refused. Each document is a write of its
 * own; whoever else carries it on meanwhile, each is made once.
 * @throws record.busy and whatever fails by chance: then it is to be carried on later
 */
export const carriedOn = async (context: Context, { id, underWay, version }: Order): Promise<Order> => {
  // What the request demanded was the version in which it found the order.
  const anyVersion = { ...context, ifMatch: undefined };
  const most = 2 * (underWay?.lines.length ?? 0);
  let last: Order | undefined;
  for (let n = 0; n < most; n++) {
    last = await nextPart(anyVersion, id);
    if (!last.underWay) return last;
  }
  throw new Error(
    `the ${underWay?.step} of ${id} is not over after ${most} writes beyond version ${version}`,
  );
};

/** The rest of what a request began. Where that fails by chance it is left to the schedule, and the order says so. */
const rest = async (context: Context, order: Order): Promise<Order> => {
  if (!order.underWay) return order;
  try {
    return await carriedOn(context, order);
  } catch {
    return (await context.store.get(orderEntity, order)) ?? order;
  }
};

type Wished = Partial<Pick<Head, "on" | "dueOn" | "memo" | "deal">>;

const step = async (
  context: Context,
  orderId: string,
  { on = todayOf(context), ...wished }: Wished,
  name: UnderWay["step"],
  partsOf: (order: Order) => readonly Part[],
): Promise<Order> => {
  const head = { step: name, on, by: context.member.id, ...wished };
  const order = await changing(context, orderId, async (before) =>
    partOf[name](context, before, head, begun(before, head, partsOf(before), context.now)),
  );
  return rest(context, order);
};

/**
 * Ships of an order what is wished, or all that is open: in as many shipments as it takes, each with the order in one write. The
 * first of them is refused or made; what the others are refused for stands on the order.
 * @param head `deal`: it is shipped from the order's deal, which is written with the last shipment
 * @throws order.not-confirmed, order.beyond-line, order.nothing-left, order.under-way, limit.exceeded, what stock, ledger and
 * the deal refuse
 */
export const shipOrder = (
  context: Context,
  orderId: string,
  parts: readonly Part[] | undefined,
  head: Pick<Wished, "on" | "memo" | "deal"> = {},
): Promise<Order> => step(context, orderId, head, "shipping", (order) => partsToShip(order, parts));

/**
 * Invoices what is wished of what was shipped and not invoiced yet, or all of it, likewise.
 * @throws what finance and contracts refuse, too
 */
export const invoiceOrder = (
  context: Context,
  orderId: string,
  parts: readonly Part[] | undefined,
  head: Wished = {},
): Promise<Order> => step(context, orderId, head, "invoicing", (order) => partsToInvoice(order, parts));
