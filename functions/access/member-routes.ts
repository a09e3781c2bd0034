import * as z from "zod";
import { Feature } from "../../domain/access/features.ts";
import { HandoverProgress } from "../../domain/access/handover.ts";
import { MemberChange, NewMember } from "../../domain/access/member.ts";
import { permissions, scopes } from "../../domain/access/permissions.ts";
import { Member, MemberStatus, Tenant } from "../../domain/access/records.ts";
import { Id } from "../../domain/kernel/id.ts";
import { PageQuery, pageOf } from "../../domain/kernel/page.ts";
import { route } from "../kit/route.ts";

const params = z.strictObject({ memberId: Id("member") });

const MemberWithHandover = Member.extend({
  handover: HandoverProgress.optional().meta({ description: "Of the last dismissal" }),
}).meta({ id: "MemberWithHandover" });

const Me = z
  .object({
    member: Member,
    tenant: Tenant,
    rights: z.partialRecord(z.enum(permissions), z.enum(scopes)).meta({
      description: "The permissions of the member's role, each with how far it reaches",
    }),
    features: z.array(Feature).meta({ description: "What the tenant has switched on" }),
  })
  .meta({ id: "Me" });

export const memberRoutes = {
  readMe: route({
    method: "GET",
    path: "/v1/me",
    summary: "Who I am here, and what I may do",
    permission: "member",
    status: 200,
    output: Me,
  }),
  inviteMember: route({
    method: "POST",
    path: "/v1/members",
    summary: "Invite a member",
    description:
      "The member gets a login for the address and may use it at once. Somebody who has one already, for another company, keeps it " +
      "and finds this company among theirs (`/v1/me/companies`); the answer is the same.",
    permission: "member:write",
    body: NewMember,
    status: 201,
    output: Member,
    versioned: true,
    failures: ["member.email-taken", "reference.unknown"],
  }),
  listMembers: route({
    method: "GET",
    path: "/v1/members",
    summary: "Members by name, those active first",
    permission: "member:read",
    query: z.strictObject({
      ...PageQuery,
      teamId: Id("team").optional(),
      status: MemberStatus.optional(),
    }),
    status: 200,
    output: pageOf(Member),
  }),
  readMember: route({
    method: "GET",
    path: "/v1/members/{memberId}",
    summary: "A member, and how far the handover of a dismissed one has come",
    permission: "member:read",
    params,
    status: 200,
    output: MemberWithHandover,
    versioned: true,
  }),
  changeMember: route({
    method: "PATCH",
    path: "/v1/members/{memberId}",
    summary: "Change name, role or team of a member",
    description:
      "Holds from the member's next request on. Clients and deals stay in the team in which the member got them.",
    permission: "member:write",
    params,
    body: MemberChange,
    status: 200,
    output: Member,
    versioned: true,
    failures: ["member.dismissed", "member.last-admin", "member.heads-team", "reference.unknown"],
  }),
  dismissMember: route({
    method: "POST",
    path: "/v1/members/{memberId}/dismissal",
    summary: "Dismiss a member and hand over the work",
    description:
      "The member's next request is refused. Clients, open deals and the part taken in open deals pass to `handOverTo` as a " +
      "job; its progress is the `handover` of the member. A team that the member was the head of is left without one.",
    permission: "member:write",
    params,
    body: z.strictObject({ handOverTo: Id("member") }),
    status: 202,
    output: MemberWithHandover,
    versioned: true,
    failures: [
      "member.self-dismissal",
      "member.dismissed",
      "member.last-admin",
      "member.not-assignable",
      "reference.unknown",
    ],
  }),
  reinstateMember: route({
    method: "POST",
    path: "/v1/members/{memberId}/reinstatement",
    summary: "Take a dismissed member back",
    description:
      "With the former role, and in the former team if it is still there. A handover that is under way stops; " +
      "what was handed over stays where it is.",
    permission: "member:write",
    params,
    status: 200,
    output: MemberWithHandover,
    versioned: true,
    failures: ["member.not-dismissed"],
  }),
};
