import * as fc from "fast-check";
import { type Json, type JsonObject, objectAt, textsIn } from "../golden/json.ts";
import { faultsOf, resolved } from "./schemas.ts";

/** What a caller knows of the tenant beside the document. */
export interface Known {
  /** An id of the kind that a prefix names. */
  readonly id: (prefix: string) => fc.Arbitrary<string>;
  /** Likely values of fields and parameters, by name. */
  readonly fields: Readonly<Record<string, fc.Arbitrary<unknown>>>;
}

const mostDepth = 8;
const mostLength = 40;
const day = fc
  .date({ min: new Date("1990-01-01"), max: new Date("2040-12-31"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const instant = fc
  .date({ min: new Date("1990-01-01"), max: new Date("2040-12-31"), noInvalidDate: true })
  .map((date) => date.toISOString());

const textOf = (schema: JsonObject, known: Known): fc.Arbitrary<string> => {
  const { pattern, format } = schema;
  const least = Number(schema.minLength ?? 0);
  const most = Math.min(Number(schema.maxLength ?? mostLength), Math.max(mostLength, least));
  const prefix = /^\^([a-z]+)_\[0-9A-HJKMNP-TV-Z\]\{26\}\$$/.exec(String(pattern ?? ""))?.[1];
  if (prefix) return known.id(prefix);
  if (format === "date") return day;
  if (format === "date-time") return instant;
  if (format === "email") return fc.stringMatching(/^[a-z]{1,12}@[a-z]{2,10}\.(com|ro)$/);
  if (format === "uri") return fc.stringMatching(/^https:\/\/[a-z]{2,10}\.com\/[a-z]{0,10}$/);
  const examples = textsIn(schema.examples);
  const any = fc
    .string({ unit: "grapheme", minLength: least, maxLength: most })
    .filter((text) => text.length <= most);
  if (typeof pattern !== "string")
    return examples.length > 0 ? fc.oneof(any, fc.constantFrom(...examples)) : any;
  const expression = new RegExp(pattern, "u");
  // A pattern of free text says what may not be in it: most texts match.
  const isFree = expression.test("Ab 1é");
  const matching = isFree ? any.filter((text) => expression.test(text)) : fc.stringMatching(expression);
  return matching.filter(
    (text) => text.length >= least && text.length <= Number(schema.maxLength ?? Number.POSITIVE_INFINITY),
  );
};

/** Mostly what is likely under this name, now and then anything of the schema. */
export const fieldOf = (
  name: string,
  schema: Json | undefined,
  known: Known,
  depth = 0,
): fc.Arbitrary<unknown> => {
  const [likely, any] = [known.fields[name], arbitraryOf(schema, known, depth)];
  // The same name may stand for something else elsewhere.
  const fits = likely && faultsOf(schema, fc.sample(likely, { seed: 1, numRuns: 1 })[0]).length === 0;
  return fits ? fc.oneof({ weight: 5, arbitrary: likely }, { weight: 1, arbitrary: any }) : any;
};

const objectOf = (schema: JsonObject, known: Known, depth: number): fc.Arbitrary<unknown> => {
  const required = textsIn(schema.required);
  const properties = Object.entries(objectAt(schema, "properties")).filter(
    ([name]) => depth < mostDepth || required.includes(name),
  );
  const declared = fc.record(
    Object.fromEntries(
      properties.map(([name, property]) => [name, fieldOf(name, property, known, depth + 1)]),
    ),
    { requiredKeys: required.filter((name) => properties.some(([known]) => known === name)) },
  );
  const { additionalProperties } = schema;
  if (typeof additionalProperties !== "object" || properties.length > 0) return declared;
  const names =
    schema.propertyNames === undefined
      ? fc.stringMatching(/^[a-z]{1,10}$/)
      : arbitraryOf(schema.propertyNames, known).map(String);
  return fc.dictionary(names, arbitraryOf(additionalProperties, known, depth + 1), { maxKeys: 3 });
};

const arrayOf = (schema: JsonObject, known: Known, depth: number): fc.Arbitrary<unknown[]> => {
  const bounds = {
    minLength: Number(schema.minItems ?? 0),
    maxLength: Math.min(Number(schema.maxItems ?? 3), Math.max(3, Number(schema.minItems ?? 0))),
  };
  const items = arbitraryOf(schema.items, known, depth + 1);
  return schema.uniqueItems === true ? fc.uniqueArray(items, bounds) : fc.array(items, bounds);
};

/** Values of a schema of the document: what a caller may send who knows the document and nothing else. */
export const arbitraryOf = (part: Json | undefined, known: Known, depth = 0): fc.Arbitrary<unknown> => {
  const schema = resolved(part);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  if ("const" in schema) return fc.constant(schema.const);
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices))
    return fc.oneof(...choices.map((choice: Json) => arbitraryOf(choice, known, depth)));
  if (Array.isArray(schema.type))
    return fc.oneof(...schema.type.map((type: Json) => arbitraryOf({ ...schema, type }, known, depth)));
  const least = typeof schema.minimum === "number" ? schema.minimum : -1_000_000;
  const most = typeof schema.maximum === "number" ? schema.maximum : 1_000_000_000;
  switch (schema.type) {
    case "null":
      return fc.constant(null);
    case "boolean":
      return fc.boolean();
    case "integer":
      return fc.integer({ min: least, max: Math.min(most, Number.MAX_SAFE_INTEGER) });
    case "number":
      return fc.double({ min: least, max: most, noNaN: true });
    case "string":
      return textOf(schema, known);
    case "array":
      return depth >= mostDepth && !schema.minItems ? fc.constant([]) : arrayOf(schema, known, depth);
    case "object":
      return objectOf(schema, known, depth);
    default:
      return fc.constantFrom<unknown>(null, 1, "text", true);
  }
};
