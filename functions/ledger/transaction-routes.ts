import * as z from "zod";
import { NewAccount } from "../../domain/ledger/account.ts";
import { ReversalOrder } from "../../domain/ledger/reversal.ts";
import { NewTransaction, Transaction, TransactionId } from "../../domain/ledger/transaction.ts";
import { route } from "../kit/route.ts";

const shared = { feature: "ledger" } as const;
const write = { ...shared, permission: "ledger:write" } as const;
const params = z.strictObject({ transactionId: TransactionId });

/** How many transactions one call of each kind takes. */
export const mostInBatch = 40;
export const mostInBulk = 1000;

export const Opens = z
  .array(NewAccount.omit({ managedBy: true }))
  .optional()
  .meta({ description: "Accounts that are opened by the way where they are not there yet" });

export const replay = z.boolean().meta({ description: "Whether it was posted by an earlier request" });
export const Posted = Transaction.extend({ replay }).meta({ id: "PostedLedgerTransaction" });

export const BulkResult = z
  .object({
    id: TransactionId,
    outcome: z.enum(["posted", "replayed", "refused"]),
    code: z.string().optional().meta({ description: "Why it was refused, as in a problem document" }),
    detail: z.string().optional(),
    errors: z.array(z.object({ pointer: z.string(), reason: z.string() })).optional(),
  })
  .meta({ id: "LedgerBulkResult" });
export type BulkResult = z.infer<typeof BulkResult>;

const postingFailures = [
  "ledger.unbalanced",
  "ledger.effective-day",
  "ledger.period-locked",
  "ledger.account-unknown",
  "ledger.account-closed",
  "ledger.account-managed",
  "ledger.account-unfit",
  "ledger.insufficient",
  "ledger.limit-exceeded",
  "ledger.id-reused",
  "money.overflow",
  "reference.unknown",
] as const;

export const transactionRoutes = {
  postTransaction: route({
    ...write,
    method: "POST",
    path: "/v1/ledger/transactions",
    summary: "Post a transaction",
    description:
      "Postings sum to zero in each commodity. The id is the caller's: sent again with the same content it answers with " +
      "what was posted then and `replay: true`, however much later; with other content it answers 409 ledger.id-reused. " +
      "Nothing posted is ever changed; a mistake is reversed. An account that may not go below zero, or has a limit, is held " +
      "to it on every day: a transaction with an earlier day is refused where it breaks any day from its own on, by 409 " +
      "ledger.insufficient or ledger.limit-exceeded, which name the first such day.",
    body: NewTransaction.extend({ opens: Opens }),
    status: 201,
    output: Posted,
    failures: [...postingFailures],
  }),
  postBatch: route({
    ...write,
    method: "POST",
    path: "/v1/ledger/batches",
    summary: "Post several transactions, all or none",
    description:
      "What they do to one account is netted by day before its constraints are held against it. Together they may touch a " +
      "hundred items (a transaction of two postings takes about ten, those that share accounts fewer): 422 limit.exceeded.",
    body: z.strictObject({
      transactions: z.array(NewTransaction).min(1).max(mostInBatch),
      opens: Opens,
    }),
    status: 201,
    output: z.object({ transactions: z.array(Transaction), replay }),
    failures: [...postingFailures, "limit.exceeded"],
  }),
  postBulk: route({
    ...write,
    method: "POST",
    path: "/v1/ledger/bulk",
    summary: "Post up to a thousand transactions, each with its own result",
    description:
      "They are posted in groups, in their order where an account is constrained; what rows of a group do to one account is " +
      "netted by day before its constraints are held against it. What is refused does not stop the others. Send the same again after a " +
      "failure: what was posted is answered as `replayed`.",
    body: z.strictObject({
      transactions: z.array(NewTransaction).min(1).max(mostInBulk),
      opens: Opens,
    }),
    status: 200,
    output: z.object({
      posted: z.int(),
      replayed: z.int(),
      refused: z.int(),
      results: z.array(BulkResult).meta({ description: "In the order of the transactions" }),
    }),
  }),
  readTransaction: route({
    ...shared,
    permission: "ledger:read",
    method: "GET",
    path: "/v1/ledger/transactions/{transactionId}",
    summary: "A transaction",
    params,
    status: 200,
    output: Transaction.extend({
      reversedBy: TransactionId.optional().meta({ description: "The transaction that took it back" }),
    }).meta({ id: "ReadLedgerTransaction" }),
  }),
  reverseTransaction: route({
    ...write,
    method: "POST",
    path: "/v1/ledger/transactions/{transactionId}/reversal",
    summary: "Take a transaction back by its exact opposite",
    description:
      "Once, and as a whole. The reversal has an id of its own, the caller's, and is replayed by it like any transaction. " +
      "It is held to the constraints of the accounts on every day from its own on.",
    params,
    body: ReversalOrder,
    status: 201,
    output: Posted,
    failures: [...postingFailures, "ledger.reversed-already", "ledger.not-reversible"],
  }),
};
