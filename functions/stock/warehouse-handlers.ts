import { pagingOf } from "../../domain/kernel/page.ts";
import { changedWarehouse, newWarehouse, type Warehouse } from "../../domain/stock/warehouse.ts";
import { happened } from "../../events/event.ts";
import { warehouseChanged, warehouseCreated } from "../../events/stock.ts";
import { type Context, checkVersion } from "../kit/context.ts";
import { found } from "../kit/found.ts";
import type { Handlers } from "../kit/serve.ts";
import { create, update } from "../kit/table/store.ts";
import { stockPartitions, warehouseEntity } from "./store.ts";
import type { warehouseRoutes } from "./warehouse-routes.ts";

export const loadWarehouse = async ({ store }: Pick<Context, "store">, id: string): Promise<Warehouse> => {
  return found(store.get(warehouseEntity, { id }));
};

export const warehouseHandlers: Handlers<typeof warehouseRoutes> = {
  async createWarehouse({ body }, { newId, now, save }) {
    const warehouse = newWarehouse(body, newId("warehouse"), now);
    return save({
      writes: [create(warehouseEntity, warehouse)],
      happened: [happened(warehouseCreated, warehouse)],
      answer: warehouse,
    });
  },

  async listWarehouses({ query }, { store }) {
    return store.list<Warehouse>({
      index: "list",
      pk: stockPartitions.warehouses,
      ...pagingOf(query),
    });
  },

  async readWarehouse({ params }, context) {
    return loadWarehouse(context, params.warehouseId);
  },

  async changeWarehouse({ params, body }, context) {
    const warehouse = await loadWarehouse(context, params.warehouseId);
    checkVersion(context, warehouse);
    const changed = changedWarehouse(warehouse, body, context.now);
    return context.save({
      writes: [update(warehouseEntity, changed)],
      happened: [happened(warehouseChanged, changed)],
      answer: changed,
    });
  },
};
