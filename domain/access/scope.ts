import type { Scope } from "./permissions.ts";
import type { Member } from "./records.ts";

/** A record that belongs to a member and a team. */
export interface Owned {
  readonly ownerId?: string | undefined;
  readonly teamId?: string | undefined;
  /** Members who work on it beside the owner. */
  readonly participantIds?: readonly string[] | undefined;
}

/**
 * Whether a right of this scope reaches a record: `own` what the member owns or takes part in, `team` also what
 * belongs to the member's team, `all` everything. What it does not reach answers like what does not exist.
 */
export const visible = (member: Pick<Member, "id" | "teamId">, scope: Scope, record: Owned): boolean =>
  scope === "all" ||
  record.ownerId === member.id ||
  (record.participantIds?.includes(member.id) ?? false) ||
  (scope === "team" && member.teamId !== undefined && record.teamId === member.teamId);
