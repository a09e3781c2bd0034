import { randomUUID } from "node:crypto";
import { accessRoutes } from "../../functions/access/routes.ts";
import { clientOf } from "../../functions/client.ts";
import { clientRoutes } from "../../functions/clients/routes.ts";
import { dealRoutes } from "../../functions/deals/routes.ts";
import { productRoutes } from "../../functions/products/routes.ts";
import { settingsRoutes } from "../../functions/settings/routes.ts";
import { newTenant, settle, stackUrl, tokenFor } from "../support/client.ts";

const routes = { ...accessRoutes, ...settingsRoutes, ...clientRoutes, ...productRoutes, ...dealRoutes };
/** The API as the bearer of a token calls it. */
export const as = (token: string) => clientOf(routes, { baseUrl: stackUrl(), token });

/** A company of the test's own: its admin, and whoever it hires. */
export const company = async () => {
  const { token, adminMemberId } = await newTenant({ currency: "EUR" });
  const admin = as(token);
  const team = async (name: string) => (await admin.createTeam({ body: { name } })).id;
  const hire = async (role: "manager" | "head" | "auditor" | "warehouse", teamId?: string) => {
    const email = `${randomUUID()}@test.example`;
    const { id } = await admin.inviteMember({ body: { email, name: `${role} Ș`, role, teamId } });
    await settle();
    return { id, email, call: as(await tokenFor(email)) };
  };
  return { token, admin, adminMemberId, team, hire };
};
export type Company = Awaited<ReturnType<typeof company>>;

/** The codes and pointers of a failed call. */
export const failure = (code: string, status: number, ...pointers: string[]) => ({
  code,
  status,
  ...(pointers.length > 0 ? { fields: pointers.map((pointer) => ({ pointer })) } : {}),
});

export const dayMs = 86_400_000;
/** An instant so many days ago. */
export const daysAgo = (days: number): string => new Date(Date.now() - days * dayMs).toISOString();
