import { ageingRoutes } from "./ageing-routes.ts";
import { invoiceRoutes } from "./invoice-routes.ts";
import { paymentRoutes } from "./payment-routes.ts";
import { revaluationRoutes } from "./revaluation-routes.ts";
import { financeSettingsRoutes } from "./settings-routes.ts";

export const financeRoutes = {
  ...financeSettingsRoutes,
  ...invoiceRoutes,
  ...paymentRoutes,
  ...ageingRoutes,
  ...revaluationRoutes,
};
