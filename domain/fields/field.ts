import * as z from "zod";
import { Format, Line } from "../kernel/text.ts";

/** What a tenant may add to its records without a programmer. */
export const fieldTypes = ["text", "number", "date", "choice", "multiple-choice", "reference"] as const;

export const FieldDeclaration = z.strictObject({
  key: Format(40, z.regex(/^[a-z][a-zA-Z0-9]{0,39}$/)).meta({
    description: "The name in the record's `fields`",
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

/** The values of the additional fields of a record, by key. */
export const FieldValues = z.record(
  z.string().max(40),
  z.union([z.string().max(4000), z.number(), z.array(z.string().max(100)).max(200)]),
);
export type FieldValues = z.infer<typeof FieldValues>;
