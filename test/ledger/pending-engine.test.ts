import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { newId } from "../../domain/kernel/id.ts";
import { instantOf } from "../../domain/kernel/time.ts";
import { systemEntropy } from "../../functions/kit/clock.ts";
import { tenantEntity } from "../../functions/kit/records.ts";
import { counterOf } from "../../functions/kit/table/counter.ts";
import type { Database } from "../../functions/kit/table/database.ts";
import { create, StaleWrite, Store, update } from "../../functions/kit/table/store.ts";
import { constrainedWrites } from "../../functions/ledger/account-standing.ts";
import { sweep } from "../../functions/ledger/expiry/expiry.ts";
import { loadPending, reserve, settle } from "../../functions/ledger/pending.ts";
import { pendingPartitions } from "../../functions/ledger/pending-store.ts";
import { post } from "../../functions/ledger/posting.ts";
import { accountEntity, guardKey, headTouches } from "../../functions/ledger/store.ts";
import { databases, openTable, type TestTable, withFaults } from "../kit/databases.ts";
import { changeId, tenantId } from "../kit/things.ts";
import { contextOn, moved } from "./table.ts";

const startMs = Date.parse("2026-11-23T18:00:00.000Z");
const hourMs = 3_600_000;
const purse = "clients:cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D:advance";

