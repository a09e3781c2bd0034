import * as z from "zod";
import { Failure } from "../kernel/errors.ts";
import { isCounted, NewTransaction, opposite, type Transaction } from "./transaction.ts";

/** What takes a transaction back. */
export const ReversalOrder = z.strictObject({
  id: NewTransaction.shape.id,
  effectiveOn: NewTransaction.shape.effectiveOn,
  memo: NewTransaction.shape.memo,
});
export type ReversalOrder = z.infer<typeof ReversalOrder>;

export const reversalKind = "reversal";

/**
 * The transaction that takes another back: the same postings with the other sign, about the same.
 * @throws ledger.not-reversible where the transaction takes one back itself (then the first is posted anew),
 * or only reserves, voids or expires
 */
export const reversalOf = (
  transaction: Transaction,
  { id, effectiveOn, memo }: ReversalOrder,
): NewTransaction => {
  if (transaction.reverses !== undefined)
    throw new Failure("ledger.not-reversible", {
      detail: `${transaction.id} takes back ${transaction.reverses} itself.`,
    });
  if (!isCounted(transaction))
    throw new Failure("ledger.not-reversible", { detail: `${transaction.id} moved nothing.` });
  return {
    id,
    kind: reversalKind,
    ...(effectiveOn === undefined ? {} : { effectiveOn }),
    ...(memo === undefined ? {} : { memo }),
    ...(transaction.links === undefined ? {} : { links: transaction.links }),
    postings: transaction.postings.map(opposite),
  };
};
