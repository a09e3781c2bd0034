import { expect, test } from "vitest";
import { clientOf, itemsOf, ProblemError } from "../../functions/client.ts";
import { productRoutes } from "../../functions/products/routes.ts";

interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string | undefined;
}

/** A server that answers in turn as it is told; an Error stands for a connection that breaks. */
const fakeServer = (...answers: (Response | Error)[]) => {
  const sent: Sent[] = [];
  const pauses: number[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    sent.push({
      url: String(input),
      method: init?.method ?? "GET",
      headers: new Headers(init?.headers),
      body: typeof init?.body === "string" ? init.body : undefined,
    });
    const answer = answers.shift();
    if (!answer) throw new Error("one request too many");
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const client = clientOf(productRoutes, {
    baseUrl: "http://example.test/",
    token: async () => "the-token",
    fetch,
    entropy: (bytes) => new Uint8Array(bytes).fill(128),
    wait: async (ms) => {
      pauses.push(ms);
    },
  });
  return { client, sent, pauses };
};

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
const body = { code: "GTX", name: "GTX" };

test("a request stands at its path, with token, query, body and a key of its own", async () => {
  const { client, sent } = fakeServer(json({ id: "1" }, 201), json({ items: [] }), json({ id: "1" }));
  await client.createProduct({ body });
  await client.listProducts({ query: { limit: 5, code: "a b&c" } });
  await client.changeProduct({ params: { productId: "prd/1" }, body: { category: null }, ifMatch: 3 });
  expect(sent.map(({ method, url }) => `${method} ${url}`)).toEqual([
    "POST http://example.test/v1/products",
    "GET http://example.test/v1/products?limit=5&code=a+b%26c",
    "PATCH http://example.test/v1/products/prd%2F1",
  ]);
  expect(sent[0]?.body).toBe(JSON.stringify(body));
  expect(sent[0]?.headers.get("authorization")).toBe("Bearer the-token");
  expect(sent[0]?.headers.get("idempotency-key")).toMatch(/^[\w-]{20,}$/);
  expect(sent[1]?.headers.get("idempotency-key")).toBeNull();
  expect(sent[2]?.headers.get("if-match")).toBe('"3"');
});

test("what may pass is sent again under the same key, after a growing pause", async () => {
  const { client, sent, pauses } = fakeServer(
    new TypeError("fetch failed"),
    json({}, 503),
    json({}, 429, { "retry-after": "2" }),
    json({}, 502),
    json({ id: "prd_1" }, 201),
  );
  await client.createProduct({ body });
  expect(new Set(sent.map(({ headers }) => headers.get("idempotency-key"))).size).toBe(1);
  expect(pauses).toEqual([100, 200, 2400, 800]);
});

test("it is sent six times at the most, and then the caller hears why", async () => {
  const unavailable = { code: "service.unavailable", correlationId: "c", status: 503 };
  const server = fakeServer(...Array.from({ length: 6 }, () => json(unavailable, 503)));
  await expect(server.client.listProducts()).rejects.toMatchObject({
    status: 503,
    code: "service.unavailable",
  });
  expect(server.sent).toHaveLength(6);
  const broken = fakeServer(...Array.from({ length: 6 }, () => new TypeError("fetch failed")));
  await expect(broken.client.listProducts()).rejects.toThrow("fetch failed");
});

test("what cannot pass is not sent again; its problem is an error with code and fields", async () => {
  const problem = {
    type: "/docs/problems#request.invalid",
    title: "x",
    status: 400,
    code: "request.invalid",
    detail: "1 field is wrong.",
    errors: [{ pointer: "/name", reason: "is missing" }],
    correlationId: "corr",
  };
  const { client, sent } = fakeServer(json(problem, 400));
  const error = await client.createProduct({ body }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ProblemError);
  expect(error).toMatchObject({
    status: 400,
    code: "request.invalid",
    fields: problem.errors,
    correlationId: "corr",
  });
  expect(String(error)).toContain("/name is missing");
  expect(sent).toHaveLength(1);
});

test("an answer of the gateway, which is no problem document, is an error with its status", async () => {
  const { client } = fakeServer(
    json({ message: "Unauthorized" }, 401),
    new Response("<html>", { status: 404 }),
  );
  await expect(client.listProducts()).rejects.toMatchObject({ status: 401, code: "http.401", fields: [] });
  await expect(client.listProducts()).rejects.toMatchObject({ status: 404, code: "http.404" });
});

test("a caller that gives up is not kept waiting by another attempt", async () => {
  const { client, sent } = fakeServer(new DOMException("aborted", "AbortError"), json({ items: [] }));
  await expect(client.listProducts({ signal: AbortSignal.abort() })).rejects.toThrow("aborted");
  expect(sent).toHaveLength(1);
});

test("the answer tells its version and whether it is a replay", async () => {
  const { client } = fakeServer(json({ id: "1" }, 201, { etag: '"7"', "idempotency-replayed": "true" }));
  const { version, replayed, status } = await client.createProduct.answered({ body });
  expect({ version, replayed, status }).toEqual({ version: 7, replayed: true, status: 201 });
});

test("the items of a list come page after page, up to a bound", async () => {
  const server = fakeServer(
    json({ items: [1, 2], next: "c1" }),
    json({ items: [3], next: "c2" }),
    json({ items: [] }),
  );
  const found: unknown[] = [];
  for await (const item of itemsOf((cursor) => server.client.listProducts({ query: { cursor } })))
    found.push(item);
  expect(found).toEqual([1, 2, 3]);
  expect(server.sent.map(({ url }) => new URL(url).searchParams.get("cursor"))).toEqual([null, "c1", "c2"]);

  const endless = fakeServer(...Array.from({ length: 3 }, () => json({ items: [1], next: "c" })));
  const readAll = async () => {
    for await (const _ of itemsOf((cursor) => endless.client.listProducts({ query: { cursor } }), 3));
  };
  await expect(readAll()).rejects.toThrow("more than 3 pages");
});
