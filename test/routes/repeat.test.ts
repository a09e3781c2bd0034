import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { demandsVersion } from "../../functions/kit/openapi/problems.ts";
import { type Company, newCompany } from "./company.ts";
import { mutations, type Route, type Sending, send } from "./send.ts";
import { valid } from "./valid/index.ts";

let company: Company;
beforeAll(async () => {
  company = await newCompany();
});

const requestOf = async (route: Route): Promise<Sending> => {
  const make = valid[route.name];
  if (!make) throw new Error(`test/routes/valid has no request of ${route.name}`);
  return { token: company.token, ...(await make(company)) };
};

/** The same request with a body or query that is not the same. */
const altered = (route: Route, sending: Sending): Sending =>
  route.declared.body
    ? { ...sending, rawBody: `${JSON.stringify(sending.body)} ` }
    : { ...sending, query: { ...sending.query, other: "1" } };

describe.each(mutations)("$method $path", (route) => {
  test("sent again under its key, answers as the first time and does nothing again", async () => {
    const request = await requestOf(route);
    const keyed = { ...request, headers: { "idempotency-key": randomUUID() } };
    const first = await send(route, keyed);
    expect(first.status, first.text).toBe(route.declared.status);
    expect(first.headers["idempotency-replayed"]).toBeUndefined();

    const again = await send(route, keyed);
    expect(again.headers["idempotency-replayed"]).toBe("true");
    expect([again.status, again.text]).toEqual([first.status, first.text]);
    expect(again.headers.etag).toBe(first.headers.etag);

    const other = await send(route, { ...altered(route, keyed) });
    expect([other.status, other.code]).toEqual([422, "idempotency.key-reused"]);
    expect(other.pointers).toEqual(["/header/idempotency-key"]);
  });

  test("sent at the same time under one key, is carried out once", async () => {
    const request = await requestOf(route);
    const keyed = { ...request, headers: { "idempotency-key": randomUUID() } };
    const answers = await Promise.all([send(route, keyed), send(route, keyed), send(route, keyed)]);
    const carriedOut = answers.filter(({ status }) => status === route.declared.status);
    expect(carriedOut.length, answers.map(({ text }) => text).join("\n")).toBeGreaterThan(0);
    expect(new Set(carriedOut.map(({ text }) => text)).size).toBe(1);
    expect(carriedOut.filter(({ headers }) => !headers["idempotency-replayed"])).toHaveLength(1);
    for (const { status, code } of answers)
      if (status !== route.declared.status) expect([status, code]).toEqual([409, "record.busy"]);
  });

  test("refuses a key that cannot be one", async () => {
    const refused = await send(route, {
      ...(await requestOf(route)),
      headers: { "idempotency-key": "x".repeat(256) },
    });
    expect([refused.status, refused.code, refused.pointers]).toEqual([
      400,
      "request.invalid",
      ["/header/idempotency-key"],
    ]);
  });
});

describe.each(mutations.filter(({ declared }) => demandsVersion(declared)))("$method $path", (route) => {
  test("is not carried out on another version than If-Match names", async () => {
    const request = await requestOf(route);
    const stale = await send(route, { ...request, headers: { "if-match": '"999999"' } });
    expect([stale.status, stale.code]).toEqual([412, "record.stale"]);
    const malformed = await send(route, { ...request, headers: { "if-match": "three" } });
    expect([malformed.status, malformed.code, malformed.pointers]).toEqual([
      400,
      "request.invalid",
      ["/header/if-match"],
    ]);
    const any = await send(route, { ...request, headers: { "if-match": "*" } });
    expect(any.status, any.text).toBe(route.declared.status);
  });
});
