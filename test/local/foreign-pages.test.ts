import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openCredentials } from "../../infra/local/credentials.ts";
import { claimSharedDatabase } from "../../infra/local/dynamodb.ts";
import { type Fixture, lambda, route, runFixture, send } from "./assembly.ts";
import { sendRequest } from "./raw.ts";
import { signedRequest } from "./signed-request.ts";

let fixture: Fixture;
let api = "";
let aws = "";
let dataFolder = "";

beforeAll(async () => {
  fixture = await runFixture({
    Files: lambda("files"),
    Echo: lambda("echo"),
    ...route("POST /files", "Files"),
    ...route("GET /open", "Echo"),
  });
  api = fixture.machine.url;
  const state = Object((await send(`${api}/_local/state`, undefined, {}, "GET")).json);
  aws = state.awsEndpoint;
  dataFolder = state.dataFolder;
});
afterAll(() => fixture.remove());

const ask = async (action: string, Key: string, text?: string) =>
  Object((await send(`${api}/files`, { action, Key, text })).json);

const foreignHosts = ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io:4000", "127.0.0.2"];
const ownHosts = ["127.0.0.1:1", "localhost", "[::1]:4000", "LOCALHOST:3000"];

describe("a name that a page made lead to this machine", () => {
  test("gets nothing from the AWS services", async () => {
    const { url } = await ask("presign-put", "rebound");
    const { pathname, search } = new URL(url);
    for (const host of foreignHosts)
      expect((await sendRequest(aws, `PUT ${pathname}${search}`, { host }, "x")).status).toBe(403);
    expect(await ask("head", "rebound")).toEqual({ error: "NotFound" });
  });

  test("gets nothing from /_local", async () => {
    for (const host of foreignHosts)
      expect((await sendRequest(api, "GET /_local/state", { host })).status).toBe(403);
    for (const host of ownHosts)
      expect((await sendRequest(api, "GET /_local/state", { host })).status).toBe(200);
  });

  test("gets nothing from the API, which answers to addresses as well", async () => {
    for (const host of foreignHosts.filter((one) => one !== "127.0.0.2"))
      expect((await sendRequest(api, "GET /open", { host })).status).toBe(403);
    for (const host of [...ownHosts, "10.0.2.2:4000", "[fe80::1]:80"])
      expect((await sendRequest(api, "GET /open", { host })).status).toBe(200);
  });
});

