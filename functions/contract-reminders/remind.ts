import type { ContractRecord } from "../../domain/contracts/contract.ts";
import { reminded } from "../../domain/contracts/reminder.ts";
import { dayIn, type Instant } from "../../domain/kernel/time.ts";
import { contractDigest, contractExpiring } from "../../events/contracts.ts";
import { happened } from "../../events/event.ts";
import { contractEntity, reminderWork } from "../contracts/store.ts";
import { saveAs } from "../kit/context.ts";
import { runParallel } from "../kit/parallel.ts";
import { tenantEntity } from "../kit/records.ts";
import type { Run } from "../kit/scheduled.ts";
import { type Due, duePage, dueShards } from "../kit/table/due.ts";
import { fromItem, type Item } from "../kit/table/item.ts";
import { StaleWrite, Store, update } from "../kit/table/store.ts";

/** Contracts per page of the index. */
const pageContracts = 100;
/** A run that has less time left than this leaves the rest to the next. */
const reserveMs = 10_000;
/** How often one contract is tried again when it is changed at the same moment. */
const mostTries = 5;

/**
 * Lets one contract remind, or settles that it has nothing to remind of. The contract is read anew: the index may be a
 * moment old, and another run may have been here. Reminder, mark and event are one write.
 * @returns whether it reminded
 */
const remind = async ({ database, now, newId }: Run, { tenantId, item }: Due): Promise<boolean> => {
  const store = new Store(database, tenantId);
  const { id } = fromItem<ContractRecord>(item);
  for (let attempt = 1; ; attempt++) {
    const [tenant, contract] = await runParallel([
      () => store.get(tenantEntity, {}),
      () => store.get(contractEntity, { id }),
    ]);
    // While the feature is off, it rests; switched on again, it reminds of what is not over yet.
    if (!tenant?.features.includes("contracts")) return false;
    if (contract?.remindAt === undefined || contract.remindAt > now) return false;
    const due = reminded(contract, dayIn(now, tenant.timeZone), now);
    // What is over, or reminds of nothing any more, leaves the index without a word.
    const after = due?.contract ?? { ...contract, remindAt: undefined, version: contract.version + 1 };
    try {
      await saveAs({ store, now, newId, correlationId: `contract-reminders ${now}` }, "system", {
        writes: [update(contractEntity, after)],
        happened: due
          ? [
              happened(contractExpiring, {
                ...contractDigest(due.contract),
                endsOn: due.endsOn,
                daysLeft: due.daysLeft,
              }),
            ]
          : [],
      });
      return due !== undefined;
    } catch (error) {
      if (!(error instanceof StaleWrite) || attempt === mostTries) throw error;
    }
  }
};

/** The pages of what is due in one shard. A page is read after the one before is settled. */
async function* pagesOf(run: Run, shard: number, now: Instant): AsyncGenerator<readonly Due[]> {
  let from: Item | undefined;
  do {
    const page = await duePage(run.database, { work: reminderWork, shard, now, limit: pageContracts, from });
    yield page.found;
    from = page.next;
  } while (from !== undefined && run.remainingMs() > reserveMs);
}

/**
 * Lets every contract of every tenant remind whose moment has come. One that cannot be settled does not hold up the
 * others; then the run fails at its end and comes again. It may be killed anywhere and run any number of times.
 */
export const remindAll = async (run: Run): Promise<void> => {
  const failures: unknown[] = [];
  let count = 0;
  for (let shard = 0; shard < dueShards && run.remainingMs() > reserveMs; shard++)
    for await (const found of pagesOf(run, shard, run.now))
      for (const due of found) {
        if (run.remainingMs() < reserveMs) break;
        try {
          if (await remind(run, due)) count++;
        } catch (error) {
          failures.push(error);
        }
      }
  run.log.info("contracts reminded of their end", { count, failures: failures.length });
  if (failures.length > 0)
    throw new AggregateError(failures, `${failures.length} contracts could not remind`);
};
