import * as z from "zod";
import { Team } from "../../domain/access/records.ts";
import { NewTeam, TeamChange } from "../../domain/access/team.ts";
import { Id } from "../../domain/kernel/id.ts";
import { PageQuery, pageOf } from "../../domain/kernel/page.ts";
import { route } from "../kit/route.ts";

const params = z.strictObject({ teamId: Id("team") });
const headFailures = ["reference.unknown", "member.not-assignable", "team.head-unfit", "member.heads-team"];
const aboutHeads =
  "The head has the role `head` or `admin`. A member with the role `head` joins the team and leads no other; " +
  "an admin may lead any number of teams from outside.";

export const teamRoutes = {
  createTeam: route({
    method: "POST",
    path: "/v1/teams",
    summary: "Make a team",
    description: aboutHeads,
    permission: "member:write",
    body: NewTeam,
    status: 201,
    output: Team,
    versioned: true,
    failures: ["limit.exceeded", ...headFailures],
  }),
  listTeams: route({
    method: "GET",
    path: "/v1/teams",
    summary: "The teams, oldest first",
    permission: "member:read",
    query: z.strictObject(PageQuery),
    status: 200,
    output: pageOf(Team),
  }),
  readTeam: route({
    method: "GET",
    path: "/v1/teams/{teamId}",
    summary: "A team",
    permission: "member:read",
    params,
    status: 200,
    output: Team,
    versioned: true,
  }),
  changeTeam: route({
    method: "PATCH",
    path: "/v1/teams/{teamId}",
    summary: "Change name or head of a team",
    description: aboutHeads,
    permission: "member:write",
    params,
    body: TeamChange,
    status: 200,
    output: Team,
    versioned: true,
    failures: headFailures,
  }),
  deleteTeam: route({
    method: "DELETE",
    path: "/v1/teams/{teamId}",
    summary: "Delete a team without active members",
    permission: "member:write",
    params,
    status: 204,
    versioned: true,
    failures: ["team.not-empty"],
  }),
};
