import type { DynamoDBRecord } from "aws-lambda";
import fc from "fast-check";
import { expect } from "vitest";
import { changedDeal, reassignedDeal } from "../../domain/deals/change.ts";
import { asNextVersion, type Deal } from "../../domain/deals/deal.ts";
import { DealChange } from "../../domain/deals/input.ts";
import { lost, moved, reopened, won } from "../../domain/deals/pipeline.ts";
import { type Figures, figuresOf, type SummaryFilter, Tally } from "../../domain/deals/summary.ts";
import { type Dimension, dimensions, sumFactsOf } from "../../domain/deals/sums.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { dealEntity } from "../../functions/deals/store.ts";
import { countersOf, sumsPartition } from "../../functions/deals/sums.ts";
import { partition, toItem } from "../../functions/kit/table/item.ts";
import { by, deal, idOf, later, product, rules, surroundings } from "./samples.ts";
import type { MemoryTable } from "./table.ts";

export const tenant = "ten_1";
const products = [1, 2, 3].map((n) => product(n));

/** What the stream says of a change of a deal. */
export const recordOf = (before: Deal | undefined, after: Deal): DynamoDBRecord => {
  const image = (one: Deal) => toItem(tenant, dealEntity, one, { changeId: "c" });
  return {
    eventName: before ? "MODIFY" : "INSERT",
    dynamodb: { NewImage: JSON.parse(JSON.stringify(image(after))) },
  };
};

/** One thing that is done to one of a few deals. */
export const commands = fc.array(
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

export const begun = (id: number, n: number): Deal => ({
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

export const done = (one: Deal, command: Command, now: string): Deal => {
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
export const historyOf = (all: readonly Command[]): History => {
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

export const rowsIn = (table: MemoryTable, by: Dimension): Record<string, Figures> =>
  Object.fromEntries(
    [...table.items.values()]
      .filter((item) => item.pk?.S === partition(tenant, sumsPartition(by)))
      .map((item) => [item.sk?.S ?? "", figuresOf(countersOf(item))] as const)
      .filter(([, figures]) => figures.count > 0)
      .sort(),
  );

export const computedRows = (
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

export const expectCounted = (table: MemoryTable, deals: readonly Deal[]): void => {
  for (const dimension of dimensions) {
    const kept = rowsIn(table, dimension);
    expect(kept).toEqual(computedRows(deals, dimension));
    const keyOf = naiveKeys[dimension];
    if (keyOf) expect(kept).toEqual(naiveRows(deals, keyOf));
  }
};
