import { beforeAll, describe, expect, test } from "vitest";
import { faultsOf, resolved } from "../contracts/schemas.ts";
import { type JsonObject, objectAt } from "../golden/json.ts";
import { type Company, newCompany } from "./company.ts";
import { type Route, routeCalled, routesWithBody, type Sending, send } from "./send.ts";
import { valid } from "./valid/index.ts";

let company: Company;
beforeAll(async () => {
  company = await newCompany();
});

const schemaOf = (route: Route) =>
  objectAt(route.operation, "requestBody", "content", "application/json").schema;

const requestOf = async (route: Route): Promise<Sending & { readonly body: JsonObject }> => {
  const make = valid[route.name];
  if (!make) throw new Error(`test/routes/valid has no request of ${route.name}`);
  const request = await make(company);
  return { token: company.token, ...request, body: objectAt(JSON.parse(JSON.stringify(request.body))) };
};

const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
const wrongValues = [null, true, 12.5, "text", [], {}, [[]], -1, "", "\u0000"];

describe.each(routesWithBody)("$method $path", (route) => {
  test("refuses a body that is not JSON, and says so", async () => {
    const { body, ...request } = await requestOf(route);
    for (const rawBody of [
      '{"a":',
      "text",
      "{'a': 1}",
      "NaN",
      JSON.stringify(body).slice(0, -1),
      "\ufeff{}",
    ]) {
      const refused = await send(route, { ...request, rawBody });
      expect([refused.status, refused.code], rawBody).toEqual([400, "request.not-json"]);
    }
  });

  test("refuses bytes that are no text, and no body at all", async () => {
    const { body: _, ...request } = await requestOf(route);
    const bytes = await send(route, { ...request, rawBody: new Uint8Array([0x22, 0xff, 0xfe, 0x22]) });
    expect([bytes.status, bytes.code]).toEqual([400, "request.not-json"]);
    // JSON of Windows-1250, as forms of old programs send it: ș would be stored as �.
    const old = await send(route, { ...request, rawBody: Buffer.from('{"name":"\xba"}', "latin1") });
    expect([old.status, old.code]).toEqual([400, "request.not-json"]);
    const nothing = await send(route, { ...request, headers: { "content-type": "application/json" } });
    expect([nothing.status, nothing.code, nothing.pointers]).toEqual([400, "request.invalid", [""]]);
  });

  test("refuses a body of another media type, one that is too large, and one nested too deeply", async () => {
    const { body, ...request } = await requestOf(route);
    const media = await send(route, { ...request, body, headers: { "content-type": "text/plain" } });
    expect([media.status, media.code]).toEqual([415, "request.unsupported-media-type"]);
    const large = await send(route, { ...request, rawBody: `{"name":"${"x".repeat(1_000_000)}"}` });
    expect([large.status, large.code]).toEqual([413, "request.too-large"]);
    for (const levels of [33, 100_000]) {
      const deep = await send(route, { ...request, rawBody: nested(levels) });
      expect([deep.status, deep.code, deep.pointers]).toEqual([400, "request.invalid", [""]]);
    }
  });

  test("refuses what is no object", async () => {
    const { body: _, ...request } = await requestOf(route);
    for (const body of [null, [], [{}], "text", 12, true]) {
      const refused = await send(route, { ...request, body });
      expect([refused.status, refused.code, refused.pointers]).toEqual([400, "request.invalid", [""]]);
    }
  });

  test("names a field that it does not know, whatever the field's name", async () => {
    const { body, ...request } = await requestOf(route);
    for (const [name, pointer] of [
      ["unknownField", "/unknownField"],
      ["a/b~c", "/a~1b~0c"],
      ["constructor", "/constructor"],
      ["__proto__", "/__proto__"],
    ]) {
      const rawBody = `{${JSON.stringify(name)}:{"isAdmin":true},${JSON.stringify(body).slice(1)}`;
      const refused = await send(route, { ...request, rawBody: rawBody.replace(",}", "}") });
      expect([refused.status, refused.code, refused.pointers]).toEqual([400, "request.invalid", [pointer]]);
    }
  });

  test("refuses half of a character anywhere in a text", async () => {
    const { body, ...request } = await requestOf(route);
    const [name = "x"] = Object.keys(body);
    const rawBody = JSON.stringify({ ...body, [name]: "HALF" }).replace('"HALF"', '"a\\ud83d"');
    const refused = await send(route, { ...request, rawBody });
    expect([refused.status, refused.code, refused.pointers]).toEqual([400, "request.invalid", [`/${name}`]]);
  });

  test("names each field whose value is not of the documented form", async () => {
    const { body, ...request } = await requestOf(route);
    const properties = Object.keys(objectAt(resolved(schemaOf(route)), "properties"));
    for (const name of properties)
      for (const value of wrongValues) {
        const wrong = { ...body, [name]: value };
        if (faultsOf(schemaOf(route), wrong).length === 0) continue;
        const refused = await send(route, { ...request, body: wrong });
        expect([refused.status, refused.code], `${name} = ${JSON.stringify(value)}: ${refused.text}`).toEqual(
          [400, "request.invalid"],
        );
        expect(refused.pointers.length).toBeGreaterThan(0);
        for (const pointer of refused.pointers) expect(pointer).toMatch(new RegExp(`^/${name}(/|$)`));
      }
  });

  test("names all the fields that are wrong in one answer", async () => {
    const { body, ...request } = await requestOf(route);
    const properties = Object.keys(objectAt(resolved(schemaOf(route)), "properties")).slice(0, 5);
    const wrong = properties.filter(
      (name) => faultsOf(schemaOf(route), { ...body, [name]: { x: 1 } }).length > 0,
    );
    const all = Object.fromEntries(wrong.map((name) => [name, { x: 1 }]));
    const refused = await send(route, { ...request, body: { ...body, ...all } });
    expect(refused.status).toBe(400);
    const named = new Set(refused.pointers.map((pointer) => pointer.split("/")[1]));
    expect([...named].sort()).toEqual(wrong.sort());
  });
});

test("a body beyond what the gateway takes is refused by it", async () => {
  const refused = await send(routeCalled("createProduct"), {
    token: company.token,
    rawBody: `"${"x".repeat(7 * 1024 * 1024)}"`,
  });
  expect([refused.status, refused.json.message]).toEqual([413, "Request Entity Too Large"]);
});
