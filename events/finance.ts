import * as z from "zod";
import { Side } from "../domain/finance/accounts.ts";
import { CreditNote } from "../domain/finance/credit.ts";
import { Invoice } from "../domain/finance/invoice.ts";
import { Allocation } from "../domain/finance/money.ts";
import { Payment } from "../domain/finance/payment.ts";
import { ExchangeRate } from "../domain/finance/rates.ts";
import { Revaluation } from "../domain/finance/revaluation.ts";
import { FinanceSettings, standardFinanceSettings } from "../domain/finance/settings.ts";
import { Currency } from "../domain/kernel/currency.ts";
import { Id } from "../domain/kernel/id.ts";
import { event } from "./event.ts";

const at = "2026-11-23T18:00:00.000Z";
const clientId = "cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D";
const invoiceId = "inv_01JD8Z5T2V9Q4R6W8Y0A1B3C5D";
const paymentId = "pay_01JD8Z5T2V9Q4R6W8Y0A1B3C5D";
const creditNoteId = "crn_01JD8Z5T2V9Q4R6W8Y0A1B3C5D";

export const financeSettingsChanged = event({
  type: "finance.settings-changed",
  version: 1,
  summary: "Tax rates, series of numbers or days to pay were changed",
  data: FinanceSettings,
  sample: { ...standardFinanceSettings("RO", at), version: 2 },
});

export const exchangeRateSet = event({
  type: "finance.exchange-rate-set",
  version: 1,
  summary: "The rate of a currency from a day on was set",
  data: ExchangeRate,
  sample: { version: 1, currency: "EUR", day: "2026-11-23", rate: "4.9765", updatedAt: at },
});

const draft = {
  id: invoiceId,
  version: 1,
  side: "sale" as const,
  state: "draft" as const,
  clientId,
  currency: "EUR",
  pricesIncludeTax: false,
  lines: [
    {
      description: "GTX Pro",
      quantity: 1,
      scale: 0,
      unitPriceMinor: 100_000,
      discountMinor: 0,
      taxId: "standard",
      percent: "21",
      netMinor: 100_000,
      taxMinor: 21_000,
      totalMinor: 121_000,
    },
  ],
  taxes: [{ taxId: "standard", percent: "21", baseMinor: 100_000, taxMinor: 21_000 }],
  discountMinor: 0,
  netMinor: 100_000,
  taxMinor: 21_000,
  totalMinor: 121_000,
  openMinor: 0,
  openBookMinor: 0,
  createdAt: at,
  updatedAt: at,
};

export const invoiceDrafted = event({
  type: "invoice.drafted",
  version: 1,
  summary: "An invoice was drafted, or a supplier's entered",
  data: Invoice,
  sample: draft,
});

export const invoiceChanged = event({
  type: "invoice.draft-changed",
  version: 1,
  summary: "A draft was changed",
  data: Invoice,
  sample: { ...draft, version: 2 },
});

export const invoiceRemoved = event({
  type: "invoice.draft-removed",
  version: 1,
  summary: "A draft was removed",
  data: z.object({ id: Id("invoice"), clientId: Id("client") }),
  sample: { id: invoiceId, clientId },
});

export const invoiceIssued = event({
  type: "invoice.issued",
  version: 1,
  summary: "An invoice got its number and is owed",
  data: Invoice,
  sample: {
    ...draft,
    version: 2,
    state: "open",
    number: "INV-2026-000001",
    issuedOn: "2026-11-23",
    dueOn: "2026-12-23",
    rate: "4.9765",
    book: { totalMinor: 602_157, taxMinor: 104_507, discountMinor: 0 },
    openMinor: 121_000,
    openBookMinor: 602_157,
    transactionId: invoiceId,
  },
});

export const invoiceSettled = event({
  type: "invoice.settled",
  version: 1,
  summary: "Nothing of an invoice is open any more: it was paid or credited",
  data: z.object({
    id: Id("invoice"),
    side: Side,
    number: z.string(),
    clientId: Id("client"),
    counterpartyId: Id("counterparty").optional(),
    dealId: Id("deal").optional(),
    orderId: Invoice.shape.orderId,
    currency: Currency,
    totalMinor: z.int(),
  }),
  sample: {
    id: invoiceId,
    side: "sale",
    number: "INV-2026-000001",
    clientId,
    currency: "EUR",
    totalMinor: 121_000,
  },
});

