import type { Handlers } from "../kit/serve.ts";
import { ageingHandlers } from "./ageing-handlers.ts";
import { invoiceHandlers } from "./invoice-handlers.ts";
import { paymentHandlers } from "./payment-handlers.ts";
import { revaluationHandlers } from "./revaluation-handlers.ts";
import type { financeRoutes } from "./routes.ts";
import { financeSettingsHandlers } from "./settings-handlers.ts";

export const financeHandlers: Handlers<typeof financeRoutes> = {
  ...financeSettingsHandlers,
  ...invoiceHandlers,
  ...paymentHandlers,
  ...ageingHandlers,
  ...revaluationHandlers,
};
