import { type Deal, movesKept, type ShownDeal, showDeal } from "../../domain/deals/deal.ts";
import { dealTypeOf } from "../../domain/deals/pipeline.ts";
import { noValue } from "../../domain/deals/sums.ts";
import type { DealType } from "../../domain/deals/type.ts";
import { Failure, notFound } from "../../domain/kernel/errors.ts";
import { type Page, pageSize, pagingOf } from "../../domain/kernel/page.ts";
import { monthIn } from "../../domain/kernel/time.ts";
import type { Context } from "../kit/context.ts";
import { idOfExternalId } from "../kit/external-id.ts";
import { mapParallel } from "../kit/parallel.ts";
import type { RequestOf } from "../kit/route.ts";
import type { Handlers } from "../kit/serve.ts";
import { rulesOf } from "./create.ts";
import {
  clientPart,
  closedMonths,
  closedPart,
  dealsAt,
  listParts,
  openPlaces,
  type Part,
  type Reach,
  reachOf,
  readPart,
  stagePart,
  statePart,
} from "./reach.ts";
import { mayRead } from "./references.ts";
import type { dealRoutes } from "./routes.ts";
import { dealEntity, olderMovesEntity } from "./store.ts";

type Wanted = RequestOf<typeof dealRoutes.listDeals>["query"];
interface NamedPart {
  readonly name: string;
  readonly part: Part;
}

const fits = (context: Context, wanted: Omit<Wanted, "limit" | "cursor">) => (deal: Deal) =>
  mayRead(context, deal) &&
  (wanted.owner === undefined || deal.ownerId === wanted.owner) &&
  (wanted.team === undefined || deal.teamId === wanted.team) &&
  (wanted.client === undefined || deal.clientId === wanted.client) &&
  (wanted.state === undefined || deal.state === wanted.state) &&
  (wanted.type === undefined || deal.typeId === wanted.type);

/** The deal that has an external id, where it is what else is wanted. */
const dealOfExternalId = async (
  context: Context,
  externalId: string,
  wanted: Wanted,
): Promise<Page<ShownDeal>> => {
  const id = await idOfExternalId(context.store, "deal", externalId);
  const deal = id === undefined ? undefined : await context.store.get(dealEntity, { id });
  return { items: deal && fits(context, wanted)(deal) ? [showDeal(deal)] : [] };
};

/** The partitions of one state over the whole tenant: open ones by type and stage, closed ones by month. */
const tenantParts = async (
  context: Context,
  state: string,
  type: string | undefined,
): Promise<NamedPart[]> => {
  if (state === "open") {
    const places = (await openPlaces(context)).filter(([typeId]) => type === undefined || typeId === type);
    return places.map(([typeId, stageId]) => ({
      name: `open ${typeId}/${stageId ?? noValue}`,
      part: stagePart({ of: "all" }, typeId, stageId),
    }));
  }
  const months = await closedMonths(context.store, monthIn(context.now, context.tenant.timeZone));
  return months.map((month) => ({ name: `${state} ${month}`, part: closedPart(state, month) }));
};

const partsOf = async (context: Context, reach: Reach, wanted: Wanted): Promise<NamedPart[]> => {
  if (wanted.client !== undefined) return [{ name: "client", part: clientPart(wanted.client) }];
  const states = wanted.state === undefined ? ["open", "won", "lost"] : [wanted.state];
  if (reach.of !== "all")
    return states.map((state) => {
      const part = statePart(reach, state);
      const prefix = state === "open" && wanted.type !== undefined ? { beginsWith: `${wanted.type}#` } : {};
      return { name: state, part: { ...part, ...prefix } };
    });
  const parts = await mapParallel(states, (state) => tenantParts(context, state, wanted.type));
  return parts.flat();
};

/** Stages of a type in order; a type without stages has one place for all its deals. */
const columnsOf = (type: DealType): { stageId: string | undefined; name: string }[] =>
  type.stages.length === 0
    ? [{ stageId: undefined, name: type.name }]
    : type.stages.map(({ id, name }) => ({ stageId: id, name }));

