import type { FailureCatalogue } from "../kernel/errors.ts";

export const peopleFailures = {
  "people.position-name-taken": { kind: "conflict", title: "Another position has this name" },
  "people.position-inactive": { kind: "conflict", title: "Nobody comes to the position any more" },
  "people.days-overlap": { kind: "unprocessable", title: "Two of them are good on the same day" },
  "people.no-rate": { kind: "conflict", title: "The member has no rate on that day" },
  "time.reversed-already": { kind: "conflict", title: "The time was taken back already" },
  "time.without-client": {
    kind: "unprocessable",
    title: "The deal has no client whom the time could be for",
  },
} as const satisfies FailureCatalogue;
