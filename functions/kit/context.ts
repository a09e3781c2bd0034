import type { Scope } from "../../domain/access/permissions.ts";
import type { Member, Tenant } from "../../domain/access/records.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { type Entropy, type IdKind, newId } from "../../domain/kernel/id.ts";
import { type Clock, type Instant, instantOf } from "../../domain/kernel/time.ts";
import type { Settings } from "../../domain/settings/settings.ts";
import type { Happened } from "../../events/event.ts";
import { enveloped } from "./outbox.ts";
import type { Store, Write } from "./table/store.ts";

/** What a handler decided: the items to write, what happened by it, and the answer. */
export interface Change<Answer> {
  readonly writes: readonly Write[];
  readonly happened?: readonly Happened[];
  readonly answer: Answer;
}

/** Who acts, when, on whose data: what every decision about a tenant's records is made with. */
export interface Actor {
  readonly tenant: Tenant;
  readonly store: Store;
  /** The instant of the request; the same in everything it writes. */
  readonly now: Instant;
  readonly correlationId: string;
  newId(kind: IdKind): string;
  /** The tenant's settings, exact at the moment of the request. */
  settings(): Promise<Settings>;
}

/** What a handler is given beside the validated request. */
export interface Context extends Actor {
  readonly member: Member;
  /** How far the route's permission reaches for this member. */
  readonly scope: Scope;
  /** The version that If-Match names. */
  readonly ifMatch: number | undefined;
  /** Writes all of a change or nothing, with its events and the answer for a repeated request. */
  save<Answer>(change: Change<Answer>): Promise<Answer>;
}

export interface Machine {
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** Writes a change with its events, in the name of a member or of `system`. One of nothing writes nothing. */
export const saveAs = async (
  actor: Pick<Actor, "store" | "now" | "correlationId" | "newId">,
  by: string,
  change: Omit<Change<unknown>, "answer">,
): Promise<void> => {
  if (change.writes.length === 0 && !change.happened?.length) return;
  const events = enveloped(change.happened ?? [], {
    tenantId: actor.store.tenantId,
    actor: by,
    correlationId: actor.correlationId,
    occurredAt: actor.now,
    newEventId: () => actor.newId("event"),
  });
  await actor.store.write(change.writes, actor.newId("change"), events);
};

/** An instant and a maker of ids from the machine. */
export const momentOf = (machine: Machine): Pick<Actor, "now" | "newId"> => {
  const ms = machine.clock();
  return { now: instantOf(ms), newId: (kind) => newId(kind, ms, machine.entropy) };
};

/** Holds If-Match against the record that was loaded. @throws record.stale */
export const checkVersion = (
  context: Pick<Context, "ifMatch">,
  record: { readonly version: number },
): void => {
  if (context.ifMatch !== undefined && context.ifMatch !== record.version)
    throw new Failure("record.stale", { detail: `The record is in version ${record.version}.` });
};
