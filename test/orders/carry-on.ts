import { newId } from "../../domain/kernel/id.ts";
import { instantOf } from "../../domain/kernel/time.ts";
import { logWith } from "../../functions/kit/observe.ts";
import { newMeter } from "../../functions/kit/table/database.ts";
import { sweep } from "../../functions/orders/continuation/continuation.ts";
import type { TestGround } from "../access/ground.ts";

/** The scheduled run of the orders. */
export const sweepOrders = async (ground: TestGround): Promise<void> => {
  const nowMs = ground.clock();
  await sweep({
    now: instantOf(nowMs),
    newId: (kind) => newId(kind, nowMs, ground.entropy),
    log: logWith({}),
    database: ground.database(newMeter()),
    remainingMs: () => 60_000,
  });
};

/** The same after requests that were interrupted have been given up. */
export const carryOn = async (ground: TestGround): Promise<void> => {
  ground.advance(120_000);
  await sweepOrders(ground);
};