describe.each(Object.entries(databases))("pending transactions on %s", (name, way) => {
  let table: TestTable | undefined;
  let tenant: string;
  beforeAll(async () => {
    table = await openTable(way);
  });
  afterAll(async () => {
    await table?.stop();
  });
  beforeEach(async ({ skip }) => {
    skip(!table, `${name} is not to be had on this machine`);
    tenant = tenantId();
    const at = instantOf(startMs);
    await new Store(database(), tenant).write(
      [
        create(tenantEntity, {
          ...{ id: tenant, version: 1, name: "Test", features: [], currency: "EUR", country: "RO" },
          ...{ timeZone: "Europe/Bucharest", settingsVersion: 1, createdAt: at, updatedAt: at },
        }),
      ],
      changeId(),
    );
    await post(context(), [{ ...moved("in", purse, "bank", 1000), opens: [purseAccount] }], {
      answer: () => 0,
    });
  });

  const purseAccount = {
    ...{ path: purse, type: "liability" as const, mayGoBelowZero: false },
    limits: { EUR: 1500 },
  };
  const database = () => table?.open() ?? expect.fail("no table");
  const context = (atMs = startMs, on: Database = database()) => contextOn(on, tenant, atMs);
  /** Takes from the purse, for an hour. */
  const hold = (id: string, amount: number, atMs = startMs) =>
    reserve(context(atMs), {
      transaction: moved(id, "bank", purse, amount).transaction,
      expiresAt: instantOf(startMs + hourMs),
      byHand: false,
    });
  const state = (id: string) => loadPending(context().store, id);
  const end = async (
    id: string,
    by: string,
    more: { as?: "posted" | "voided"; part?: number; atMs?: number; account?: string } = {},
  ) => {
    const at = context(more.atMs);
    // As the kit does: what lost a race looks again.
    for (let run = 0; run < 6; run++)
      try {
        return await settle(at, await loadPending(at.store, id), {
          id: by,
          as: more.as ?? "posted",
          postings:
            more.part === undefined
              ? undefined
              : moved(id, "bank", more.account ?? purse, more.part).transaction.postings,
          byHand: false,
        });
      } catch (error) {
        if (!(error instanceof StaleWrite)) throw error;
      }
    throw new Error("it never came to an end");
  };
  const sweepAt = (atMs: number, on: Database = database(), remainingMs = () => 60_000) =>
    sweep({
      now: instantOf(atMs),
      newId: (kind) => newId(kind, atMs, systemEntropy),
      database: on,
      log: { info: () => {}, warn: () => {}, error: () => {} },
      remainingMs,
    });

  /** What the purse is said to hold, by what is kept of it in different places. */
  const kept = async () => {
    const { store } = context();
    const { items } = await store.items({ pk: `LEDGER#${purse}#EUR`, limit: 200 });
    const sumOf = (prefix: string, counter: RegExp) =>
      items
        .filter((item) => item.sk?.S?.startsWith(prefix))
        .flatMap((item) =>
          Object.keys(item)
            .filter((key) => counter.test(key))
            .map((key) => counterOf(item, key)),
        )
        .reduce((a, b) => a + b, 0n);
    const [guard] = await store.batchGet([guardKey(purse, "EUR")]);
    return {
      balance: Number(-sumOf("PAGE#", /^e\d\di/)),
      taken: Number(sumOf("HELD#", /^taken$/)),
      brought: Number(sumOf("HELD#", /^brought$/)),
      settled: Number(counterOf(guard, "settled")),
      available: Number(counterOf(guard, "available")),
      room: Number(counterOf(guard, "room")),
    };
  };
  const tied = async () => {
    const purseNow = await kept();
    expect(purseNow.settled).toBe(purseNow.balance);
    expect(purseNow.available).toBe(purseNow.balance - purseNow.taken);
    expect(purseNow.room).toBe(1500 - purseNow.balance - purseNow.brought);
    return purseNow;
  };
  const openIds = async () => {
    const pages = await Promise.all(
      pendingPartitions.map((pk) => context().store.items({ index: "list", pk, limit: 200 })),
    );
    return pages.flatMap(({ items }) => items).length;
  };

  test("move nothing, and leave less for others", async () => {
    await hold("h1", 700);
    expect(await tied()).toMatchObject({ balance: 1000, taken: 700, available: 300, room: 500 });
    await expect(hold("h2", 301)).rejects.toMatchObject({ code: "ledger.insufficient" });
    const taking = post(context(), [moved("t1", "bank", purse, 301)], { answer: () => 0 });
    await expect(taking).rejects.toMatchObject({ shortage: { available: 300, needed: 301 } });
    await post(context(), [moved("t2", "bank", purse, 300)], { answer: () => 0 });
    expect(await tied()).toMatchObject({ balance: 700, taken: 700, available: 0 });
  });

  test("fill the room of a limit before they bring anything in, and make none before they take it out", async () => {
    const bring = (id: string, amount: number) =>
      reserve(context(), {
        transaction: moved(id, purse, "bank", amount).transaction,
        expiresAt: instantOf(startMs + hourMs),
        byHand: false,
      });
    await bring("b1", 400);
    await hold("h1", 200);
    expect(await tied()).toMatchObject({
      balance: 1000,
      brought: 400,
      taken: 200,
      available: 800,
      room: 100,
    });
    await expect(bring("b2", 101)).rejects.toMatchObject({ code: "ledger.limit-exceeded" });
    await end("b1", "p1");
    expect(await tied()).toMatchObject({ balance: 1400, brought: 0, room: 100 });
  });

  test("posted in part move the part and let go of the rest; voided they let go of all", async () => {
    await hold("h1", 700);
    await hold("h2", 300);
    const answer = await end("h1", "p1", { part: 250 });
    expect(answer).toMatchObject({ id: "p1", settles: "h1", settledAs: "posted", kind: "journal" });
    expect(await tied()).toMatchObject({ balance: 750, taken: 300, available: 450 });
    expect(await state("h1")).toMatchObject({ status: "posted", settledBy: "p1", version: 2 });
    await end("h2", "v2", { as: "voided" });
    expect(await tied()).toMatchObject({ balance: 750, taken: 0, available: 750 });
    expect(await state("h2")).toMatchObject({ status: "voided", settledBy: "v2" });
    expect(await openIds()).toBe(0);
  });

  test("are settled once: the same settlement sent again is answered as before, another is refused", async () => {
    await hold("h1", 100);
    const first = await end("h1", "p1");
    const again = await end("h1", "p1", { atMs: startMs + 50 * hourMs });
    expect(again).toEqual({ ...first, replay: true });
    await expect(end("h1", "p1", { part: 50 })).rejects.toMatchObject({ code: "ledger.id-reused" });
    await expect(end("h1", "p2")).rejects.toMatchObject({ code: "ledger.pending-settled" });
    await expect(end("h1", "v1", { as: "voided" })).rejects.toMatchObject({ code: "ledger.pending-settled" });
    expect(await tied()).toMatchObject({ balance: 900, taken: 0 });
  });

  test("made again with the same id are answered as at first, even when they expired; other content is refused", async () => {
    const first = await hold("h1", 100);
    await sweepAt(startMs + hourMs);
    expect(await hold("h1", 100, startMs + 2 * hourMs)).toEqual({ ...first, replay: true });
    await expect(hold("h1", 101)).rejects.toMatchObject({ code: "ledger.id-reused" });
    await expect(hold("late", 1, startMs + 2 * hourMs)).rejects.toMatchObject({
      code: "ledger.pending-expiry",
    });
    expect(await state("h1")).toMatchObject({ status: "expired" });
  });

  test("expire at their moment and not before, and can be posted up to it and not from then on", async () => {
    await hold("h1", 100);
    await hold("h2", 200);
    await sweepAt(startMs + hourMs - 1);
    expect(await openIds()).toBe(2);
    await end("h1", "p1", { atMs: startMs + hourMs - 1 });
    await expect(end("h2", "p2", { atMs: startMs + hourMs })).rejects.toMatchObject({
      code: "ledger.pending-expired",
    });
    expect(await tied()).toMatchObject({ taken: 200 });
    await sweepAt(startMs + hourMs);
    expect(await state("h1")).toMatchObject({ status: "posted" });
    expect(await state("h2")).toMatchObject({ status: "expired" });
    expect(await tied()).toMatchObject({ balance: 900, taken: 0, available: 900 });
    await expect(end("h2", "p3", { atMs: startMs + hourMs })).rejects.toMatchObject({
      code: "ledger.pending-expired",
    });
  });

  test("come to one end, whoever posts, voids and expires them at the same moment", async () => {
    await hold("h1", 600);
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 8 }, (_, n) => end("h1", `p${n}`, { part: 100 + n })),
      ...Array.from({ length: 4 }, (_, n) => end("h1", `v${n}`, { as: "voided" })),
      sweepAt(startMs + hourMs),
      sweepAt(startMs + hourMs),
    ]);
    const settledBy = outcomes.slice(0, 12).filter(({ status }) => status === "fulfilled");
    const { status, settledBy: by = "" } = await state("h1");
    expect(settledBy).toHaveLength(status === "expired" ? 0 : 1);
    for (const outcome of outcomes.slice(0, 12))
      if (outcome.status === "rejected")
        expect(outcome.reason.code).toMatch(/^ledger\.pending-(settled|expired)$|^record\.busy$/);
    const moved_ = status === "posted" ? 100 + Number(by.slice(1)) : 0;
    expect(await tied()).toMatchObject({ balance: 1000 - moved_, taken: 0, available: 1000 - moved_ });
  });

  test("that one sweep left, failed at or forgot the answer of, are expired once by the next", async () => {
    for (let n = 0; n < 12; n++) await hold(`h${n}`, 10 + n);
    const failing = withFaults(database(), (when, nth) => {
      if (when === "before" && nth % 3 === 0) throw new Error("killed before the write");
      if (when === "after" && nth % 4 === 0) throw new Error("killed after the write");
    });
    await expect(sweepAt(startMs + hourMs, failing)).rejects.toThrow(/could not expire/);
    const left = await openIds();
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(12);
    await sweepAt(startMs + hourMs, database(), () => 0);
    expect(await openIds()).toBe(left);
    await Promise.all([sweepAt(startMs + hourMs), sweepAt(startMs + hourMs)]);
    expect(await openIds()).toBe(0);
    for (let n = 0; n < 12; n++)
      expect(await state(`h${n}`)).toMatchObject({ status: "expired", version: 2 });
    expect(await tied()).toMatchObject({ balance: 1000, taken: 0, available: 1000, room: 500 });
  });

  test("bind an account that is constrained only after they were made", async () => {
    const free = "clients:cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D:free";
    const freeAccount = { path: free, type: "liability" as const, mayGoBelowZero: true };
    await post(context(), [{ ...moved("free-in", free, "bank", 500), opens: [freeAccount] }], {
      answer: () => 0,
    });
    const take = (id: string, amount: number) =>
      reserve(context(), {
        transaction: moved(id, "bank", free, amount).transaction,
        expiresAt: instantOf(startMs + hourMs),
        byHand: false,
      });
    await take("f1", 600);
    const { store } = context();
    const account = (await store.get(accountEntity, { path: free })) ?? expect.fail("no account");
    const strict = { ...account, version: account.version + 1, mayGoBelowZero: false };
    await expect(constrainedWrites(store, account, strict)).rejects.toMatchObject({
      code: "ledger.account-in-use",
    });
    await end("f1", "f1-part", { part: 450, account: free });
    await take("f2", 30);
    await store.write(
      [update(accountEntity, strict), ...(await constrainedWrites(store, account, strict))],
      changeId(),
    );
    await expect(take("f3", 21)).rejects.toMatchObject({ shortage: { available: 20, needed: 21 } });
    await take("f4", 20);
    await end("f2", "f2-end", { as: "voided" });
    await take("f5", 30);
    await sweepAt(startMs + hourMs);
    const [guard] = await store.batchGet([guardKey(free, "EUR")]);
    expect([counterOf(guard, "settled"), counterOf(guard, "available")]).toEqual([50n, 50n]);
  });

  test("are posted into no period that is locked, but are let go in it", async () => {
    for (const [n, id] of ["h1", "h2", "h3"].entries()) await hold(id, 100 + n);
    const { store } = context();
    await store.write(headTouches("2026-11-23"), changeId());
    await expect(end("h1", "p1")).rejects.toMatchObject({ code: "ledger.period-locked" });
    await end("h2", "v2", { as: "voided" });
    await sweepAt(startMs + hourMs);
    expect(await state("h1")).toMatchObject({ status: "expired" });
    expect(await tied()).toMatchObject({ balance: 1000, taken: 0, available: 1000 });
  });

  test("tie with the balances after any mixture of reservations and settlements at once", async () => {
    const amounts = Array.from({ length: 30 }, (_, n) => 5 + ((n * 53) % 90));
    const made = await Promise.allSettled(amounts.map((amount, n) => hold(`h${n}`, amount)));
    const held = amounts.flatMap((amount, n) =>
      made[n]?.status === "fulfilled" ? [{ id: `h${n}`, amount }] : [],
    );
    const before = await tied();
    expect(before.taken).toBe(held.reduce((sum, { amount }) => sum + amount, 0));
    const ends = await Promise.all(
      held.map(async ({ id, amount }, n) => {
        if (n % 4 === 3) return 0;
        if (n % 4 === 2) await end(id, `${id}-end`, { as: "voided" });
        else await end(id, `${id}-end`, n % 4 === 1 ? { part: Math.ceil(amount / 2) } : {});
        return n % 4 === 2 ? 0 : n % 4 === 1 ? Math.ceil(amount / 2) : amount;
      }),
    );
    await sweepAt(startMs + hourMs);
    const after = await tied();
    expect(after).toMatchObject({ balance: 1000 - ends.reduce((a, b) => a + b, 0), taken: 0, brought: 0 });
    expect(await openIds()).toBe(0);
  });
});
