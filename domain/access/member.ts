import * as z from "zod";
import { Failure } from "../kernel/errors.ts";
import { Id } from "../kernel/id.ts";
import type { Instant } from "../kernel/time.ts";
import { Email, emailKey } from "./email.ts";
import { Role } from "./permissions.ts";
import { type AdminCount, Member } from "./records.ts";

const { name } = Member.shape;

/** What makes a member. */
export const NewMember = z.strictObject({
  email: Email.meta({
    description: "What the member signs in with. One address belongs to one member of the company",
  }),
  name,
  role: Role,
  teamId: Id("team").optional(),
});
export type NewMember = z.infer<typeof NewMember>;

/** What may be changed of a member. `teamId: null` takes the member out of the team. */
export const MemberChange = z.strictObject({
  name: name.optional(),
  role: Role.optional(),
  teamId: Id("team").nullable().optional(),
});
export type MemberChange = z.infer<typeof MemberChange>;

/** A new member. */
export const invitedMember = (input: NewMember, id: string, now: Instant): Member => ({
  id,
  version: 1,
  ...input,
  email: emailKey(input.email),
  status: "active",
  createdAt: now,
  updatedAt: now,
});

const next = (member: Member, now: Instant) => ({ version: member.version + 1, updatedAt: now });

/** The member after a change. @throws member.dismissed */
export const changedMember = (member: Member, change: MemberChange, now: Instant): Member => {
  if (member.status === "dismissed")
    throw new Failure("member.dismissed", { detail: "Reinstate the member first." });
  const { teamId, ...rest } = change;
  return {
    ...member,
    ...rest,
    ...(teamId === undefined ? {} : { teamId: teamId ?? undefined }),
    ...next(member, now),
  };
};

/** The member after the dismissal by another. @throws member.self-dismissal, member.dismissed */
export const dismissedMember = (member: Member, byId: string, now: Instant): Member => {
  if (member.id === byId) throw new Failure("member.self-dismissal");
  if (member.status === "dismissed") throw new Failure("member.dismissed");
  return { ...member, status: "dismissed", ...next(member, now) };
};

/** The member, active again, in the former team where it is still there. @throws member.not-dismissed */
export const reinstatedMember = (member: Member, teamIsThere: boolean, now: Instant): Member => {
  if (member.status === "active") throw new Failure("member.not-dismissed");
  return {
    ...member,
    status: "active",
    teamId: teamIsThere ? member.teamId : undefined,
    ...next(member, now),
  };
};

/**
 * The member, if clients, deals and other work may be given to them. Whatever names a new owner, participant
 * or head goes through this.
 * @param pointer where the request names the member
 * @throws reference.unknown when there is no such member, member.not-assignable when they are dismissed
 */
export const checkAssignable = (member: Member | undefined, pointer = "/ownerId"): Member => {
  if (!member) throw new Failure("reference.unknown", { fields: [{ pointer, reason: "names no member" }] });
  if (member.status !== "active")
    throw new Failure("member.not-assignable", { fields: [{ pointer, reason: "is dismissed" }] });
  return member;
};

const isActiveAdmin = (member: Member | undefined): boolean =>
  member?.status === "active" && member.role === "admin";

/** Whether a change of a member makes or unmakes an active admin. */
export const touchesAdmins = (before: Member | undefined, after: Member): boolean =>
  isActiveAdmin(before) !== isActiveAdmin(after);

/** The count of active admins after such a change. @throws member.last-admin */
export const adminsAfter = (count: AdminCount, after: Member): AdminCount => {
  const admins = count.admins + (isActiveAdmin(after) ? 1 : -1);
  if (admins < 1) throw new Failure("member.last-admin", { detail: "Make another member an admin first." });
  return { version: count.version + 1, admins };
};
