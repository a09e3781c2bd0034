import { canonicalText } from "../../domain/ledger/chain.ts";
import { openPending, type Pending, settled } from "../../domain/ledger/pending.ts";
import type { Transaction } from "../../domain/ledger/transaction.ts";
import type { VerificationFault } from "../../domain/ledger/verify.ts";
import { partition } from "../kit/table/item.ts";
import { tableLayout } from "../kit/table/layout.ts";
import type { Store } from "../kit/table/store.ts";
import { pendingEntity } from "./pending-store.ts";
import { reversalEntity, transactionEntity } from "./store.ts";
import { itemsByKey } from "./verify-record.ts";

type Kind = "reversal" | "pending";

const faultOf = (kind: Kind, transactionId: string, detail: string): VerificationFault => ({
  kind,
  transactionId,
  detail,
});

/** What is wrong with the mark that a transaction was taken back, or with the lack of one. */
const reversalFault = (
  { id, reverses }: Transaction,
  marks: { readonly own: string | undefined; readonly ofReversed: string | undefined },
  transactions: ReadonlyMap<string, Transaction>,
): VerificationFault | undefined => {
  if (reverses !== undefined && marks.ofReversed !== id)
    return faultOf("reversal", reverses, `It is not marked as taken back by ${id}, though that says so.`);
  if (marks.own !== undefined && transactions.get(marks.own)?.reverses !== id)
    return faultOf("reversal", id, `It is marked as taken back by ${marks.own}, which does not say so.`);
  return undefined;
};

/** How a pending transaction has to stand, by what settled it. */
const expectedState = (transaction: Transaction, settling: Transaction | undefined): Pending => {
  const open = openPending(transaction);
  return settling?.settledAs === undefined || settling.settles !== transaction.id
    ? open
    : settled(open, settling.settledAs, settling.id, settling.insertedAt);
};

/**
 * Holds what stands beside transactions against what they say: which of them were taken back, and how those that are
 * pending were settled.
 */
export const besideFault = async (
  store: Store,
  transactions: readonly Transaction[],
): Promise<VerificationFault | undefined> => {
  const named = transactions.flatMap(({ id, reverses, settles }) => [
    id,
    ...(reverses === undefined ? [] : [reverses]),
    ...(settles === undefined ? [] : [settles]),
  ]);
  const ids = [...new Set(named)];
  const beside = await itemsByKey(store, [
    ...ids.map((id) => reversalEntity.key({ id })),
    ...transactions.filter(({ pending }) => pending).map(({ id }) => pendingEntity.key({ id })),
    ...transactions.flatMap(({ settles: id }) => (id === undefined ? [] : [pendingEntity.key({ id })])),
  ]);
  const markOf = (id: string) => beside.record<{ by: string }>(reversalEntity.key({ id }))?.by;
  const stateOf = (id: string) => beside.record<Pending>(pendingEntity.key({ id }));
  const others = transactions.flatMap(({ id }) => [markOf(id) ?? [], stateOf(id)?.settledBy ?? []].flat());
  const further = await itemsByKey(
    store,
    [...new Set(others)].map((id) => transactionEntity.key({ id })),
  );
  const known = new Map(transactions.map((one) => [one.id, one]));
  for (const id of others) {
    const found = further.record<Transaction>(transactionEntity.key({ id }));
    if (found) known.set(id, found);
  }
  for (const transaction of transactions) {
    const { id, reverses, settles, settledAs, pending } = transaction;
    const marks = { own: markOf(id), ofReversed: reverses === undefined ? undefined : markOf(reverses) };
    const fault = reversalFault(transaction, marks, known);
    if (fault) return fault;
    if (settles !== undefined) {
      const state = stateOf(settles);
      if (state?.settledBy !== id || state.status !== settledAs)
        return faultOf(
          "pending",
          settles,
          `It does not stand as ${settledAs} by ${id}, though that says so.`,
        );
    }
    if (!pending) continue;
    const state = stateOf(id);
    const expected = expectedState(transaction, known.get(state?.settledBy ?? ""));
    if (canonicalText(state) !== canonicalText(expected))
      return faultOf("pending", id, "How it stands is not what was reserved and what settled it.");
    // What is open is found by its place in the index: it expires by that, and is counted by it.
    const item = beside.item(pendingEntity.key({ id }));
    const { list } = pendingEntity.indexes?.(expected) ?? {};
    const { partitionKey, sortKey } = tableLayout.indexes.list;
    const place = list && { pk: partition(store.tenantId, list.pk), sk: list.sk };
    if (item?.[partitionKey]?.S !== place?.pk || item?.[sortKey]?.S !== place?.sk)
      return faultOf("pending", id, "It does not stand among those that are open as it should.");
  }
  return undefined;
};
