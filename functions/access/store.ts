import { AdminCount, Team } from "../../domain/access/records.ts";
import { entity } from "../kit/table/entity.ts";

/**
 * Access patterns beside those of tenant, member and settings (functions/kit/records.ts): a team by id;
 * all teams of a tenant in one consistent query; the count of active admins.
 */
export const teamsPartition = "TEAMS";

/** Teams lie in one partition and are bounded, so that who heads what can be asked exactly. */
export const mostTeams = 500;

export const teamEntity = entity<Team, { readonly id: string }>({
  name: "team",
  schema: Team,
  key: ({ id }) => ({ pk: teamsPartition, sk: `TEAM#${id}` }),
});

export const adminCountEntity = entity<AdminCount, unknown>({
  name: "admin-count",
  schema: AdminCount,
  key: () => ({ pk: "", sk: "ADMINS" }),
});
