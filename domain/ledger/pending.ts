import * as z from "zod";
import { Failure } from "../kernel/errors.ts";
import { exactNumber } from "../kernel/money.ts";
import { Day, type Instant, Instant as InstantSchema, millisecondsOf } from "../kernel/time.ts";
import {
  checkBalanced,
  Links,
  NewTransaction,
  Posting,
  Settlement,
  type Transaction,
  TransactionId,
} from "./transaction.ts";

const dayMs = 86_400_000;
/** The longest that anything is reserved, so that nothing is forgotten for ever. */
export const longestPendingDays = 366;

/** What makes a pending transaction: one that reserves what it would move, until it is settled or expires. */
export const NewPending = NewTransaction.omit({ effectiveOn: true }).extend({
  expiresAt: InstantSchema.meta({ description: "From then on it reserves nothing; at most 366 days ahead" }),
});
export type NewPending = z.infer<typeof NewPending>;

/** What posts a pending transaction, in whole or in part. */
export const PendingPost = z.strictObject({
  id: TransactionId,
  effectiveOn: Day.optional().meta({ description: "The day on which it counts; today where none is given" }),
  memo: NewTransaction.shape.memo,
  postings: NewTransaction.shape.postings.optional().meta({
    description: "A part of what is reserved; all of it where none are given. What is left over is released",
  }),
});
export type PendingPost = z.infer<typeof PendingPost>;

/** What releases all that a pending transaction reserves. */
export const PendingVoid = z.strictObject({ id: TransactionId, memo: NewTransaction.shape.memo });
export type PendingVoid = z.infer<typeof PendingVoid>;

export const PendingStatus = z.enum(["open", ...Settlement.options]);
export type PendingStatus = z.infer<typeof PendingStatus>;

/** How a pending transaction stands. The transaction itself never changes; this does, once. */
export const Pending = z
  .object({
    id: TransactionId,
    version: z.int().min(1),
    status: PendingStatus,
    kind: z.string(),
    memo: z.string().optional(),
    links: Links.optional(),
    postings: z.array(Posting),
    reservedAt: InstantSchema,
    expiresAt: InstantSchema,
    settledAt: InstantSchema.optional(),
    settledBy: TransactionId.optional().meta({ description: "The transaction that settled it" }),
  })
  .meta({ id: "LedgerPending" });
export type Pending = z.infer<typeof Pending>;

/** @throws ledger.pending-expiry for a moment that has passed, or is too far away */
export const checkExpiry = (expiresAt: Instant, now: Instant): void => {
  const aheadMs = millisecondsOf(expiresAt) - millisecondsOf(now);
  if (aheadMs > 0 && aheadMs <= longestPendingDays * dayMs) return;
  throw new Failure("ledger.pending-expiry", {
    detail: aheadMs > 0 ? `At most ${longestPendingDays} days ahead.` : `${expiresAt} has passed.`,
    fields: [{ pointer: "/expiresAt", reason: aheadMs > 0 ? "is too far away" : "has passed" }],
  });
};

/** The state that begins with a pending transaction. */
export const openPending = ({
  id,
  kind,
  memo,
  links,
  postings,
  insertedAt,
  pending,
}: Pick<Transaction, "id" | "kind" | "memo" | "links" | "postings" | "insertedAt" | "pending">): Pending => {
  if (!pending) throw new Error(`${id} is not pending`);
  return {
    id,
    version: 1,
    status: "open",
    kind,
    ...(memo === undefined ? {} : { memo }),
    ...(links === undefined ? {} : { links }),
    postings,
    reservedAt: insertedAt,
    expiresAt: pending.expiresAt,
  };
};

/** From its moment on a pending transaction can only expire, whether that has been written down yet or not. */
export const isDue = ({ expiresAt }: Pick<Pending, "expiresAt">, now: Instant): boolean => expiresAt <= now;

/**
 * Refuses what comes too late to post or to void.
 * @throws ledger.pending-settled, ledger.pending-expired
 */
export const checkOpen = (pending: Pending, now: Instant): void => {
  const { id, status, settledBy, expiresAt } = pending;
  if (status === "posted" || status === "voided")
    throw new Failure("ledger.pending-settled", { detail: `${id} was ${status} by ${settledBy}.` });
  if (status === "expired" || isDue(pending, now))
    throw new Failure("ledger.pending-expired", { detail: `${id} expired at ${expiresAt}.` });
};

/** The state after a transaction settled it. */
export const settled = (pending: Pending, as: Settlement, by: string, now: Instant): Pending => ({
  ...pending,
  version: pending.version + 1,
  status: as,
  settledAt: now,
  settledBy: by,
});

const sideOf = ({ account, commodity, amount, productId = "" }: Posting): string =>
  `${account} ${commodity} ${amount < 0 ? "credit" : "debit"} ${productId}`;

/** Sums of postings by account, commodity, side and product: what is reserved together is posted from together. */
const sides = (postings: readonly Posting[]): Map<string, bigint> => {
  const sums = new Map<string, bigint>();
  for (const posting of postings) {
    const side = sideOf(posting);
    const amount = BigInt(posting.amount);
    sums.set(side, (sums.get(side) ?? 0n) + (amount < 0n ? -amount : amount));
  }
  return sums;
};

/**
 * The postings with which a pending transaction is posted: the part that is given, or all of it.
 * @throws ledger.unbalanced; ledger.pending-exceeded where a posting is not among the reserved ones, in its
 * account, commodity, side and product, or together with others of these is more than what was reserved
 */
export const partOf = (
  pending: Pick<Pending, "postings">,
  part: readonly Posting[] | undefined,
): Posting[] => {
  if (part === undefined) return [...pending.postings];
  checkBalanced(part);
  const reserved = sides(pending.postings);
  const wanted = sides(part);
  const faults = part.flatMap((posting, n) => {
    const side = sideOf(posting);
    const most = reserved.get(side);
    if (most !== undefined && (wanted.get(side) ?? 0n) <= most) return [];
    const reason = most === undefined ? "was not reserved" : `is more than the ${exactNumber(most)} reserved`;
    return [{ pointer: `/postings/${n}`, reason }];
  });
  if (faults.length > 0) throw new Failure("ledger.pending-exceeded", { fields: faults });
  return [...part];
};
