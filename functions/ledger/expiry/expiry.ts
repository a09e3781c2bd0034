import { isDue, type Pending } from "../../../domain/ledger/pending.ts";
import { saveAs } from "../../kit/context.ts";
import { tenantEntity } from "../../kit/records.ts";
import type { Run } from "../../kit/scheduled.ts";
import { type Due, duePage, dueShards } from "../../kit/table/due.ts";
import { fromItem, type Item } from "../../kit/table/item.ts";
import { StaleWrite, Store } from "../../kit/table/store.ts";
import { settle } from "../pending.ts";
import { expiryWork, pendingEntity } from "../pending-store.ts";

/** How much one run does at the most in each of the shards; the next one, a minute later, goes on. */
const bounds = { pages: 40, pageSize: 25, leastRemainingMs: 10_000 };

interface Outcome {
  expired: number;
  failed: number;
}

/**
 * Writes down that a pending transaction has expired. Done again, or at the same time as another run, it finds the
 * state settled and does nothing: what one run leaves half done the next one completes.
 */
const expire = async (run: Run, { tenantId, item }: Due): Promise<boolean> => {
  const store = new Store(run.database, tenantId);
  const { id } = fromItem<Pending>(item);
  // The index is a moment old: what stands in the table decides.
  const [tenant, pending] = await Promise.all([
    store.get(tenantEntity, {}),
    store.get(pendingEntity, { id }),
  ]);
  if (!tenant || pending?.status !== "open" || !isDue(pending, run.now)) return false;
  const actor = { store, now: run.now, newId: run.newId, correlationId: run.newId("change") };
  const context = { ...actor, tenant, save: saver(actor) };
  try {
    await settle(context, pending, { id: run.newId("expiry"), as: "expired", byHand: false });
    return true;
  } catch (error) {
    if (error instanceof StaleWrite) return false; // another run was first
    throw error;
  }
};

const saver =
  (actor: Parameters<typeof saveAs>[0]) =>
  async <Answer>({ answer, ...change }: Parameters<typeof saveAs>[2] & { readonly answer: Answer }) => {
    await saveAs(actor, "system", change);
    return answer;
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
        run.log.error("a pending transaction could not expire", error, { tenant: due.tenantId });
      }
    }
    if (!next) return;
    from = next;
  }
};

/**
 * Expires all pending transactions that are due, whatever the switches of their tenants: what is reserved is let go.
 * @throws if some could not expire, so that the run is tried again and in the end rings
 */
export const sweep = async (run: Run): Promise<void> => {
  const outcome: Outcome = { expired: 0, failed: 0 };
  await Promise.all(Array.from({ length: dueShards }, (_, shard) => sweepShard(run, shard, outcome)));
  if (outcome.expired > 0 || outcome.failed > 0) run.log.info("expired", { ...outcome });
  if (outcome.failed > 0) throw new Error(`${outcome.failed} pending transactions could not expire`);
};
