import { describe, expect, test } from "vitest";
import { type ContractName, differences } from "./compare.ts";
import type { Json, JsonObject } from "./json.ts";

const answer = {
  type: "object",
  properties: { id: { type: "string" }, note: { type: "string" } },
  required: ["id"],
};
const body = {
  type: "object",
  properties: { name: { type: "string", maxLength: 60 }, kind: { enum: ["a", "b"] } },
  required: ["name"],
};

const openapi = (
  over: { body?: Json; answer?: Json; parameters?: Json; more?: JsonObject } = {},
): JsonObject => ({
  paths: {
    "/v1/things": {
      post: {
        parameters: over.parameters ?? [],
        requestBody: {
          content: { "application/json": { schema: over.body ?? { $ref: "#/components/schemas/B" } } },
        },
        responses: { 201: { content: { "application/json": { schema: over.answer ?? answer } } }, 409: {} },
      },
    },
    ...over.more,
  },
  components: { schemas: { B: body } },
});
const events = (data: Json, version = 1): JsonObject => ({
  envelope: {},
  events: { "thing.made": { version, data } },
});
const table = (key: string, record: Json): JsonObject => ({
  layout: { ttl: "x" },
  entities: { thing: { key, record } },
});

const breaking = (name: ContractName, before: JsonObject, after: JsonObject) =>
  differences(name, before, after).breaking;

describe("a change of the contract is called breaking", () => {
  const cases: [string, ContractName, JsonObject, JsonObject, RegExp][] = [
    [
      "a route that is gone",
      "openapi",
      openapi({ more: { "/v1/x": { get: {} } } }),
      openapi(),
      /GET \/v1\/x is gone/,
    ],
    [
      "an answer's field that is gone",
      "openapi",
      openapi(),
      openapi({ answer: { ...answer, properties: { id: { type: "string" } } } }),
      /answer 201: \/note is gone/,
    ],
    [
      "an answer's field that need not be there any more",
      "openapi",
      openapi(),
      openapi({ answer: { ...answer, required: [] } }),
      /\/id need not be there/,
    ],
    [
      "an answer's field that may now be null",
      "openapi",
      openapi(),
      openapi({
        answer: { ...answer, properties: { ...answer.properties, id: { type: ["string", "null"] } } },
      }),
      /may now be null/,
    ],
    [
      "an answer's field of another type",
      "openapi",
      openapi(),
      openapi({ answer: { ...answer, properties: { ...answer.properties, id: { type: "integer" } } } }),
      /is no string any more/,
    ],
    [
      "a body's field that is newly required",
      "openapi",
      openapi(),
      openapi({ body: { ...body, required: ["name", "kind"] } }),
      /\/kind is newly required/,
    ],
    [
      "a new field that is required",
      "openapi",
      openapi(),
      openapi({ body: { ...body, properties: { ...body.properties, x: {} }, required: ["name", "x"] } }),
      /\/x is newly required/,
    ],
    [
      "a body's field that takes less",
      "openapi",
      openapi(),
      openapi({
        body: { ...body, properties: { ...body.properties, name: { type: "string", maxLength: 50 } } },
      }),
      /maxLength is tighter/,
    ],
    [
      "a choice that is gone",
      "openapi",
      openapi(),
      openapi({ body: { ...body, properties: { ...body.properties, kind: { enum: ["a"] } } } }),
      /"b" is gone/,
    ],
    [
      "a body's field that is not taken any more",
      "openapi",
      openapi(),
      openapi({ body: { ...body, properties: { name: body.properties.name } } }),
      /\/kind is gone/,
    ],
    [
      "a body that takes no other fields any more",
      "openapi",
      openapi(),
      openapi({ body: { ...body, additionalProperties: false } }),
      /takes no other fields/,
    ],
    [
      "a parameter that is newly required",
      "openapi",
      openapi(),
      openapi({ parameters: [{ name: "q", in: "query", required: true }] }),
      /query q is newly required/,
    ],
    [
      "a parameter that is gone",
      "openapi",
      openapi({ parameters: [{ name: "q", in: "query" }] }),
      openapi(),
      /query q is gone/,
    ],
    ["an event that is gone", "events", events(answer), { envelope: {}, events: {} }, /thing\.made is gone/],
    [
      "an event's field that is gone while its version stays",
      "events",
      events(answer),
      events({ type: "object", properties: {} }),
      /its version is not raised/,
    ],
    ["an event's version that went back", "events", events(answer, 2), events(answer, 1), /went back/],
    [
      "a record that lies elsewhere",
      "table",
      table("A / A", answer),
      table("B / A", answer),
      /lies elsewhere/,
    ],
    [
      "a stored field that old records lack",
      "table",
      table("A / A", answer),
      table("A / A", { ...answer, required: ["id", "note"] }),
      /\/note is newly required/,
    ],
  ];
  test.each(cases)("%s", (_, name, before, after, says) => {
    expect(breaking(name, before, after).join("\n")).toMatch(says);
  });
});

describe("a change of the contract is merely new", () => {
  const cases: [string, ContractName, JsonObject, JsonObject][] = [
    ["a new route", "openapi", openapi(), openapi({ more: { "/v1/x": { get: {} } } })],
    [
      "a new field of an answer",
      "openapi",
      openapi(),
      openapi({ answer: { ...answer, properties: { ...answer.properties, x: {} } } }),
    ],
    [
      "a new optional field of a body",
      "openapi",
      openapi(),
      openapi({ body: { ...body, properties: { ...body.properties, x: {} } } }),
    ],
    [
      "a new choice",
      "openapi",
      openapi(),
      openapi({ body: { ...body, properties: { ...body.properties, kind: { enum: ["a", "b", "c"] } } } }),
    ],
    [
      "a field that takes more",
      "openapi",
      openapi(),
      openapi({ body: { ...body, properties: { ...body.properties, name: { type: "string" } } } }),
    ],
    [
      "a new optional parameter",
      "openapi",
      openapi(),
      openapi({ parameters: [{ name: "q", in: "query", required: false }] }),
    ],
    [
      "an event that breaks with a raised version",
      "events",
      events(answer, 1),
      events({ type: "object", properties: {} }, 2),
    ],
  ];
  test.each(cases)("%s", (_, name, before, after) => {
    const found = differences(name, before, after);
    expect(found.breaking).toEqual([]);
    expect(found.merelyNew).not.toEqual([]);
  });
});

test("a contract that is as it was has no differences, whatever it refers to", () => {
  expect(differences("openapi", openapi(), openapi())).toEqual({ breaking: [], merelyNew: [] });
});
