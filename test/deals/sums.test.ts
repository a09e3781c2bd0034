import { TransactionCanceledException, type TransactWriteItem } from "@aws-sdk/client-dynamodb";
import type { DynamoDBRecord } from "aws-lambda";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changedDeal, reassignedDeal } from "../../domain/deals/change.ts";
import { asNextVersion, type Deal } from "../../domain/deals/deal.ts";
import { DealChange } from "../../domain/deals/input.ts";
import { lost, moved, reopened, won } from "../../domain/deals/pipeline.ts";
import { type Figures, figuresOf, type SummaryFilter, Tally } from "../../domain/deals/summary.ts";
import { type Dimension, dimensions, sumFactsOf } from "../../domain/deals/sums.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { dealEntity } from "../../functions/deals/store.ts";
import { countersOf, sumsPartition } from "../../functions/deals/sums.ts";
import { fromItem, partition, toItem } from "../../functions/kit/table/item.ts";
import { dealsOf, keepSums, sumTransactions } from "../../functions/projector/sums.ts";
import { by, deal, idOf, later, product, rules, surroundings } from "./samples.ts";
import { MemoryTable } from "./table.ts";

const tenant = "ten_1";
const products = [1, 2, 3].map((n) => product(n));

/** What the stream says of a change of a deal. */
const recordOf = (before: Deal | undefined, after: Deal): DynamoDBRecord => {
  const image = (one: Deal) => toItem(tenant, dealEntity, one, { changeId: "c" });
  return {
    eventName: before ? "MODIFY" : "INSERT",
    dynamodb: { NewImage: JSON.parse(JSON.stringify(image(after))) },
  };
};

/** One thing that is done to one of a few deals. */
const commands = fc.array(
  fc.record({
    deal: fc.nat(7),
    do: fc.constantFrom(
      "move",
      "win",
      "lose",
      "reopen",
      "items",
      "estimate",
      "judge",
      "give",
      "client",
      "title",
    ),
    n: fc.nat(1_000),
  }),
  { maxLength: 60 },
);
type Command = { readonly deal: number; readonly do: string; readonly n: number };

const pick = <T>(all: readonly T[], n: number): T | undefined => all[n % all.length];

const begun = (id: number, n: number): Deal => ({
  ...deal(
    {
      typeId: pick(["sale", "project", "order"], n),
      currency: pick(["EUR", "RON"], n),
      registeredAt: later(-(n % 5) * 20 * 86_400_000),
      ...(n % 3 === 0 ? {} : { estimatedAmountMinor: n * 97 }),
    },
    later(0),
  ),
  id: idOf("deal", id),
});

const done = (one: Deal, command: Command, now: string): Deal => {
  const happening = { at: now, by };
  const change = (input: Record<string, unknown>) =>
    changedDeal(one, DealChange.parse(input), surroundings(products), now);
  const { n } = command;
  switch (command.do) {
    case "move":
      return asNextVersion(
        moved(
          rules,
          one,
          pick(["interest", "offer", "talks", "contract", "idea", "tender"], n) ?? "",
          happening,
        ),
        now,
      );
    case "win":
      return asNextVersion(won(rules, one, happening), now);
    case "lose":
      return asNextVersion(lost(rules, one, { reasonId: "price" }, happening), now);
    case "reopen":
      return asNextVersion(reopened(rules, one, happening), now);
    case "items":
      return change({
        items: [0, 1, 2].slice(n % 4).map((at) => ({
          productId: idOf("prd", ((at + n) % 3) + 1),
          quantity: n + 1,
          unitPriceMinor: n,
        })),
      });
    case "estimate":
      return change({ estimatedAmountMinor: n === 0 ? null : n * 1_001 });
    case "judge":
      return change({ manualProbabilityPercent: n % 2 === 0 ? null : n % 101 });
    case "give":
      return reassignedDeal(
        one,
        { ownerId: idOf("mem", n % 4), teamId: n % 3 === 0 ? undefined : idOf("team", n % 3) },
        by,
        now,
      );
    case "client":
      return change({ clientId: n % 3 === 0 ? null : idOf("cli", n % 5) });
    default:
      return change({ title: `Title ${n}` });
  }
};

