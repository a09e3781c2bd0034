import { Order } from "../../domain/orders/order.ts";
import { entity } from "../kit/table/entity.ts";
import { orderKey } from "./key.ts";

/** Access patterns: an order by id; those of a client, of a deal, and of a state, each from the last. */
export const orderPartitions = {
  client: (clientId: string) => `CLIENT#${clientId}`,
  deal: (dealId: string) => `ORDERS-OF-DEAL#${dealId}`,
  state: (state: string) => `ORDERS#${state}`,
};
/** Sort keys of a client's orders begin so. */
export const orderPrefix = "ORDER#";

export const orderEntity = entity<Order, { readonly id: string }>({
  name: "order",
  schema: Order,
  key: orderKey,
  indexes: ({ id, state, clientId, dealId }) => ({
    client: { pk: orderPartitions.client(clientId), sk: `${orderPrefix}${id}` },
    list: { pk: orderPartitions.state(state), sk: id },
    // No order is looked up by an owner of its own: the index is free for the deal.
    ...(dealId === undefined ? {} : { owner: { pk: orderPartitions.deal(dealId), sk: id } }),
  }),
});
