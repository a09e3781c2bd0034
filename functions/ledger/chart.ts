import type { Instant } from "../../domain/kernel/time.ts";
import { standardAccounts } from "../../domain/ledger/chart.ts";
import { chains } from "../../domain/ledger/effects.ts";
import { create, StaleWrite, type Write } from "../kit/table/store.ts";
import type { PostingContext } from "./posting.ts";
import { accountEntity, headKey, headOf, headWrite } from "./store.ts";

/** The standard chart of accounts and the heads of the chains: what makes a ledger. */
export const chartWrites = (now: Instant): Write[] => [
  ...standardAccounts(now).map((account) => create(accountEntity, account, () => new StaleWrite())),
  ...Array.from({ length: chains }, (_, chain) =>
    headWrite({ ...headOf(chain, undefined), version: 1, charted: true }, () => new StaleWrite()),
  ),
];

const mostTries = 6;

/** Makes the ledger of a tenant that has none yet: one that was made before there were ledgers. */
export const ensureChart = async ({
  store,
  now,
  newId,
}: Pick<PostingContext, "store" | "now" | "newId">): Promise<void> => {
  for (let attempt = 0; attempt < mostTries; attempt++) {
    const [head] = await store.batchGet([headKey(0)]);
    if (headOf(0, head).charted) return;
    try {
      // Not by `save`: that would remember an answer to the request before it has one.
      await store.write(chartWrites(now), newId("change"));
      return;
    } catch (error) {
      // Somebody else made it at the same moment, or was about to: we look again.
      if (!(error instanceof StaleWrite)) throw error;
    }
  }
  throw new StaleWrite();
};
