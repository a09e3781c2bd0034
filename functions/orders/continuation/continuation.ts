import type { Member, Tenant } from "../../../domain/access/records.ts";
import type { Order } from "../../../domain/orders/order.ts";
import { type Context, saveAs } from "../../kit/context.ts";
import { runParallel } from "../../kit/parallel.ts";
import { memberEntity, tenantEntity } from "../../kit/records.ts";
import type { Run } from "../../kit/scheduled.ts";
import { settingsOf } from "../../kit/settings.ts";
import { sweeping } from "../../kit/sweep.ts";
import type { Due } from "../../kit/table/due.ts";
import { fromItem } from "../../kit/table/item.ts";
import { Store } from "../../kit/table/store.ts";
import { carriedOn } from "../steps.ts";
import { continuationWork, orderEntity } from "../store.ts";

/** In the name of the member who asked for it, with the right that they had then: to carry on what was begun asks for none. */
const contextOf = ({ now, newId }: Run, store: Store, tenant: Tenant, member: Member): Context => {
  const correlationId = `orders-continuation ${now}`;
  return {
    ...{ tenant, store, now, newId, correlationId, member },
    ...{ scope: "all", ifMatch: undefined },
    settings: () => settingsOf(store, tenant),
    save: async ({ answer, ...change }) => {
      await saveAs({ store, now, newId, correlationId }, member.id, change);
      return answer;
    },
  };
};

/**
 * Carries on what is under way with an order. Done again, or while the request that began it is still at it, each document is
 * made once: it is written over the version of the order that it was decided on.
 */
const carryOn = async (run: Run, { tenantId, item }: Due): Promise<boolean> => {
  const store = new Store(run.database, tenantId);
  // The index is a moment old: what stands in the table decides.
  const order = await store.get(orderEntity, { id: fromItem<Order>(item).id });
  const underWay = order?.underWay;
  if (!order || !underWay || underWay.continueAt > run.now) return false;
  const [tenant, member] = await runParallel([
    () => store.get(tenantEntity, {}),
    () => store.get(memberEntity, { id: underWay.by }),
  ]);
  if (!tenant || !member) throw new Error(`${tenantId} or its member ${underWay.by} is not there`);
  await carriedOn(contextOf(run, store, tenant, member), order);
  return true;
};

/** Carries on all steps that were interrupted. */
export const sweep = sweeping({
  work: continuationWork,
  called: "interrupted steps of orders",
  pages: 20,
  expire: carryOn,
});
