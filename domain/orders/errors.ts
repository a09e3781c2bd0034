import type { FailureCatalogue } from "../kernel/errors.ts";

export const orderFailures = {
  "order.not-draft": { kind: "conflict", title: "The order is not a draft any more" },
  "order.not-confirmed": { kind: "conflict", title: "The order is not confirmed" },
  "order.beyond-line": { kind: "conflict", title: "The line of the order has not so much left" },
  "order.nothing-left": { kind: "conflict", title: "Nothing of the order is left for that" },
  "order.return-in-parts": {
    kind: "conflict",
    title: "No single invoice of the order holds all of that: it has to be taken back in parts",
  },
} as const satisfies FailureCatalogue;
