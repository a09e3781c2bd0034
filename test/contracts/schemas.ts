import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { openApiDocument } from "../../functions/docs/document.ts";
import { asJson, type Json, type JsonObject, objectAt } from "../golden/json.ts";

/** The document that is served, as a client reads it. */
export const document: JsonObject = objectAt(asJson(openApiDocument()));

const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
addFormats.default(ajv);
for (const word of ["components", "example"]) ajv.addKeyword(word);

const compiled = new Map<string, ValidateFunction>();

/** What checks values against a schema of the document. */
export const validatorOf = (schema: Json | undefined): ValidateFunction => {
  const text = JSON.stringify(schema ?? {});
  const found =
    compiled.get(text) ?? ajv.compile({ ...objectAt(asJson(schema ?? {})), components: document.components });
  compiled.set(text, found);
  return found;
};

/** Why a value is not of a schema, or nothing where it is. */
export const faultsOf = (schema: Json | undefined, value: unknown): string[] => {
  const validate = validatorOf(schema);
  return validate(value)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message, params }) =>
        [instancePath || "/", message, JSON.stringify(params)].join(" "),
      );
};

/** An object of the document, where `part` may be a reference to it. */
export const resolved = (part: Json | undefined): JsonObject => {
  const found = objectAt(part);
  return typeof found.$ref === "string"
    ? resolved(objectAt(document, ...found.$ref.replace(/^#\//, "").split("/")))
    : found;
};

export interface DocumentedRoute {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly operation: JsonObject;
}

/** Every route of the document. */
export const documentedRoutes: readonly DocumentedRoute[] = Object.entries(objectAt(document.paths)).flatMap(
  ([path, methods]) =>
    Object.entries(objectAt(methods)).map(([method, operation]) => ({
      name: String(objectAt(operation).operationId),
      method: method.toUpperCase(),
      path,
      operation: objectAt(operation),
    })),
);

/** The documented answer of a route for a status, and the schema of its content. */
export const documentedAnswer = (route: DocumentedRoute, status: number, contentType: string | null) => {
  const answer = objectAt(route.operation, "responses")[status];
  const content = objectAt(resolved(answer), "content");
  const mediaType = contentType?.split(";")[0]?.trim() ?? "";
  return {
    isDocumented: answer !== undefined,
    hasContent: Object.keys(content).length > 0,
    schema: objectAt(content, mediaType).schema,
    isMediaTypeDocumented: mediaType in content || "*/*" in content,
  };
};
