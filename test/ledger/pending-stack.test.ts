import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, StackProcess } from "../crash/process.ts";
import { until } from "../support/until.ts";

const folder = mkdtempSync(path.join(tmpdir(), "clientela-pending-"));
const stack = new StackProcess(folder);
const sweep = "ledger-expiry";
let api: Api;

const signIn = async (): Promise<void> => {
  api = await stack.api("admin@demo.example");
};
beforeAll(async () => {
  await stack.start();
  await signIn();
});
afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Moves the clock; tokens expire by it. */
const advance = async (duration: string): Promise<void> => {
  await stack.local("POST", "clock", { advance: duration });
  await signIn();
};
const failSweeps = (failures: number) => stack.local("POST", "faults", { function: sweep, failures });
const inMinutes = async (minutes: number): Promise<string> => {
  const { now } = Object(await stack.local("GET", "clock"));
  return new Date(Date.parse(now) + minutes * 60_000).toISOString();
};

const eur = (account: string, amount: number) => ({ account, commodity: "EUR", amount });
/** A purse of its own, which cannot be emptied below zero. */
const purseWith = async (name: string, amount: number): Promise<string> => {
  await api.openAccount({ body: { path: name, type: "asset", mayGoBelowZero: false } });
  await api.postTransaction({
    body: { id: `${name}-in`, kind: "journal", postings: [eur(name, amount), eur("opening", -amount)] },
  });
  return name;
};
const hold = async (id: string, purse: string, amount: number, minutes: number) =>
  api.makePending({
    body: {
      ...{ id, kind: "journal", expiresAt: await inMinutes(minutes) },
      postings: [eur("cash", amount), eur(purse, -amount)],
    },
  });
const availableIn = async (account: string): Promise<number> => {
  const { items } = await api.listLedgerBalances({ query: { account, commodity: "EUR" } });
  return items[0]?.available ?? Number.NaN;
};
const statusOf = async (pendingId: string) => (await api.readPending({ params: { pendingId } })).status;
const settledEvents = async (prefix: string) =>
  (await stack.events()).filter(
    ({ type, detail }) => type === "ledger.pending-settled" && String(detail.data.id).startsWith(prefix),
  );

test("what is reserved is let go by itself when its moment has come, and says so once", async () => {
  const purse = await purseWith("purse-1", 1000);
  await hold("one-a", purse, 600, 30);
  await hold("one-b", purse, 400, 90);
  expect(await availableIn(purse)).toBe(0);
  await advance("PT31M");
  await until("the first has expired", async () => (await statusOf("one-a")) === "expired");
  expect(await availableIn(purse)).toBe(600);
  expect(await statusOf("one-b")).toBe("open");
  const posted = await api.postPending({ params: { pendingId: "one-b" }, body: { id: "one-b-post" } });
  expect(posted).toMatchObject({ settles: "one-b", settledAs: "posted" });
  await advance("PT2H");
  await stack.settle();
  expect(await statusOf("one-b")).toBe("posted");
  expect(await availableIn(purse)).toBe(600);
  expect((await settledEvents("one-")).map(({ detail }) => detail.data.status)).toEqual([
    "expired",
    "posted",
  ]);
});

test("what has expired cannot be posted, though no sweep has come yet; its reservation waits for one that works", async () => {
  const purse = await purseWith("purse-2", 100);
  await hold("two", purse, 100, 10);
  await failSweeps(1_000_000);
  await advance("PT11M");
  await expect(
    api.postPending({ params: { pendingId: "two" }, body: { id: "two-post" } }),
  ).rejects.toMatchObject({ status: 409, code: "ledger.pending-expired" });
  await expect(
    api.voidPending({ params: { pendingId: "two" }, body: { id: "two-void" } }),
  ).rejects.toMatchObject({ status: 409, code: "ledger.pending-expired" });
  expect(await availableIn(purse)).toBe(0);
  await until("sweeps are dead letters", async () => {
    await advance("PT1M");
    return (await stack.state()).queues.some(
      ({ name, messages }) => name.endsWith("-ledger-expiry-dead-letters") && messages > 0,
    );
  });
  expect(await statusOf("two")).toBe("open");
  await failSweeps(0);
  await advance("PT1M");
  await until("it has expired", async () => (await statusOf("two")) === "expired");
  expect(await availableIn(purse)).toBe(100);
});

test("a sweep that is killed in between is made up for by the next: each expires once, and all is let go", async () => {
  const count = 60;
  const purse = await purseWith("purse-3", count);
  await Promise.all(Array.from({ length: count }, (_, n) => hold(`three-${n}`, purse, 1, 10)));
  expect(await availableIn(purse)).toBe(0);
  await advance("PT11M");
  await until("some have expired", async () => (await availableIn(purse)) > 0);
  await stack.kill({ database: true });
  await stack.start();
  await signIn();
  await until("all have expired", async () => (await availableIn(purse)) === count);
  await stack.settle();
  const settled = await settledEvents("three-");
  expect(new Set(settled.map(({ detail }) => detail.eventId)).size).toBe(count);
  expect(new Set(settled.map(({ detail }) => detail.data.id)).size).toBe(count);
  const { items } = await api.listPending({ query: { limit: 200 } });
  expect(items.filter(({ id }) => id.startsWith("three-"))).toEqual([]);
});
