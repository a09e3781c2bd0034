import { clientOf } from "../../functions/client.ts";
import { allRoutes } from "../../functions/routes.ts";
import { newTenant, stackUrl } from "../support/client.ts";

/** A tenant of the test's own. */
export const newCompany = async () => {
  const tenant = await newTenant({ currency: "EUR" });
  return { ...tenant, call: clientOf(allRoutes, { baseUrl: stackUrl(), token: tenant.token }) };
};
export type Company = Awaited<ReturnType<typeof newCompany>>;

let n = 0;
/** A product, and a warehouse with a second place, of the test's own. */
export const ground = async ({ call }: Company) => {
  const [product, warehouse] = await Promise.all([
    call.createProduct({ body: { code: `P-${n++}`, name: "Făină", unit: { name: "kg", scale: 3 } } }),
    call.createWarehouse({ body: { name: `W-${n++}`, places: [{ code: "A-1" }] } }),
  ]);
  return { productId: product.id, warehouseId: warehouse.id };
};
