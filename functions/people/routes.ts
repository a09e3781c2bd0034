import * as z from "zod";
import { Id } from "../../domain/kernel/id.ts";
import { PageQuery, pageOf } from "../../domain/kernel/page.ts";
import { Day } from "../../domain/kernel/time.ts";
import { NewTimeEntry, TimeEntry, TimeReversal } from "../../domain/people/entry.ts";
import {
  MemberPosts,
  NewPosition,
  Position,
  PositionChange,
  PostsChange,
} from "../../domain/people/position.ts";
import { route } from "../kit/route.ts";

const positionParams = z.strictObject({ positionId: Id("position") });
const memberParams = z.strictObject({ memberId: Id("member") });
const timeParams = z.strictObject({ timeEntryId: Id("timeEntry") });
const shared = { feature: "time" } as const;

/** Why the ledger may refuse time. */
const postingFailures = [
  "ledger.limit-exceeded",
  "ledger.period-locked",
  "ledger.effective-day",
  "ledger.account-closed",
  "ledger.account-unfit",
  "money.overflow",
] as const;

export const peopleRoutes = {
  createPosition: route({
    ...shared,
    method: "POST",
    path: "/v1/positions",
    summary: "Add a position with its rates by day",
    permission: "rate:write",
    body: NewPosition,
    status: 201,
    output: Position,
    versioned: true,
    failures: ["people.position-name-taken", "people.days-overlap"],
  }),
  listPositions: route({
    ...shared,
    method: "GET",
    path: "/v1/positions",
    summary: "The positions, by name",
    permission: "rate:read",
    query: z.strictObject(PageQuery),
    status: 200,
    output: pageOf(Position),
  }),
  readPosition: route({
    ...shared,
    method: "GET",
    path: "/v1/positions/{positionId}",
    summary: "A position",
    permission: "rate:read",
    params: positionParams,
    status: 200,
    output: Position,
    versioned: true,
  }),
  changePosition: route({
    ...shared,
    method: "PATCH",
    path: "/v1/positions/{positionId}",
    summary: "Change a position",
    description:
      "Only what the body names is changed; `rates` is replaced as a whole. Posted time keeps its cost.",
    permission: "rate:write",
    params: positionParams,
    body: PositionChange,
    status: 200,
    output: Position,
    versioned: true,
    failures: ["people.position-name-taken", "people.days-overlap"],
  }),
  readMemberPosts: route({
    ...shared,
    method: "GET",
    path: "/v1/members/{memberId}/posts",
    summary: "What a member is, by day",
    permission: "rate:read",
    params: memberParams,
    status: 200,
    output: MemberPosts,
    versioned: true,
  }),
  setMemberPosts: route({
    ...shared,
    method: "PUT",
    path: "/v1/members/{memberId}/posts",
    summary: "Say what a member is, by day",
    description:
      "The list is replaced as a whole. A rate of the member's own goes before that of the position.",
    permission: "rate:write",
    params: memberParams,
    body: PostsChange,
    status: 200,
    output: MemberPosts,
    versioned: true,
    failures: ["people.days-overlap", "people.position-inactive", "reference.unknown"],
  }),
  postTime: route({
    ...shared,
    method: "POST",
    path: "/v1/time-entries",
    summary: "Post time that a member spent for a client",
    description:
      "It is posted to the ledger at the member's rate of that day (rate × minutes ÷ 60, rounded half up). The day of a " +
      "member holds 1440 minutes, whoever posts at the same moment. What an entry cost is shown to whoever may see rates.",
    permission: "time:write",
    body: NewTimeEntry,
    status: 201,
    output: TimeEntry,
    versioned: true,
    failures: ["people.no-rate", "time.without-client", "reference.unknown", ...postingFailures],
  }),
  listTime: route({
    ...shared,
    method: "GET",
    path: "/v1/time-entries",
    summary: "Time of a member, for a client or for a deal, by the day, the latest first",
    description:
      "What is named together holds together; absent: the caller's own. Entries that were taken back are among them and say so. " +
      "A page may hold fewer than `limit` while `next` says that more follow.",
    permission: "time:read",
    query: z.strictObject({
      ...PageQuery,
      member: Id("member").optional(),
      client: Id("client").optional(),
      deal: Id("deal").optional(),
      from: Day.optional(),
      to: Day.optional(),
    }),
    status: 200,
    output: pageOf(TimeEntry),
  }),
  readTime: route({
    ...shared,
    method: "GET",
    path: "/v1/time-entries/{timeEntryId}",
    summary: "An entry of time",
    permission: "time:read",
    params: timeParams,
    status: 200,
    output: TimeEntry,
    versioned: true,
  }),
  reverseTime: route({
    ...shared,
    method: "POST",
    path: "/v1/time-entries/{timeEntryId}/reversal",
    summary: "Take an entry of time back, whole and once",
    description: "Not on a day before the one on which it was spent.",
    permission: "time:write",
    params: timeParams,
    body: TimeReversal,
    status: 200,
    output: TimeEntry,
    versioned: true,
    failures: ["time.reversed-already", "ledger.insufficient", ...postingFailures],
  }),
};
