import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Fixture, lambda, route, runFixture, send, withToken } from "./assembly.ts";

let fixture: Fixture;
let url = "";

beforeAll(async () => {
  fixture = await runFixture({
    Echo: lambda("echo", { Timeout: 1 }),
    Provision: lambda("provision"),
    ...route("GET /open", "Echo"),
    ...route("POST /open", "Echo"),
    ...route("GET /things/{thingId}", "Echo"),
    ...route("GET /things/special", "Echo"),
    ...route("ANY /files/{path+}", "Echo"),
    ...route("GET /closed", "Echo", withToken),
    ...route("GET /scoped", "Echo", { ...withToken, AuthorizationScopes: ["admin"] }),
  });
  url = fixture.machine.url;
});
afterAll(() => fixture.remove());

const get = (path: string, headers: Record<string, string> = {}) =>
  send(`${url}${path}`, undefined, headers, "GET");

describe("events of payload format 2.0", () => {
  test("repeated query parameters are joined, headers are lower case, cookies stand apart", async () => {
    const { json } = await get("/open?a=1&a=2&b=%20x", { "X-Some": "Value", cookie: "c=1; d=2" });
    expect(json).toMatchObject({
      version: "2.0",
      routeKey: "GET /open",
      rawPath: "/open",
      rawQueryString: "a=1&a=2&b=%20x",
      queryStringParameters: { a: "1,2", b: " x" },
      headers: { "x-some": "Value" },
      cookies: ["c=1", "d=2"],
      isBase64Encoded: false,
      requestContext: { http: { method: "GET", path: "/open" }, stage: "$default" },
    });
  });

  test("path parameters are decoded, and a literal route goes before a parameter", async () => {
    expect((await get("/things/a%2Fb%20c")).json).toMatchObject({
      routeKey: "GET /things/{thingId}",
      pathParameters: { thingId: "a/b c" },
    });
    expect((await get("/things/special")).json).toMatchObject({ routeKey: "GET /things/special" });
  });

  test("a greedy parameter takes the rest of the path", async () => {
    expect((await get("/files/a/b/c.txt")).json).toMatchObject({ pathParameters: { path: "a/b/c.txt" } });
    expect((await get("/files")).status).toBe(404);
  });

  test("a body that is no text arrives in base64", async () => {
    const response = await fetch(`${url}/open`, {
      method: "POST",
      headers: { "content-type": "application/octet-stream" },
      body: new Uint8Array([0, 255]),
    });
    expect(await response.json()).toMatchObject({ isBase64Encoded: true, body: "AP8=" });
  });
});

