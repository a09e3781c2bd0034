import { isExpired, type Reservation } from "../../../domain/stock/reservation.ts";
import { saveAs } from "../../kit/context.ts";
import type { Run } from "../../kit/scheduled.ts";
import { type Due, duePage, dueShards } from "../../kit/table/due.ts";
import { fromItem, type Item } from "../../kit/table/item.ts";
import { Store } from "../../kit/table/store.ts";
import { release } from "../reservations.ts";
import { expiryWork, reservationEntity } from "../store.ts";
import { untilSettled } from "../turns.ts";

/** How much one run does at the most in each of the shards; the next one, a minute later, goes on. */
const bounds = { pages: 20, pageSize: 25, leastRemainingMs: 10_000 };

interface Outcome {
  expired: number;
  failed: number;
}

/**
 * Gives free what an expired reservation still holds. Done again, or at the same time as another run or a shipment, it
 * finds the reservation ended and does nothing.
 */
const expire = async (run: Run, { tenantId, item }: Due): Promise<boolean> => {
  const { now, newId } = run;
  const store = new Store(run.database, tenantId);
  const { id } = fromItem<Reservation>(item);
  return untilSettled(run, async () => {
    // The index is a moment old: what stands in the table decides.
    const reservation = await store.get(reservationEntity, { id });
    if (reservation?.state !== "active" || !isExpired(reservation, now)) return false;
    const change = await release({ store, now }, reservation, "expired");
    await saveAs({ store, now, newId, correlationId: `stock-expiry ${now}` }, "system", change);
    return true;
  });
};

const sweepShard = async (run: Run, shard: number, outcome: Outcome): Promise<void> => {
  let from: Item | undefined;
  for (let page = 0; page < bounds.pages; page++) {
    const { found, next } = await duePage(run.database, {
      ...{ work: expiryWork, shard, now: run.now, limit: bounds.pageSize, from },
    });
    for (const due of found) {
      if (run.remainingMs() < bounds.leastRemainingMs) return;
      try {
        if (await expire(run, due)) outcome.expired += 1;
      } catch (error) {
        // One that fails does not stand in the way of the others; it is tried again by every run.
        outcome.failed += 1;
        run.log.error("a reservation could not expire", error, { tenant: due.tenantId });
      }
    }
    if (!next) return;
    from = next;
  }
};

/**
 * Gives free what all expired reservations hold, whatever the switches of their tenants.
 * @throws if some could not expire, so that the run is tried again and in the end rings
 */
export const sweep = async (run: Run): Promise<void> => {
  const outcome: Outcome = { expired: 0, failed: 0 };
  await Promise.all(Array.from({ length: dueShards }, (_, shard) => sweepShard(run, shard, outcome)));
  if (outcome.expired > 0 || outcome.failed > 0) run.log.info("expired", { ...outcome });
  if (outcome.failed > 0) throw new Error(`${outcome.failed} reservations could not expire`);
};
