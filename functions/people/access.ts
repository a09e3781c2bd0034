import { scopeOf } from "../../domain/access/permissions.ts";
import type { Member } from "../../domain/access/records.ts";
import { visible } from "../../domain/access/scope.ts";
import { Failure, type FieldFault, notFound } from "../../domain/kernel/errors.ts";
import type { NewTimeEntry, TimeEntry } from "../../domain/people/entry.ts";
import { reachedClients } from "../clients/access.ts";
import { clientEntity } from "../clients/store.ts";
import { dealEntity } from "../deals/store.ts";
import type { Context } from "../kit/context.ts";
import { runParallel } from "../kit/parallel.ts";
import { memberEntity } from "../kit/records.ts";
import { timeEntryEntity } from "./store.ts";

type Seeing = Pick<Context, "store" | "member" | "scope">;

/** Whether the right reaches the time of a member: their own, that of their team, all. */
export const reachesTime = (
  { member, scope }: Pick<Context, "member" | "scope">,
  { memberId, teamId }: Pick<TimeEntry, "memberId" | "teamId">,
): boolean => visible(member, scope, { ownerId: memberId, teamId });

/** Rates, and what they let one calculate, are shown to whoever may see rates. */
export const shownTo = ({ member }: Pick<Context, "member">, entry: TimeEntry): TimeEntry => {
  if (scopeOf(member.role, "rate:read") !== undefined) return entry;
  const { hourlyRateMinor: _rate, costMinor: _cost, ...rest } = entry;
  return rest;
};

/** Which clients of these the member may see. */
const seenClients = async (
  { store, member }: Seeing,
  clientIds: readonly string[],
): Promise<ReadonlySet<string>> => {
  const scope = scopeOf(member.role, "client:read");
  return scope === undefined ? new Set() : reachedClients({ store, member, scope }, clientIds);
};

/** An entry whose member the right reaches. @throws record.not-found */
export const loadTime = async (context: Seeing, id: string): Promise<TimeEntry> => {
  const entry = await context.store.get(timeEntryEntity, { id });
  if (!entry || !reachesTime(context, entry)) throw notFound();
  return entry;
};

/** Which entries may be looked at: those within reach, and what was done for a client that one sees. */
export const seenEntries = async (
  context: Seeing,
  entries: readonly TimeEntry[],
): Promise<(TimeEntry | undefined)[]> => {
  const others = entries.filter((entry) => !reachesTime(context, entry));
  const seen = await seenClients(
    context,
    others.map(({ clientId }) => clientId),
  );
  return entries.map((entry) =>
    reachesTime(context, entry) || seen.has(entry.clientId) ? shownTo(context, entry) : undefined,
  );
};

export interface Spent {
  readonly by: Member;
  readonly clientId: string;
}

/**
 * Whose time it is and whom it was for.
 * @throws reference.unknown naming every field at fault, time.without-client
 */
export const spentBy = async (context: Context, input: NewTimeEntry): Promise<Spent> => {
  const { store, member } = context;
  const { memberId = member.id, dealId } = input;
  const [by, deal] = await runParallel([
    () => (memberId === member.id ? member : store.get(memberEntity, { id: memberId })),
    () => (dealId === undefined ? undefined : store.get(dealEntity, { id: dealId })),
  ]);
  const faults: FieldFault[] = [];
  const fault = (pointer: string, reason: string) => faults.push({ pointer, reason });
  if (!by || !reachesTime(context, { memberId: by.id, teamId: by.teamId }))
    fault("/memberId", "names no member whose time you post");
  const dealScope = scopeOf(member.role, "deal:read");
  const seenDeal = deal && dealScope !== undefined && visible(member, dealScope, deal) ? deal : undefined;
  if (dealId !== undefined && !seenDeal) fault("/dealId", "names no deal");
  const clientId = input.clientId ?? seenDeal?.clientId;
  if (seenDeal?.clientId !== undefined && clientId !== seenDeal.clientId)
    fault("/clientId", "is not the client of the deal");
  if (clientId !== undefined && !(await isSeen(context, clientId, seenDeal?.clientId === clientId)))
    fault("/clientId", "names no client");
  if (!by || faults.length > 0) throw new Failure("reference.unknown", { fields: faults });
  if (clientId === undefined)
    throw new Failure("time.without-client", {
      fields: [{ pointer: "/dealId", reason: "has no client; name one" }],
    });
  return { by, clientId };
};

/** Whether there is the client and the member sees it; the client of a deal that is seen is seen enough. */
const isSeen = async (context: Context, clientId: string, isOfDeal: boolean): Promise<boolean> => {
  if (isOfDeal) return true;
  const client = await context.store.get(clientEntity, { id: clientId });
  const scope = scopeOf(context.member.role, "client:read");
  return client !== undefined && scope !== undefined && visible(context.member, scope, client);
};
