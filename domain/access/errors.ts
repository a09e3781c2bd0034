import type { FailureCatalogue } from "../kernel/errors.ts";

export const accessFailures = {
  "member.email-taken": { kind: "conflict", title: "The email address belongs to a member already" },
  "member.dismissed": { kind: "conflict", title: "The member is dismissed" },
  "member.not-dismissed": { kind: "conflict", title: "The member is not dismissed" },
  "member.last-admin": { kind: "conflict", title: "A tenant has at least one active admin" },
  "member.self-dismissal": { kind: "conflict", title: "Nobody dismisses themselves" },
  "member.heads-team": { kind: "conflict", title: "The member is the head of a team" },
  "member.not-assignable": { kind: "unprocessable", title: "Work cannot be given to this member" },
  "team.head-unfit": { kind: "unprocessable", title: "The head of a team has the role head or admin" },
  "team.not-empty": { kind: "conflict", title: "The team still has members" },
} as const satisfies FailureCatalogue;
