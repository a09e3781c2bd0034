import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openIssuer } from "../../infra/local/issuer.ts";

let folder: string;
const nowMs = Date.parse("2026-11-23T12:00:00Z");
const expected = { issuer: "https://issuer.example", audience: ["mobile"] };
const claims = { iss: expected.issuer, client_id: "mobile", exp: nowMs / 1000 + 60, sub: "s" };

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "clientela-issuer-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const open = (name = "key.pem") => openIssuer(path.join(folder, name));

test("a token holds for its issuer, its client and its time, and for no other", async () => {
  const issuer = await open();
  const holds = async (changes: Record<string, unknown>, atMs = nowMs): Promise<boolean> =>
    (await issuer.verify(await issuer.sign({ ...claims, ...changes }), expected, atMs)) !== undefined;
  expect(await holds({})).toBe(true);
  expect(await holds({ client_id: undefined, aud: ["other", "mobile"] })).toBe(true);
  expect(await holds({ client_id: "other" })).toBe(false);
  expect(await holds({ client_id: undefined })).toBe(false);
  expect(await holds({ aud: "other" })).toBe(false);
  expect(await holds({ iss: "https://other.example" })).toBe(false);
  expect(await holds({ exp: undefined })).toBe(false);
  expect(await holds({}, nowMs + 61_000)).toBe(false);
  expect(await holds({ nbf: nowMs / 1000 + 30 })).toBe(false);
});

test("the key stays with the data folder, and another folder's tokens do not hold", async () => {
  const token = await (await open()).sign(claims);
  expect(await (await open()).verify(token, expected, nowMs)).toBeDefined();
  expect(await (await open("other.pem")).verify(token, expected, nowMs)).toBeUndefined();
});
