import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failures } from "../../domain/catalogue.ts";
import { docsHandlers } from "../../functions/docs/handlers.ts";
import { docsRoutes } from "../../functions/docs/routes.ts";
import { serveOpen } from "../../functions/kit/serve-open.ts";
import { lambdas } from "../../functions/lambdas.ts";
import { productRoutes } from "../../functions/products/routes.ts";
import { stackUrl } from "../support/client.ts";

const root = path.resolve(import.meta.dirname, "../..");
const get = (of: string, headers: Record<string, string> = {}) => fetch(`${stackUrl()}${of}`, { headers });

describe("the reference", () => {
  let page: Response;
  let html: string;
  beforeAll(async () => {
    page = await get("/docs");
    html = await page.text();
  });

  test("loads nothing from elsewhere, and may not", async () => {
    expect(html.match(/(?:src|href)="(?!\/)[^"]*"/g)).toEqual(['href="data:,"']);
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
    expect(html).not.toMatch(/<script[^>]*>[^<]/);
  });

  test("names assets by their content, to be kept for ever", async () => {
    const assets = [...html.matchAll(/"(\/docs\/assets\/[^"]+)"/g)].map(([, of]) => of ?? "");
    expect(assets).toHaveLength(2);
    for (const asset of assets) {
      const answer = await get(asset);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(1000);
      const kept = await get(asset, { "if-none-match": answer.headers.get("etag") ?? "" });
      expect([kept.status, await kept.text()]).toEqual([304, ""]);
    }
    for (const none of ["reference.css", "reference.0000000000000000.css", "index.mjs", "..%2findex.mjs"])
      expect((await get(`/docs/assets/${none}`)).status).toBe(404);
  });

  test("lists every problem code under its own anchor, where the type of a problem points", async () => {
    const problems = await (await get("/docs/problems")).text();
    for (const code of Object.keys(failures)) expect(problems).toContain(`id="${code}"`);
    const refused = await (await get("/docs/assets/none.css")).json();
    expect(refused).toMatchObject({ type: "/docs/problems#record.not-found", status: 404 });
  });

  test("serves the document compressed where that is understood, and not again to who has it", async () => {
    const plain = await get("/v1/openapi.json", { "accept-encoding": "identity" });
    expect(plain.headers.get("content-encoding")).toBeNull();
    const text = await plain.text();
    expect(JSON.parse(text).openapi).toBe("3.1.1");
    const zipped = await get("/v1/openapi.json", { "accept-encoding": "br, gzip" });
    expect(zipped.headers.get("content-encoding")).toBe("gzip");
    expect(await zipped.text()).toBe(text);
    expect(zipped.headers.get("etag")).not.toBe(plain.headers.get("etag"));
    const again = await get("/v1/openapi.json", {
      "accept-encoding": "gzip",
      "if-none-match": `"other", ${zipped.headers.get("etag")}`,
    });
    expect(again.status).toBe(304);
  });
});

describe("open routes", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "clientela-docs-"));
    const { assets = {} } = lambdas.find(({ name }) => name === "docs") ?? {};
    for (const [name, source] of Object.entries(assets))
      await copyFile(path.join(root, source), path.join(folder, name));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("give bytes that a browser can unpack", async () => {
    const { body } = await docsHandlers(folder).readReference({
      params: {},
      headers: { "accept-encoding": "gzip" },
    });
    expect(gunzipSync(body).toString()).toContain("<openapi-explorer");
  });

  test("are only those that need no token", () => {
    expect(() => serveOpen(productRoutes, { ...docsHandlers(folder), ...neverAnswers })).toThrow(
      "is not an open route",
    );
    expect(() => serveOpen(docsRoutes, docsHandlers(folder))).not.toThrow();
  });
});

const neverAnswer = () => Promise.reject(new Error("never"));
const neverAnswers = {
  createProduct: neverAnswer,
  listProducts: neverAnswer,
  readProduct: neverAnswer,
  changeProduct: neverAnswer,
};
