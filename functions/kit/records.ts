import { Member, Tenant } from "../../domain/access/records.ts";
import { folded } from "../../domain/clients/fold.ts";
import { SettingsHead, SettingsPart } from "../../domain/settings/stored.ts";
import { entity } from "./table/entity.ts";

/** The records that every request reads. Their routes are in functions/access. */
export const tenantEntity = entity<Tenant, unknown>({
  name: "tenant",
  schema: Tenant,
  key: () => ({ pk: "", sk: "TENANT" }),
});

/** Lists of members: by state, and by name in any case and without diacritics. */
const placeInList = (member: Member): string => {
  const name = Array.from(folded(member.name)).slice(0, 60).join("");
  return `${member.status}#${name}#${member.id}`;
};

export const memberEntity = entity<Member, { readonly id: string }>({
  name: "member",
  schema: Member,
  key: ({ id }) => ({ pk: `MEMBER#${id}`, sk: "MEMBER" }),
  indexes: (member) => ({
    list: { pk: "MEMBERS", sk: placeInList(member) },
    ...(member.teamId ? { team: { pk: `TEAM#${member.teamId}#MEMBERS`, sk: placeInList(member) } } : {}),
  }),
});

export const settingsEntity = entity<SettingsHead, unknown>({
  name: "settings",
  schema: SettingsHead,
  key: () => ({ pk: "", sk: "SETTINGS" }),
});

export const settingsPartEntity = entity<SettingsPart, Pick<SettingsPart, "part">>({
  name: "settings-part",
  schema: SettingsPart,
  key: ({ part }) => ({ pk: "", sk: `SETTINGS#${part}` }),
});