export const creditNoteIssued = event({
  type: "credit-note.issued",
  version: 1,
  summary: "An invoice was taken back, whole or in part",
  data: CreditNote,
  sample: {
    id: creditNoteId,
    version: 1,
    side: "sale",
    invoiceId,
    invoiceNumber: "INV-2026-000001",
    clientId,
    number: "CN-2026-000001",
    issuedOn: "2026-11-23",
    reason: "returned",
    lines: [
      {
        line: 0,
        description: "GTX Pro",
        taxId: "standard",
        percent: "21",
        netMinor: 100_000,
        taxMinor: 21_000,
        totalMinor: 121_000,
      },
    ],
    netMinor: 100_000,
    taxMinor: 21_000,
    totalMinor: 121_000,
    rate: "4.9765",
    book: { totalMinor: 602_157, taxMinor: 104_507, discountMinor: 0 },
    settledMinor: 121_000,
    settledBookMinor: 602_157,
    currency: "EUR",
    leftMinor: 0,
    leftBookMinor: 0,
    allocations: [],
    refundedMinor: 0,
    transactionId: creditNoteId,
    createdAt: at,
    updatedAt: at,
  },
});

const allocation = {
  invoiceId,
  on: "2026-11-23",
  amountMinor: 121_000,
  amountBookMinor: 602_157,
  sourceMinor: 121_000,
  sourceBookMinor: 602_157,
  transactionId: paymentId,
};

const payment = {
  id: paymentId,
  version: 1,
  kind: "payment" as const,
  side: "sale" as const,
  clientId,
  amountMinor: 121_000,
  bookMinor: 602_157,
  rate: "4.9765",
  paidOn: "2026-11-23",
  moneyAccount: "bank",
  currency: "EUR",
  leftMinor: 0,
  leftBookMinor: 0,
  allocations: [allocation],
  refundedMinor: 0,
  transactionId: paymentId,
  createdAt: at,
  updatedAt: at,
};

export const paymentRecorded = event({
  type: "payment.recorded",
  version: 1,
  summary: "Money came in or went out",
  data: Payment,
  sample: payment,
});

export const moneyAllocated = event({
  type: "payment.allocated",
  version: 1,
  summary: "What was left of a payment or credit note settled invoices",
  data: z.object({
    sourceId: z.union([Id("payment"), Id("creditNote")]),
    clientId: Id("client"),
    side: Side,
    currency: Currency,
    leftMinor: z.int(),
    allocations: z.array(Allocation),
  }),
  sample: {
    sourceId: paymentId,
    clientId,
    side: "sale",
    currency: "EUR",
    leftMinor: 0,
    allocations: [allocation],
  },
});

export const allocationReversed = event({
  type: "payment.allocation-reversed",
  version: 1,
  summary: "What a payment or credit note settled of an invoice was taken back",
  data: moneyAllocated.data,
  sample: {
    ...moneyAllocated.sample,
    leftMinor: 121_000,
    allocations: [{ ...allocation, reversedOn: "2026-11-24" }],
  },
});

export const paymentReversed = event({
  type: "payment.reversed",
  version: 1,
  summary: "A payment was taken back",
  data: Payment,
  sample: { ...payment, version: 2, reversedOn: "2026-11-24" },
});

export const openRevalued = event({
  type: "finance.open-revalued",
  version: 1,
  summary: "What was open in foreign currencies at the end of a month was revalued",
  data: Revaluation,
  sample: {
    version: 1,
    month: "2026-10",
    day: "2026-10-31",
    editions: [
      {
        transactionId: "revaluation:2026-10:1",
        reversalId: "revaluation:2026-10:1:reversal",
        postedAt: at,
        positions: [
          {
            side: "sale",
            currency: "EUR",
            rate: "5.01",
            openMinor: 121_000,
            bookMinor: 601_370,
            worthMinor: 606_210,
            differenceMinor: 4_840,
          },
        ],
      },
    ],
    updatedAt: at,
  },
});
