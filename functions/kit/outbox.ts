import type { Envelope, Happened } from "../../events/event.ts";

/**
 * An event as it lies in the table. The events of a change ride on the first item that the change
 * puts, as the attribute `happened`: change and event are one write, and no item is paid for twice.
 * The publisher finds them in the table's stream.
 */
export type StoredEvent = Envelope & { readonly type: string };

export interface Circumstances {
  readonly tenantId: string;
  readonly actor: string;
  readonly correlationId: string;
  readonly occurredAt: string;
  readonly newEventId: () => string;
}

/** Puts what happened into envelopes. */
export const enveloped = (happened: readonly Happened[], about: Circumstances): StoredEvent[] =>
  happened.map(({ type, version, data }) => ({
    type,
    eventId: about.newEventId(),
    version,
    tenant: about.tenantId,
    occurredAt: about.occurredAt,
    actor: about.actor,
    correlationId: about.correlationId,
    data,
  }));
