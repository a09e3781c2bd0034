import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hashOf } from "../../domain/ledger/chain.ts";
import type { Transaction } from "../../domain/ledger/transaction.ts";
import { counterOf } from "../../functions/kit/table/counter.ts";
import { newMeter } from "../../functions/kit/table/database.ts";
import { create, StaleWrite, update } from "../../functions/kit/table/store.ts";
import { type PostingRequest, post } from "../../functions/ledger/posting.ts";
import {
  accountEntity,
  guardKey,
  headKeys,
  headOf,
  headTouches,
  pageKey,
  sha256,
} from "../../functions/ledger/store.ts";
import { databases, openTable, type TestTable, withFaults } from "../kit/databases.ts";
import { changeId, tenantId, thing, thingEntity } from "../kit/things.ts";
import { contextOn, moved, testNowMs } from "./table.ts";

const sum = (amounts: readonly number[]) => amounts.reduce((a, b) => a + b, 0);
const answer = (transactions: readonly Transaction[]) => transactions;

describe.each(Object.entries(databases))("posting on %s", (name, way) => {
  let table: TestTable | undefined;
  let tenant: string;
  beforeAll(async () => {
    table = await openTable(way);
  });
  afterAll(async () => {
    await table?.stop();
  });
  beforeEach(({ skip }) => {
    skip(!table, `${name} is not to be had on this machine`);
    tenant = tenantId();
  });

  const database = () => table?.open() ?? expect.fail("no table");
  const context = () => contextOn(database(), tenant);
  const posted = (...requests: PostingRequest[]) => post(context(), requests, { answer });

  const balance = async (account: string): Promise<number> => {
    const { items } = await context().store.items({
      pk: `LEDGER#${account}#EUR`,
      beginsWith: "PAGE#",
      limit: 200,
    });
    return sum(
      items.flatMap((item) =>
        Object.keys(item)
          .filter((key) => /^e\d\di/.test(key))
          .map((key) => Number(counterOf(item, key))),
      ),
    );
  };

  test("makes the ledger of a tenant that has none, and keeps what it posts", async () => {
    const { transactions, replay } = await posted(moved("t1", "cash", "bank", 500));
    expect(replay).toBe(false);
    expect(transactions).toMatchObject([{ id: "t1", seq: 1, previousHash: "" }]);
    for (const one of transactions) expect(hashOf(one, sha256)).toBe(one.hash);
    expect(await balance("bank")).toBe(500);
    expect(await balance("cash")).toBe(-500);
  });

  test("answers a repetition with the first result, and refuses the id with other content", async () => {
    const first = await posted(moved("t1", "cash", "bank", 500));
    const again = await posted(moved("t1", "cash", "bank", 500));
    expect(again).toEqual({ ...first, replay: true });
    await expect(posted(moved("t1", "cash", "bank", 501))).rejects.toMatchObject({
      code: "ledger.id-reused",
    });
    await expect(
      posted(moved("t1", "cash", "bank", 500), moved("t2", "cash", "bank", 1)),
    ).rejects.toMatchObject({ code: "ledger.id-reused" });
    expect(await balance("bank")).toBe(500);
  });

  test("posts one id once when sixteen send it at the same moment", async () => {
    await posted(moved("warm", "cash", "bank", 1));
    const all = await Promise.all(Array.from({ length: 16 }, () => posted(moved("same", "cash", "bank", 7))));
    expect(all.filter(({ replay }) => !replay)).toHaveLength(1);
    expect(new Set(all.map(({ transactions }) => transactions[0]?.hash)).size).toBe(1);
    expect(await balance("bank")).toBe(8);
  });

  test("reads nothing before it posts again, and at most once before that", async () => {
    await posted(moved("warm", "cash", "bank", 1));
    const meter = newMeter();
    const counted = () =>
      post(
        contextOn(table?.open(meter) ?? expect.fail("no table"), tenant),
        [moved(`t${meter.trips}`, "cash", "bank", 1)],
        { answer },
      );
    await counted();
    expect(meter.trips).toBe(1);
    await counted();
    expect(meter.trips).toBe(2);
  });

  test("takes no more from an account than it holds, whoever takes at the same moment", async () => {
    const path = "clients:cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D:advance";
    const opens = [{ path, type: "liability" as const, mayGoBelowZero: false }];
    await posted({ ...moved("in", path, "bank", 1000), opens });
    const lots = Array.from({ length: 40 }, (_, n) => 1 + ((n * 37) % 60));
    const outcomes = await Promise.allSettled(
      lots.map((amount, n) => posted(moved(`out-${n}`, "bank", path, amount))),
    );
    const taken = sum(lots.filter((_, n) => outcomes[n]?.status === "fulfilled"));
    for (const [n, outcome] of outcomes.entries())
      if (outcome.status === "rejected") {
        expect(outcome.reason).toMatchObject({
          code: "ledger.insufficient",
          shortage: { account: path, needed: lots[n] },
        });
        expect(outcome.reason.shortage.available).toBeLessThan(lots[n] ?? 0);
      }
    expect(taken).toBeLessThanOrEqual(1000);
    expect(1000 - taken).toBeLessThan(60);
    expect(await balance(path)).toBe(taken - 1000);
    const [guard] = await context().store.batchGet([guardKey(path, "EUR")]);
    expect([counterOf(guard, "settled"), counterOf(guard, "available")]).toEqual([
      BigInt(1000 - taken),
      BigInt(1000 - taken),
    ]);
  });

  test("lets nothing over a limit", async () => {
    const path = "members:mem_01JD8Z5T2V9Q4R6W8Y0A1B3C5D:day:2026-11-23";
    const opens = [{ path, type: "time" as const, mayGoBelowZero: false, limits: { EUR: 100 } }];
    const into = (id: string, amount: number) => posted({ ...moved(id, "world", path, amount), opens });
    await expect(into("over", 101)).rejects.toMatchObject({ code: "ledger.limit-exceeded" });
    await into("one", 60);
    await expect(into("two", 41)).rejects.toMatchObject({ shortage: { available: 40, needed: 41 } });
    await into("three", 40);
    await posted(moved("back", path, "world", 100));
    await into("four", 100);
    expect(await balance(path)).toBe(100);
    expect(await balance("members:*:day:*")).toBe(100);
  });

  test("posts to an account of a first-comer once, though ten open it at once", async () => {
    await posted(moved("warm", "cash", "bank", 1));
    const path = "clients:cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D:receivable";
    const opens = [{ path, type: "asset" as const, mayGoBelowZero: true }];
    await Promise.all(
      Array.from({ length: 10 }, (_, n) => posted({ ...moved(`s${n}`, "revenue", path, 10), opens })),
    );
    expect(await balance(path)).toBe(100);
    expect(await balance("clients:*:receivable")).toBe(100);
  });

  test("posts once though the answer was lost, whoever asks again", async () => {
    await posted(moved("warm", "cash", "bank", 1));
    let lost = 0;
    const losing = withFaults(database(), (when) => {
      if (when === "after" && lost++ === 0) throw new Error("the answer was lost");
    });
    const send = () => post(contextOn(losing, tenant), [moved("t", "cash", "bank", 9)], { answer });
    await expect(send()).rejects.toThrow("the answer was lost");
    expect(await send()).toMatchObject({ replay: true, transactions: [{ id: "t" }] });
    await posted(moved("u", "cash", "bank", 1));
    expect(await balance("bank")).toBe(11);
  });

  test("answers a repetition long after: closed accounts, other days and locked books make no difference", async () => {
    const path = "clients:cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D:receivable";
    const opens = [{ path, type: "asset" as const, mayGoBelowZero: true }];
    const request = { ...moved("once", "revenue", path, 10), opens };
    const first = await posted(request);
    await posted(moved("back", path, "revenue", 10));
    const { store } = context();
    const account = await store.get(accountEntity, { path });
    if (!account) throw new Error("the account was not opened");
    const closed = { ...account, version: account.version + 1, closedAt: context().now };
    await store.write([update(accountEntity, closed), ...headTouches("2027-06-30")], changeId());
    const later = contextOn(database(), tenant, testNowMs + 400 * 24 * 3_600_000);
    expect(await post(later, [request], { answer })).toMatchObject({
      replay: true,
      transactions: first.transactions,
    });
    await expect(
      post(later, [{ ...request, ...moved("twice", "revenue", path, 10) }], { answer }),
    ).rejects.toMatchObject({ code: "ledger.account-closed" });
    await expect(posted(moved("locked", "cash", "bank", 1))).rejects.toMatchObject({
      code: "ledger.period-locked",
    });
    await post(later, [moved("later", "cash", "bank", 1)], { answer });
    expect(await balance(path)).toBe(0);
  });

  test("refuses by what stands now, not by what was seen before: an account that another instance opened again", async () => {
    await posted(moved("warm", "cash", "bank", 1));
    const { store } = context();
    const change = async (more: { closedAt?: string }) => {
      const account = await store.get(accountEntity, { path: "bank" });
      if (!account) throw new Error("there is no bank");
      const { closedAt: _closedAt, ...rest } = account;
      const changed = { ...rest, ...more, version: account.version + 1 };
      await store.write([update(accountEntity, changed), ...headTouches()], changeId());
    };
    await change({ closedAt: context().now });
    await expect(posted(moved("t", "cash", "bank", 1))).rejects.toMatchObject({
      code: "ledger.account-closed",
    });
    await change({});
    expect(await posted(moved("t", "cash", "bank", 1))).toMatchObject({ replay: false });
  });

  test("writes the caller's own records with the transactions or not at all", async () => {
    const own = thing("own");
    const more = { answer, writes: [create(thingEntity, own)] };
    await post(context(), [moved("t1", "cash", "bank", 1)], more);
    expect(await context().store.get(thingEntity, { id: "own" })).toEqual(own);
    await expect(post(context(), [moved("t2", "cash", "bank", 1)], more)).rejects.toMatchObject({
      code: "record.exists",
    });
    const stale = { answer, writes: [update(thingEntity, { ...own, version: 7 })] };
    await expect(post(context(), [moved("t3", "cash", "bank", 1)], stale)).rejects.toBeInstanceOf(StaleWrite);
    expect(await post(context(), [moved("t1", "cash", "bank", 1)], stale)).toMatchObject({ replay: true });
    expect(await balance("bank")).toBe(1);
  });

  test("tries again where DynamoDB says that others were writing, and gives up in the end", async () => {
    await posted(moved("warm", "cash", "bank", 1));
    const conflicts = (most: number) => {
      let left = most;
      return withFaults(database(), (when) => {
        if (when === "before" && left-- > 0)
          throw new TransactionCanceledException({
            message: "conflict",
            $metadata: {},
            CancellationReasons: [{ Code: "TransactionConflict" }],
          });
      });
    };
    await post(contextOn(conflicts(5), tenant), [moved("t", "cash", "bank", 2)], { answer });
    await expect(
      post(contextOn(conflicts(1000), tenant), [moved("u", "cash", "bank", 4)], { answer }),
    ).rejects.toMatchObject({ code: "record.busy" });
    expect(await balance("bank")).toBe(3);
  });

  test("chains what it posts without a gap, whatever runs at once", async () => {
    await Promise.all(Array.from({ length: 60 }, (_, n) => posted(moved(`t${n}`, "cash", "bank", n + 1))));
    const { store } = context();
    const heads = (await store.batchGet(headKeys)).map((item) => headOf(0, item));
    expect(sum(heads.map(({ seq }) => seq))).toBe(60);
    for (let chain = 0; chain < 16; chain++) {
      const links = (
        await store.list<Transaction>({ index: "list", pk: `LEDGER-CHAIN#${chain}#0`, limit: 100 })
      ).items;
      let previous = "";
      for (const [n, one] of links.entries()) {
        expect(one).toMatchObject({ seq: n + 1, previousHash: previous });
        expect(hashOf(one, sha256)).toBe(one.hash);
        previous = one.hash;
      }
    }
    const pages = await store.batchGet(
      Array.from({ length: 16 }, (_, shard) =>
        pageKey({ account: "bank", commodity: "EUR", month: "2026-11", shard: `${shard}` }),
      ),
    );
    expect(pages.length).toBeGreaterThan(0);
  });

  test("a transaction of two postings takes ten items and no more than twice as many units", async () => {
    await posted(moved("warm", "cash", "bank", 1));
    const meter = newMeter();
    await post(
      contextOn(table?.open(meter) ?? expect.fail("no table"), tenant),
      [moved("t", "cash", "bank", 1)],
      { answer },
    );
    expect(meter.writeUnits).toBeLessThan(40);
  });
});
