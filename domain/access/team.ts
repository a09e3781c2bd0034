import * as z from "zod";
import { Failure } from "../kernel/errors.ts";
import { Id } from "../kernel/id.ts";
import type { Instant } from "../kernel/time.ts";
import { checkAssignable } from "./member.ts";
import { type Member, Team } from "./records.ts";

const { name } = Team.shape;

/** What makes a team. */
export const NewTeam = z.strictObject({ name, headId: Id("member").optional() });
export type NewTeam = z.infer<typeof NewTeam>;

/** What may be changed of a team. `headId: null` leaves it without a head. */
export const TeamChange = z.strictObject({
  name: name.optional(),
  headId: Id("member").nullable().optional(),
});
export type TeamChange = z.infer<typeof TeamChange>;

/** A team without a head and without members. */
export const newTeam = (teamName: string, id: string, now: Instant): Team => ({
  id,
  version: 1,
  name: teamName,
  members: 0,
  createdAt: now,
  updatedAt: now,
});

const teamOf = (member: Member | undefined): string | undefined =>
  member?.status === "active" ? member.teamId : undefined;

/** Whether a member may stay the head of a team: active, of the right role, and (a `head`) in that team. */
const fits = (member: Member, teamId: string): boolean =>
  member.status === "active" &&
  (member.role === "admin" || (member.role === "head" && member.teamId === teamId));

/**
 * The teams that change when a member does, in their next version: those that the member leaves and joins
 * count their members anew, and those that a dismissed member was the head of have none.
 * @param teams all teams of the tenant
 * @throws reference.unknown when the member's team is not there; member.heads-team when the member is the
 *   head of a team and would not fit any more
 */
export const teamsAfter = (
  teams: readonly Team[],
  before: Member | undefined,
  after: Member,
  now: Instant,
): Team[] => {
  const [left, joined] = [teamOf(before), teamOf(after)];
  if (joined !== undefined && !teams.some(({ id }) => id === joined))
    throw new Failure("reference.unknown", { fields: [{ pointer: "/teamId", reason: "names no team" }] });
  return teams.flatMap((team) => {
    const headless = team.headId === after.id && !fits(after, team.id);
    if (headless && after.status === "active")
      throw new Failure("member.heads-team", {
        detail: `The member is the head of ${team.id}; give it another head first.`,
      });
    const moved = Number(team.id === joined) - Number(team.id === left);
    if (!headless && moved === 0) return [];
    return {
      ...team,
      members: team.members + moved,
      ...(headless ? { headId: undefined } : {}),
      version: team.version + 1,
      updatedAt: now,
    };
  });
};

/** The team after a change of its name, or without a head. */
export const changedTeam = (team: Team, { name: newName, headId }: TeamChange, now: Instant): Team => ({
  ...team,
  ...(newName === undefined ? {} : { name: newName }),
  ...(headId === null ? { headId: undefined } : {}),
  version: team.version + 1,
  updatedAt: now,
});

export interface Led {
  readonly team: Team;
  /** The teams that count their members anew because the head came from there. */
  readonly others: readonly Team[];
  /** The new head in the next version: written with the team, so that a dismissal at the same moment notices. */
  readonly head: Member;
}

/**
 * Makes a member the head of a team. A member with the role `head` joins the team (and so leads one at
 * most); an admin may lead any number from outside.
 * @param team as it will be written, but for head and number of members
 * @param teams the other teams of the tenant; the team itself may be among them
 * @throws reference.unknown, member.not-assignable, team.head-unfit, member.heads-team
 */
export const led = (team: Team, teams: readonly Team[], head: Member | undefined, now: Instant): Led => {
  const fit = checkAssignable(head, "/headId");
  if (fit.role !== "head" && fit.role !== "admin")
    throw new Failure("team.head-unfit", {
      fields: [{ pointer: "/headId", reason: `names a member with the role ${fit.role}` }],
    });
  const after: Member = {
    ...fit,
    ...(fit.role === "head" ? { teamId: team.id } : {}),
    version: fit.version + 1,
    updatedAt: now,
  };
  const changed = teamsAfter([team, ...teams.filter(({ id }) => id !== team.id)], fit, after, now);
  const members = changed.find(({ id }) => id === team.id)?.members ?? team.members;
  return {
    team: { ...team, headId: fit.id, members },
    others: changed.filter(({ id }) => id !== team.id),
    head: after,
  };
};

/** Refuses to delete a team that has active members. @throws team.not-empty */
export const checkEmpty = (team: Team): void => {
  if (team.members > 0)
    throw new Failure("team.not-empty", { detail: `It has ${team.members} active members.` });
};
