import * as z from "zod";
import type { Actor } from "./context.ts";
import { momentOf } from "./context.ts";
import { type Ground, systemGround } from "./machine.ts";
import { type Log, logWith } from "./observe.ts";
import { type Database, newMeter } from "./table/database.ts";

/** What EventBridge Scheduler sends: which schedule, and for which moment. Infra writes it into the schedule. */
const Due = z.object({ schedule: z.string(), scheduledAt: z.string() });

/** What a scheduled run is given. It acts above tenants; a store is to be made for each whose data it touches. */
export interface Run extends Pick<Actor, "now" | "newId"> {
  readonly log: Log;
  readonly database: Database;
  /** Milliseconds until Lambda stops the invocation. */
  remainingMs(): number;
}

/**
 * The Lambda handler of a schedule. A run comes at least once for a due time, and once for several that were
 * missed: what is to be done follows from the table and the clock (`now`), never from how often this was called.
 * A failure makes it come again until its retries are used up; then it lies in the dead-letter queue.
 */
export const scheduled =
  (run: (given: Run) => Promise<void>, ground: Ground = systemGround) =>
  async (payload: unknown, lambda: { getRemainingTimeInMillis(): number; awsRequestId: string }) => {
    const due = Due.parse(payload);
    const log = logWith({ requestId: lambda.awsRequestId });
    const meter = newMeter();
    await run({
      ...momentOf(ground),
      log,
      database: ground.database(meter),
      remainingMs: () => lambda.getRemainingTimeInMillis(),
    });
    log.info("scheduled run", { ...due, ...meter });
  };
