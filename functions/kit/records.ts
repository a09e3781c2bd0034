import { Member, Tenant } from "../../domain/access/records.ts";
import { Settings } from "../../domain/settings/settings.ts";
import { entity } from "./table/entity.ts";

/** The records that every request reads. Their routes are in functions/access. */
export const tenantEntity = entity<Tenant, unknown>({
  name: "tenant",
  schema: Tenant,
  key: () => ({ pk: "", sk: "TENANT" }),
});

export const memberEntity = entity<Member, { readonly id: string }>({
  name: "member",
  schema: Member,
  key: ({ id }) => ({ pk: `MEMBER#${id}`, sk: "MEMBER" }),
  indexes: (member) => ({
    list: { pk: "MEMBERS", sk: member.id },
    ...(member.teamId ? { team: { pk: `TEAM#${member.teamId}#MEMBERS`, sk: member.id } } : {}),
  }),
});

export const settingsEntity = entity<Settings, unknown>({
  name: "settings",
  schema: Settings,
  key: () => ({ pk: "", sk: "SETTINGS" }),
});
