import { TransactionCanceledException, type TransactWriteItem } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asNextVersion, type Deal } from "../../domain/deals/deal.ts";
import { figuresOf } from "../../domain/deals/summary.ts";
import { sumFactsOf } from "../../domain/deals/sums.ts";
import { dealEntity } from "../../functions/deals/store.ts";
import { countersOf } from "../../functions/deals/sums.ts";
import { fromItem, toItem } from "../../functions/kit/table/item.ts";
import { dealsOf, keepSums, sumTransactions } from "../../functions/projector/sums.ts";
import {
  begun,
  commands,
  computedRows,
  done,
  expectCounted,
  historyOf,
  recordOf,
  rowsIn,
  tenant,
} from "./histories.ts";
import { idOf, later } from "./samples.ts";
import { MemoryTable } from "./table.ts";

const atOnce = () => Promise.resolve();
const seeded = { seed: 20261123, numRuns: 150 };

describe("the kept sums", () => {
  it("agree with the sums computed from the deals and with a naive model, after any history", async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (all) => {
        const { records, deals } = historyOf(all);
        const table = new MemoryTable();
        await keepSums(table, records, atOnce);
        expectCounted(table, deals);
      }),
      seeded,
    );
  });

  it("count each change once, however often and in whatever pieces the stream tells it", async () => {
    const deliveries = fc.array(
      fc.record({ back: fc.nat(20), size: fc.integer({ min: 1, max: 12 }), twice: fc.boolean() }),
      {
        maxLength: 30,
      },
    );
    await fc.assert(
      fc.asyncProperty(commands, deliveries, async (all, pieces) => {
        const { records, deals } = historyOf(all);
        const table = new MemoryTable();
        let told = 0;
        for (const { back, size, twice } of pieces) {
          // From any place that was told already, or the next one: the stream comes again from a checkpoint.
          const from = Math.max(0, told - back);
          const batch = records.slice(from, from + size);
          await Promise.all([batch, ...(twice ? [batch] : [])].map((one) => keepSums(table, one, atOnce)));
          told = Math.max(told, from + batch.length);
        }
        await keepSums(table, records.slice(told), atOnce);
        expectCounted(table, deals);
      }),
      seeded,
    );
  });

  it("count each change once when the machine is killed between any two writes, or an answer is lost", async () => {
    await fc.assert(
      fc.asyncProperty(commands, fc.infiniteStream(fc.integer({ min: 0, max: 9 })), async (all, chance) => {
        const { records, deals } = historyOf(all);
        const table = new MemoryTable();
        const kill = new Error("killed");
        let kills = 0;
        table.fault = () => {
          if (kills < 20 && (chance.next().value ?? 0) < 3) {
            kills += 1;
            throw kill;
          }
        };
        for (let from = 0; from < records.length; ) {
          try {
            await keepSums(table, records.slice(from, from + 5), atOnce);
            from += 5;
          } catch (error) {
            if (error !== kill) throw error;
          }
        }
        expectCounted(table, deals);
      }),
      seeded,
    );
  });

  it("are not moved by an old record that comes long after", async () => {
    await fc.assert(
      fc.asyncProperty(commands, fc.array(fc.nat(), { maxLength: 10 }), async (all, late) => {
        const { records, deals } = historyOf(all);
        const table = new MemoryTable();
        await keepSums(table, records, atOnce);
        for (const n of late)
          await keepSums(table, records.length > 0 ? [records[n % records.length] ?? {}] : [], atOnce);
        expectCounted(table, deals);
      }),
      seeded,
    );
  });

  it("are made up by the next change of a deal of which records were lost", async () => {
    await fc.assert(
      fc.asyncProperty(
        commands,
        fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
        async (all, lostOnes) => {
          const { records, deals } = historyOf(all);
          const last = new Map(records.map((record) => [record.dynamodb?.NewImage?.pk?.S, record]));
          const table = new MemoryTable();
          const told = records.filter(
            (record, at) => !lostOnes[at] || last.get(record.dynamodb?.NewImage?.pk?.S) === record,
          );
          for (const record of told) await keepSums(table, [record], atOnce);
          expectCounted(table, deals);
        },
      ),
      seeded,
    );
  });

  it("take up again what collided with another writer, and give up after a bounded number of times", async () => {
    const conflict = () =>
      new TransactionCanceledException({
        message: "conflict",
        $metadata: {},
        CancellationReasons: [{ Code: "None" }, { Code: "TransactionConflict" }],
      });
    const table = new MemoryTable();
    let collisions = 5;
    table.fault = (when) => {
      if (when === "before" && collisions-- > 0) throw conflict();
    };
    const deals = [begun(1, 1), begun(2, 2)];
    await keepSums(
      table,
      deals.map((one) => recordOf(undefined, one)),
      atOnce,
    );
    expectCounted(table, deals);
    collisions = Number.POSITIVE_INFINITY;
    await expect(keepSums(table, [recordOf(undefined, begun(3, 3))], atOnce)).rejects.toThrow(/collisions/);
  });

  it("say up to which change they are counted, and never go back", async () => {
    const first = begun(1, 1);
    const second = done(first, { deal: 1, do: "title", n: 1 }, later(5));
    const table = new MemoryTable();
    const asOf = () => table.items.get(`T#${tenant}#DEALSUM COUNTED-UP-TO`)?.asOf?.S;
    await keepSums(table, [recordOf(first, second)], atOnce);
    expect(asOf()).toBe(later(5));
    await keepSums(table, [recordOf(undefined, first)], atOnce);
    expect(asOf()).toBe(later(5));
  });

  it("count beyond 2^53 without rounding, and refuse to answer what would be rounded", () => {
    const item = {
      "n#open": { N: "3" },
      "open#EUR": { N: "27021597764222973" },
      "weighted#EUR": { N: "90071992547409910" },
    };
    expect(countersOf(item).get("open#EUR")).toBe(27_021_597_764_222_973n);
    expect(() => figuresOf(countersOf(item))).toThrow(/money\.overflow/);
    expect(
      figuresOf(countersOf({ ...item, "open#EUR": { N: "9007199254740991" } })).amounts[0],
    ).toMatchObject({
      openMinor: 9_007_199_254_740_991,
      weightedMinor: 900_719_925_474_099,
    });
  });
});

