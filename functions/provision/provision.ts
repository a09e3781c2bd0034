import { createHash } from "node:crypto";
import { founded, TenantOrder } from "../../domain/access/tenant.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { standardSettings } from "../../domain/settings/standard.ts";
import { memberInvited, tenantCreated } from "../../events/access.ts";
import { happened } from "../../events/event.ts";
import { emailClaimEntity, emailClaiming } from "../access/claims.ts";
import { adminCountEntity } from "../access/store.ts";
import { momentOf, saveAs } from "../kit/context.ts";
import { externalIdsClaimedEntity } from "../kit/external-id.ts";
import type { Ground } from "../kit/machine.ts";
import { memberEntity, settingsEntity, tenantEntity } from "../kit/records.ts";
import { newMeter } from "../kit/table/database.ts";
import { create, Store } from "../kit/table/store.ts";
import { SystemStore } from "../kit/table/system.ts";
import { chartWrites } from "../ledger/chart.ts";

export interface Provisioned {
  readonly tenantId: string;
  readonly adminMemberId: string;
}

const digestOf = (order: TenantOrder): string =>
  createHash("sha256").update(JSON.stringify(order)).digest("base64url");

/**
 * Makes a tenant with its settings, its chart of accounts and its first admin, in one transaction. The same order given again
 * has the same result.
 * @throws request.invalid, with what is wrong; member.email-taken when the address belongs to another order
 */
export const provision = async (payload: unknown, ground: Ground): Promise<Provisioned> => {
  const parsed = TenantOrder.safeParse(payload);
  if (!parsed.success)
    throw new Failure("request.invalid", {
      detail: parsed.error.issues.map(({ path, message }) => `/${path.join("/")}: ${message}`).join("; "),
    });
  const order = parsed.data;
  const digest = digestOf(order);
  const database = ground.database(newMeter());
  const madeBefore = async (): Promise<Provisioned | undefined> => {
    const claim = await new SystemStore(database).get(emailClaimEntity, { email: order.adminEmail });
    if (claim && claim.order !== digest)
      throw new Failure("member.email-taken", { detail: `${order.adminEmail} belongs to a member already.` });
    return claim && { tenantId: claim.tenantId, adminMemberId: claim.memberId };
  };

  const before = await madeBefore();
  if (before) return before;

  const { now, newId } = momentOf(ground);
  const [tenantId, memberId] = [newId("tenant"), newId("member")];
  const { tenant, admin, adminCount } = founded(order, { tenantId, memberId }, now);
  try {
    await saveAs(
      { store: new Store(database, tenantId), now, correlationId: newId("change"), newId },
      "system",
      {
        writes: [
          create(tenantEntity, tenant),
          create(settingsEntity, standardSettings()),
          create(externalIdsClaimedEntity, { version: 1 }),
          create(memberEntity, admin),
          create(adminCountEntity, adminCount),
          emailClaiming({ email: admin.email, tenantId, memberId, order: digest }, "/adminEmail"),
          ...chartWrites(now),
        ],
        happened: [happened(tenantCreated, tenant), happened(memberInvited, admin)],
      },
    );
    return { tenantId, adminMemberId: memberId };
  } catch (error) {
    // The address was taken between look and write: by this very order, perhaps.
    const meanwhile = await madeBefore();
    if (meanwhile) return meanwhile;
    throw error;
  }
};
