import type { FailureCatalogue } from "../kernel/errors.ts";

export const settingsFailures = {
  "settings.inconsistent": { kind: "unprocessable", title: "The settings contradict themselves" },
  "settings.entry-removed": {
    kind: "conflict",
    title: "Records name the entry; mark it inactive instead of removing it",
  },
  "settings.stage-in-use": { kind: "conflict", title: "Open deals stand in the stage" },
  "settings.kind-fixed": {
    kind: "conflict",
    title: "A deal type with stages cannot become one without, nor the other way round",
  },
  "settings.field-type-fixed": { kind: "conflict", title: "The type of a declared field cannot change" },
} as const satisfies FailureCatalogue;
