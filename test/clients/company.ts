import { randomUUID } from "node:crypto";
import { accessRoutes } from "../../functions/access/routes.ts";
import { clientOf, itemsOf } from "../../functions/client.ts";
import type { ClientQuery } from "../../functions/clients/list.ts";
import { clientRoutes } from "../../functions/clients/routes.ts";
import { settingsRoutes } from "../../functions/settings/routes.ts";
import { newTenant, settle, stackUrl, tokenFor } from "../support/client.ts";

const routes = { ...accessRoutes, ...settingsRoutes, ...clientRoutes };

/** The API as the bearer of a token calls it. */
export const as = (token: string) => clientOf(routes, { baseUrl: stackUrl(), token });
export type Api = ReturnType<typeof as>;

/** A company of the test's own in Romania, and whoever it hires. */
export const company = async () => {
  const tenant = await newTenant({ country: "RO" });
  const admin = as(tenant.token);
  const team = async (name: string) => (await admin.createTeam({ body: { name } })).id;
  const hire = async (role: "manager" | "head" | "marketer" | "auditor" | "warehouse", teamId?: string) => {
    const email = `${randomUUID()}@test.example`;
    const { id } = await admin.inviteMember({ body: { email, name: role, role, teamId } });
    await settle();
    return { id, teamId, api: as(await tokenFor(email)) };
  };
  return { ...tenant, admin, team, hire };
};

/** Names of all clients of a list, page after page. */
export const namesOf = async (
  api: Api,
  query: Omit<ClientQuery, "limit"> & { readonly limit?: number } = {},
) => {
  const names: string[] = [];
  for await (const { name } of itemsOf((cursor) => api.listClients({ query: { ...query, cursor } })))
    names.push(name);
  return names;
};

/** A failed call: its code and status, and every place at fault. */
export const failure = (code: string, status: number, ...pointers: string[]) => ({
  code,
  status,
  ...(pointers.length > 0 ? { fields: pointers.map((pointer) => ({ pointer })) } : {}),
});

export const notFound = failure("record.not-found", 404);
export const forbidden = failure("access.forbidden", 403);
/** An id of the right form that names nothing. */
export const nobody = (prefix: string): string => `${prefix}_01JD8Z5T2V9Q4R6W8Y0A1B3C5D`;
