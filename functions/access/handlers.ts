import type { Ground } from "../kit/machine.ts";
import type { Handlers } from "../kit/serve.ts";
import { companyHandlers } from "./companies.ts";
import { memberHandlers } from "./members.ts";
import type { accessRoutes } from "./routes.ts";
import { teamHandlers } from "./teams.ts";
import { tenantHandlers } from "./tenant.ts";

export const accessHandlers = (ground: Ground): Handlers<typeof accessRoutes> => ({
  ...memberHandlers,
  ...companyHandlers(ground),
  ...tenantHandlers,
  ...teamHandlers,
});
