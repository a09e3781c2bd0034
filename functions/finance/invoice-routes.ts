import * as z from "zod";
import { Side } from "../../domain/finance/accounts.ts";
import { CreditNote, NewCreditNote } from "../../domain/finance/credit.ts";
import {
  Invoice,
  InvoiceChange,
  InvoiceState,
  IssueOrder,
  NewInvoice,
} from "../../domain/finance/invoice.ts";
import { Id } from "../../domain/kernel/id.ts";
import { PageQuery, pageOf } from "../../domain/kernel/page.ts";
import { Month } from "../../domain/kernel/time.ts";
import { route } from "../kit/route.ts";

const params = z.strictObject({ invoiceId: Id("invoice") });
const shared = { feature: "finance" } as const;

/** What the lines of a document may be refused for. */
const lineFailures = [
  "reference.unknown",
  "invoice.line-invalid",
  "deal.discount-exceeds-line",
  "money.overflow",
];

/** What a posting may be refused for. */
export const postingFailures = [
  "finance.day-in-future",
  "finance.rate-missing",
  "ledger.period-locked",
  "ledger.effective-day",
  "ledger.account-closed",
  "ledger.account-unfit",
  "ledger.insufficient",
  "ledger.limit-exceeded",
  "limit.exceeded",
  "money.overflow",
];

/** What the contract that an invoice names may refuse. */
const contractFailures = ["contract.not-in-force", "contract.exceeded", "contract.currency-differs"];

export const invoiceRoutes = {
  createInvoice: route({
    ...shared,
    method: "POST",
    path: "/v1/finance/invoices",
    summary: "Draft an invoice, or enter a supplier's",
    description: "A draft has no number and moves nothing; issuing it does.",
    permission: "finance:write",
    body: NewInvoice,
    status: 201,
    output: Invoice,
    versioned: true,
    failures: lineFailures,
  }),
  listInvoices: route({
    ...shared,
    method: "GET",
    path: "/v1/finance/invoices",
    summary: "Invoices of a client, of a state, or the one with a number",
    description:
      "Open ones by the day they are due, drafts and settled ones the last first. Those of a client come state by state. All settled ones are asked for by month of issue. What the other filters leave out, and what the member's rights do not reach, makes a page shorter.",
    permission: "finance:read",
    query: z.strictObject({
      ...PageQuery,
      client: Id("client").optional(),
      counterparty: Id("counterparty").optional(),
      deal: Id("deal").optional(),
      contract: Id("contract").optional(),
      state: InvoiceState.optional().meta({ description: "`open` where neither client nor number is given" }),
      month: Month.optional().meta({ description: "Of issue; the present one where none is given" }),
      side: Side.optional(),
      number: z.string().max(60).optional().meta({ description: "Of our own documents" }),
    }),
    status: 200,
    output: pageOf(Invoice),
  }),
  readInvoice: route({
    ...shared,
    method: "GET",
    path: "/v1/finance/invoices/{invoiceId}",
    summary: "An invoice",
    permission: "finance:read",
    params,
    status: 200,
    output: Invoice,
    versioned: true,
  }),
  changeInvoice: route({
    ...shared,
    method: "PATCH",
    path: "/v1/finance/invoices/{invoiceId}",
    summary: "Change a draft",
    description:
      "Only what the body names is changed; lines are replaced as a whole. Currency and whether prices include tax are changed together with the lines.",
    permission: "finance:write",
    params,
    body: InvoiceChange,
    status: 200,
    output: Invoice,
    versioned: true,
    failures: ["invoice.not-draft", ...lineFailures],
  }),
  removeInvoice: route({
    ...shared,
    method: "DELETE",
    path: "/v1/finance/invoices/{invoiceId}",
    summary: "Remove a draft",
    permission: "finance:write",
    params,
    status: 204,
    versioned: true,
    failures: ["invoice.not-draft"],
  }),
  issueInvoice: route({
    ...shared,
    method: "POST",
    path: "/v1/finance/invoices/{invoiceId}/issue",
    summary: "Issue a draft: it gets its number, and the ledger its transaction",
    description:
      "Number, document and posting are one write, so that a series has no gap and no number twice; a day before that of a number that the series has already is refused, unless the series allows it. A supplier's document brings its own number. What the invoice comes to without tax is taken of the contract that it names, in the same write.",
    permission: "finance:write",
    params,
    body: IssueOrder,
    status: 200,
    output: Invoice,
    versioned: true,
    failures: [
      "invoice.not-draft",
      "invoice.number-needed",
      "invoice.number-taken",
      "series.unknown",
      "series.day-before-last",
      "series.exhausted",
      "counterparty.not-linked",
      "reference.unknown",
      ...contractFailures,
      ...postingFailures,
    ],
  }),
  creditInvoice: route({
    ...shared,
    method: "POST",
    path: "/v1/finance/invoices/{invoiceId}/credit-notes",
    summary: "Take an invoice back, whole or in part",
    description:
      "At most what no credit note took back before, at the invoice's own rate and taxes. A line with a quantity takes pieces back, one with a net alone cuts the price of the pieces that are left, one with neither takes all that is left. It lowers what is open; what was paid already becomes the client's advance, to be allocated or paid back. Its day is not before that of the last number of its series, unless the series allows it.",
    permission: "finance:write",
    params,
    body: NewCreditNote,
    status: 201,
    output: CreditNote,
    versioned: true,
    failures: [
      "invoice.not-issued",
      "invoice.number-needed",
      "invoice.number-taken",
      "credit-note.exceeds-left",
      "series.unknown",
      "series.day-before-last",
      "series.exhausted",
      ...postingFailures,
    ],
  }),
  listCreditNotes: route({
    ...shared,
    method: "GET",
    path: "/v1/finance/credit-notes",
    summary: "Credit notes of a client, or all that have something left, or all of a month",
    permission: "finance:read",
    query: z.strictObject({
      ...PageQuery,
      client: Id("client").optional(),
      month: Month.optional().meta({
        description: "Of issue: those that are used up; those with something left where none is given",
      }),
    }),
    status: 200,
    output: pageOf(CreditNote),
  }),
  readCreditNote: route({
    ...shared,
    method: "GET",
    path: "/v1/finance/credit-notes/{creditNoteId}",
    summary: "A credit note",
    permission: "finance:read",
    params: z.strictObject({ creditNoteId: Id("creditNote") }),
    status: 200,
    output: CreditNote,
    versioned: true,
  }),
};
