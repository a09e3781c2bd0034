import { newId } from "../../domain/kernel/id.ts";
import { accessHandlers } from "../../functions/access/handlers.ts";
import { accessRoutes } from "../../functions/access/routes.ts";
import { systemEntropy } from "../../functions/kit/clock.ts";
import { serve } from "../../functions/kit/serve.ts";
import { newMeter } from "../../functions/kit/table/database.ts";
import { Store } from "../../functions/kit/table/store.ts";
import { provision } from "../../functions/provision/provision.ts";
import { settingsHandlers } from "../../functions/settings/handlers.ts";
import { settingsRoutes } from "../../functions/settings/routes.ts";
import { type Answer, type Call, caller, type TestGround } from "./ground.ts";

/** An id that names nothing. */
export const unknownId = (kind: "member" | "team"): string => newId(kind, 0, systemEntropy);

let made = 0;
/** An address that nobody has used. */
export const freshEmail = (): string => `person-${process.pid}-${++made}@example.com`;

const callsOn = (ground: TestGround) =>
  caller(
    serve({ ...accessRoutes, ...settingsRoutes }, { ...accessHandlers(ground), ...settingsHandlers }, ground),
  );

/** The admin's calls to a company on another ground: one where something goes wrong, say. */
export const callerOn =
  (ground: TestGround, { tenantId, adminMemberId: memberId }: Pick<Company, "tenantId" | "adminMemberId">) =>
  (call: Call) =>
    callsOn(ground)({ tenantId, memberId }, call);

/** A tenant of our own with its admin, and the API as its members call it. */
export const openCompany = async (ground: TestGround) => {
  const { tenantId, adminMemberId } = await provision(
    { name: "Exemplu SRL", adminEmail: freshEmail() },
    ground,
  );
  const send = callsOn(ground);
  const as = (memberId: string) => (call: Call) => send({ tenantId, memberId }, call);
  const admin = as(adminMemberId);
  const invite = async (given: { role?: string; teamId?: string; name?: string } = {}): Promise<string> => {
    const answer = await admin({
      route: "POST /v1/members",
      body: { email: freshEmail(), name: "Ion Ionescu", role: "manager", ...given },
    });
    return idOf(answer);
  };
  const team = async (name = "West"): Promise<string> =>
    idOf(await admin({ route: "POST /v1/teams", body: { name } }));
  const dismiss = (memberId: string, handOverTo: string, by = admin) =>
    by({ route: "POST /v1/members/{memberId}/dismissal", params: { memberId }, body: { handOverTo } });
  const store = new Store(ground.database(newMeter()), tenantId);
  return { tenantId, adminMemberId, as, admin, invite, team, dismiss, store };
};
export type Company = Awaited<ReturnType<typeof openCompany>>;

export const idOf = ({ status, body }: Answer): string => {
  if (status !== 201 || typeof body.id !== "string") throw new Error(`not made: ${JSON.stringify(body)}`);
  return body.id;
};
