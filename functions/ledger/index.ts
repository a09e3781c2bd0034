import { serve } from "../kit/serve.ts";
import { accountHandlers } from "./account-handlers.ts";
import { lockHandlers } from "./lock.ts";
import { pendingHandlers } from "./pending-handlers.ts";
import { readHandlers } from "./reads.ts";
import { ledgerRoutes } from "./routes.ts";
import { transactionHandlers } from "./transaction-handlers.ts";
import { turnoverHandlers } from "./turnover.ts";
import { verifyLedger } from "./verify.ts";

export const handler = serve(ledgerRoutes, {
  ...accountHandlers,
  ...transactionHandlers,
  ...pendingHandlers,
  ...readHandlers,
  ...turnoverHandlers,
  ...lockHandlers,
  verifyLedger,
});
