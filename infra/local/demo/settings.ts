import type * as z from "zod";
import type { FieldsChange } from "../../../domain/settings/settings.ts";

export const lines = ["bakery", "café", "hotel", "office", "public", "other"] as const;
export const interests = ["machines", "coffee", "service", "training"] as const;
export const sources = ["exhibition", "recommendation", "website", "cold call"] as const;

/** What the demo company has added to its records. */
export const demoFields: z.input<typeof FieldsChange> = {
  client: [
    { key: "line", label: "Line of business", type: "choice", choices: [...lines] },
    { key: "interests", label: "Interested in", type: "multiple-choice", choices: [...interests] },
    { key: "cupsPerDay", label: "Cups a day", type: "number" },
    { key: "customerSince", label: "Customer since", type: "date" },
  ],
  contact: [{ key: "nameDay", label: "Name day", type: "text" }],
  deal: [
    { key: "source", label: "Where it came from", type: "choice", choices: [...sources] },
    { key: "introducedBy", label: "Introduced by", type: "reference", references: "client" },
  ],
};
