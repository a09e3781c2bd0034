import { newId } from "../../domain/kernel/id.ts";
import { instantOf } from "../../domain/kernel/time.ts";
import { systemEntropy } from "../../functions/kit/clock.ts";
import { saveAs } from "../../functions/kit/context.ts";
import type { Database } from "../../functions/kit/table/database.ts";
import { Store } from "../../functions/kit/table/store.ts";
import type { PostingContext } from "../../functions/ledger/posting.ts";

/** The clock of these tests stands still, so that their days and months are the same whenever they run. */
export const testNowMs = Date.UTC(2026, 10, 23, 12);

/** What a request would give: a context that posts on a table of the test's own. */
export const contextOn = (database: Database, tenantId: string, atMs = testNowMs): PostingContext => {
  const store = new Store(database, tenantId);
  const now = instantOf(atMs);
  const fresh = (kind: Parameters<PostingContext["newId"]>[0]) => newId(kind, atMs, systemEntropy);
  return {
    store,
    now,
    newId: fresh,
    tenant: { timeZone: "Europe/Bucharest" },
    async save(change) {
      await saveAs({ store, now, correlationId: "test", newId: fresh }, "system", change);
      return change.answer;
    },
  };
};

/** Money from one account to another, in EUR cents. */
export const moved = (id: string, from: string, to: string, amount: number) => ({
  transaction: {
    id,
    kind: "journal",
    postings: [
      { account: to, commodity: "EUR", amount },
      { account: from, commodity: "EUR", amount: -amount },
    ],
  },
});
