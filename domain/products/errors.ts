import type { FailureCatalogue } from "../kernel/errors.ts";

export const productFailures = {
  "product.code-taken": { kind: "conflict", title: "Another product has this code" },
  "product.prices-overlap": {
    kind: "unprocessable",
    title: "Two prices of one currency are good on the same day",
  },
  "product.inactive": { kind: "conflict", title: "The product is not sold any more" },
} as const satisfies FailureCatalogue;
