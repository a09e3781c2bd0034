import type { FailureCatalogue } from "../kernel/errors.ts";

export const orderFailures = {
  "order.line-invalid": { kind: "unprocessable", title: "A line of the order is not complete" },
  "order.not-draft": { kind: "conflict", title: "The order is not a draft any more" },
  "order.not-confirmed": { kind: "conflict", title: "The order is not confirmed" },
  "order.beyond-line": { kind: "conflict", title: "The line of the order has not so much left" },
  "order.nothing-left": { kind: "conflict", title: "Nothing of the order is left for that" },
  "order.under-way": {
    kind: "conflict",
    title: "A step of the order that takes several documents is not over yet",
  },
  "order.return-in-parts": {
    kind: "conflict",
    title: "The return needs too many credit notes",
  },
  "quote.not-draft": { kind: "conflict", title: "The quote is not a draft any more" },
  "quote.not-sent": {
    kind: "conflict",
    title: "The quote is not out: it was not sent, or is accepted or rejected",
  },
  "quote.expired": { kind: "conflict", title: "The quote is not valid any more" },
  "quote.accepted": { kind: "conflict", title: "The quote is accepted; its order says what holds" },
} as const satisfies FailureCatalogue;
