import { isDue, type Pending } from "../../../domain/ledger/pending.ts";
import { saveAs } from "../../kit/context.ts";
import { runParallel } from "../../kit/parallel.ts";
import { tenantEntity } from "../../kit/records.ts";
import type { Run } from "../../kit/scheduled.ts";
import { sweeping } from "../../kit/sweep.ts";
import type { Due } from "../../kit/table/due.ts";
import { fromItem } from "../../kit/table/item.ts";
import { StaleWrite, Store } from "../../kit/table/store.ts";
import { settle } from "../pending.ts";
import { expiryWork, pendingEntity } from "../pending-store.ts";

/**
 * Writes down that a pending transaction has expired. Done again, or at the same time as another run, it finds the
 * state settled and does nothing: what one run leaves half done the next one completes.
 */
const expire = async (run: Run, { tenantId, item }: Due): Promise<boolean> => {
  const store = new Store(run.database, tenantId);
  const { id } = fromItem<Pending>(item);
  // The index is a moment old: what stands in the table decides.
  const [tenant, pending] = await runParallel([
    () => store.get(tenantEntity, {}),
    () => store.get(pendingEntity, { id }),
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

/** Expires all pending transactions that are due: what is reserved is let go. */
export const sweep = sweeping({ work: expiryWork, called: "pending transactions", pages: 40, expire });
