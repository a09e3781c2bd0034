import { companyRoutes } from "./company-routes.ts";
import { memberRoutes } from "./member-routes.ts";
import { teamRoutes } from "./team-routes.ts";
import { tenantRoutes } from "./tenant-routes.ts";

export const accessRoutes = { ...memberRoutes, ...companyRoutes, ...tenantRoutes, ...teamRoutes };
