import { visible } from "../../domain/access/scope.ts";
import { notFound } from "../../domain/kernel/errors.ts";
import { type Page, pagingOf } from "../../domain/kernel/page.ts";
import type { Order } from "../../domain/orders/order.ts";
import { clientEntity } from "../clients/store.ts";
import { dealEntity } from "../deals/store.ts";
import type { Context } from "../kit/context.ts";
import { runParallel } from "../kit/parallel.ts";
import type { RequestOf } from "../kit/route.ts";
import { fromItem } from "../kit/table/item.ts";
import { siftedPage } from "../kit/table/sifted.ts";
import { idOfNumber } from "./numbers.ts";
import type { orderRoutes } from "./routes.ts";
import { orderEntity, orderPartitions, orderPrefix } from "./store.ts";

type Seeing = Pick<Context, "store" | "member" | "scope">;
/** What belongs to a client, and may be made for a deal. */
export type Sold = Pick<Order, "clientId" | "dealId">;

/** Of what was sold, that whose client or deal the member's right reaches: who owns one of them, owns it. */
export const reachedOf = async <S extends Sold>(
  { store, member, scope }: Seeing,
  all: readonly S[],
): Promise<ReadonlySet<S>> => {
  if (scope === "all") return new Set(all);
  const ids = (some: readonly string[]) => [...new Set(some)].map((id) => ({ id }));
  const [clients, deals] = await runParallel([
    () => store.getAll(clientEntity, ids(all.map(({ clientId }) => clientId))),
    () => store.getAll(dealEntity, ids(all.flatMap(({ dealId }) => dealId ?? []))),
  ]);
  const reached = new Set(
    [...clients, ...deals].flatMap((one) => (one && visible(member, scope, one) ? [one.id] : [])),
  );
  return new Set(
    all.filter(({ clientId, dealId }) => reached.has(clientId) || (dealId && reached.has(dealId))),
  );
};

/** @throws record.not-found where there is none, and where the member's right does not reach it */
export const loadOrder = async (context: Seeing, id: string): Promise<Order> => {
  const order = await context.store.get(orderEntity, { id });
  if (!order || !(await reachedOf(context, [order])).has(order)) throw notFound();
  return order;
};

type Wanted = RequestOf<typeof orderRoutes.listOrders>["query"];

const partOf = ({ client, deal, state = "confirmed" }: Wanted) => {
  if (deal !== undefined) return { index: "owner", pk: orderPartitions.deal(deal) } as const;
  return client === undefined
    ? ({ index: "list", pk: orderPartitions.state(state) } as const)
    : ({ index: "client", pk: orderPartitions.client(client), beginsWith: orderPrefix } as const);
};

/** The order of a number, where it is what else is wanted. */
const ofNumber = async (context: Context, number: string, wanted: Wanted): Promise<Page<Order>> => {
  const id = await idOfNumber(context.store, number);
  const order = id === undefined ? undefined : await context.store.get(orderEntity, { id });
  const { client, deal, state } = wanted;
  const fits =
    order !== undefined &&
    (client === undefined || client === order.clientId) &&
    (deal === undefined || deal === order.dealId) &&
    (state === undefined || state === order.state);
  return { items: fits ? [...(await reachedOf(context, [order]))] : [] };
};

/** Orders from the last: of a deal, of a client, or all of a state; or the one of a number. */
export const listOrders = async (context: Context, wanted: Wanted): Promise<Page<Order>> => {
  if (wanted.number !== undefined) return ofNumber(context, wanted.number, wanted);
  return siftedPage(
    context.store,
    {
      ...partOf(wanted),
      newestFirst: true,
      ...pagingOf(wanted),
    },
    async (items) => {
      const orders = items.map((item) => fromItem<Order>(item));
      const reached = await reachedOf(context, orders);
      return orders.map((order) =>
        reached.has(order) &&
        (wanted.client === undefined || wanted.client === order.clientId) &&
        (wanted.state === undefined || wanted.state === order.state)
          ? order
          : undefined,
      );
    },
  );
};
