import { Order } from "../../domain/orders/order.ts";
import { dueKey } from "../kit/table/due.ts";
import { entity } from "../kit/table/entity.ts";
import { orderKey } from "./key.ts";

/**
 * Access patterns: an order by id; those of a client, of a deal, and of a state, each from the last; those of which a step is to be
 * carried on (index `due`).
 */
export const orderPartitions = {
  client: (clientId: string) => `CLIENT#${clientId}`,
  deal: (dealId: string) => `ORDERS-OF-DEAL#${dealId}`,
  state: (state: string) => `ORDERS#${state}`,
};
/** Sort keys of a client's orders begin so. */
export const orderPrefix = "ORDER#";

/** What is to be done with an order of which a step was interrupted. */
export const continuationWork = "ORDER-CONTINUATION";

export const orderEntity = entity<Order, { readonly id: string }>({
  name: "order",
  schema: Order,
  key: orderKey,
  indexes: ({ id, state, clientId, dealId, underWay }) => ({
    ...(underWay ? { due: dueKey(continuationWork, underWay.continueAt, id) } : {}),
    client: { pk: orderPartitions.client(clientId), sk: `${orderPrefix}${id}` },
    list: { pk: orderPartitions.state(state), sk: id },
    // No order is looked up by an owner of its own: the index is free for the deal.
    ...(dealId === undefined ? {} : { owner: { pk: orderPartitions.deal(dealId), sk: id } }),
  }),
});
