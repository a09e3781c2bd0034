import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { exampleOf } from "../../functions/kit/openapi/example.ts";
import type { JsonSchema, SchemaCollection } from "../../functions/kit/openapi/schema.ts";
import type { Key, Lookup } from "../../functions/kit/table/entity.ts";
import { asJson, type JsonObject, objectAt, textsIn } from "./json.ts";

const functionsFolder = path.resolve(import.meta.dirname, "../../functions");

/** An entity as it can be looked at without knowing the type of its records. */
interface AnyEntity {
  readonly name: string;
  readonly schema: z.ZodType;
  readonly key: (record: unknown) => Key;
  readonly indexes?: (record: unknown) => Record<string, Key | undefined>;
  readonly lookups?: (record: unknown) => Lookup[];
  readonly expiresAt?: (record: unknown) => number | undefined;
}

const isEntity = (value: unknown): value is AnyEntity =>
  typeof value === "object" &&
  value !== null &&
  "schema" in value &&
  value.schema instanceof z.ZodType &&
  "key" in value &&
  typeof value.key === "function" &&
  "name" in value &&
  typeof value.name === "string";

/** Every entity that a module of the product exports, by name. @throws for one that is declared and not exported */
export const allEntities = async (): Promise<AnyEntity[]> => {
  const files = (await readdir(functionsFolder, { recursive: true })).filter((file) => file.endsWith(".ts"));
  const found = new Map<string, AnyEntity>();
  for (const file of files.sort()) {
    const source = await readFile(path.join(functionsFolder, file), "utf8");
    const declared = source.match(/= entity[<(]/g)?.length ?? 0;
    if (declared === 0) continue;
    const exported: unknown[] = Object.values(await import(path.join(functionsFolder, file)));
    const entities = exported.filter(isEntity);
    if (entities.length !== declared)
      throw new Error(`${file} declares ${declared} entities and exports ${entities.length}`);
    for (const entity of entities) {
      if (found.has(entity.name)) throw new Error(`two entities are called ${entity.name}`);
      found.set(entity.name, entity);
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
};

const resolved = (schema: JsonSchema, components: Readonly<Record<string, JsonSchema>>): JsonSchema =>
  typeof schema.$ref === "string" ? (components[schema.$ref.split("/").at(-1) ?? ""] ?? schema) : schema;

/** The record with every field, and the records that differ from it in one field: absent, or another choice. */
const variantsOf = (
  sample: JsonObject,
  schema: JsonObject,
  components: Readonly<Record<string, JsonSchema>>,
): JsonObject[] => {
  const required = new Set(textsIn(schema.required));
  const variants: JsonObject[] = [sample];
  for (const [name, property] of Object.entries(objectAt(schema, "properties"))) {
    if (!required.has(name)) {
      const { [name]: _, ...without } = sample;
      variants.push(without);
    }
    const own = objectAt(asJson(resolved(objectAt(property), components)));
    for (const value of Array.isArray(own.enum) ? own.enum : []) variants.push({ ...sample, [name]: value });
    if (own.type === "boolean") variants.push({ ...sample, [name]: false });
  }
  return variants;
};

/** A text without a form of its own reads as the name of its field. */
const placeheld = (sample: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(sample).map(([name, value]) => [name, value === "text" ? `<${name}>` : value]),
  );

/** `CLIENT#cli_01JD…` as `CLIENT#<cli>`: what is of the sample record and not of the pattern. */
const patternOf = (key: Key | Lookup): string =>
  `${key.pk || "(tenant)"} / ${key.sk}`
    .replace(/\b([a-z]+)_[0-9A-HJKMNP-TV-Z]{26}/g, "<$1>")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<instant>")
    .replace(/\d{4}-\d\d-\d\d/g, "<day>");

const patternsOf = <T>(variants: readonly JsonObject[], take: (record: JsonObject) => T[]): T[] => {
  const found = new Map<string, T>();
  for (const variant of variants) for (const one of take(variant)) found.set(JSON.stringify(one), one);
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
};

/** What stands in the golden file of one entity: where its records lie and by what they are found. */
export const accessPatternsOf = (entity: AnyEntity, schemas: SchemaCollection): JsonObject => {
  const record = schemas.of(entity.schema, "output");
  const components = schemas.components();
  const schema = objectAt(asJson(resolved(record, components)));
  const sample = placeheld(objectAt(asJson(exampleOf(record, components))));
  const variants = variantsOf(sample, schema, components);
  const indexes = patternsOf(variants, (variant) =>
    Object.entries(entity.indexes?.(variant) ?? {}).flatMap(([index, key]) =>
      key ? [`${index}: ${patternOf(key)}`] : [],
    ),
  );
  const lookups = patternsOf(variants, (variant) => (entity.lookups?.(variant) ?? []).map(patternOf));
  return {
    key: patternOf(entity.key(sample)),
    ...(indexes.length > 0 ? { indexes } : {}),
    ...(lookups.length > 0 ? { lookups } : {}),
    ...(entity.expiresAt ? { expires: true } : {}),
    record: asJson(record),
  };
};
