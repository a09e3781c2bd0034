import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openIssuer } from "../../infra/local/issuer.ts";
import { newTenant, stackUrl } from "../support/client.ts";
import { unusedId } from "./company.ts";
import { exampleBody, paramsOf } from "./request.ts";
import { guardedRoutes, type Route, routes, send } from "./send.ts";

const folder = mkdtempSync(path.join(tmpdir(), "clientela-token-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Tokens that a careless or hostile caller may send. */
const badTokens = new Map<string, string>();

beforeAll(async () => {
  const { token } = await newTenant();
  const other = await newTenant();
  const [header = "", payload = "", signature = ""] = token.split(".");
  const claims = decodeJwt(token);
  const stranger = await openIssuer(path.join(folder, "key.pem"));
  badTokens
    .set("garbage", "garbage")
    .set("three empty parts", "..")
    .set("of a stranger with the same claims", await stranger.sign(claims))
    .set(
      "with another tenant's claims under its own signature",
      `${header}.${other.token.split(".")[1]}.${signature}`,
    )
    .set("without a signature", `${base64url({ ...decodeProtectedHeader(token), alg: "none" })}.${payload}.`)
    .set("with half a signature", `${header}.${payload}.${signature.slice(0, 40)}`)
    .set(
      "signed with the public key as a secret",
      `${base64url({ alg: "HS256", typ: "JWT" })}.${payload}.${signature}`,
    );
});

const requestOf = (route: Route) => ({
  params: paramsOf(route, unusedId),
  ...(route.declared.body ? { body: exampleBody(route) } : {}),
});

describe.each(guardedRoutes)("$method $path", (route) => {
  test("is not answered without a valid token", async () => {
    const none = await send(route, requestOf(route));
    expect([none.status, none.json]).toEqual([401, { message: "Unauthorized" }]);
    for (const [kind, token] of badTokens) {
      const refused = await send(route, { ...requestOf(route), token });
      expect([refused.status, refused.text], kind).toEqual([401, none.text]);
    }
    const basic = await send(route, { ...requestOf(route), headers: { authorization: "Basic YTpi" } });
    expect([basic.status, basic.text]).toEqual([401, none.text]);
  });
});

test.each(routes.filter(({ declared, path: of }) => declared.permission === null && !of.includes("{")))(
  "$method $path is answered without a token",
  async (route) => {
    expect((await send(route, {})).status).toBe(200);
  },
);

test("a path that is no route is not found, with or without a token", async () => {
  for (const of of ["/v1/nothing", "/v1/clients/cli_1/nothing", "/v2/clients", "/", "/v1"]) {
    const response = await fetch(`${stackUrl()}${of}`);
    expect([response.status, await response.json()]).toEqual([404, { message: "Not Found" }]);
  }
});
