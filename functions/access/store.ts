import * as z from "zod";
import { Handover } from "../../domain/access/handover.ts";
import { AdminCount, Team } from "../../domain/access/records.ts";
import { entity } from "../kit/table/entity.ts";

/**
 * Access patterns beside those of tenant, member and settings (functions/kit/records.ts): a team by id;
 * all teams of a tenant in one consistent query; the count of active admins; the handover of a member.
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

/** Lies with its member, beside the record that every request reads. */
export const handoverEntity = entity<Handover, { readonly memberId: string }>({
  name: "handover",
  schema: Handover,
  key: ({ memberId }) => ({ pk: `MEMBER#${memberId}`, sk: "HANDOVER" }),
});

const DeletedTeam = z.object({ id: z.string(), version: z.int(), expiresAtSeconds: z.int() });

/** What is left of a deleted team for a while: it carries the event of the deletion into the stream. */
export const deletedTeamEntity = entity<z.infer<typeof DeletedTeam>, { readonly id: string }>({
  name: "deleted-team",
  schema: DeletedTeam,
  key: ({ id }) => ({ pk: `DELETED-TEAM#${id}`, sk: "DELETED" }),
  expiresAt: (team) => team.expiresAtSeconds,
});
