import type { FailureCatalogue } from "../kernel/errors.ts";

export const financeFailures = {
  "finance.settings-inconsistent": {
    kind: "unprocessable",
    title: "The finance settings do not fit together",
  },
  "finance.rate-missing": { kind: "conflict", title: "There is no exchange rate for that day or before" },
  "finance.rate-own-currency": {
    kind: "unprocessable",
    title: "The tenant's own currency has no exchange rate",
  },
  "finance.rates-inconsistent": {
    kind: "unprocessable",
    title: "The rates do not fit together",
  },
  "finance.day-in-future": { kind: "unprocessable", title: "The day lies in the future" },
  "finance.month-open": { kind: "conflict", title: "The month is not over" },
  "invoice.line-invalid": { kind: "unprocessable", title: "A line of the document breaks a rule" },
  "invoice.not-draft": { kind: "conflict", title: "The document is issued and cannot be changed" },
  "invoice.not-issued": { kind: "conflict", title: "The document is a draft" },
  "invoice.number-needed": { kind: "unprocessable", title: "A supplier's document needs its own number" },
  "invoice.number-taken": { kind: "conflict", title: "The supplier's document is there already" },
  "series.unknown": { kind: "unprocessable", title: "There is no such series for documents of this kind" },
  "series.day-before-last": { kind: "conflict", title: "The series has a number of a later day" },
  "series.exhausted": { kind: "conflict", title: "The series has no numbers left" },
  "credit-note.exceeds-left": { kind: "conflict", title: "More would be credited than is left" },
  "payment.reference-taken": { kind: "conflict", title: "A payment with this reference is there already" },
  "payment.reversed": { kind: "conflict", title: "The payment was reversed" },
  "payment.used": { kind: "conflict", title: "Something of the payment was used since" },
  "allocation.exceeds-open": { kind: "conflict", title: "More would be settled than is open" },
  "allocation.exceeds-source": { kind: "conflict", title: "More would be taken than is there" },
  "allocation.too-early": {
    kind: "conflict",
    title: "The document was issued after that day; what was paid before is an advance",
  },
  "allocation.nothing": { kind: "conflict", title: "There is nothing to settle" },
  "allocation.other-party": {
    kind: "unprocessable",
    title: "Money of one client cannot settle the document of another, or one of the other side",
  },
} as const satisfies FailureCatalogue;
