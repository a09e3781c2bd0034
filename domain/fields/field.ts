import * as z from "zod";
import { Format, Line } from "../kernel/text.ts";

/** What a tenant may add to its records without a programmer. */
export const fieldTypes = ["text", "number", "date", "choice", "multiple-choice", "reference"] as const;

export const FieldDeclaration = z.strictObject({
  key: Format(40, z.regex(/^[a-z][a-zA-Z0-9]{0,39}$/)).meta({
    description: "The name in the record's `fields`; not one that every object has, such as `constructor`",
  }),
  label: Line.min(1).max(100),
  type: z.enum(fieldTypes),
  required: z.boolean().default(false),
  choices: z
    .array(Line.min(1).max(100))
    .min(1)
    .max(200)
    .optional()
    .meta({ description: "For a choice or multiple choice: what may be chosen" }),
  references: z
    .enum(["client", "deal", "product", "member"])
    .optional()
    .meta({ description: "For a reference: the kind of record" }),
});
export type FieldDeclaration = z.infer<typeof FieldDeclaration>;

/** What the value of an additional field may be. What its characters may be, its type says: see `checkFieldValues`. */
export const fieldValueForms = [
  z.string().max(4000).meta({ characters: "text" }),
  z.number(),
  z.array(z.string().max(100).meta({ characters: "line" })).max(200),
] as const;

/** The values of the additional fields of a record, by key. */
export const FieldValues = z.record(z.string().max(40), z.union(fieldValueForms));
export type FieldValues = z.infer<typeof FieldValues>;
