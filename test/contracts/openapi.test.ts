import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, test } from "vitest";
import { failures } from "../../domain/catalogue.ts";
import { statusOf } from "../../functions/kit/problem.ts";
import type { RouteTable } from "../../functions/kit/route.ts";
import { lambdas } from "../../functions/lambdas.ts";
import { allRoutes } from "../../functions/routes.ts";
import { asJson, isObject, type Json, objectAt } from "../golden/json.ts";
import { document, documentedRoutes, faultsOf, resolved, validatorOf } from "./schemas.ts";

const routes: RouteTable = allRoutes;

test("the document is valid OpenAPI 3.1", async () => {
  const { valid, errors } = await new Validator().validate({ ...document });
  expect(valid, JSON.stringify(errors)).toBe(true);
});

test("every route that a Lambda answers is in the table of all routes, under a name of its own", () => {
  const answered = lambdas.flatMap(({ trigger }) =>
    trigger.kind === "api" ? Object.entries(trigger.routes) : [],
  );
  const names = answered.map(([name]) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(Object.keys(routes).sort()).toEqual(names.toSorted());
  for (const [name, route] of answered) expect(routes[name]).toBe(route);
});

test("every route of the table is documented, and nothing else is", () => {
  expect(documentedRoutes.map(({ name }) => name).sort()).toEqual(Object.keys(routes).sort());
});

test("every named schema can be compiled", () => {
  for (const schema of Object.values(objectAt(document, "components", "schemas"))) validatorOf(schema);
});

/** Every example in a part of the document, with the schema that it has to be of. */
const examplesIn = (part: Json | undefined): { schema: Json | undefined; example: Json | undefined }[] => {
  if (Array.isArray(part)) return part.flatMap((one: Json) => examplesIn(one));
  if (!isObject(part)) return [];
  const own = [
    ...("example" in part ? [part.example] : []),
    ...Object.values(objectAt(part, "examples")).map((example) => objectAt(example).value),
  ];
  const inside = Object.entries(part).filter(
    ([name]) => name !== "schema" && name !== "example" && name !== "examples",
  );
  return [
    ...("schema" in part ? own.map((example) => ({ schema: part.schema, example })) : []),
    ...inside.flatMap(([, value]) => examplesIn(value)),
  ];
};

describe.each(documentedRoutes)("$method $path", ({ name, operation, path }) => {
  const route = routes[name];

  test("has examples that are of their schemas", () => {
    for (const { schema, example } of examplesIn(operation))
      expect({ example, faults: faultsOf(schema, example) }).toEqual({ example, faults: [] });
  });

  test("has an example of a body that the route itself accepts", () => {
    if (!route?.body) return expect(operation.requestBody).toBeUndefined();
    const { example } = objectAt(operation, "requestBody", "content", "application/json");
    const accepted = route.body.safeParse(example);
    expect(accepted.success, JSON.stringify(accepted.error?.issues)).toBe(true);
  });

  test("documents every status with codes of that status, and only codes of the catalogue", () => {
    for (const [status, answer] of Object.entries(objectAt(operation, "responses"))) {
      if (Number(status) < 400) continue;
      const schema = objectAt(resolved(answer), "content", "application/problem+json", "schema");
      const codes = objectAt(schema, "properties", "code").enum;
      expect(Array.isArray(codes) && codes.length).toBeGreaterThan(0);
      for (const code of Array.isArray(codes) ? codes : []) {
        const entry = failures[String(code)];
        expect(entry && statusOf[entry.kind]).toBe(Number(status));
      }
    }
  });

  test("documents every parameter of its path", () => {
    const parameters = Array.isArray(operation.parameters) ? operation.parameters.map(resolved) : [];
    const documented = parameters
      .filter((parameter) => parameter.in === "path")
      .map((parameter) => parameter.name);
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
    expect(asJson(documented)).toEqual(inPath);
  });

  test("takes an Idempotency-Key if it changes something, and says whether the answer is a replay", () => {
    if (!route || route.permission === null) return;
    const parameters = Array.isArray(operation.parameters) ? operation.parameters.map(resolved) : [];
    const headers = parameters.filter((parameter) => parameter.in === "header").map(({ name: of }) => of);
    const success = objectAt(operation, "responses", String(route.status), "headers");
    expect(headers.includes("Idempotency-Key")).toBe(route.method !== "GET");
    expect("Idempotency-Replayed" in success).toBe(route.method !== "GET");
    expect("ETag" in success).toBe(route.versioned === true && route.output !== undefined);
  });
});
