import * as z from "zod";
import { Day } from "../kernel/time.ts";

/**
 * What a verification found to be altered. Of a chain: `missing` (the chain has no transaction of this number, but
 * later ones), `content` (the transaction does not have the hash that it was written with), `replaced` (it is whole in
 * itself, but is not the one that the next, or the head, was chained to), `surplus` (it lies behind the end of its
 * chain), `head` (the ends of the chains do not agree on the lock of the books). Of what stands beside a transaction:
 * `reversal` and `pending` (whether it was taken back, or how what it reserves was settled, is not what the transactions
 * say), `account` (it posts to an account that is not there). Of accounts: `posting` (a line of a statement does not say
 * what its transaction does, or no transaction brought it), `page` (a balance is not the sum of its lines), `control` (a
 * control account is not the sum of its members), `guard` (the balance that a constrained account is held to, or what it
 * has available, is not its balance less what is reserved; or more or less is reserved than pending transactions do),
 * `constraint` (on a day of its past a constrained account was below zero or over its limit, from before that was checked
 * on every day; a transaction of an earlier day corrects it).
 * `turnover`: what was turned over is not what transactions brought.
 */
export const VerificationFault = z
  .object({
    kind: z.enum([
      "missing",
      "content",
      "replaced",
      "surplus",
      "head",
      "reversal",
      "pending",
      "account",
      "posting",
      "page",
      "control",
      "guard",
      "constraint",
      "turnover",
    ]),
    detail: z.string(),
    chain: z.int().optional(),
    seq: z.int().optional(),
    transactionId: z.string().optional(),
    account: z.string().optional(),
    commodity: z.string().optional(),
    effectiveOn: Day.optional(),
    insertedOn: Day.optional(),
    turnoverOf: z.string().optional().meta({ description: "The client, counterparty or product" }),
    year: z.int().optional(),
  })
  .meta({ id: "LedgerFault" });
export type VerificationFault = z.infer<typeof VerificationFault>;

/** What a transaction says of its place in its chain. */
export interface ChainLink {
  readonly id: string;
  readonly seq: number;
  readonly previousHash: string;
  readonly hash: string;
}

/** A place in a chain: the last transaction that was found in order. */
export interface ChainPlace {
  readonly seq: number;
  readonly hash: string;
  /** Absent before the first transaction. */
  readonly transactionId?: string | undefined;
}

/** What is wrong at a place of a chain; see `VerificationFault`. */
export type ChainFaultKind = "missing" | "content" | "replaced" | "surplus";

export interface ChainFault {
  readonly kind: ChainFaultKind;
  readonly seq: number;
  /** Of a transaction that is missing there is none. */
  readonly transactionId?: string;
}

export interface ChainFinding {
  /** As far as the chain is in order. */
  readonly place: ChainPlace;
  /** The first that is not. */
  readonly fault?: ChainFault;
}

const faultAt = (kind: ChainFaultKind, seq: number, transactionId?: string): ChainFault => ({
  kind,
  seq,
  ...(transactionId === undefined ? {} : { transactionId }),
});

/**
 * Follows a chain through transactions in the order of their numbers, from a place that is in order.
 * @param hashOf the hash that the transaction should have, from its content and `previousHash`
 */
export const followChain = <Link extends ChainLink>(
  from: ChainPlace,
  links: readonly Link[],
  hashOf: (link: Link) => string,
): ChainFinding => {
  let place = from;
  for (const link of links) {
    const { id, seq } = link;
    if (seq !== place.seq + 1) return { place, fault: faultAt("missing", place.seq + 1) };
    if (hashOf(link) !== link.hash) return { place, fault: faultAt("content", seq, id) };
    if (link.previousHash !== place.hash)
      return place.transactionId === undefined
        ? { place, fault: faultAt("content", seq, id) }
        : { place, fault: faultAt("replaced", place.seq, place.transactionId) };
    place = { seq, hash: link.hash, transactionId: id };
  }
  return { place };
};

/** Holds the end of a chain against its head, which says how far it goes. */
export const chainEndFault = (
  place: ChainPlace,
  head: { readonly seq: number; readonly hash: string },
): ChainFault | undefined => {
  if (place.seq < head.seq) return faultAt("missing", place.seq + 1);
  if (place.seq > head.seq) return faultAt("surplus", place.seq, place.transactionId);
  return place.hash === head.hash ? undefined : faultAt("replaced", place.seq, place.transactionId);
};
