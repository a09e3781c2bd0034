import { serve } from "../kit/serve.ts";
import { accountHandlers } from "./account-handlers.ts";
import { pendingHandlers } from "./pending-handlers.ts";
import { ledgerRoutes } from "./routes.ts";
import { transactionHandlers } from "./transaction-handlers.ts";

export const handler = serve(ledgerRoutes, { ...accountHandlers, ...transactionHandlers, ...pendingHandlers });
