import * as z from "zod";
import { PageQuery, pageOf } from "../../domain/kernel/page.ts";
import { NewPending, Pending, PendingPost, PendingVoid } from "../../domain/ledger/pending.ts";
import { TransactionId } from "../../domain/ledger/transaction.ts";
import { route } from "../kit/route.ts";
import { Opens, Posted, replay } from "./transaction-routes.ts";

const params = z.strictObject({ pendingId: TransactionId });
const shared = { feature: "ledger" } as const;
const postingFailures = [
  "ledger.account-unknown",
  "ledger.account-closed",
  "ledger.account-managed",
  "ledger.id-reused",
  "money.overflow",
  "record.busy",
] as const;

export const pendingRoutes = {
  makePending: route({
    ...shared,
    method: "POST",
    path: "/v1/ledger/pending",
    summary: "Reserve what a transaction would move",
    description:
      "A pending transaction moves nothing. It takes what it would take out from what is available, and the room that it would fill from limits, until it is posted, voided, or expires by itself within a minute of `expiresAt`. The id is the caller's: sent again with the same content it answers with how it began, and `replay: true`.",
    permission: "ledger:write",
    body: NewPending.extend({ opens: Opens }),
    status: 201,
    output: Pending.extend({ replay }).meta({ id: "ReservedLedgerPending" }),
    failures: [
      ...postingFailures,
      "ledger.unbalanced",
      "ledger.insufficient",
      "ledger.limit-exceeded",
      "ledger.pending-expiry",
      "ledger.account-unfit",
      "reference.unknown",
    ],
  }),
  listPending: route({
    ...shared,
    method: "GET",
    path: "/v1/ledger/pending",
    summary: "Open pending transactions, the first to expire first",
    permission: "ledger:read",
    query: z.strictObject(PageQuery),
    status: 200,
    output: pageOf(Pending),
  }),
  readPending: route({
    ...shared,
    method: "GET",
    path: "/v1/ledger/pending/{pendingId}",
    summary: "How a pending transaction stands",
    permission: "ledger:read",
    params,
    status: 200,
    output: Pending,
  }),
  postPending: route({
    ...shared,
    method: "POST",
    path: "/v1/ledger/pending/{pendingId}/posts",
    summary: "Post a pending transaction, in whole or in part",
    description:
      "A part names postings of the reserved accounts, commodities and sides, at most as much as was reserved; what is left over is released. What was reserved cannot be lacking today; an earlier `effectiveOn` is held against every day from then on, like any transaction.",
    permission: "ledger:write",
    params,
    body: PendingPost,
    status: 201,
    output: Posted,
    failures: [
      ...postingFailures,
      "ledger.unbalanced",
      "ledger.effective-day",
      "ledger.period-locked",
      "ledger.pending-exceeded",
      "ledger.pending-expired",
      "ledger.pending-settled",
    ],
  }),
  voidPending: route({
    ...shared,
    method: "POST",
    path: "/v1/ledger/pending/{pendingId}/voids",
    summary: "Release all that a pending transaction reserves",
    permission: "ledger:write",
    params,
    body: PendingVoid,
    status: 201,
    output: Posted,
    failures: [...postingFailures, "ledger.pending-expired", "ledger.pending-settled"],
  }),
};
