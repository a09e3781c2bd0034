import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { instantOf } from "../../domain/kernel/time.ts";
import { lockedBy, neverLocked, type PeriodLock } from "../../domain/ledger/lock.ts";
import type { BalanceTimes } from "../../domain/ledger/pages.ts";
import type { VerificationFault } from "../../domain/ledger/verify.ts";
import type { Database } from "../../functions/kit/table/database.ts";
import { itemKey } from "../../functions/kit/table/item.ts";
import { create, Store, update } from "../../functions/kit/table/store.ts";
import { textOf } from "../../functions/kit/table/text.ts";
import { foldEntity, foldFor } from "../../functions/ledger/folds.ts";
import { post } from "../../functions/ledger/posting.ts";
import { balanceIn } from "../../functions/ledger/reads-store.ts";
import { headTouches, periodLockEntity } from "../../functions/ledger/store.ts";
import { AccountsPlace, accountsStep } from "../../functions/ledger/verify-accounts.ts";
import { Reserved } from "../../functions/ledger/verify-held.ts";
import { dynoxide } from "../../infra/local/dynamodb.ts";
import { openTable, type TestTable } from "../kit/databases.ts";
import { contextOn, moved } from "./table.ts";

const hourMs = 3_600_000;
const startMs = Date.UTC(2026, 10, 20, 9);
const today = "2026-11-20";
const account = "revenue";
const monthOf = (year: number, month: number) => `${year}-${String(month).padStart(2, "0")}`;
interface Kept {
  readonly effectiveOn: string;
  readonly amount: number;
}

describe("years that are locked, read as one figure", () => {
  let table: TestTable | undefined;
  const tenantId = randomUUID();
  const kept: Kept[] = [];
  let lock: PeriodLock = neverLocked;
  beforeAll(async () => {
    table = await openTable(dynoxide);
  });
  afterAll(async () => {
    await table?.stop();
  });
  const open = () => table?.open() ?? expect.fail("no table");
  const context = () => contextOn(open(), tenantId, startMs);
  const answer = () => undefined;

  /** Sixteen at once take sixteen chains, and so sixteen pages. */
  const sold = async (month: string, many = 16) => {
    const some = Array.from({ length: many }, (_, n) => ({
      effectiveOn: `${month}-${String(1 + n).padStart(2, "0")}`,
      amount: 100 + n,
    }));
    await Promise.all(
      some.map(({ effectiveOn, amount }) => {
        const { transaction } = moved(randomUUID(), account, "cash", amount);
        return post(context(), [{ transaction: { ...transaction, effectiveOn } }], { answer });
      }),
    );
    kept.push(...some);
  };
  const locked = async (lockedThrough: string) => {
    const before = lock;
    lock = lockedBy(
      before,
      { lockedThrough },
      { today, now: instantOf(startMs), memberId: "mem_1", mayGoBack: true },
    );
    const write = before.version === 0 ? create(periodLockEntity, lock) : update(periodLockEntity, lock);
    await context().store.write([write, ...headTouches(lockedThrough)], randomUUID());
  };
  const sumThrough = (asOf = "9999-12-31") =>
    kept.filter(({ effectiveOn }) => effectiveOn <= asOf).reduce((sum, { amount }) => sum - amount, 0);
  const agree = async (laterMs: number) => {
    const now = instantOf(startMs + laterMs);
    const asked: BalanceTimes[] = [
      {},
      { asOf: "2023-12-31" },
      { asOf: "2024-06-10" },
      { asOf: "2024-12-31" },
      { asOf: "2025-01-05" },
      { asOf: "2025-03-31" },
      { knownAt: today },
      { asOf: "2025-03-05", knownAt: today },
    ];
    for (const times of asked)
      expect(
        Number(await balanceIn(context().store, account, "EUR", times, now)),
        JSON.stringify(times),
      ).toBe(sumThrough(times.asOf));
    expect(Number(await balanceIn(context().store, account, "EUR", { knownAt: "2026-11-19" }, now))).toBe(0);
  };
  const fold = async () => (await foldFor(context().store, account, "EUR", {})).fold;
  /** How many items a balance takes. */
  const itemsRead = async () => {
    const database = open();
    let count = 0;
    const counting: Database = {
      ...database,
      query: async (input) => {
        const found = await database.query(input);
        count += found.items.length;
        return found;
      },
    };
    await balanceIn(new Store(counting, tenantId), account, "EUR", {});
    return count;
  };
  const recounted = async (): Promise<VerificationFault | undefined> => {
    const { store } = context();
    const recounting = { store, settledThrough: today, reserved: new Reserved(store) };
    let place: AccountsPlace | undefined = AccountsPlace.parse({});
    for (let n = 0; place; n++) {
      expect(n).toBeLessThan(500);
      const step: Awaited<ReturnType<typeof accountsStep>> = await accountsStep(recounting, place);
      if (step.fault) return step.fault;
      place = step.place;
    }
    return undefined;
  };

  test("are what their days come to, whatever was posted, locked, set back and locked again; an altered one is found", async ({
    skip,
  }) => {
    skip(!table, "dynoxide is not to be had on this machine");
    for (let month = 1; month <= 12; month++) await sold(monthOf(2024, month));
    await sold("2025-01");
    await sold("2025-03", 4);
    await agree(hourMs);
    expect(await fold()).toBeUndefined();
    const whole = await itemsRead();

    await locked("2024-12-31");
    await agree(60_000);
    expect(await fold(), "too early: somebody might be posting yet").toBeUndefined();
    await agree(hourMs);
    expect(await fold()).toMatchObject({ year: "2024", sum: BigInt(sumThrough("2024-12-31")) });
    expect(await itemsRead()).toBeLessThan(whole / 2);
    await sold("2025-02", 5);
    await agree(hourMs);

    await locked("2024-05-31");
    expect(await fold(), "set back: it may not stand any more").toBeUndefined();
    await sold("2024-11", 3);
    await agree(hourMs);
    await locked("2025-02-28");
    expect(await fold()).toBeUndefined();
    await agree(hourMs);
    expect(await fold()).toMatchObject({ year: "2024", lockVersion: lock.version });
    expect(await recounted()).toBeUndefined();

    const key = itemKey(tenantId, foldEntity.key({ account, commodity: "EUR", year: "2024" }));
    const item = (await open().get(key)) ?? expect.fail("no fold");
    const record = { ...(await fold()), version: 1, account, commodity: "EUR" };
    await open().put({
      Item: { ...item, record: { S: textOf({ ...record, sum: String((record.sum ?? 0n) + 1n) }) } },
    });
    expect(await recounted()).toMatchObject({ kind: "page", account, commodity: "EUR", year: 2024 });
  });
});
