import { noValue } from "../../domain/deals/sums.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import type { Page } from "../../domain/kernel/page.ts";
import type { Context } from "../kit/context.ts";
import { mapParallel, runParallel } from "../kit/parallel.ts";
import { fromItem, type Item } from "../kit/table/item.ts";
import type { ListQuery, Store } from "../kit/table/store.ts";
import { partitions } from "./store.ts";
import { sumsPartition } from "./sums.ts";

/** Whose deals are read: one member's, one team's, all. Each has partitions of its own. */
export type Reach =
  | { readonly of: "all" }
  | { readonly of: "team"; readonly teamId: string }
  | { readonly of: "owner"; readonly ownerId: string };

export interface Asked {
  readonly owner?: string | undefined;
  readonly team?: string | undefined;
}

/**
 * Whose deals a list reads: what was asked for, within the scope of the member. Undefined where the scope holds
 * nothing of it. A member with the scope team who is in no team has their own.
 */
export const reachOf = (
  { member, scope }: Pick<Context, "member" | "scope">,
  { owner, team }: Asked,
): Reach | undefined => {
  const ofTeam = scope === "team" ? member.teamId : undefined;
  if (scope !== "all" && !ofTeam)
    return (owner === undefined || owner === member.id) && (team === undefined || team === member.teamId)
      ? { of: "owner", ownerId: member.id }
      : undefined;
  if (ofTeam && team !== undefined && team !== ofTeam) return undefined;
  if (owner !== undefined) return { of: "owner", ownerId: owner };
  const teamId = team ?? ofTeam;
  return teamId === undefined ? { of: "all" } : { of: "team", teamId };
};

/** What of a query says where it reads; page and cursor come from the request. */
export type Part = Omit<ListQuery, "limit" | "cursor">;

/** The open deals of a stage, the most urgent first. @param overdueAt only those due before this instant */
export const stagePart = (
  reach: Reach,
  typeId: string,
  stageId: string | undefined,
  overdueAt?: string,
): Part => {
  const range = (prefix: string) =>
    overdueAt === undefined
      ? { beginsWith: prefix }
      : { between: [`${prefix}0`, `${prefix}${overdueAt}`] as const };
  const prefix = `${typeId}#${stageId ?? noValue}#`;
  switch (reach.of) {
    case "all":
      return { index: "list", pk: partitions.board(typeId, stageId), ...range("") };
    case "team":
      return { index: "team", pk: partitions.team(reach.teamId, "open"), ...range(prefix) };
    case "owner":
      return { index: "owner", pk: partitions.owner(reach.ownerId, "open"), ...range(prefix) };
  }
};

/** The deals of an owner or team in one state: open ones by urgency, closed ones from the last. */
export const statePart = (reach: Exclude<Reach, { of: "all" }>, state: string): Part => ({
  ...(reach.of === "owner"
    ? { index: "owner", pk: partitions.owner(reach.ownerId, state) }
    : { index: "team", pk: partitions.team(reach.teamId, state) }),
  newestFirst: state !== "open",
});

export const closedPart = (state: string, month: string): Part => ({
  index: "list",
  pk: partitions.closed(state, month),
  newestFirst: true,
});

export const clientPart = (clientId: string): Part => ({
  index: "client",
  pk: partitions.client(clientId),
  beginsWith: "DEAL#",
  newestFirst: true,
});

const mostPlaces = 5_000;

/**
 * Every type and stage that may hold open deals: those of the settings, and those that ever held one, so that deals in
 * a stage that was taken out of the settings are found.
 */
export const openPlaces = async (
  context: Pick<Context, "store" | "settings">,
): Promise<[string, string | undefined][]> => {
  const [settings, kept] = await runParallel([
    () => context.settings(),
    () => context.store.collection(sumsPartition("stage"), mostPlaces),
  ]);
  const declared = settings.dealTypes.flatMap(({ id, stages }) =>
    stages.length === 0 ? [`${id}/${noValue}`] : stages.map((stage) => `${id}/${stage.id}`),
  );
  const keys = new Set([...declared, ...kept.map((item) => item.sk?.S ?? "")]);
  return [...keys].map((key) => {
    const [typeId = "", stageId] = key.split("/");
    return [typeId, stageId === noValue ? undefined : stageId];
  });
};

/** The months in which deals were closed, from the last; the present one always among them. */
export const closedMonths = async (store: Store, present: string): Promise<string[]> => {
  const kept = await store.collection(sumsPartition("closed-month"), mostPlaces);
  const months = kept.map((item) => item.sk?.S ?? "").filter((month) => month !== noValue);
  return [...new Set([present, ...months])].sort().reverse();
};

const partsAtOnce = 8;

/**
 * One page of a list that runs through several partitions in order. The position is that of the partition in the
 * list, by name, and the place in it. Empty partitions are passed over several at a time.
 */
export const listParts = async <R>(
  store: Store,
  parts: readonly { readonly name: string; readonly part: Part }[],
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<R>> => {
  const [name, inner] = cursor === undefined ? [] : store.cursors.open(cursor);
  let from = name === undefined ? 0 : parts.findIndex((one) => one.name === name);
  if (from < 0) throw new Failure("request.cursor-mismatch");
  let start = inner === "" ? undefined : inner;
  const found: Item[] = [];
  const page = (next?: readonly string[]): Page<R> => ({
    items: found.map((item) => fromItem<R>(item)),
    ...(next ? { next: store.cursors.seal(next) } : {}),
  });
  // Each turn either passes over a partition or fills the page.
  while (from < parts.length) {
    const asked = Math.max(1, limit - found.length);
    const some = parts.slice(from, from + partsAtOnce);
    const pages = await mapParallel(some, ({ part }, at) =>
      store.items({ ...part, limit: asked, cursor: at === 0 ? start : undefined }),
    );
    for (const [at, { items, next }] of pages.entries()) {
      const here = some[at]?.name ?? "";
      const room = limit - found.length;
      const empty = items.length === 0 && next === undefined;
      if (room === 0 && !empty) return page([here, at === 0 && start ? start : ""]);
      if (items.length > room) break; // more than fits: asked again for less
      found.push(...items);
      if (next !== undefined) return page([here, next]);
      from += 1;
      start = undefined;
    }
  }
  return page();
};