describe("the projector", () => {
  it("counts a hundred records in few transactions of at most a hundred items", async () => {
    const deals = Array.from({ length: 100 }, (_, n) => begun(n, n));
    const table = new MemoryTable();
    await keepSums(
      table,
      deals.map((one) => recordOf(undefined, one)),
      atOnce,
    );
    const sizes = table.transactions.map((writes) => writes.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
    expect(sizes.length).toBeLessThanOrEqual(2);
    expectCounted(table, deals);
  });

  it("counts deals with a hundred products each way in steps that fit", async () => {
    const many = (from: number) =>
      Array.from({ length: 100 }, (_, n) => ({
        productId: idOf("prd", from + n),
        quantity: 1,
        scale: 0,
        unitPriceMinor: n + 1,
        totalMinor: n + 1,
      }));
    const first: Deal = { ...begun(1, 1), items: many(0), amountMinor: 5_050 };
    const second: Deal = { ...asNextVersion(first, later(1)), items: many(100) };
    const third: Deal = { ...asNextVersion(second, later(2)), items: undefined, amountMinor: 7 };
    const table = new MemoryTable();
    for (const [before, now] of [
      [undefined, first],
      [first, second],
      [second, third],
    ] as const) {
      await keepSums(table, [recordOf(before, now)], atOnce);
      expect(rowsIn(table, "product")).toEqual(computedRows([now], "product"));
      expectCounted(table, [now]);
    }
    expect(Math.max(...table.transactions.map((writes) => writes.length))).toBeLessThanOrEqual(100);
  });

  it("reads of an item what the record says", () => {
    fc.assert(
      fc.property(commands, (all) => {
        for (const one of historyOf(all).deals)
          expect(sumFactsOf(fromItem(toItem(tenant, dealEntity, one, { changeId: "c" })))).toEqual(
            sumFactsOf(one),
          );
      }),
      seeded,
    );
  });

  it("leaves aside what is no deal", () => {
    const note = recordOf(undefined, begun(1, 1));
    const other = { dynamodb: { NewImage: { ...note.dynamodb?.NewImage, entity: { S: "client" } } } };
    expect(dealsOf([other, {}, { eventName: "REMOVE", dynamodb: {} }])).toEqual([]);
  });

  it("keeps the tenants apart", () => {
    const step = (tenantId: string) => {
      const [seen] = dealsOf([recordOf(undefined, begun(1, 1))]);
      if (!seen) throw new Error("no deal was seen");
      const facts = seen.facts;
      return {
        deal: { ...seen, tenantId },
        before: { version: 0, turn: 0, facts: undefined },
        after: { version: 1, turn: 1, facts },
      };
    };
    const tenantsOf = (writes: readonly TransactWriteItem[]) =>
      new Set(writes.map(({ Put, Update }) => (Put?.Item ?? Update?.Key)?.pk?.S?.split("#")[1]));
    const transactions = sumTransactions("t", [step("a"), step("b"), step("a")]);
    expect(transactions.map((writes) => [...tenantsOf(writes)])).toEqual([["a"], ["b"]]);
  });
});