const boardLimit = 10;

export const dealListHandlers: Pick<
  Handlers<typeof dealRoutes>,
  "listDeals" | "readDealBoard" | "listOverdueDeals" | "listDealMoves"
> = {
  async listDeals({ query }, context) {
    if (query.externalId !== undefined) return dealOfExternalId(context, query.externalId, query);
    const parts = await partsOf(context, reachOf(context, query), query);
    const { items, next } = await listParts(context.store, parts, pagingOf(query));
    return { items: items.filter(fits(context, query)).map(showDeal), next };
  },

  async readDealBoard({ query }, context) {
    const type = dealTypeOf(rulesOf(context, await context.settings()), query.type, "/query/type");
    const columns = columnsOf(type).filter(
      ({ stageId }) => query.stage === undefined || (stageId ?? noValue) === query.stage,
    );
    if (columns.length === 0)
      throw new Failure("reference.unknown", {
        fields: [{ pointer: "/query/stage", reason: `is no stage of the deal type ${type.id}` }],
      });
    if (query.cursor !== undefined && query.stage === undefined)
      throw new Failure("request.cursor-mismatch", {
        fields: [{ pointer: "/query/cursor", reason: "goes with a stage" }],
      });
    const reach = reachOf(context, query);
    const limit = query.limit ?? (query.stage === undefined ? boardLimit : pageSize.standard);
    const read = async ({ stageId, name }: { stageId: string | undefined; name: string }) => {
      const part = stagePart(reach, type.id, stageId);
      const page = await readPart(context.store, part, { limit, cursor: query.cursor });
      const deals = await dealsAt(context.store, page.items);
      return {
        stageId: stageId ?? noValue,
        name,
        items: deals.filter(fits(context, { owner: query.owner, team: query.team })).map(showDeal),
        more: page.next !== undefined,
        ...(query.stage === undefined ? {} : { next: page.next }),
      };
    };
    return { columns: await mapParallel(columns, read) };
  },

  async listOverdueDeals({ query }, context) {
    const type = dealTypeOf(rulesOf(context, await context.settings()), query.type, "/query/type");
    const reach = reachOf(context, query);
    const parts = columnsOf(type).map(({ stageId }) => ({
      name: stageId ?? noValue,
      part: stagePart(reach, type.id, stageId, context.now),
    }));
    const { items, next } = await listParts(context.store, parts, pagingOf(query));
    const fitting = items.filter(fits(context, { owner: query.owner, team: query.team }));
    return { items: fitting.map(showDeal), next };
  },

  async listDealMoves({ params, query }, { store, ...context }) {
    const deal = await store.get(dealEntity, { id: params.dealId });
    if (!deal || !mayRead(context, deal)) throw notFound();
    const limit = query.limit ?? pageSize.standard;
    const [position] = query.cursor === undefined ? [] : store.cursors.open(query.cursor);
    const spilled = deal.movesSpilled;
    const last = Math.min(
      spilled + deal.moves.length,
      position === undefined ? Number.MAX_SAFE_INTEGER : Number(position),
    );
    const first = Math.max(0, last - limit);
    const firstBlock = Math.floor(first / movesKept.block);
    const blockCount = Math.max(0, Math.ceil(Math.min(last, spilled) / movesKept.block) - firstBlock);
    const blocks = Array.from({ length: blockCount }, (_, at) => firstBlock + at);
    const older = await store.getAll(
      olderMovesEntity,
      blocks.map((n) => ({ id: deal.id, n })),
    );
    const numbered = [
      ...older.flatMap((block) =>
        (block?.moves ?? []).map((move, at) => ({
          ...move,
          number: (block?.n ?? 0) * movesKept.block + at + 1,
        })),
      ),
      ...deal.moves.map((move, at) => ({ ...move, number: spilled + at + 1 })),
    ];
    const items = numbered.filter(({ number }) => number > first && number <= last).reverse();
    return { items, ...(first > 0 ? { next: store.cursors.seal([String(first)]) } : {}) };
  },
};
