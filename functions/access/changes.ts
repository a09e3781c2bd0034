import { adminsAfter, touchesAdmins } from "../../domain/access/member.ts";
import type { Member, Team } from "../../domain/access/records.ts";
import { teamChanged } from "../../events/access.ts";
import { type Happened, happened } from "../../events/event.ts";
import { memberEntity } from "../kit/records.ts";
import { fromItem } from "../kit/table/item.ts";
import { create, type Store, update, type Write } from "../kit/table/store.ts";
import { adminCountEntity, mostTeams, teamEntity, teamsPartition } from "./store.ts";

/** Some more than are let in, for those that come in at the same moment. */
const slack = 100;

/** All teams of the tenant, read consistently. */
export const teamsOf = async (store: Store): Promise<Team[]> =>
  (await store.collection(teamsPartition, mostTeams + slack, "TEAM#")).map((item) => fromItem<Team>(item));

/**
 * What is written when a member changes: the member, the teams, and the count of admins where it changes.
 * @throws member.last-admin
 */
export const memberWrites = async (
  store: Store,
  before: Member | undefined,
  after: Member,
  teams: readonly Team[],
): Promise<Write[]> => {
  const writes = [before ? update(memberEntity, after) : create(memberEntity, after)];
  for (const team of teams) writes.push(update(teamEntity, team));
  if (touchesAdmins(before, after)) {
    const count = await store.get(adminCountEntity, {});
    if (!count) throw new Error(`tenant ${store.tenantId} has no count of its admins`);
    writes.push(update(adminCountEntity, adminsAfter(count, after)));
  }
  return writes;
};

/** The events of teams whose head has changed; a number of members alone is no event. */
export const headsChanged = (before: readonly Team[], after: readonly Team[]): Happened[] =>
  after
    .filter((team) => before.find(({ id }) => id === team.id)?.headId !== team.headId)
    .map((team) => happened(teamChanged, team));
