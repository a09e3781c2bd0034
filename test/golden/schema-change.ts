import { isObject, type Json, type JsonObject, objectAt, textsIn } from "./json.ts";

/** `input`: what callers send; `output`: what they are given. */
export type Direction = "input" | "output";

/** Two documents that hold schemas, so that references can be followed in each. */
export interface Documents {
  readonly before: JsonObject;
  readonly after: JsonObject;
}

const resolved = (schema: JsonObject, document: JsonObject): JsonObject => {
  let found = schema;
  for (let hop = 0; typeof found.$ref === "string" && hop < 10; hop++)
    found = objectAt(document, ...found.$ref.replace(/^#\//, "").split("/"));
  return found;
};

const typesOf = (schema: JsonObject): string[] =>
  typeof schema.type === "string" ? [schema.type] : textsIn(schema.type);
const valuesOf = (schema: JsonObject): string[] | undefined => {
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value));
  return "const" in schema ? [JSON.stringify(schema.const)] : undefined;
};

const lowerBounds = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"];
const upperBounds = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];

/** Bounds that let less through than before. */
const tighterBounds = (before: JsonObject, after: JsonObject): string[] => {
  const tightened = (name: string, tighter: (was: number, is: number) => boolean): boolean => {
    const [was, is] = [before[name], after[name]];
    return typeof is === "number" && (typeof was !== "number" || tighter(was, is));
  };
  return [
    ...lowerBounds.filter((name) => tightened(name, (was, is) => is > was)),
    ...upperBounds.filter((name) => tightened(name, (was, is) => is < was)),
    ...["pattern", "format", "multipleOf"].filter(
      (name) => after[name] !== undefined && JSON.stringify(after[name]) !== JSON.stringify(before[name]),
    ),
  ].map((name) => `${name} is tighter`);
};

/** Changes of the value itself, without what lies inside it. */
const valueChanges = (before: JsonObject, after: JsonObject, direction: Direction): string[] => {
  const [typesBefore, typesAfter] = [typesOf(before), typesOf(after)];
  const lost = typesBefore.filter((type) => !typesAfter.includes(type));
  const gained = typesAfter.filter((type) => !typesBefore.includes(type));
  const narrowedToTypes = typesBefore.length === 0 && typesAfter.length > 0;
  const [valuesBefore, valuesAfter] = [valuesOf(before), valuesOf(after)];
  return [
    ...(typesAfter.length > 0 && !narrowedToTypes ? lost.map((type) => `is no ${type} any more`) : []),
    ...(narrowedToTypes ? [`is now only ${typesAfter.join(" or ")}`] : []),
    ...(direction === "output" && typesBefore.length > 0
      ? typesAfter.length === 0
        ? ["may now be anything"]
        : gained.map((type) => `may now be ${type}`)
      : []),
    ...(valuesAfter && !valuesBefore ? [`is now one of ${valuesAfter.length} values`] : []),
    ...(valuesBefore && valuesAfter
      ? valuesBefore
          .filter((value) => !valuesAfter.includes(value))
          .map((value) => `${value} is gone from its values`)
      : []),
    ...tighterBounds(before, after),
  ];
};

/**
 * Breaking changes from one schema to another: a field that is gone or says less than before, a guarantee
 * that is given up (output), something newly demanded (input). What is merely new is not among them.
 */
export const breakingChanges = (
  schemaBefore: Json | undefined,
  schemaAfter: Json | undefined,
  direction: Direction,
  documents: Documents,
  where = "",
  depth = 0,
): string[] => {
  if (!isObject(schemaBefore) || depth > 12) return [];
  if (!isObject(schemaAfter)) return [`${where} is gone`];
  const before = resolved(schemaBefore, documents.before);
  const after = resolved(schemaAfter, documents.after);
  if (JSON.stringify(before) === JSON.stringify(after) && depth > 4) return [];
  const inner = (was: Json | undefined, is: Json | undefined, at: string) =>
    breakingChanges(was, is, direction, documents, at, depth + 1);

  const changes = valueChanges(before, after, direction).map((change) => `${where || "/"} ${change}`);

  const [propertiesBefore, propertiesAfter] = [objectAt(before, "properties"), objectAt(after, "properties")];
  for (const [name, was] of Object.entries(propertiesBefore))
    changes.push(...inner(was, propertiesAfter[name], `${where}/${name}`));
  const [requiredBefore, requiredAfter] = [textsIn(before.required), textsIn(after.required)];
  if (direction === "input")
    for (const name of requiredAfter.filter((name) => !requiredBefore.includes(name)))
      changes.push(`${where}/${name} is newly required`);
  else
    for (const name of requiredBefore.filter(
      (name) => !requiredAfter.includes(name) && name in propertiesAfter,
    ))
      changes.push(`${where}/${name} need not be there any more`);
  if (direction === "input" && before.additionalProperties !== false && after.additionalProperties === false)
    changes.push(`${where || "/"} takes no other fields any more`);

  if (before.items !== undefined) changes.push(...inner(before.items, after.items, `${where}/[]`));
  if (isObject(before.additionalProperties))
    changes.push(...inner(before.additionalProperties, after.additionalProperties, `${where}/*`));
  for (const keyword of ["anyOf", "oneOf", "allOf"]) {
    const [was, is] = [before[keyword], after[keyword]];
    if (!Array.isArray(was)) continue;
    const choices: readonly Json[] = Array.isArray(is) ? is : [after];
    for (const [at, choice] of was.entries()) {
      const attempts = choices.map((candidate) => inner(choice, candidate, `${where}/${keyword}/${at}`));
      const fewest = attempts.sort((a, b) => a.length - b.length)[0];
      changes.push(...(fewest ?? [`${where}/${keyword}/${at} is gone`]));
    }
  }
  return changes;
};
