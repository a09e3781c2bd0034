import type { PeriodLock } from "../../domain/ledger/lock.ts";
import type { VerificationFault } from "../../domain/ledger/verify.ts";
import type { Store } from "../kit/table/store.ts";
import { headKeys, headOf, periodLockEntity } from "./store.ts";
import { readable } from "./verify-record.ts";

/**
 * The ends of all chains know of the lock of the books, and of the last change of an account: a posting believes the
 * end of its chain. Read at one moment.
 */
export const headFault = async (store: Store): Promise<VerificationFault | undefined> => {
  const [lockItem, ...items] = await store.moment([periodLockEntity.key({}), ...headKeys]);
  const heads = items.map((item, chain) => headOf(chain, item));
  const { lockedThrough } = readable<PeriodLock>(lockItem) ?? {};
  const [first] = heads;
  for (const head of heads) {
    const { chain } = head;
    if (head.lockedThrough !== lockedThrough)
      return {
        kind: "head",
        chain,
        detail: `The books are locked through ${lockedThrough ?? "no day"}, and for this chain through ${head.lockedThrough ?? "no day"}.`,
      };
    if (head.epoch !== first?.epoch)
      return { kind: "head", chain, detail: "The chain does not know of the last change of an account." };
  }
  return undefined;
};
