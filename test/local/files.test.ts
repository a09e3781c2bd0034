import { afterAll, beforeAll, expect, test } from "vitest";
import { type Fixture, lambda, route, runFixture, send } from "./assembly.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await runFixture({ Files: lambda("files"), ...route("POST /files", "Files") });
});
afterAll(() => fixture.remove());

const ask = async (action: string, Key: string, text?: string) => {
  const { status, json } = await send(`${fixture.machine.url}/files`, { action, Key, text });
  expect([action, status]).toEqual([action, 200]);
  return Object(json);
};
const key = "T#1/ünïcode and spaces+plus.csv";

test("a file put by a presigned URL is read by the function, whole and in part", async () => {
  const { url } = await ask("presign-put", key);
  const put = await fetch(url, {
    method: "PUT",
    headers: { "content-type": "text/csv" },
    body: "a;b\nä;ț\n",
  });
  expect(put.status).toBe(200);
  expect(put.headers.get("etag")).toMatch(/^"[0-9a-f]{32}"$/);
  expect(await ask("get", key)).toMatchObject({ text: "a;b\nä;ț\n" });
  expect(await ask("range", key)).toEqual({ text: ";b\n", range: "bytes 1-3/10" });
  expect(await ask("head", key)).toEqual({ bytes: 10 });
});

test("what the SDK puts, in chunks with a trailing checksum, comes back with its metadata", async () => {
  const text = "0123456789".repeat(20_000);
  await ask("put", "plain", text);
  expect(await ask("get", "plain")).toEqual({ text, metadata: { by: "test" } });
  const { url } = await ask("presign-get", "plain");
  const response = await fetch(url);
  expect(await response.text()).toBe(text);
});

test("a deleted file, and one that never was, are not found", async () => {
  await ask("put", "short-lived", "x");
  await ask("delete", "short-lived");
  expect(await ask("head", "short-lived")).toEqual({ error: "NotFound" });
  const { url } = await ask("presign-get", "never");
  expect((await fetch(url)).status).toBe(404);
});

test("a presigned URL expires on the stack's clock", async () => {
  const { url } = await ask("presign-put", "late");
  await send(`${fixture.machine.url}/_local/clock`, { advance: "PT16M" });
  expect((await fetch(url, { method: "PUT", body: "x" })).status).toBe(403);
});
