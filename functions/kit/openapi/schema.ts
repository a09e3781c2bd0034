import * as z from "zod";
import { textPatterns } from "../../../domain/kernel/text.ts";

/** A schema of JSON Schema 2020-12, which is what OpenAPI 3.1 uses. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a schema is for: `input` is what a caller may send, `output` what an answer holds. */
export type Direction = "input" | "output";

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A string that is trimmed before its length is looked at: spaces alone do not make up a length. */
const isTrimmed = (schema: z.core.$ZodTypes): boolean =>
  schema._zod.def.type === "string" &&
  (schema._zod.def.checks ?? []).some((check) => {
    const { def } = check._zod;
    return "tx" in def && typeof def.tx === "function" && def.tx("  ") === "";
  });

/** `format` says that it is a date; the pattern, that it is in UTC and to the millisecond. */
const instantPattern = "T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z$";

/**
 * Says what zod cannot: `override` in a schema's meta stands for the whole of it (a number in a query string,
 * a list of codes), `characters` for the pattern of a text, a trimmed string needs a character that is no space, and an answer
 * may grow fields.
 */
const refined =
  (io: Direction): NonNullable<z.core.ToJSONSchemaParams["override"]> =>
  ({ zodSchema, jsonSchema }) => {
    const { override, characters } = z.globalRegistry.get(zodSchema) ?? {};
    if (isObject(override)) {
      for (const keyword of [
        "allOf",
        "anyOf",
        "oneOf",
        "$ref",
        "type",
        "pattern",
        "format",
        "minLength",
        "maxLength",
      ])
        delete jsonSchema[keyword];
      Object.assign(jsonSchema, override);
    }
    delete jsonSchema.override;
    delete jsonSchema.characters;
    if (io === "input" && (characters === "line" || characters === "text") && !jsonSchema.pattern) {
      const pattern = textPatterns[characters];
      jsonSchema.pattern = Number(jsonSchema.minLength) > 0 ? pattern : `^\\s*$|${pattern}`;
    }
    if (io === "input" && isTrimmed(zodSchema) && Number(jsonSchema.minLength) > 0 && !jsonSchema.pattern)
      jsonSchema.pattern = "\\S";
    if (jsonSchema.format === "date") delete jsonSchema.pattern;
    if (jsonSchema.format === "date-time" && jsonSchema.pattern) jsonSchema.pattern = instantPattern;
    if (io === "output") {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    }
  };

const referenceTo = (name: string): string => `#/components/schemas/${name}`;

/** Collects the schemas that have a name (`.meta({ id })`), once each, and refers to them from everywhere else. */
export class SchemaCollection {
  readonly #components = new Map<string, { readonly text: string; readonly schema: JsonSchema }>();

  /** The schema as it stands in the document, with references to the named ones. */
  of(schema: z.ZodType, io: Direction): JsonSchema {
    const { $schema, $defs, ...own } = z.toJSONSchema(schema, { io, override: refined(io) });
    const definitions: Record<string, unknown> = isObject($defs) ? $defs : {};
    const names = this.#namesFor(definitions, io);
    for (const [id, definition] of Object.entries(definitions)) {
      this.#keep(names.get(id) ?? id, renamed(definition, names), JSON.stringify(definition));
    }
    return renamed(own, names);
  }

  /** As `of`, kept under a name of its own unless the schema brings one. */
  named(name: string, schema: z.ZodType, io: Direction): JsonSchema {
    const found = this.of(schema, io);
    if (typeof found.$ref === "string") return found;
    this.#keep(name, found, JSON.stringify(found));
    return { $ref: referenceTo(name) };
  }

  #keep(name: string, schema: JsonSchema, text: string): void {
    const known = this.#components.get(name);
    if (known && known.text !== text) throw new Error(`two different schemas are called ${name}`);
    this.#components.set(name, { text, schema });
  }

  /** A named schema that is not the same coming in as going out gets a second name for coming in. */
  #namesFor(definitions: Record<string, unknown>, io: Direction): Map<string, string> {
    return new Map(
      Object.entries(definitions).map(([id, definition]) => {
        const known = this.#components.get(id);
        const same = !known || known.text === JSON.stringify(definition);
        return [id, same ? id : `${id}${io === "input" ? "Input" : "Output"}`];
      }),
    );
  }

  /** All named schemas, by name. */
  components(): Record<string, JsonSchema> {
    return Object.fromEntries(
      [...this.#components].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { schema }]) => [name, schema]),
    );
  }
}

/** Turns references within one conversion into references within the document. */
const renamed = (value: unknown, names: ReadonlyMap<string, string>): JsonSchema => {
  const walk = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(walk);
    if (!isObject(part)) return part;
    return Object.fromEntries(
      Object.entries(part).map(([key, inner]) => {
        if (key !== "$ref" || typeof inner !== "string") return [key, walk(inner)];
        const id = inner.replace(/^#\/\$defs\//, "");
        return [key, referenceTo(names.get(id) ?? id)];
      }),
    );
  };
  const schema = walk(value);
  if (!isObject(schema)) throw new Error("a schema has to be an object");
  return schema;
};