interface History {
  readonly records: DynamoDBRecord[];
  readonly deals: Deal[];
}

/** Runs commands under the rules and keeps what the stream would say; what is refused leaves no record. */
const historyOf = (all: readonly Command[]): History => {
  const deals = new Map<number, Deal>();
  const records: DynamoDBRecord[] = [];
  for (const [step, command] of all.entries()) {
    const before = deals.get(command.deal);
    try {
      const next = before
        ? done(before, command, later((step + 1) * 3_600_000))
        : begun(command.deal, command.n);
      deals.set(command.deal, next);
      records.push(recordOf(before, next));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }
  return { records, deals: [...deals.values()] };
};

const rowsIn = (table: MemoryTable, by: Dimension): Record<string, Figures> =>
  Object.fromEntries(
    [...table.items.values()]
      .filter((item) => item.pk?.S === partition(tenant, sumsPartition(by)))
      .map((item) => [item.sk?.S ?? "", figuresOf(countersOf(item))] as const)
      .filter(([, figures]) => figures.count > 0)
      .sort(),
  );

const computedRows = (
  deals: readonly Deal[],
  by: Dimension,
  filter: SummaryFilter = {},
): Record<string, Figures> => {
  const tally = new Tally(by, filter);
  for (const one of deals) tally.add(sumFactsOf(one));
  return Object.fromEntries(
    [...tally.rows].map(([key, counters]) => [key, figuresOf(counters)] as const).sort(),
  );
};

/** The figures once more, straight from the definition, for dimensions in which a deal counts once. */
const naiveRows = (deals: readonly Deal[], keyOf: (one: Deal) => string): Record<string, Figures> => {
  const rows = Object.groupBy(deals, keyOf);
  const figures = (all: Deal[]): Figures => {
    const of = (state: string) => all.filter((one) => one.state === state);
    const amounts = [...new Set(all.map(({ currency }) => currency))].sort().map((currency) => {
      const sum = (state: string) =>
        of(state).reduce((total, one) => total + (one.currency === currency ? (one.amountMinor ?? 0) : 0), 0);
      const hundredfold = of("open").reduce(
        (total, one) =>
          total +
          (one.currency === currency
            ? (one.amountMinor ?? 0) * (one.probability.manualPercent ?? one.probability.standardPercent)
            : 0),
        0,
      );
      return {
        currency,
        openMinor: sum("open"),
        weightedMinor: Math.floor(hundredfold / 100) + (hundredfold % 100 >= 50 ? 1 : 0),
        wonMinor: sum("won"),
        lostMinor: sum("lost"),
      };
    });
    return {
      count: all.length,
      open: of("open").length,
      won: of("won").length,
      lost: of("lost").length,
      amounts: amounts.filter((one) => one.openMinor + one.weightedMinor + one.wonMinor + one.lostMinor > 0),
    };
  };
  return Object.fromEntries(
    Object.entries(rows)
      .map(([key, all = []]) => [key, figures(all)] as const)
      .sort(),
  );
};

const naiveKeys: Partial<Record<Dimension, (one: Deal) => string>> = {
  stage: (one) => `${one.typeId}/${one.stageId ?? "-"}`,
  owner: (one) => one.ownerId,
  team: (one) => one.teamId ?? "-",
  client: (one) => one.clientId ?? "-",
  "registered-month": (one) => one.registeredMonth,
  "closed-month": (one) => one.closedMonth ?? "-",
};

const expectCounted = (table: MemoryTable, deals: readonly Deal[]): void => {
  for (const dimension of dimensions) {
    const kept = rowsIn(table, dimension);
    expect(kept).toEqual(computedRows(deals, dimension));
    const keyOf = naiveKeys[dimension];
    if (keyOf) expect(kept).toEqual(naiveRows(deals, keyOf));
  }
};

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
