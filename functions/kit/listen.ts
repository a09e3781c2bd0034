import type { EventBridgeEvent } from "aws-lambda";
import type { Feature } from "../../domain/access/features.ts";
import { Envelope } from "../../events/event.ts";
import { type Actor, type Change, momentOf, saveAs } from "./context.ts";
import { type Ground, systemGround } from "./machine.ts";
import { type Log, logWith } from "./observe.ts";
import { tenantEntity } from "./records.ts";
import { settingsOf } from "./settings.ts";
import { newMeter } from "./table/database.ts";
import { Store } from "./table/store.ts";

/** What a subscriber is given beside the event. */
export interface Listening extends Actor {
  readonly log: Log;
  /** Writes a change as `system`, with its events. */
  save(change: Omit<Change<unknown>, "answer">): Promise<void>;
  /** Milliseconds until Lambda stops the invocation. */
  remainingMs(): number;
}

export interface Heard {
  readonly type: string;
  readonly event: Envelope;
}

/**
 * The Lambda handler of a subscription. An event comes at least once, and a failure makes it come again
 * until its retries are used up; then it lies in the dead-letter queue. An event of a tenant that is gone,
 * or that has the feature switched off, is left aside.
 */
export const listen =
  (
    hear: (heard: Heard, listening: Listening) => Promise<void>,
    feature?: Feature,
    ground: Ground = systemGround,
  ) =>
  async (
    delivery: EventBridgeEvent<string, unknown>,
    lambda: { getRemainingTimeInMillis(): number; awsRequestId: string },
  ) => {
    const event = Envelope.parse(delivery.detail);
    const log = logWith({
      tenant: event.tenant,
      requestId: lambda.awsRequestId,
      correlationId: event.correlationId,
    });
    const store = new Store(ground.database(newMeter()), event.tenant);
    const tenant = await store.get(tenantEntity, {});
    if (!tenant || (feature && !tenant.features.includes(feature))) {
      log.info("event left aside", { type: delivery["detail-type"], eventId: event.eventId });
      return;
    }
    const actor: Actor = {
      ...momentOf(ground),
      tenant,
      store,
      correlationId: event.correlationId,
      settings: () => settingsOf(store, tenant),
    };
    await hear(
      { type: delivery["detail-type"], event },
      {
        ...actor,
        log,
        save: (change) => saveAs(actor, "system", change),
        remainingMs: () => lambda.getRemainingTimeInMillis(),
      },
    );
    log.info("event heard", { type: delivery["detail-type"], eventId: event.eventId });
  };
