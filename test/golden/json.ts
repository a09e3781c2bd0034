/** A value of JSON, as far as contracts are made of it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The object at a place, or an empty one. */
export const objectAt = (value: Json | undefined, ...path: readonly string[]): JsonObject => {
  let found: Json | undefined = value;
  for (const name of path) found = isObject(found) ? found[name] : undefined;
  return isObject(found) ? found : {};
};

/** What a value becomes when it is written as JSON and read back. */
export const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value));

/** Texts of a list of texts; none of anything else. */
export const textsIn = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