describe("answers", () => {
  test("a binary answer leaves as bytes, with a request id", async () => {
    const response = await fetch(`${url}/open?wish=binary`);
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0, 255, 1]);
    expect(response.headers.get("apigw-requestid")).toBeTruthy();
  });

  test("cookies become headers of their own", async () => {
    const response = await fetch(`${url}/open?wish=cookies`);
    expect(response.status).toBe(201);
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  });

  test("a result without status is the body of a 200", async () => {
    const { status, json } = await get("/open?wish=environment");
    expect(status).toBe(200);
    expect(json).toEqual({ region: "eu-central-1", own: "hello from eu-central-1" });
  });

  test("a function that throws, times out or crashes gives 500 and nothing of its error, and works again after", async () => {
    for (const wish of ["throw", "hang", "crash"]) {
      const { status, json } = await get(`/open?wish=${wish}`);
      expect([wish, status, json]).toEqual([wish, 500, { message: "Internal Server Error" }]);
      expect((await get("/open")).status).toBe(200);
    }
  });

  test("an unknown route, and a known path with another method, give 404", async () => {
    expect(await get("/nowhere")).toMatchObject({ status: 404, json: { message: "Not Found" } });
    expect((await send(`${url}/closed`, {})).status).toBe(404);
  });

  test("a body over 10 MB gives 413", async () => {
    const response = await fetch(`${url}/open`, {
      method: "POST",
      body: new Uint8Array(10 * 1024 * 1024 + 1),
    });
    expect(response.status).toBe(413);
  });

  test("a preflight of an allowed origin is answered without the function, one of another is not allowed", async () => {
    const preflight = (origin: string) =>
      fetch(`${url}/closed`, {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "GET" },
      });
    const allowed = await preflight("https://app.example");
    expect([allowed.status, allowed.headers.get("access-control-allow-origin")]).toEqual([
      204,
      "https://app.example",
    ]);
    expect((await preflight("https://evil.example")).headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("the authorizer", () => {
  const provide = async (name: string, adminEmail: string) =>
    (await send(`${url}/_local/tenants`, { name, adminEmail })).status;
  const tokenOf = (email: string) => send(`${url}/_local/token`, { email });

  test("a token of the issuer opens the route, with the trigger's claims as texts", async () => {
    expect(await provide("t", "one@example.com")).toBe(201);
    const { json } = await tokenOf("ONE@example.com");
    const { token } = Object(json);
    const answer = await get("/closed", { authorization: `Bearer ${token}` });
    expect(answer).toMatchObject({
      status: 200,
      json: {
        requestContext: {
          authorizer: {
            jwt: {
              claims: { tenant: "t1", for: "one@example.com", token_use: "access", client_id: "client" },
            },
          },
        },
      },
    });
    expect((await get("/scoped", { authorization: `Bearer ${token}` })).status).toBe(403);
  });

  test("no token, nonsense, a token with altered claims and one without signature give 401", async () => {
    await provide("t", "two@example.com");
    const { token } = Object((await tokenOf("two@example.com")).json);
    const [head, body, signature] = String(token).split(".");
    const forged = Buffer.from(String(body), "base64url").toString().replace("t1", "t2");
    const refused = [
      undefined,
      "Bearer nonsense",
      `Bearer ${head}.${Buffer.from(forged).toString("base64url")}.${signature}`,
      `Bearer ${Buffer.from('{"alg":"none"}').toString("base64url")}.${body}.`,
    ];
    for (const authorization of refused)
      expect(await get("/closed", authorization === undefined ? {} : { authorization })).toMatchObject({
        status: 401,
        json: { message: "Unauthorized" },
      });
  });

  test("a token expires on the stack's clock", async () => {
    await provide("t", "three@example.com");
    const { token } = Object((await tokenOf("three@example.com")).json);
    expect((await get("/closed", { authorization: `Bearer ${token}` })).status).toBe(200);
    await send(`${url}/_local/clock`, { advance: "PT59M" });
    expect((await get("/closed", { authorization: `Bearer ${token}` })).status).toBe(200);
    await send(`${url}/_local/clock`, { advance: "PT2M" });
    expect((await get("/closed", { authorization: `Bearer ${token}` })).status).toBe(401);
  });

  test("who is unknown gets no token, nor who is dismissed", async () => {
    expect((await tokenOf("nobody@example.com")).status).toBe(404);
    await provide("dismissed", "gone@example.com");
    expect((await tokenOf("gone@example.com")).status).toBe(403);
  });

  test("a page of another site cannot fetch a token", async () => {
    const { status } = await send(
      `${url}/_local/token`,
      { email: "one@example.com" },
      { "sec-fetch-site": "cross-site" },
    );
    expect(status).toBe(403);
  });
});

describe("the clock", () => {
  const clock = async () => Date.parse(Object((await get("/_local/clock")).json).now);

  test("moves forward for the functions and the stack alike, and stays moved after a restart", async () => {
    const before = await clock();
    await send(`${url}/_local/clock`, { advance: "P1DT1H" });
    const dayAndHourMs = 25 * 3_600_000;
    const { now, made } = Object((await get("/open?wish=clock")).json);
    expect(now - before).toBeGreaterThanOrEqual(dayAndHourMs);
    expect(made - before).toBeGreaterThanOrEqual(dayAndHourMs);
    fixture = await fixture.restart();
    url = fixture.machine.url;
    expect((await clock()) - before).toBeGreaterThanOrEqual(dayAndHourMs);
  });

  test("never goes back, and takes durations only", async () => {
    for (const advance of ["-PT1H", "yesterday", ""])
      expect((await send(`${url}/_local/clock`, { advance })).status).toBe(400);
  });
});
