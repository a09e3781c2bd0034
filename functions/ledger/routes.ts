import { accountRoutes } from "./account-routes.ts";
import { pendingRoutes } from "./pending-routes.ts";
import { ledgerReadRoutes } from "./reads-routes.ts";
import { transactionRoutes } from "./transaction-routes.ts";

/** The subject's routes, each group with handlers of its own. */
export const ledgerRoutes = { ...accountRoutes, ...transactionRoutes, ...pendingRoutes, ...ledgerReadRoutes };
