import type { Day, Instant } from "../../domain/kernel/time.ts";
import { checkOpen, openPending, type Pending, partOf, settled } from "../../domain/ledger/pending.ts";
import type { Posting, Settlement, Transaction } from "../../domain/ledger/transaction.ts";
import { happened } from "../../events/event.ts";
import { pendingMade, pendingSettled } from "../../events/ledger-pending.ts";
import { found } from "../kit/found.ts";
import { create, StaleWrite, type Store, update } from "../kit/table/store.ts";
import { pendingEntity } from "./pending-store.ts";
import { type PostingContext, type PostingRequest, post } from "./posting.ts";

/** How a pending transaction stands. @throws record.not-found */
export const loadPending = async (store: Store, id: string): Promise<Pending> => {
  return found(store.get(pendingEntity, { id }));
};

const only = (transactions: readonly Transaction[]): Transaction => {
  const [transaction] = transactions;
  if (!transaction) throw new Error("nothing was posted");
  return transaction;
};

export interface Reservation extends Pick<PostingRequest, "transaction" | "opens"> {
  readonly expiresAt: Instant;
  /** Whether somebody does it by hand, who may not touch what a part of the system keeps. */
  readonly byHand: boolean;
}

export interface Reserved extends Pending {
  /** It was reserved by an earlier request; how it stands by now is to be read. */
  readonly replay: boolean;
}

/**
 * Reserves what a transaction would move, and writes the state with it. The same id answers with how it began.
 * @throws ledger.pending-expiry, and what `post` throws
 */
export const reserve = async (
  context: PostingContext,
  { transaction, opens, expiresAt, byHand }: Reservation,
): Promise<Reserved> => {
  const pending = { expiresAt };
  const state = openPending({ ...transaction, insertedAt: context.now, pending });
  const { answer } = await post(
    context,
    [{ transaction, ...(opens ? { opens } : {}), pending, content: { ...transaction, expiresAt } }],
    {
      byHand,
      // The transaction's id is taken before this is looked at.
      writes: [create(pendingEntity, state, () => new StaleWrite())],
      happened: [happened(pendingMade, state)],
      answer: (transactions, replay) => ({ ...openPending(only(transactions)), replay }),
    },
  );
  return answer;
};

/** What settles a pending transaction. */
export interface Settling {
  readonly id: string;
  readonly as: Settlement;
  readonly memo?: string | undefined;
  /** Of a post: the day on which it counts, and the part that is posted; all of it where there is none. */
  readonly effectiveOn?: Day | undefined;
  readonly postings?: readonly Posting[] | undefined;
  readonly byHand: boolean;
}

const kindOf = (pending: Pending, as: Settlement): string =>
  ({ posted: pending.kind, voided: "void", expired: "expiry" })[as];

/**
 * Posts, voids or expires a pending transaction: one transaction, which releases what is reserved and changes the
 * state. Of several at the same moment one comes first; the others look again, and find it settled.
 * @throws ledger.pending-settled, ledger.pending-expired, ledger.pending-exceeded, and what `post` throws
 */
export const settle = async (
  context: PostingContext,
  pending: Pending,
  { id, as, memo, effectiveOn, postings, byHand }: Settling,
): Promise<Transaction & { readonly replay: boolean }> => {
  // What settled it may be this very transaction, sent again.
  if (pending.settledBy !== id && as !== "expired") checkOpen(pending, context.now);
  const after = settled(pending, as, id, context.now);
  const { links } = pending;
  const { answer } = await post(
    context,
    [
      {
        transaction: {
          id,
          kind: kindOf(pending, as),
          ...(memo === undefined ? {} : { memo }),
          ...(links === undefined ? {} : { links }),
          ...(effectiveOn === undefined ? {} : { effectiveOn }),
          postings: partOf(pending, postings),
        },
        settles: { id: pending.id, as, reserved: pending.postings },
        content: { settles: pending.id, as, memo, effectiveOn, postings },
      },
    ],
    {
      byHand,
      writes: [update(pendingEntity, after)],
      happened: [happened(pendingSettled, after)],
      answer: (transactions, replay) => ({ ...only(transactions), replay }),
    },
  );
  return answer;
};
