import { execFileSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isDiskFull } from "../../infra/local/disk.ts";
import { openLog } from "../../infra/local/log.ts";
import { State } from "../../infra/local/state.ts";
import { until } from "../support/until.ts";
import { type Fixture, lambda, listener, readRecords, route, runFixture, send } from "./assembly.ts";

const plenty = 2 ** 40;
const resources = {
  Echo: lambda("echo"),
  Store: lambda("store"),
  Files: lambda("files"),
  ...route("GET /open", "Echo"),
  ...route("POST /items", "Store"),
  ...route("POST /events", "Store"),
  ...route("POST /files", "Files"),
  ...listener({ source: ["fixture"] }),
};

let folder: string;
let fixture: Fixture | undefined;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "clientela-full-"));
});
afterEach(async () => {
  await fixture?.remove();
  fixture = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const url = (): string => fixture?.machine.url ?? "";
const get = (place: string) => send(`${url()}${place}`, undefined, {}, "GET");
const post = (place: string, body: unknown, headers = {}) => send(`${url()}${place}`, body, headers);
const stateOf = async () => Object((await get("/_local/state")).json);

describe("with less room than is kept in reserve", () => {
  test("a write is refused with 507 and a problem document, reading goes on, and so does writing with room", async () => {
    let free = plenty;
    fixture = await runFixture(resources, folder, { freeBytes: () => free });
    free = 20 * 1024 * 1024;
    const refused = await post("/items", { pk: { S: "a" } }, { "x-correlation-id": "mine" });
    expect(refused.status).toBe(507);
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
    expect(refused.headers.get("x-correlation-id")).toBe("mine");
    expect(refused.json).toEqual({
      type: "about:blank",
      title: "Insufficient Storage",
      status: 507,
      code: "local.disk-full",
      detail: `The disk of ${path.join(folder, "data")} has 20 MB left, and writing needs 32 MB. Make room and send the request again. Reading works meanwhile.`,
      correlationId: "mine",
    });
    expect((await get("/open")).status).toBe(200);
    expect((await stateOf()).functions).toContainEqual(
      expect.objectContaining({ name: "store", invocations: 0 }),
    );
    free = plenty;
    expect((await post("/items", { pk: { S: "a" } })).status).toBe(200);
  });

  test("what was accepted before waits for room and is delivered then", async () => {
    fixture = await runFixture(resources, folder);
    await post("/_local/faults", { function: "listener", failures: 1 });
    await post("/events", [{ type: "made", detail: { name: "waits" } }]);
    await until("the first attempt has failed", async () =>
      Object(await stateOf()).deliveries.some(({ retrying }: { retrying: number }) => retrying === 1),
    );
    let free = 0;
    fixture = await fixture.restart(resources, { freeBytes: () => free });
    await post("/_local/clock", { advance: "PT1H" });
    expect((await stateOf()).functions).toContainEqual(
      expect.objectContaining({ name: "listener", invocations: 0 }),
    );
    free = plenty;
    await until("it is delivered", () => (fixture?.records() ?? []).some(({ taken }) => taken === "waits"));
  });
});

describe("the stack's own file without room", () => {
  test("a commit of several writes is taken back as a whole, and the next one with room is kept", () => {
    const state = new State(path.join(folder, "state.db"));
    const pages = (most: number) => state.statement(`PRAGMA max_page_count = ${most}`).get();
    const write = () =>
      state.together(() => {
        state.keepSetting("small", "x");
        state.keepSetting("large", "x".repeat(1_000_000));
      });
    const used = Number(state.statement("PRAGMA page_count").get()?.page_count);
    pages(used + 10);
    let thrown: unknown;
    try {
      write();
    } catch (error) {
      thrown = error;
    }
    expect([isDiskFull(thrown), state.setting("small")]).toEqual([true, undefined]);
    pages(used + 1_000);
    write();
    expect([state.setting("small"), state.setting("large")?.length]).toEqual(["x", 1_000_000]);
    state.close();
  });
});

test.runIf(existsSync("/dev/full"))("a log that takes nothing ends neither the stack nor a function", () => {
  const log = openLog("/dev/full");
  for (let line = 0; line < 3; line += 1) log.write({ line });
  log.close();
});

/** Mounts a disk of its own, of that many bytes. @returns false where this user may not */
const mountSmallDisk = (bytes: number): boolean => {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

const filler = () => path.join(folder, "filler");
const fill = (): void => {
  const file = openSync(filler(), "a");
  for (const piece of [1024 * 1024, 4096, 1])
    try {
      for (;;) writeSync(file, Buffer.alloc(piece));
    } catch (error) {
      if (!isDiskFull(error)) throw error;
    }
  closeSync(file);
};
const makeRoom = (): void => rmSync(filler());
const realFree = (): number => {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
};

describe("on a disk that is full to the last byte", () => {
  /** What the disk is said to have when a request begins; without it the truth. */
  let pretended: number[] = [];

  beforeEach(async ({ skip }) => {
    if (!mountSmallDisk(72 * 1024 * 1024)) skip("this user may not mount a disk");
    pretended = [];
    fixture = await runFixture(resources, folder, { freeBytes: () => pretended.shift() ?? realFree() });
  });
  afterEach(async () => {
    await fixture?.machine.stop();
    fixture = undefined;
    execFileSync("umount", ["-l", folder]);
  });

  const ask = async (action: string, Key: string, text?: string) =>
    Object((await post("/files", { action, Key, text })).json);
  const records = () => readRecords(path.join(folder, "records.jsonl"));

  test("reading goes on, writing answers 507, the logs say what they lost, and all works again with room", async () => {
    expect((await post("/items", { pk: { S: "before" } })).status).toBe(200);
    expect(await ask("put", "file", "before")).toHaveProperty("etag");
    const upload = await ask("presign-put", "file");
    const download = await ask("presign-get", "file");
    fill();
    for (let round = 0; round < 60; round += 1) expect((await get("/open")).status).toBe(200);
    expect((await post("/items", { pk: { S: "during" } })).status).toBe(507);
    expect((await post("/_local/clock", { advance: "PT1M" })).status).toBe(507);
    const body = "after";
    expect((await fetch(upload.url, { method: "PUT", body })).status).toBe(507);
    expect(await (await fetch(download.url)).text()).toBe("before");
    expect((await fetch(`${url()}/_local`)).status).toBe(200);
    makeRoom();
    expect((await post("/items", { pk: { S: "after" } })).status).toBe(200);
    expect((await fetch(upload.url, { method: "PUT", body })).status).toBe(200);
    expect(await (await fetch(download.url)).text()).toBe(body);
    const logOf = (name: string) => readFileSync(path.join(folder, "data", "logs", `${name}.log`), "utf8");
    for (const name of ["access", "echo"])
      await until(`the ${name} log says so`, async () => {
        await get("/open");
        return /\{"lost":"\d+ lines, for want of room"\}/.test(logOf(name));
      });
    // Only the line on which the disk became full is torn.
    const torn = logOf("access")
      .split("\n")
      .filter((line) => line !== "" && !line.endsWith("}"));
    expect(torn.length).toBeLessThanOrEqual(1);
  });

  test("a write that finds the disk full midway answers 507 and leaves nothing, and is done when sent again", async () => {
    expect((await post("/items", { pk: { S: "warm" } })).status).toBe(200);
    fill();
    const event = [{ type: "made", detail: { name: "midway" } }];
    for (const send of [() => post("/items", { pk: { S: "midway" } }), () => post("/events", event)]) {
      pretended = [plenty];
      expect((await send()).status).toBe(507);
    }
    makeRoom();
    await post("/_local/settle", {});
    expect(records()).toEqual([]);
    expect((await post("/events", event)).status).toBe(200);
    await until("it is delivered", () => records().some(({ taken }) => taken === "midway"));
    expect(records().filter(({ heard }) => heard !== undefined)).toHaveLength(1);
  });

  test("what succeeded and cannot be written down is not done a second time", async () => {
    const go = `${folder}-go`;
    await post("/events", [{ type: "made", detail: { name: "once", until: go } }]);
    await until("it runs", () => records().some(({ heard }) => heard === "once"));
    fill();
    writeFileSync(go, "");
    const listenerOf = async () => {
      const { functions, deliveries } = await stateOf();
      const { underWay } = functions.find(({ name }: { name: string }) => name === "listener");
      return { underWay, deliveries: deliveries.length };
    };
    await until("it has succeeded", async () => (await listenerOf()).underWay === 0);
    expect(await listenerOf()).toEqual({ underWay: 0, deliveries: 1 });
    makeRoom();
    await until("it is done with", async () => (await listenerOf()).deliveries === 0);
    rmSync(go);
    expect(records().filter(({ heard }) => heard === "once")).toHaveLength(1);
  });
});
