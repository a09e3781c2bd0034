import { Tenant } from "../../domain/access/records.ts";
import { TenantChange } from "../../domain/access/tenant.ts";
import { route } from "../kit/route.ts";

export const tenantRoutes = {
  readTenant: route({
    method: "GET",
    path: "/v1/tenant",
    summary: "The company, and what it has switched on",
    permission: "tenant:read",
    status: 200,
    output: Tenant,
    versioned: true,
  }),
  changeTenant: route({
    method: "PATCH",
    path: "/v1/tenant",
    summary: "Change name, place or switches of the company",
    description: "The currency is fixed: all sums are counted in it.",
    permission: "tenant:write",
    body: TenantChange,
    status: 200,
    output: Tenant,
    versioned: true,
  }),
};
