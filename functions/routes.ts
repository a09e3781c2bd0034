import { accessRoutes } from "./access/routes.ts";
import { clientRoutes } from "./clients/routes.ts";
import { contractRoutes } from "./contracts/routes.ts";
import { dealRoutes } from "./deals/routes.ts";
import { dealShippingRoutes } from "./deals/shipping-routes.ts";
import { docsRoutes } from "./docs/routes.ts";
import { financeRoutes } from "./finance/routes.ts";
import { importRoutes } from "./imports/routes.ts";
import { ledgerRoutes } from "./ledger/routes.ts";
import { quoteRoutes } from "./orders/quote-routes.ts";
import { orderRoutes } from "./orders/routes.ts";
import { peopleRoutes } from "./people/routes.ts";
import { productRoutes } from "./products/routes.ts";
import { profitRoutes } from "./profit/routes.ts";
import { settingsRoutes } from "./settings/routes.ts";
import { stockRoutes } from "./stock/routes.ts";

/**
 * Every route of the product under its name, which is unique: the typed client, the OpenAPI document and the
 * tests are made from this table. It imports declarations alone, so that a client can be built without AWS.
 */
export const allRoutes = {
  ...accessRoutes,
  ...settingsRoutes,
  ...clientRoutes,
  ...productRoutes,
  ...dealRoutes,
  ...dealShippingRoutes,
  ...stockRoutes,
  ...contractRoutes,
  ...peopleRoutes,
  ...profitRoutes,
  ...ledgerRoutes,
  ...financeRoutes,
  ...orderRoutes,
  ...quoteRoutes,
  ...importRoutes,
  ...docsRoutes,
};
