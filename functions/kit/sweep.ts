import { mapParallel } from "./parallel.ts";
import type { Run } from "./scheduled.ts";
import { type Due, duePage, dueShards } from "./table/due.ts";
import type { Item } from "./table/item.ts";

/** Open records of a kind that expire. */
export interface Expiring {
  /** The work under which they stand in the index `due`. */
  readonly work: string;
  /** What they are called in the log: `pending transactions`. */
  readonly called: string;
  /** Pages of 25 that one run does at the most in each of the shards; the next run goes on. */
  readonly pages: number;
  /** Expires one, if it still is to: done again, or beside another run, it changes nothing and says false. */
  readonly expire: (run: Run, due: Due) => Promise<boolean>;
}

const pageSize = 25;
const leastRemainingMs = 10_000;

interface Outcome {
  expired: number;
  failed: number;
}

const sweepShard = async (run: Run, kind: Expiring, shard: number, outcome: Outcome): Promise<void> => {
  let from: Item | undefined;
  for (let page = 0; page < kind.pages; page++) {
    const { found, next } = await duePage(run.database, {
      ...{ work: kind.work, shard, now: run.now, limit: pageSize, from },
    });
    for (const due of found) {
      if (run.remainingMs() < leastRemainingMs) return;
      try {
        if (await kind.expire(run, due)) outcome.expired += 1;
      } catch (error) {
        // One that fails does not stand in the way of the others; it is tried again by every run.
        outcome.failed += 1;
        run.log.error(`one of the ${kind.called} could not expire`, error, { tenant: due.tenantId });
      }
    }
    if (!next) return;
    from = next;
  }
};

/**
 * A scheduled run that expires all of a kind that is due, whatever the switches of their tenants.
 * @throws if some could not expire, so that the run is tried again and in the end rings
 */
export const sweeping =
  (kind: Expiring) =>
  async (run: Run): Promise<void> => {
    const outcome: Outcome = { expired: 0, failed: 0 };
    await mapParallel([...Array(dueShards).keys()], (shard) => sweepShard(run, kind, shard, outcome));
    if (outcome.expired > 0 || outcome.failed > 0) run.log.info("expired", { ...outcome });
    if (outcome.failed > 0) throw new Error(`${outcome.failed} ${kind.called} could not expire`);
  };
