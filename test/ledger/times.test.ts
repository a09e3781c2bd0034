import * as fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { dayIn } from "../../domain/kernel/time.ts";
import { counterOf } from "../../functions/kit/table/counter.ts";
import { itemKey } from "../../functions/kit/table/item.ts";
import { mergedItems } from "../../functions/kit/table/merged.ts";
import { type PostingRequest, post } from "../../functions/ledger/posting.ts";
import { balanceIn, linePartitions, storedBalance } from "../../functions/ledger/reads-store.ts";
import { statementPage } from "../../functions/ledger/statement.ts";
import { pageKey } from "../../functions/ledger/store.ts";
import { AccountsPlace, accountsStep } from "../../functions/ledger/verify-accounts.ts";
import { Reserved } from "../../functions/ledger/verify-held.ts";
import { databases, openTable, type TestTable } from "../kit/databases.ts";
import { tenantId } from "../kit/things.ts";
import { contextOn, moved } from "./table.ts";

const seed = 20_261_123;
/** Noon in Bucharest, so that no day of the test depends on the zone. */
const noonOf = (n: number) => Date.UTC(2026, 6, 25 + n, 9);
const dayAt = (n: number) => new Date(noonOf(n)).toISOString().slice(0, 10);
const answer = () => undefined;

describe.each(Object.entries(databases))("both times of a posting on %s", (name, way) => {
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
  const contextAt = (atMs: number) => contextOn(table?.open() ?? expect.fail("no table"), tenant, atMs);

  test("give the balance of every day of effect as it was known on every day of insertion", async () => {
    const accounts = ["cash", "bank", "takings:2026-07-25:till"] as const;
    const posting = fc.record({
      pair: fc.shuffledSubarray([...accounts], { minLength: 2, maxLength: 2 }),
      amount: fc.integer({ min: 1, max: 1000 }),
      inserted: fc.nat(11),
      back: fc.nat(11),
    });
    const some = fc.sample(posting, { seed, numRuns: 60 }).sort((a, b) => a.inserted - b.inserted);
    for (const [n, { pair, amount, inserted, back }] of some.entries()) {
      const request = moved(`t${n}`, pair[0] ?? "", pair[1] ?? "", amount);
      const effectiveOn = dayAt(inserted - back);
      const opens = [{ path: accounts[2], type: "asset", mayGoBelowZero: true } as const];
      await post(
        contextAt(noonOf(inserted)),
        [{ ...request, transaction: { ...request.transaction, effectiveOn }, opens }],
        { answer },
      );
    }
    const { store } = contextAt(noonOf(12));
    for (const account of accounts)
      for (const knownAt of [undefined, 0, 3, 7, 11]) {
        const should = some
          .map((one, n) => ({ ...one, id: `t${n}` }))
          .filter(({ inserted, pair }) => inserted <= (knownAt ?? 99) && pair.includes(account));
        const filter = knownAt === undefined ? {} : { knownAt: dayAt(knownAt) };
        const lines: { transactionId: string; balance: bigint }[] = [];
        let place = { from: "POSTING#", balance: 0n };
        for (let page = 0; page <= should.length; page++) {
          const { shown, closing, next } = await statementPage(store, place, {
            pks: linePartitions(account, "EUR"),
            to: "POSTING#~",
            limit: 7,
            filter,
          });
          lines.push(...shown.map(({ line }) => line));
          expect(closing).toBe(shown.at(-1)?.line.balance ?? place.balance);
          if (next === undefined) break;
          place = { from: `${next}!`, balance: closing };
        }
        expect(lines.map(({ transactionId }) => transactionId).sort()).toEqual(
          should.map(({ id }) => id).sort(),
        );
        expect(lines.at(-1)?.balance ?? 0n).toBe(await balanceIn(store, account, "EUR", filter));
      }
    const days = Array.from({ length: 25 }, (_, n) => n - 12);
    for (const account of accounts)
      for (const asOf of days) {
        const { pages } = await storedBalance(store, account, "EUR", { asOf: dayAt(asOf) });
        expect(pages.every(({ month }) => month <= dayAt(asOf).slice(0, 7))).toBe(true);
        for (const knownAt of [undefined, 0, 3, 7, 11]) {
          const should = some
            .filter(({ inserted, back }) => inserted - back <= asOf && inserted <= (knownAt ?? 99))
            .reduce((sum, { pair, amount }) => {
              return sum + (pair[1] === account ? amount : pair[0] === account ? -amount : 0);
            }, 0);
          const times = { asOf: dayAt(asOf), ...(knownAt === undefined ? {} : { knownAt: dayAt(knownAt) }) };
          expect(Number(await balanceIn(store, account, "EUR", times))).toBe(should);
        }
      }
  });

  describe("a statement that is longer than a step of verify", () => {
    const lines = 1_150;
    const till = "takings:2026-07-25:till";
    const opens = [{ path: till, type: "asset", mayGoBelowZero: true } as const];
    const filled = async () => {
      const requests = Array.from({ length: lines }, (_, n): PostingRequest => {
        const request = moved(`l${n}`, "revenue", till, 1 + (n % 7));
        return { ...request, transaction: { ...request.transaction, effectiveOn: dayAt(-(n % 3)) }, opens };
      });
      for (let at = 0; at < lines; at += 25)
        await post(contextAt(noonOf(0)), requests.slice(at, at + 25), { answer });
      return contextAt(noonOf(5));
    };
    const recounted = async (store: Awaited<ReturnType<typeof filled>>["store"]) => {
      const recounting = {
        store,
        reserved: new Reserved(store),
        settledThrough: dayIn(new Date(noonOf(4)).toISOString(), "Europe/Bucharest"),
      };
      let place: AccountsPlace | undefined = AccountsPlace.parse({});
      let wereCut = 0;
      let seen = 0;
      for (let n = 0; place; n++) {
        expect(n).toBeLessThan(500);
        // What is carried from call to call is text.
        const step: Awaited<ReturnType<typeof accountsStep>> = await accountsStep(
          recounting,
          AccountsPlace.parse(JSON.parse(JSON.stringify(place))),
        );
        seen += step.lines;
        if (step.fault) return { fault: step.fault, wereCut, seen };
        if (step.place?.lines) wereCut++;
        place = step.place;
      }
      return { fault: undefined, wereCut, seen };
    };

    test("is recounted in several steps, and comes in one order by its lines", async () => {
      const { store } = await filled();
      const outcome = await recounted(store);
      expect(outcome).toMatchObject({ fault: undefined, seen: 2 * lines });
      expect(outcome.wereCut).toBeGreaterThan(0);
      const { found, more } = await mergedItems(store, {
        pks: linePartitions("revenue", "EUR"),
        between: ["POSTING#", "POSTING#~"],
        limit: 2_000,
      });
      expect(more).toBe(false);
      expect(found).toHaveLength(lines);
      const keys = found.map(({ sk }) => sk);
      expect(keys).toEqual([...keys].sort());
    });

    test("has its altered page named though it takes several steps to get there", async () => {
      const { store } = await filled();
      const database = table?.open() ?? expect.fail("no table");
      const place = { account: till, commodity: "EUR", month: dayAt(0).slice(0, 7), shard: "-" };
      const key = itemKey(tenant, pageKey(place));
      const item = (await database.get(key)) ?? expect.fail("no page");
      const counter = `e${dayAt(0).slice(8)}i${dayAt(0).replaceAll("-", "")}`;
      const wrong = String(counterOf(item, counter) + 1n);
      await database.put({ Item: { ...item, [counter]: { N: wrong } } });
      expect((await recounted(store)).fault).toMatchObject({
        kind: "page",
        account: till,
        effectiveOn: dayAt(0),
        insertedOn: dayAt(0),
      });
    });
  });
});
