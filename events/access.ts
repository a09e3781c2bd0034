import * as z from "zod";
import { Member, Team, Tenant } from "../domain/access/records.ts";
import { Id } from "../domain/kernel/id.ts";
import { Instant } from "../domain/kernel/time.ts";
import { event } from "./event.ts";
import type { Subscription } from "./subscription.ts";

const at = "2026-11-23T18:00:00.000Z";
const tenant = {
  id: "ten_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  version: 1,
  name: "Exemplu SRL",
  features: ["clients" as const, "deals" as const],
  currency: "EUR",
  timeZone: "Europe/Bucharest",
  country: "RO",
  settingsVersion: 1,
  createdAt: at,
  updatedAt: at,
};
const member = {
  id: "mem_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  version: 1,
  email: "ana.popescu@example.com",
  name: "Ana Popescu",
  role: "manager" as const,
  teamId: "team_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  status: "active" as const,
  createdAt: at,
  updatedAt: at,
};
const team = {
  id: "team_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  version: 1,
  name: "West",
  members: 0,
  createdAt: at,
  updatedAt: at,
};

export const tenantCreated = event({
  type: "tenant.created",
  version: 1,
  summary: "An operator made a tenant",
  data: Tenant,
  sample: tenant,
});

export const tenantChanged = event({
  type: "tenant.changed",
  version: 1,
  summary: "A tenant changed its name, place or switches",
  data: Tenant,
  sample: { ...tenant, version: 2 },
});

export const memberInvited = event({
  type: "member.invited",
  version: 1,
  summary: "A member was invited and may sign in",
  data: Member,
  sample: member,
});

export const memberChanged = event({
  type: "member.changed",
  version: 1,
  summary: "A member's name, role or team was changed",
  data: Member,
  sample: { ...member, version: 2, role: "head" },
});

/** Names one handover: a member may be dismissed, reinstated and dismissed again. */
const HandoverNamed = z.object({
  memberId: Id("member"),
  startedAt: Instant.meta({ description: "When the member was dismissed; tells this handover from others" }),
});

export const memberDismissed = event({
  type: "member.dismissed",
  version: 1,
  summary: "A member was dismissed; clients and open deals pass to another",
  data: HandoverNamed.extend({ handOverTo: Id("member") }),
  sample: { memberId: member.id, startedAt: at, handOverTo: "mem_01JD8Z5T2V9Q4R6W8Y0A1B3C5E" },
});

export const memberReinstated = event({
  type: "member.reinstated",
  version: 1,
  summary: "A dismissed member works here again",
  data: Member,
  sample: { ...member, version: 3 },
});

export const handoverContinued = event({
  type: "handover.continued",
  version: 1,
  summary: "A handover was longer than one run and goes on in another",
  data: HandoverNamed,
  sample: { memberId: member.id, startedAt: at },
});

export const teamCreated = event({
  type: "team.created",
  version: 1,
  summary: "A team was made",
  data: Team,
  sample: team,
});

export const teamChanged = event({
  type: "team.changed",
  version: 1,
  summary: "A team changed its name or head",
  data: Team,
  sample: { ...team, version: 2, headId: member.id, members: 1 },
});

export const teamDeleted = event({
  type: "team.deleted",
  version: 1,
  summary: "An empty team was deleted",
  data: z.object({ id: Id("team") }),
  sample: { id: team.id },
});

/** Keeps the logins of the user pool in line with the members. */
export const accountsSubscription: Subscription = {
  name: "accounts",
  events: [memberInvited, memberDismissed, memberReinstated],
  retry: { attempts: 8, maxAgeSeconds: 6 * 3600 },
};

/** Hands over what a dismissed member leaves behind. */
export const handoverSubscription: Subscription = {
  name: "handover",
  events: [memberDismissed, handoverContinued],
  retry: { attempts: 8, maxAgeSeconds: 6 * 3600 },
};
