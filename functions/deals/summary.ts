import type { Client } from "../../domain/clients/client.ts";
import type { DealState } from "../../domain/deals/deal.ts";
import {
  addCounters,
  type Figures,
  figuresOf,
  onlyState,
  rowOrder,
  type SummaryFilter,
  type SummaryRow,
  type SummarySort,
} from "../../domain/deals/summary.ts";
import { type Counters, type Dimension, noValue, stageKey } from "../../domain/deals/sums.ts";
import type { Currency } from "../../domain/kernel/currency.ts";
import { teamEntity } from "../access/store.ts";
import { clientEntity } from "../clients/store.ts";
import type { Context } from "../kit/context.ts";
import { runParallel } from "../kit/parallel.ts";
import { memberEntity } from "../kit/records.ts";
import type { OutputOf, RequestOf } from "../kit/route.ts";
import { entityName, fromItem, type Item } from "../kit/table/item.ts";
import { productEntity } from "../products/store.ts";
import { computed } from "./compute.ts";
import type { dealRoutes } from "./routes.ts";
import { countedUpToKey, countersOf, sumsPartition } from "./sums.ts";

type Query = RequestOf<typeof dealRoutes.summarizeDeals>["query"];

interface Counted {
  readonly rows: ReadonlyMap<string, Counters>;
  readonly total: Counters;
  readonly asOf: string | undefined;
}

/** How many rows a dimension may have: a summary orders them before it pages. */
const mostRows = 200_000;

const rowsKept = async (context: Context, by: Dimension): Promise<Map<string, Counters>> => {
  const items = await context.store.collection(sumsPartition(by), mostRows);
  return new Map(items.map((item) => [item.sk?.S ?? "", countersOf(item)]));
};

/** The sums that the projector keeps: as many reads as the dimension has rows, however many the deals. */
const kept = async (context: Context, by: Dimension, state: DealState | undefined): Promise<Counted> => {
  // Under its products a deal may count several times, under its stage exactly once.
  const [rows, once, [upTo]] = await runParallel([
    () => rowsKept(context, by),
    () => (by === "product" ? rowsKept(context, "stage") : undefined),
    () => context.store.batchGet([countedUpToKey]),
  ]);
  const total: Counters = new Map();
  for (const counters of (once ?? rows).values()) addCounters(total, onlyState(counters, state));
  return {
    rows: new Map([...rows].map(([key, counters]) => [key, onlyState(counters, state)])),
    total,
    asOf: upTo?.asOf?.S,
  };
};

const isWhole = ({ state: _, ...rest }: SummaryFilter): boolean =>
  Object.values(rest).every((value) => value === undefined);

const countedFor = async (context: Context, by: Dimension, filter: SummaryFilter): Promise<Counted> => {
  if (context.scope === "all" && isWhole(filter)) return kept(context, by, filter.state);
  const { tally, asOf } = await computed(context, by, filter);
  return { rows: tally.rows, total: tally.total, asOf };
};

/** Stages in the order of the settings, and their names. */
const stagesOf = async (context: Context): Promise<Map<string, string>> => {
  const { dealTypes } = await context.settings();
  return new Map(
    dealTypes.flatMap(({ id, name, stages }) =>
      stages.length === 0
        ? [[stageKey(id, undefined), name] as const]
        : stages.map((stage) => [stageKey(id, stage.id), stage.name] as const),
    ),
  );
};

const named = {
  owner: { name: memberEntity.name, key: (id: string) => memberEntity.key({ id }) },
  team: { name: teamEntity.name, key: (id: string) => teamEntity.key({ id }) },
  product: { name: productEntity.name, key: (id: string) => productEntity.key({ id }) },
  client: { name: clientEntity.name, key: (id: string) => clientEntity.key({ id }) },
} as const;

/** Names of what the rows of a page stand for, in one round trip; months have none. */
const labelsOf = async (
  context: Context,
  by: Dimension,
  keys: readonly string[],
  stages: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> => {
  if (by === "stage") return stages;
  if (by === "registered-month" || by === "closed-month") return new Map();
  const ids = keys.filter((key) => key !== noValue);
  const items = await context.store.batchGet(ids.map(named[by].key));
  const nameOf = (item: Item) => fromItem<Pick<Client, "id" | "name">>(item);
  return new Map(
    items
      .filter((item) => entityName(item) === named[by].name)
      .map(nameOf)
      .map(({ id, name }) => [id, name]),
  );
};

const standardSort = (by: Dimension): SummarySort =>
  by === "stage" || by === "registered-month" || by === "closed-month" ? "key" : "won";

const standardLimit = 200;

const orderingCurrency = ({ amounts }: Figures, ofTenant: Currency): Currency =>
  amounts.some((one) => one.currency === ofTenant) ? ofTenant : (amounts[0]?.currency ?? ofTenant);

export const summarizeDeals = async (
  { query }: { readonly query: Query },
  context: Context,
): Promise<OutputOf<typeof dealRoutes.summarizeDeals>> => {
  const { by, sort = standardSort(by), limit = standardLimit, currency, cursor, ...filter } = query;
  const counted = await countedFor(context, by, filter);
  const stages = by === "stage" ? await stagesOf(context) : new Map<string, string>();
  const places = new Map([...stages.keys()].map((key, at) => [key, at]));
  const place = (key: string) => places.get(key) ?? places.size;
  const totals = figuresOf(counted.total);
  const compare = rowOrder(sort, currency ?? orderingCurrency(totals, context.tenant.currency));
  const rows: SummaryRow[] = [...counted.rows]
    .map(([key, counters]) => ({ key, figures: figuresOf(counters) }))
    .filter(({ figures }) => figures.count > 0)
    .sort((a, b) => (sort === "key" && by === "stage" ? place(a.key) - place(b.key) : 0) || compare(a, b));
  const [position] = cursor === undefined ? [] : context.store.cursors.open(cursor);
  const from = Number(position ?? 0);
  const page = rows.slice(from, from + limit);
  const labels = await labelsOf(
    context,
    by,
    page.map(({ key }) => key),
    stages,
  );
  return {
    rows: page.map(({ key, figures }) => ({ key, label: labels.get(key), ...figures })),
    totals,
    asOf: counted.asOf,
    next: from + limit < rows.length ? context.store.cursors.seal([String(from + limit)]) : undefined,
  };
};
