import * as z from "zod";
import { Id } from "../../domain/kernel/id.ts";
import { PageQuery, pageOf } from "../../domain/kernel/page.ts";
import { NewWarehouse, Warehouse, WarehouseChange } from "../../domain/stock/warehouse.ts";
import { route } from "../kit/route.ts";

const params = z.strictObject({ warehouseId: Id("warehouse") });
const feature = "stock";

export const warehouseRoutes = {
  createWarehouse: route({
    feature,
    method: "POST",
    path: "/v1/warehouses",
    summary: "Set up a warehouse",
    permission: "stock:write",
    body: NewWarehouse,
    status: 201,
    output: Warehouse,
    versioned: true,
  }),
  listWarehouses: route({
    feature,
    method: "GET",
    path: "/v1/warehouses",
    summary: "The warehouses, by name",
    permission: "stock:read",
    query: z.strictObject(PageQuery),
    status: 200,
    output: pageOf(Warehouse),
  }),
  readWarehouse: route({
    feature,
    method: "GET",
    path: "/v1/warehouses/{warehouseId}",
    summary: "A warehouse with its places",
    permission: "stock:read",
    params,
    status: 200,
    output: Warehouse,
    versioned: true,
  }),
  changeWarehouse: route({
    feature,
    method: "PATCH",
    path: "/v1/warehouses/{warehouseId}",
    summary: "Change a warehouse, add and change its places",
    description:
      "A warehouse or place is never taken away: an inactive one takes nothing in, and what is there may leave.",
    permission: "stock:write",
    params,
    body: WarehouseChange,
    status: 200,
    output: Warehouse,
    versioned: true,
    failures: ["limit.exceeded"],
  }),
};
