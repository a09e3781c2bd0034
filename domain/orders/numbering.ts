import * as z from "zod";
import type { Day } from "../kernel/time.ts";

export const NumberKind = z.enum(["order", "quote"]);
export type NumberKind = z.infer<typeof NumberKind>;

/** How many numbers of a kind are taken in a year: raised in the write that makes the record. */
export const NumberCount = z.object({
  version: z.int().min(1),
  kind: NumberKind,
  year: z.string(),
  taken: z.int().min(1),
});
export type NumberCount = z.infer<typeof NumberCount>;

const prefixes = { order: "ORD", quote: "QUO" } as const satisfies Record<NumberKind, string>;

/** The next number of a year, and the count with it taken. @param count of the year of the day, so far */
export const nextNumber = (
  kind: NumberKind,
  today: Day,
  count: NumberCount | undefined,
): { readonly number: string; readonly count: NumberCount } => {
  const year = today.slice(0, 4);
  const taken = (count?.taken ?? 0) + 1;
  return {
    number: `${prefixes[kind]}-${year}-${String(taken).padStart(6, "0")}`,
    count: { version: (count?.version ?? 0) + 1, kind, year, taken },
  };
};
