import { emailKey } from "../../domain/access/email.ts";
import type { Tenant } from "../../domain/access/records.ts";
import { notFound } from "../../domain/kernel/errors.ts";
import type { Ground } from "../kit/machine.ts";
import { tenantEntity } from "../kit/records.ts";
import type { OutputOf } from "../kit/route.ts";
import type { Handlers } from "../kit/serve.ts";
import { newMeter } from "../kit/table/database.ts";
import { fromItem, itemKey } from "../kit/table/item.ts";
import { StaleWrite } from "../kit/table/store.ts";
import { createSystem, SystemStore, updateSystem } from "../kit/table/system.ts";
import { companyChoiceEntity } from "./claims.ts";
import type { companyRoutes } from "./company-routes.ts";
import { activeMemberships } from "./memberships.ts";

type MyCompany = OutputOf<typeof companyRoutes.enterCompany>;

/** The companies of the person behind a member: others than the tenant's, so that they are read above tenants. */
export const companyHandlers = (ground: Ground): Handlers<typeof companyRoutes> => {
  const companiesOf = async (email: string): Promise<MyCompany[]> => {
    const database = ground.database(newMeter());
    const memberships = await activeMemberships(database, email);
    const items = await database.batchGet(
      memberships.map(({ tenantId }) => itemKey(tenantId, tenantEntity.key({}))),
    );
    const tenants = new Map(items.map((item) => fromItem<Tenant>(item)).map((one) => [one.id, one]));
    return memberships.flatMap(({ tenantId, member }, at): MyCompany[] => {
      const tenant = tenants.get(tenantId);
      const { id: memberId, role, createdAt: invitedAt } = member;
      return tenant ? [{ tenantId, name: tenant.name, memberId, role, invitedAt, isEntered: at === 0 }] : [];
    });
  };

  return {
    async listMyCompanies(_, { member }) {
      return { items: await companiesOf(member.email) };
    },

    async enterCompany({ params: { tenantId } }, { member, save }) {
      const company = (await companiesOf(member.email)).find((one) => one.tenantId === tenantId);
      if (!company) throw notFound();
      const email = emailKey(member.email);
      const before = await new SystemStore(ground.database(newMeter())).get(companyChoiceEntity, { email });
      const choice = { version: (before?.version ?? 0) + 1, email, tenantId };
      return save({
        writes: [
          before
            ? updateSystem(companyChoiceEntity, choice)
            : createSystem(companyChoiceEntity, choice, () => new StaleWrite()),
        ],
        answer: { ...company, isEntered: true },
      });
    },
  };
};
