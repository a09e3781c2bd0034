import * as z from "zod";
import { Id } from "../kernel/id.ts";
import { Instant } from "../kernel/time.ts";

/** How far the handover of a dismissed member's clients and open deals has come. */
export const Handover = z.object({
  memberId: Id("member"),
  version: z.int().min(1),
  to: Id("member"),
  status: z.enum(["running", "done", "stopped"]).meta({
    description: "`stopped`: the member was reinstated before all was handed over",
  }),
  clients: z.int().min(0).meta({ description: "Clients handed over so far" }),
  deals: z.int().min(0).meta({ description: "Open deals handed over so far" }),
  participations: z
    .int()
    .min(0)
    .optional()
    .meta({ description: "Open deals in which the successor takes the member's part, so far" }),
  startedAt: Instant,
  finishedAt: Instant.optional(),
});
export type Handover = z.infer<typeof Handover>;

/** What is shown of it. */
export const HandoverProgress = Handover.omit({ memberId: true, version: true }).meta({ id: "Handover" });

/** A handover that begins. @param former that of an earlier dismissal of the same member */
export const begunHandover = (
  memberId: string,
  to: string,
  former: Handover | undefined,
  now: Instant,
): Handover => ({
  memberId,
  version: (former?.version ?? 0) + 1,
  to,
  status: "running",
  clients: 0,
  deals: 0,
  participations: 0,
  startedAt: now,
});

/** What is counted of a handover. */
export type HandedOver = "clients" | "deals" | "participations";

/** The handover after some records more were handed over. */
export const advancedHandover = (
  handover: Handover,
  { clients = 0, deals = 0, participations = 0 }: Partial<Record<HandedOver, number>>,
): Handover => ({
  ...handover,
  version: handover.version + 1,
  clients: handover.clients + clients,
  deals: handover.deals + deals,
  participations: (handover.participations ?? 0) + participations,
});

/** The handover when nothing is left to hand over. */
export const finishedHandover = (handover: Handover, now: Instant): Handover => ({
  ...handover,
  version: handover.version + 1,
  status: "done",
  finishedAt: now,
});

/** The handover of a member who is back: a run that is under way finds its record changed, and ends. */
export const stoppedHandover = (handover: Handover, now: Instant): Handover => ({
  ...handover,
  version: handover.version + 1,
  ...(handover.status === "running" ? { status: "stopped" as const, finishedAt: now } : {}),
});
