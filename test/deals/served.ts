import { clientHandlers } from "../../functions/clients/handlers.ts";
import { clientRoutes } from "../../functions/clients/routes.ts";
import { dealHandlers } from "../../functions/deals/handlers.ts";
import { dealRoutes } from "../../functions/deals/routes.ts";
import { dealShippingHandlers } from "../../functions/deals/shipping.ts";
import { dealShippingRoutes } from "../../functions/deals/shipping-routes.ts";
import type { Ground } from "../../functions/kit/machine.ts";
import { serve } from "../../functions/kit/serve.ts";
import { orderHandlers } from "../../functions/orders/handlers.ts";
import { quoteHandlers } from "../../functions/orders/quote-handlers.ts";
import { quoteRoutes } from "../../functions/orders/quote-routes.ts";
import { orderRoutes } from "../../functions/orders/routes.ts";
import { productHandlers } from "../../functions/products/handlers.ts";
import { productRoutes } from "../../functions/products/routes.ts";
import { provision } from "../../functions/provision/provision.ts";
import { settingsHandlers } from "../../functions/settings/handlers.ts";
import { settingsRoutes } from "../../functions/settings/routes.ts";
import { stockHandlers } from "../../functions/stock/handlers.ts";
import { stockRoutes } from "../../functions/stock/routes.ts";
import { type Answer, type Call, caller } from "../access/ground.ts";

const routes = {
  ...{ ...clientRoutes, ...productRoutes, ...settingsRoutes, ...stockRoutes },
  ...{ ...orderRoutes, ...quoteRoutes, ...dealRoutes, ...dealShippingRoutes },
};
const handlers = {
  ...{ ...clientHandlers, ...productHandlers, ...settingsHandlers, ...stockHandlers },
  ...{ ...orderHandlers, ...quoteHandlers, ...dealHandlers, ...dealShippingHandlers },
};

/** An answer that is a success. */
export const good = (answer: Answer): Record<string, unknown> => {
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
  return answer.body;
};

/** A company with a client, a warehouse, and one more deal type; its routes are served here, on any table. */
export const servedCompany = async (ground: Ground, dealType: Record<string, unknown>) => {
  const { tenantId, adminMemberId: memberId } = await provision(
    { name: "Exemplu", adminEmail: `${dealType.id}@example.com`, currency: "RON" },
    ground,
  );
  const over = (on: Ground) => {
    const send = caller(serve(routes, handlers, on));
    return (call: Call): Promise<Answer> => send({ tenantId, memberId }, call);
  };
  const answered = over(ground);
  const send = async (
    route: string,
    { body, params }: { body?: unknown; params?: Record<string, string> } = {},
  ) => good(await answered({ route, ...(body ? { body } : {}), ...(params ? { params } : {}) }));
  const { dealTypes } = await send("GET /v1/settings");
  await send("PUT /v1/settings/deal-types", {
    body: { dealTypes: [...(Array.isArray(dealTypes) ? dealTypes : []), dealType] },
  });
  const clientId = String((await send("POST /v1/clients", { body: { name: "Client" } })).id);
  const warehouseId = String((await send("POST /v1/warehouses", { body: { name: "Ghencea" } })).id);
  const product = async (code: string) => {
    const body = { code, name: code, prices: [{ currency: "RON", unitPriceMinor: 100 }] };
    return String((await send("POST /v1/products", { body })).id);
  };
  return { over, send, answered, clientId, warehouseId, product };
};
