import type { Handlers } from "../kit/serve.ts";
import { memberHandlers } from "./members.ts";
import type { accessRoutes } from "./routes.ts";
import { teamHandlers } from "./teams.ts";
import { tenantHandlers } from "./tenant.ts";

export const accessHandlers: Handlers<typeof accessRoutes> = {
  ...memberHandlers,
  ...tenantHandlers,
  ...teamHandlers,
};
