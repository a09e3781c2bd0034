import { scopeOf } from "../../domain/access/permissions.ts";
import { dayIn } from "../../domain/kernel/time.ts";
import { lockedBy, neverLocked } from "../../domain/ledger/lock.ts";
import { happened } from "../../events/event.ts";
import { periodLocked } from "../../events/ledger.ts";
import { checkVersion } from "../kit/context.ts";
import type { Handlers } from "../kit/serve.ts";
import { create, StaleWrite, update } from "../kit/table/store.ts";
import { ensureChart } from "./chart.ts";
import type { ledgerReadRoutes } from "./reads-routes.ts";
import { headTouches, periodLockEntity } from "./store.ts";

export const lockHandlers: Pick<Handlers<typeof ledgerReadRoutes>, "readLedgerLock" | "setLedgerLock"> = {
  async readLedgerLock(_, { store }) {
    return (await store.get(periodLockEntity, {})) ?? neverLocked;
  },

  async setLedgerLock({ body }, context) {
    const { store, tenant, member, now } = context;
    await ensureChart(context);
    const there = await store.get(periodLockEntity, {});
    checkVersion(context, there ?? neverLocked);
    const lock = lockedBy(there ?? neverLocked, body, {
      today: dayIn(now, tenant.timeZone),
      now,
      memberId: member.id,
      mayGoBack: scopeOf(member.role, "ledger:unlock") !== undefined,
    });
    const write = there
      ? update(periodLockEntity, lock)
      : create(periodLockEntity, lock, () => new StaleWrite());
    // On all heads at once: a posting that was begun under the old lock fails on its chain and looks again.
    return context.save({
      writes: [write, ...headTouches(body.lockedThrough)],
      happened: [happened(periodLocked, lock)],
      answer: lock,
    });
  },
};
