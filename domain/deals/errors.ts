import type { FailureCatalogue } from "../kernel/errors.ts";

export const dealFailures = {
  "deal.stage-skipped": { kind: "conflict", title: "The deal type does not allow a stage to be skipped" },
  "deal.stage-not-last": { kind: "conflict", title: "A deal of this type is won from its last stage only" },
  "deal.closed": { kind: "conflict", title: "The deal is closed; it has to be reopened first" },
  "deal.not-closed": { kind: "conflict", title: "The deal is open" },
  "deal.no-stages": { kind: "conflict", title: "Deals of this type have no stages" },
  "deal.type-inactive": { kind: "conflict", title: "The deal type is not used any more" },
  "deal.loss-reason-inactive": { kind: "conflict", title: "The reason is not used any more" },
  "deal.history-disordered": {
    kind: "unprocessable",
    title: "The instants of the deal's past are not in order, or lie in the future",
  },
  "deal.price-missing": {
    kind: "unprocessable",
    title: "The product has no price on that day in that currency",
  },
  "deal.discount-exceeds-line": { kind: "unprocessable", title: "The discount is more than the line" },
  "deal.currency-mixed": {
    kind: "unprocessable",
    title: "Another currency needs items and estimated amount given in it",
  },
  "deal.evidence-missing": {
    kind: "conflict",
    title: "The deal type demands evidence that is not there",
  },
  "deal.client-missing": { kind: "conflict", title: "The deal names no client" },
  "deal.nothing-to-ship": { kind: "conflict", title: "The deal has nothing that could be shipped" },
  "deal.shipment-unclear": {
    kind: "conflict",
    title: "The deal does not say by itself what is to be shipped",
  },
  "deal.contacts-without-client": {
    kind: "unprocessable",
    title: "Contacts belong to a client, and the deal names none",
  },
} as const satisfies FailureCatalogue;
