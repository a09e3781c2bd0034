import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { Failure } from "../../domain/kernel/errors.ts";
import { queryInteger } from "../../domain/kernel/page.ts";
import { route } from "../../functions/kit/route.ts";
import { mostBodyBytes, type RawRequest, validated } from "../../functions/kit/validate.ts";

const declared = route({
  method: "POST",
  path: "/v1/places/{placeId}/things",
  summary: "",
  permission: "member",
  params: z.strictObject({ placeId: z.string().regex(/^plc_\d+$/) }),
  query: z.strictObject({ limit: queryInteger(1, 200).optional(), order: z.enum(["up", "down"]).optional() }),
  body: z.strictObject({
    name: z.string().min(1),
    size: z.int(),
    parts: z.array(z.strictObject({ "a/b": z.string() })).default([]),
    values: z.record(z.string(), z.number()).optional(),
  }),
  status: 201,
});

const request = (over: Partial<RawRequest> & { readonly json?: unknown } = {}): RawRequest => ({
  params: { placeId: "plc_1" },
  query: {},
  body: JSON.stringify("json" in over ? over.json : { name: "x", size: 1 }),
  contentType: "application/json",
  ...over,
});

const failureOf = (raw: RawRequest): Failure => {
  try {
    validated(declared, raw);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  return expect.fail("the request was accepted");
};

test("a request of the documented form is given on with its defaults and numbers", () => {
  expect(validated(declared, request({ query: { limit: "7" } }))).toEqual({
    params: { placeId: "plc_1" },
    query: { limit: 7 },
    body: { name: "x", size: 1, parts: [] },
  });
});

test("five faults in path, query and body are named in one answer", () => {
  const { code, fields } = failureOf(
    request({
      params: { placeId: "other" },
      query: { limit: "0", colour: "red" },
      json: { name: "", size: "one", parts: [{ "a/b": 1 }], extra: true },
    }),
  );
  expect(code).toBe("request.invalid");
  expect(fields.map(({ pointer }) => pointer).sort()).toEqual([
    "/extra",
    "/name",
    "/parts/0/a~1b",
    "/path/placeId",
    "/query/colour",
    "/query/limit",
    "/size",
  ]);
  for (const { reason } of fields) expect(reason.length).toBeGreaterThan(0);
});

test("a path that cannot name a record names none", () => {
  expect(failureOf(request({ params: { placeId: "../etc" } })).code).toBe("record.not-found");
});

test("at most a hundred faults are named", () => {
  const json = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`field${n}`, 1]));
  expect(failureOf(request({ json })).fields).toHaveLength(100);
});

describe("a body is refused for what it is", () => {
  test.each([
    ["nothing", { body: undefined }, "request.invalid"],
    ["an empty text", { body: "" }, "request.invalid"],
    ["half of a JSON text", { body: '{"name":' }, "request.not-json"],
    ["a number that JSON has not", { body: "NaN" }, "request.not-json"],
    ["another media type", { contentType: "text/csv" }, "request.unsupported-media-type"],
    ["another media type", { contentType: "text/html+json" }, "request.unsupported-media-type"],
    ["no media type", { contentType: "" }, "request.unsupported-media-type"],
    [
      "another charset",
      { contentType: "application/json; charset=utf-16" },
      "request.unsupported-media-type",
    ],
    [
      "another charset in quotes",
      { contentType: 'application/json;v=1; Charset="ISO-8859-1"' },
      "request.unsupported-media-type",
    ],
    ["a compressed body", { contentEncoding: "gzip" }, "request.unsupported-media-type"],
    ["one byte too many", { body: `"${"x".repeat(mostBodyBytes - 1)}"` }, "request.too-large"],
    ["33 levels", { body: "[".repeat(33) + "]".repeat(33) }, "request.invalid"],
    ["a million levels that never end", { body: "[".repeat(900_000) }, "request.invalid"],
  ])("%s", (_, over, code) => {
    expect(failureOf(request(over)).code).toBe(code);
  });

  test("brackets inside a text are no levels", () => {
    const json = { name: "[{".repeat(100), size: 1 };
    expect(validated(declared, request({ json })).body).toMatchObject(json);
    expect(validated(declared, request({ json: { name: '\\"[[[', size: 1 } })).body).toMatchObject({
      size: 1,
    });
  });

  test("bytes are counted, not characters", () => {
    const body = `{"name":"${"ș".repeat(mostBodyBytes / 2)}","size":1}`;
    expect(failureOf(request({ body })).code).toBe("request.too-large");
  });

  test("a media type with parameters or a suffix is JSON too", () => {
    for (const contentType of [
      "application/json; charset=utf-8",
      'application/json;charset="UTF-8"',
      "Application/JSON",
      "application/merge-patch+json",
    ])
      expect(validated(declared, request({ contentType })).body).toMatchObject({ name: "x" });
  });
});

test("__proto__ is an unknown field like any other, and changes nobody's prototype", () => {
  const body = '{"name":"x","size":1,"__proto__":{"isAdmin":true}}';
  expect(failureOf(request({ body })).fields).toEqual([
    { pointer: "/__proto__", reason: "is not a known field" },
  ]);
  for (const name of ["__proto__", "constructor", "prototype", "__pr\\u006fto__"]) {
    const plain = JSON.parse(`"${name}"`);
    const inValues = `{"name":"x","size":1,"values":{"${name}":1,"a":2}}`;
    expect(failureOf(request({ body: inValues })).fields).toEqual([
      { pointer: `/values/${plain}`, reason: "is not a known field" },
    ]);
    const query = JSON.parse(`{"${name}":"1"}`);
    expect(failureOf(request({ query })).fields.map(({ pointer }) => pointer)).toEqual([`/query/${plain}`]);
  }
  const inText = { name: "__proto__ and constructor", size: 1 };
  expect(validated(declared, request({ json: inText })).body).toMatchObject(inText);
  expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain("isAdmin");
});

test("half of a character is refused wherever it stands, and a whole one is not", () => {
  const body = '{"name":"a\\ud800b","size":1,"parts":[{"a/b":"\\uDC00"}]}';
  expect(failureOf(request({ body })).fields.map(({ pointer }) => pointer)).toEqual([
    "/name",
    "/parts/0/a~1b",
  ]);
  expect(validated(declared, request({ body: '{"name":"\\ud83d\\ude00","size":1}' })).body).toMatchObject({
    name: "😀",
  });
});

test("whatever is sent is accepted or refused with a catalogued code, never an accident", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.json(),
        fc.jsonValue().map((value) => JSON.stringify(value)),
      ),
      fc.dictionary(fc.string(), fc.string()),
      (body, query) => {
        try {
          validated(declared, request({ body, query }));
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
        }
      },
    ),
    { seed: 20261123, numRuns: 500 },
  );
});
