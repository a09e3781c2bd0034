import { dealStates } from "../../domain/deals/deal.ts";
import { type SummaryFilter, Tally } from "../../domain/deals/summary.ts";
import { type Dimension, sumFactsOf } from "../../domain/deals/sums.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { instantOf, type Month, millisecondsOf, monthIn } from "../../domain/kernel/time.ts";
import type { Context } from "../kit/context.ts";
import { mapParallel } from "../kit/parallel.ts";
import {
  clientPart,
  closedMonths,
  closedPart,
  dealsAt,
  openPlaces,
  type Part,
  reachOf,
  readPart,
  stagePart,
  statePart,
} from "./reach.ts";
import { mayRead } from "./references.ts";

/** How many deals one summary reads at the most. */
export const mostDealsCounted = 200_000;
const dealsAPage = 1_000;
const partsAtOnce = 8;
const dayMs = 86_400_000;

type Computing = Pick<Context, "store" | "now" | "tenant" | "settings" | "member" | "scope">;

/** An instant before the month begins in any time zone, and one after it has ended. */
const aroundMonth = (month: Month): readonly [string, string] => {
  const start = millisecondsOf(`${month}-01T00:00:00.000Z`);
  // A year of five digits, or before the year 0, is written with a sign and does not sort with the others.
  const [before, after] = [instantOf(start - dayMs), instantOf(start + 33 * dayMs)];
  return [before.startsWith("-") ? "0" : before, after.startsWith("+") ? "~" : after];
};

const closedWithin = ({ closedFrom, closedTo }: SummaryFilter): Partial<Part> =>
  closedFrom === undefined && closedTo === undefined
    ? {}
    : {
        between: [
          closedFrom === undefined ? "0" : aroundMonth(closedFrom)[0],
          closedTo === undefined ? "~" : aroundMonth(closedTo)[1],
        ],
      };

/** The states that a filter leaves: one that asks for a month of closing leaves no open deal. */
const statesOf = ({ state, closedFrom, closedTo }: SummaryFilter) =>
  dealStates.filter(
    (one) =>
      (state === undefined || one === state) &&
      (one !== "open" || (closedFrom === undefined && closedTo === undefined)),
  );

/** The fewest partitions that hold every deal which a filter leaves and the member may see. */
const partsOf = async (context: Computing, filter: SummaryFilter): Promise<Part[]> => {
  if (filter.client !== undefined) return [clientPart(filter.client)];
  const states = statesOf(filter);
  const reach = reachOf(context, filter);
  if (reach.of === "groups")
    return states.map((state) => ({
      ...statePart(reach, state),
      ...(state === "open"
        ? filter.type === undefined
          ? {}
          : { beginsWith: `${filter.type}#${filter.stage === undefined ? "" : `${filter.stage}#`}` }
        : closedWithin(filter)),
    }));
  const parts: Part[] = [];
  if (states.includes("open"))
    for (const [typeId, stageId] of await openPlaces(context))
      if (
        (filter.type === undefined || typeId === filter.type) &&
        (filter.stage === undefined || stageId === filter.stage)
      )
        parts.push(stagePart({ of: "all" }, typeId, stageId));
  const closed = states.filter((state) => state !== "open");
  if (closed.length === 0) return parts;
  const present = monthIn(context.now, context.tenant.timeZone);
  // A deal is closed in no month before that of its registration.
  const from = [filter.closedFrom, filter.registeredFrom]
    .filter((month) => month !== undefined)
    .sort()
    .at(-1);
  for (const month of await closedMonths(context.store, present))
    if ((from === undefined || month >= from) && (filter.closedTo === undefined || month <= filter.closedTo))
      for (const state of closed) parts.push(closedPart(state, month));
  return parts;
};

/** What was counted, and the instant of the last change of what was. */
export interface Computed {
  readonly tally: Tally;
  readonly asOf: string | undefined;
}

/**
 * Counts the deals that a filter leaves, exactly, from the deals themselves: page by page, several partitions at once.
 * @throws limit.exceeded where more deals would have to be read than one request may
 */
export const computed = async (
  context: Computing,
  by: Dimension,
  filter: SummaryFilter,
  most = mostDealsCounted,
): Promise<Computed> => {
  const tally = new Tally(by, filter);
  let asOf = "";
  let read = 0;
  const counted = new Set<string>();
  const count = async (part: Part): Promise<void> => {
    let cursor: string | undefined;
    do {
      const page = await readPart(context.store, part, { limit: dealsAPage, cursor });
      read += page.items.length;
      if (read > most)
        throw new Failure("limit.exceeded", {
          detail: `More than ${most} deals would have to be read; narrow the filter, or leave it out.`,
        });
      for (const deal of await dealsAt(context.store, page.items)) {
        // A deal of the team may also be the member's own.
        if (counted.has(deal.id) || !mayRead(context, deal)) continue;
        if (!tally.add(sumFactsOf(deal))) continue;
        counted.add(deal.id);
        if (deal.updatedAt > asOf) asOf = deal.updatedAt;
      }
      cursor = page.next;
    } while (cursor !== undefined);
  };
  // Counting needs no order: each partition is read by itself.
  const waiting = (await partsOf(context, filter)).flatMap((part) =>
    part.places.map((place) => ({ ...part, places: [place] })),
  );
  const work = async (): Promise<void> => {
    for (let part = waiting.pop(); part; part = waiting.pop()) await count(part);
  };
  await mapParallel(Array.from({ length: partsAtOnce }), work);
  return { tally, asOf: asOf === "" ? undefined : asOf };
};
