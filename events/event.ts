import * as z from "zod";
import { Format } from "../domain/kernel/text.ts";

/** The envelope of every event: the `detail` of an EventBridge event whose `source` is `clientela`. */
export const Envelope = z.strictObject({
  /** Unique and stable: a subscriber that sees the same id again has seen the event already. */
  eventId: z.string(),
  version: z.int().positive(),
  tenant: z.string(),
  /** When the change was made, UTC. */
  occurredAt: Format(40, z.iso.datetime()),
  /** The member who caused it, or `system`. */
  actor: z.string(),
  /** Follows a request through everything it sets off. */
  correlationId: z.string(),
  data: z.unknown(),
});
export type Envelope<Data = unknown> = Omit<z.infer<typeof Envelope>, "data"> & { data: Data };

/** One event, declared once: the publisher's type, the rule, the local routing and the golden contract come from it. */
export interface EventDeclaration<Type extends string = string, Data extends z.ZodType = z.ZodType> {
  /** `subject.happened`; EventBridge's `detail-type`. */
  readonly type: Type;
  readonly version: number;
  readonly summary: string;
  readonly data: Data;
  readonly sample: z.infer<Data>;
}

/** Declares an event. */
export const event = <Type extends string, Data extends z.ZodType>(
  declaration: EventDeclaration<Type, Data>,
): EventDeclaration<Type, Data> => declaration;

/** What a change says that happened, before the kit adds id, time, tenant, actor and correlation. */
export interface Happened {
  readonly type: string;
  readonly version: number;
  readonly data: unknown;
}

/** States that an event happened, with data of the declared type. */
export const happened = <Type extends string, Data extends z.ZodType>(
  declaration: EventDeclaration<Type, Data>,
  data: z.infer<Data>,
): Happened => ({ type: declaration.type, version: declaration.version, data });

/** `source` of every event on the bus. */
export const eventSource = "clientela";
