import { Failure } from "../../domain/kernel/errors.ts";
import { heldMore, lotsOf } from "../../domain/orders/change.ts";
import type { Order, Part } from "../../domain/orders/order.ts";
import { isTakenByOthers } from "../../domain/stock/posting.ts";
import type { Reservation } from "../../domain/stock/reservation.ts";
import type { Happened } from "../../events/event.ts";
import { orderedOf } from "../contracts/invoiced.ts";
import { todayOf } from "../finance/ground.ts";
import { type Context, checkVersion } from "../kit/context.ts";
import { StaleWrite, update, type Write } from "../kit/table/store.ts";
import { post } from "../ledger/posting.ts";
import type { Movement } from "../stock/movements.ts";
import { reservationEntity } from "../stock/store.ts";
import { inTurn, untilSettled } from "../stock/turns.ts";
import { loadOrder } from "./access.ts";
import { orderEntity } from "./store.ts";

/** The order as it is now, in the version that the request may name. */
export const standing = async (context: Context, id: string): Promise<Order> => {
  const order = await loadOrder(context, id);
  checkVersion(context, order);
  return order;
};

/** Decides on the order and its goods as they are, again as long as others change them. */
export const changing = async (
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
export const found = <R>(record: R | undefined, what: string): R => {
  if (record === undefined) throw new Error(`the ${what} of an order is missing`);
  return record;
};

export const reservationOf = async ({ store }: Context, { reservationId }: Order): Promise<Reservation> =>
  found(
    (reservationId && (await store.get(reservationEntity, { id: reservationId }))) || undefined,
    "reservation",
  );

/** What other subjects write with an order. */
export interface Besides {
  readonly writes: readonly Write[];
  readonly happened: readonly Happened[];
}
export const noneBesides: Besides = { writes: [], happened: [] };

/** What the contract of an order keeps for it from now on, to be written with the order's next version. */
export const heldOfContract = (context: Context, before: Order, after: Order): Promise<Besides> => {
  const { contractId, currency } = after;
  const changeMinor = heldMore(before, after);
  return orderedOf(context, { contractId, currency, on: todayOf(context), changeMinor });
};

/** What the stock refuses of the goods of these parts, said of the order's own lines. */
export const namingLines = async <T>(
  order: Order,
  parts: readonly Part[],
  run: () => Promise<T>,
): Promise<T> => {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { code, detail, fields } = error;
    const lines = parts.filter((part) => lotsOf(order, [part]).length > 0).map(({ line }) => line);
    const ofOrder = (pointer: string) =>
      pointer.replace(/^\/lines\/(\d+)/, (whole, lot: string) => {
        const line = lines[Number(lot)];
        return line === undefined ? whole : `/lines/${line}`;
      });
    throw new Failure(code, {
      ...(detail === undefined ? {} : { detail }),
      fields: fields.map(({ pointer, reason }) => ({ pointer: ofOrder(pointer), reason })),
    });
  }
};

/** Posts a movement and writes the order with it. @param besides what else belongs to the change */
export const postWith = async (
  context: Context,
  { requests, writes, happened: what }: Movement,
  order: Order,
  event: Happened,
  besides: Besides = noneBesides,
): Promise<Order> => {
  try {
    const { answer } = await post(context, requests, {
      writes: [...writes, update(orderEntity, order), ...besides.writes],
      happened: [...what, event, ...besides.happened],
      answer: () => order,
    });
    return answer;
  } catch (error) {
    // Taken by others since it was decided: decided anew, it says itself what is short.
    throw isTakenByOthers(error) ? new StaleWrite() : error;
  }
};
