import * as z from "zod";
import { CreditNote } from "../../domain/finance/credit.ts";
import { AllocationInput, mostAllocations } from "../../domain/finance/money.ts";
import { NewPayment, NewRefund, Payment } from "../../domain/finance/payment.ts";
import { Id } from "../../domain/kernel/id.ts";
import { PageQuery, pageOf } from "../../domain/kernel/page.ts";
import { Text } from "../../domain/kernel/text.ts";
import { Day, Month } from "../../domain/kernel/time.ts";
import { route } from "../kit/route.ts";
import { postingFailures } from "./invoice-routes.ts";

const params = z.strictObject({ paymentId: Id("payment") });
const shared = { feature: "finance" } as const;

const AllocationOrder = z.strictObject({
  allocations: z.array(AllocationInput).min(1).max(mostAllocations.atOnce),
  on: Day.optional().meta({ description: "Whose rates are taken; today where none is given" }),
});

/** What takes back what money settles of an invoice. */
const Deallocation = z.strictObject({
  invoiceId: Id("invoice"),
  on: Day.optional().meta({ description: "Today where none is given; not before it was settled" }),
  memo: Text.min(1).max(500).optional(),
});
const deallocation =
  "All that it settles of the invoice: the money is free again and the invoice open, each with its worth in the books, and the " +
  "opposite is posted. The allocation stays, and says from when on it settles nothing any more.";

const Reversal = z.strictObject({
  on: Day.optional().meta({ description: "Today where none is given; not in the future" }),
  memo: Text.min(1).max(500).optional(),
});

const allocationFailures = [
  "allocation.exceeds-open",
  "allocation.exceeds-source",
  "allocation.nothing",
  "allocation.too-early",
  "allocation.other-party",
  "invoice.not-issued",
  "reference.unknown",
];

export const paymentRoutes = {
  createPayment: route({
    ...shared,
    method: "POST",
    path: "/v1/finance/payments",
    summary: "Record a payment, and what it settles",
    description:
      "In whatever currency: the rates of its day say what it settles of an invoice in another, unless both amounts are given. The difference to the rate of issue is posted. What settles nothing is an advance.",
    permission: "finance:write",
    body: NewPayment,
    status: 201,
    output: Payment,
    versioned: true,
    failures: ["payment.reference-taken", ...allocationFailures, ...postingFailures],
  }),
  listPayments: route({
    ...shared,
    method: "GET",
    path: "/v1/finance/payments",
    summary: "Payments of a client, or all that have something left, or all of a month",
    description: "The last first; those of a client with what has something left first.",
    permission: "finance:read",
    query: z.strictObject({
      ...PageQuery,
      client: Id("client").optional(),
      month: Month.optional().meta({
        description: "Those that are used up; those with something left where none is given",
      }),
    }),
    status: 200,
    output: pageOf(Payment),
  }),
  readPayment: route({
    ...shared,
    method: "GET",
    path: "/v1/finance/payments/{paymentId}",
    summary: "A payment",
    permission: "finance:read",
    params,
    status: 200,
    output: Payment,
    versioned: true,
  }),
  allocatePayment: route({
    ...shared,
    method: "POST",
    path: "/v1/finance/payments/{paymentId}/allocations",
    summary: "Settle invoices with what is left of a payment",
    permission: "finance:write",
    params,
    body: AllocationOrder,
    status: 200,
    output: Payment,
    versioned: true,
    failures: [...allocationFailures, ...postingFailures],
  }),
  allocateCreditNote: route({
    ...shared,
    method: "POST",
    path: "/v1/finance/credit-notes/{creditNoteId}/allocations",
    summary: "Settle invoices with what is left of a credit note",
    permission: "finance:write",
    params: z.strictObject({ creditNoteId: Id("creditNote") }),
    body: AllocationOrder,
    status: 200,
    output: CreditNote,
    versioned: true,
    failures: [...allocationFailures, ...postingFailures],
  }),
  deallocatePayment: route({
    ...shared,
    method: "POST",
    path: "/v1/finance/payments/{paymentId}/allocations/reversal",
    summary: "Take back what a payment settled of an invoice",
    description: deallocation,
    permission: "finance:write",
    params,
    body: Deallocation,
    status: 200,
    output: Payment,
    versioned: true,
    failures: ["allocation.nothing", "payment.reversed", ...postingFailures],
  }),
  deallocateCreditNote: route({
    ...shared,
    method: "POST",
    path: "/v1/finance/credit-notes/{creditNoteId}/allocations/reversal",
    summary: "Take back what the rest of a credit note settled of an invoice",
    description: deallocation,
    permission: "finance:write",
    params: z.strictObject({ creditNoteId: Id("creditNote") }),
    body: Deallocation,
    status: 200,
    output: CreditNote,
    versioned: true,
    failures: ["allocation.nothing", ...postingFailures],
  }),
  reversePayment: route({
    ...shared,
    method: "POST",
    path: "/v1/finance/payments/{paymentId}/reversal",
    summary: "Take a payment back that was an error, or that the bank took back",
    description:
      "The opposite is posted, the invoices that it settled are open again, and its reference is free. Possible as long as nothing of it was paid back since, or allocated and not taken back.",
    permission: "finance:write",
    params,
    body: Reversal,
    status: 200,
    output: Payment,
    versioned: true,
    failures: ["payment.reversed", "payment.used", "ledger.reversed-already", ...postingFailures],
  }),
  createRefund: route({
    ...shared,
    method: "POST",
    path: "/v1/finance/refunds",
    summary: "Pay back what is left of a payment or credit note",
    permission: "finance:write",
    body: NewRefund,
    status: 201,
    output: Payment,
    versioned: true,
    failures: [
      "payment.reference-taken",
      "allocation.exceeds-source",
      "allocation.nothing",
      "reference.unknown",
      ...postingFailures,
    ],
  }),
};
