import type { JsonSchema } from "./schema.ts";

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const schemasIn = (value: unknown): JsonSchema[] => (Array.isArray(value) ? value.filter(isSchema) : []);

/** How deep an example goes before it leaves optional fields out. */
const mostDepth = 6;

const textOf = (schema: JsonSchema): string => {
  switch (schema.format) {
    case "date":
      return "2026-11-23";
    case "date-time":
      return "2026-11-23T18:00:00.000Z";
    case "email":
      return "ana.pop@example.com";
    case "uri":
      return "https://example.com/";
    default:
      return "text".padEnd(Number(schema.minLength ?? 0), "x").slice(0, Number(schema.maxLength ?? 4));
  }
};

const numberOf = (schema: JsonSchema): number =>
  Math.min(Math.max(1, Number(schema.minimum ?? 1)), Number(schema.maximum ?? Number.MAX_SAFE_INTEGER));

/**
 * A value of a schema for the reader of the reference: what the schema gives as its own example, default or
 * first choice where it does, and all fields of an object.
 */
export const exampleOf = (
  schema: JsonSchema,
  components: Readonly<Record<string, JsonSchema>>,
  depth = 0,
): unknown => {
  const inner = (part: JsonSchema): unknown => exampleOf(part, components, depth + 1);
  if (Array.isArray(schema.examples) && schema.examples.length > 0) return schema.examples[0];
  if ("const" in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if (typeof schema.$ref === "string") {
    const named = components[schema.$ref.split("/").at(-1) ?? ""];
    return named ? inner(named) : undefined;
  }
  const [choice] = [...schemasIn(schema.anyOf), ...schemasIn(schema.oneOf)];
  if (choice) return inner(choice);
  if (Array.isArray(schema.allOf))
    return Object.assign({}, ...schemasIn(schema.allOf).map((part) => inner(part) ?? {}));
  switch (schema.type) {
    case "object": {
      const required = Array.isArray(schema.required) ? schema.required : [];
      const properties = isSchema(schema.properties) ? Object.entries(schema.properties) : [];
      return Object.fromEntries(
        properties
          .filter(([name]) => depth < mostDepth || required.includes(name))
          .flatMap(([name, part]) => (isSchema(part) ? [[name, inner(part)]] : [])),
      );
    }
    case "array":
      return isSchema(schema.items) && (depth < mostDepth || Number(schema.minItems) > 0)
        ? [inner(schema.items)]
        : [];
    case "string":
      return textOf(schema);
    case "integer":
    case "number":
      return numberOf(schema);
    case "boolean":
      return true;
    default:
      return null;
  }
};
