import * as z from "zod";
import type { FieldFault } from "../kernel/errors.ts";
import { idPrefixes } from "../kernel/id.ts";
import { cleanText, textFault } from "../kernel/text.ts";
import { Day } from "../kernel/time.ts";
import { type FieldDeclaration, type FieldValues, fieldValueForms } from "./field.ts";

/** Values as a change names them: `null` takes a value away. */
export const FieldChanges = z.record(z.string().max(40), z.union([...fieldValueForms, z.null()]));
export type FieldChanges = z.infer<typeof FieldChanges>;

/** All additional fields of one record together, as JSON: the record has to fit into one item of the table. */
export const mostFieldCharacters = 20_000;

/** A record that a value names. Whether it is there, the store has to say. */
export interface FieldReference {
  readonly pointer: string;
  readonly kind: "client" | "deal" | "product" | "member";
  readonly id: string;
}

export interface CheckedFields {
  /** The values in the form in which they are kept; without those at fault. */
  readonly values: FieldValues;
  readonly faults: readonly FieldFault[];
  readonly references: readonly FieldReference[];
}

export interface FieldCheck {
  /** A change: what it does not name stays as it is, and `null` takes away what is not required. */
  readonly partial?: boolean;
  /** Where the values stand in the request: `/fields`, `/contacts/0/fields`. */
  readonly pointer?: string;
}

type Value = FieldValues[string];
type Outcome = { readonly value: Value } | { readonly reason: string };

const escaped = (key: string) => key.replaceAll("~", "~0").replaceAll("/", "~1");

/** What the table keeps exactly enough: up to 2^53 either side, and no nearer to zero than 1e-100. */
const isMeasure = (value: Value): boolean =>
  typeof value === "number" &&
  (value === 0 || (Math.abs(value) >= 1e-100 && Math.abs(value) <= Number.MAX_SAFE_INTEGER));

const ofType: Readonly<
  Record<FieldDeclaration["type"], (value: Value, declaration: FieldDeclaration) => Outcome>
> = {
  text: (value) => {
    if (typeof value !== "string") return { reason: "is not a text" };
    const reason = textFault(value);
    return reason === undefined ? { value } : { reason };
  },
  number: (value) =>
    isMeasure(value) ? { value } : { reason: "is not a number up to 2^53 either side of zero" },
  date: (value) =>
    Day.safeParse(value).success ? { value } : { reason: "is not a day written as 2026-11-23" },
  choice: (value, { choices = [] }) =>
    typeof value === "string" && choices.includes(value)
      ? { value }
      : { reason: `is none of: ${choices.join(", ")}` },
  "multiple-choice": (value, { choices = [] }) => {
    if (!Array.isArray(value)) return { reason: "is not a list" };
    const other = value.find((one) => !choices.includes(one));
    return other === undefined
      ? { value: [...new Set(value)] }
      : { reason: `"${other}" is none of: ${choices.join(", ")}` };
  },
  reference: (value, { references = "client" }) =>
    typeof value === "string" && new RegExp(`^${idPrefixes[references]}_[0-9A-HJKMNP-TV-Z]{26}$`).test(value)
      ? { value }
      : { reason: `is not the id of a ${references}` },
};

/** A text without spaces around it and an empty list are no values. */
const filled = (value: Value | null | undefined): Value | undefined => {
  const trimmed = typeof value === "string" ? cleanText(value) : value;
  return trimmed === "" || trimmed === null || (Array.isArray(trimmed) && trimmed.length === 0)
    ? undefined
    : trimmed;
};

/**
 * Holds the additional fields of a record against what the tenant declared. Every way in uses it: requests,
 * changes and imports. It does not throw: whoever checks the rest of the record names all faults together.
 */
export const checkFieldValues = (
  declarations: readonly FieldDeclaration[],
  given: FieldChanges,
  { partial = false, pointer: root = "/fields" }: FieldCheck = {},
): CheckedFields => {
  const values: FieldValues = {};
  const faults: FieldFault[] = [];
  const references: FieldReference[] = [];
  const declared = new Map(declarations.map((declaration) => [declaration.key, declaration]));

  for (const key of Object.keys(given))
    if (!declared.has(key))
      faults.push({ pointer: `${root}/${escaped(key)}`, reason: "is not a declared field" });

  for (const declaration of declarations) {
    const { key, type, required, references: kind } = declaration;
    const named = Object.hasOwn(given, key);
    const value = named ? filled(given[key]) : undefined;
    const pointer = `${root}/${escaped(key)}`;
    if (value === undefined) {
      if (required && (named || !partial)) faults.push({ pointer, reason: "is required" });
      continue;
    }
    const outcome = ofType[type](value, declaration);
    if ("reason" in outcome) {
      faults.push({ pointer, reason: outcome.reason });
      continue;
    }
    values[key] = outcome.value;
    if (type === "reference" && kind && typeof outcome.value === "string")
      references.push({ pointer, kind, id: outcome.value });
  }
  return { values, faults: [...faults, ...tooMuch(values, root)], references };
};

const tooMuch = (values: FieldValues, pointer: string): FieldFault[] =>
  JSON.stringify(values).length > mostFieldCharacters
    ? [{ pointer, reason: `all fields together have more than ${mostFieldCharacters} characters` }]
    : [];

/** The additional fields of a record after a change, which is checked as by `checkFieldValues`. */
export const changedFieldValues = (
  declarations: readonly FieldDeclaration[],
  before: FieldValues,
  given: FieldChanges,
  pointer = "/fields",
): CheckedFields => {
  const { values, faults, references } = checkFieldValues(declarations, given, { partial: true, pointer });
  const untouched = Object.entries(before).filter(([key]) => !Object.hasOwn(given, key));
  const merged = { ...Object.fromEntries(untouched), ...values };
  return { values: merged, faults: faults.length > 0 ? faults : tooMuch(merged, pointer), references };
};

/** Names that every object has without being given them. */
const reservedKeys = new Set(["prototype", ...Object.getOwnPropertyNames(Object.prototype)]);

/** What is wrong with the declarations themselves: a key twice, a choice without choices, and the like. */
export const checkDeclarations = (
  declarations: readonly FieldDeclaration[],
  root: string,
): readonly FieldFault[] =>
  declarations.flatMap(({ key, type, choices, references }, at) => {
    const faults: FieldFault[] = [];
    const fault = (name: string, reason: string) => faults.push({ pointer: `${root}/${at}/${name}`, reason });
    const choosing = type === "choice" || type === "multiple-choice";
    if (reservedKeys.has(key)) fault("key", "is a name that every object has");
    if (declarations.findIndex((other) => other.key === key) < at) fault("key", "is declared twice");
    if (choosing && !choices) fault("choices", `is needed for a ${type}`);
    if (!choosing && choices) fault("choices", `does not go with a ${type}`);
    if (choices && new Set(choices).size < choices.length) fault("choices", "names a choice twice");
    if (type === "reference" && !references) fault("references", "is needed for a reference");
    if (type !== "reference" && references) fault("references", `does not go with a ${type}`);
    return faults;
  });