describe("a page of another origin", () => {
  const foreignOrigins = [
    "https://evil.example",
    "null",
    "http://localhost.evil.example",
    "https://127.0.0.1",
  ];

  test("gets nothing from /_local, where its browser says no Sec-Fetch-Site either", async () => {
    for (const origin of [...foreignOrigins, "http://127.0.0.1:1"])
      for (const line of ["GET /_local/state", "POST /_local/settle"])
        expect((await sendRequest(api, line, { origin })).status).toBe(403);
    expect((await sendRequest(api, "GET /_local/state", { origin: api })).status).toBe(200);
  });

  test("cannot show the page of /_local in a frame, nor bring a script into it", async () => {
    const response = await fetch(`${api}/_local`);
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    const [, nonce = ""] = /script-src 'nonce-([^']+)';/.exec(policy) ?? [];
    const page = await response.text();
    const scripts = page.match(/<(script|style)[^>]*>/g) ?? [];
    expect(scripts).toEqual([`<style nonce="${nonce}">`, `<script nonce="${nonce}">`]);
    expect(page).not.toMatch(/<[^>]+ (on\w+|style)=|javascript:/i);
    const again = await fetch(`${api}/_local`);
    expect(again.headers.get("content-security-policy")).not.toContain(nonce);
    expect(again.headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("can neither read nor write a file, even by a URL that is signed", async () => {
    const put = new URL((await ask("presign-put", "theirs")).url);
    for (const origin of foreignOrigins) {
      const { status, text } = await sendRequest(aws, `PUT ${put.pathname}${put.search}`, { origin }, "x");
      expect([status, text.includes("access-control-allow-origin")]).toEqual([403, false]);
    }
    expect(await ask("head", "theirs")).toEqual({ error: "NotFound" });
  });
});

describe("a page of this machine, or of an origin that the bucket names", () => {
  const origins = ["http://localhost:5173", "http://127.0.0.1:3000", "https://crm.app.example"];

  test("asks before it sends, puts a file by a signed URL and reads the answer", async () => {
    for (const origin of origins) {
      const url = new URL((await ask("presign-put", "page")).url);
      const target = `${url.pathname}${url.search}`;
      const before = await sendRequest(aws, `OPTIONS ${target}`, {
        origin,
        "access-control-request-method": "PUT",
        "access-control-request-headers": "content-type",
      });
      expect(before.status).toBe(200);
      expect(before.text).toContain(`access-control-allow-origin: ${origin}\r\n`);
      expect(before.text).toContain("access-control-allow-headers: content-type\r\n");
      const { status, text } = await sendRequest(aws, `PUT ${target}`, { origin }, origin);
      expect(status).toBe(200);
      expect(text).toContain(`access-control-allow-origin: ${origin}\r\n`);
      expect(await ask("get", "page")).toMatchObject({ text: origin });
    }
  });

  test("may not use methods and headers that the bucket does not name", async () => {
    const url = new URL((await ask("presign-put", "page")).url);
    const preflight = (method: string, header: string) =>
      sendRequest(aws, `OPTIONS ${url.pathname}${url.search}`, {
        origin: origins[0] ?? "",
        "access-control-request-method": method,
        "access-control-request-headers": header,
      });
    expect((await preflight("DELETE", "content-type")).status).toBe(403);
    expect((await preflight("PUT", "x-secret")).status).toBe(403);
  });
});

describe("the access key of the data folder", () => {
  const keyOf = () => {
    const text = readFileSync(path.join(dataFolder, "aws-credentials"), "utf8");
    const [, id = "", secret = ""] =
      /^\[default\]\naws_access_key_id = (\w+)\naws_secret_access_key = (\w+)\n$/.exec(text) ?? [];
    return { id, secret };
  };
  const signed = (accessKeyId: string, secretAccessKey: string) =>
    signedRequest({ accessKeyId, secretAccessKey }, new URL(aws).host, "events", target, body).headers;
  const target = "AWSEvents.PutEvents";
  const body = JSON.stringify({ Entries: [{ Source: "s", DetailType: "t", Detail: "{}" }] });

  test("opens the services to who signs with it", async () => {
    const { id, secret } = keyOf();
    const answer = await sendRequest(aws, "POST /", signed(id, secret), body);
    expect([answer.status, answer.text.includes('"FailedEntryCount":0')]).toEqual([200, true]);
  });

  test("is demanded: no signature, another key, another secret, another body and header are refused", async () => {
    const { id, secret } = keyOf();
    const right = signed(id, secret);
    const status = async (headers: Record<string, string>, sent = body) =>
      (await sendRequest(aws, "POST /", headers, sent)).status;
    expect(await status({ "x-amz-target": target })).toBe(403);
    expect(await status(signed("local", "local"))).toBe(400);
    expect(await status(signed(id, "local"))).toBe(403);
    expect(await status(right, body.replace('"t"', '"u"'))).toBe(403);
    expect(await status({ ...right, "x-amz-target": "AWSEvents.Other" })).toBe(403);
    expect(await status({ ...right, authorization: `${right.authorization}`.replace("host;", "") })).toBe(
      403,
    );
  });

  test("differs from folder to folder, outlives a restart, and only its owner can read it", async () => {
    const { id, secret } = keyOf();
    expect(statSync(path.join(dataFolder, "aws-credentials")).mode & 0o777).toBe(0o600);
    const other = await runFixture({});
    const state = Object((await send(`${other.machine.url}/_local/state`, undefined, {}, "GET")).json);
    const before = readFileSync(path.join(state.dataFolder, "aws-credentials"), "utf8");
    expect([before.includes(id), before.includes(secret)]).toEqual([false, false]);
    const restarted = await other.restart();
    const kept = readFileSync(path.join(state.dataFolder, "aws-credentials"), "utf8");
    expect(kept).toBe(before);
    await restarted.remove();
  });
});

describe("a presigned URL", () => {
  const put = (url: URL, body = "x", headers: Record<string, string> = {}) =>
    sendRequest(aws, `PUT ${url.pathname}${url.search}`, headers, body);

  test("is good for its own file, method and query only", async () => {
    const { url } = await ask("presign-put", "mine");
    const other = new URL(url);
    other.pathname = other.pathname.replace("mine", "yours");
    const longer = new URL(url);
    longer.searchParams.set("X-Amz-Expires", "86400");
    const forged = new URL(url);
    forged.searchParams.set("X-Amz-Signature", "0".repeat(64));
    for (const wrong of [other, longer, forged]) expect((await put(wrong)).status).toBe(403);
    const right = new URL(url);
    expect((await sendRequest(aws, `DELETE ${right.pathname}${right.search}`)).status).toBe(403);
    expect((await put(right)).status).toBe(200);
    expect(await ask("head", "yours")).toEqual({ error: "NotFound" });
  });

  test("holds the request to the headers that it was signed with", async () => {
    const { url } = await ask("presign-typed", "typed");
    expect((await put(new URL(url), "x", { "content-type": "text/html" })).status).toBe(403);
    expect((await put(new URL(url), "x", { "content-type": "application/pdf" })).status).toBe(200);
  });
});

describe("the database's own port", () => {
  test("of dynoxide is at an address that no page can guess, another one at each start", async ({ skip }) => {
    const databaseOf = async ({ machine }: Fixture): Promise<URL> => {
      const { json } = await send(`${machine.url}/_local/state`, undefined, {}, "GET");
      const { database, databaseEndpoint } = Object(json);
      if (database !== "dynoxide" || process.platform !== "linux") skip("dynoxide is not to be had here");
      return new URL(databaseEndpoint);
    };
    const first = await runFixture({});
    const before = await databaseOf(first);
    const second = await first.restart();
    const after = await databaseOf(second);
    for (const { hostname } of [before, after]) expect(hostname).toMatch(/^127\.(?!0\.0\.)/);
    expect(after.hostname).not.toBe(before.hostname);
    await expect(fetch(`http://127.0.0.1:${after.port}/`)).rejects.toThrow();
    await second.remove();
  });

  test("of DynamoDB Local opens the database of the folder's own key, which was everybody's before", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "clientela-shared-"));
    writeFileSync(path.join(folder, "shared-local-instance.db"), "data");
    const credentials = openCredentials(folder);
    claimSharedDatabase(folder, credentials);
    claimSharedDatabase(folder, credentials);
    expect(readFileSync(path.join(folder, `${credentials.accessKeyId}_eu-central-1.db`), "utf8")).toBe(
      "data",
    );
    rmSync(folder, { recursive: true });
  });
});
