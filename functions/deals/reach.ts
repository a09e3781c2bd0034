import type { Deal } from "../../domain/deals/deal.ts";
import { noValue } from "../../domain/deals/sums.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import type { Page, Paging } from "../../domain/kernel/page.ts";
import type { Context } from "../kit/context.ts";
import { mapParallel, runParallel } from "../kit/parallel.ts";
import { entityName, fromItem, type Item, partition } from "../kit/table/item.ts";
import { mergedPage, type Place } from "../kit/table/merged.ts";
import type { ListQuery, Store } from "../kit/table/store.ts";
import { dealEntity, idInPlace, partitions } from "./store.ts";
import { sumsPartition } from "./sums.ts";

/** Deals that lie together: those of an owner, of a team, or those that a member does not own and takes part in. */
type Group =
  | { readonly of: "owner"; readonly ownerId: string }
  | { readonly of: "team"; readonly teamId: string }
  | { readonly of: "participant"; readonly memberId: string };

/** Whose deals are read: all of the tenant, or some groups. A deal that is in several of them is one deal. */
export type Reach = { readonly of: "all" } | { readonly of: "groups"; readonly groups: readonly Group[] };

export interface Asked {
  readonly owner?: string | undefined;
  readonly team?: string | undefined;
}

/**
 * The fewest groups that hold what was asked for and the member may see; the rest of what they hold is left out afterwards
 * (`mayRead`). A member sees what they own or take part in, with the scope team also what their team has.
 */
export const reachOf = (
  { member, scope }: Pick<Context, "member" | "scope">,
  { owner, team }: Asked,
): Reach => {
  const groups = (...some: readonly Group[]): Reach => ({ of: "groups", groups: some });
  if (owner !== undefined && (owner === member.id || scope !== "own"))
    return groups({ of: "owner", ownerId: owner });
  const ofTeam = scope === "team" ? member.teamId : undefined;
  if (team !== undefined && (team === ofTeam || scope === "all")) return groups({ of: "team", teamId: team });
  if (scope === "all") return { of: "all" };
  const takesPart: Group = { of: "participant", memberId: member.id };
  if (owner !== undefined) return groups(takesPart);
  const own: Group = { of: "owner", ownerId: member.id };
  return ofTeam === undefined || team !== undefined
    ? groups(own, takesPart)
    : groups({ of: "team", teamId: ofTeam }, own, takesPart);
};

/** One range of sort keys, in all partitions where such deals lie. */
export interface Part extends Pick<ListQuery, "beginsWith" | "between" | "newestFirst"> {
  readonly places: readonly Place[];
}

const placeOf = (group: Group, state: string): Place => {
  switch (group.of) {
    case "owner":
      return { index: "owner", pk: partitions.owner(group.ownerId, state) };
    case "team":
      return { index: "team", pk: partitions.team(group.teamId, state) };
    case "participant":
      return { pk: partitions.participant(group.memberId, state) };
  }
};

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
  return reach.of === "all"
    ? { places: [{ index: "list", pk: partitions.board(typeId, stageId) }], ...range("") }
    : {
        places: reach.groups.map((group) => placeOf(group, "open")),
        ...range(`${typeId}#${stageId ?? noValue}#`),
      };
};

/** The deals of some groups in one state: open ones by urgency, closed ones from the last. */
export const statePart = ({ groups }: Exclude<Reach, { of: "all" }>, state: string): Part => ({
  places: groups.map((group) => placeOf(group, state)),
  newestFirst: state !== "open",
});

export const closedPart = (state: string, month: string): Part => ({
  places: [{ index: "list", pk: partitions.closed(state, month) }],
  newestFirst: true,
});

export const clientPart = (clientId: string): Part => ({
  places: [{ index: "client", pk: partitions.client(clientId) }],
  beginsWith: "DEAL#",
  newestFirst: true,
});

/** One page of a part, in the order of the sort keys. */
export const readPart = (
  store: Store,
  { places, beginsWith, ...range }: Part,
  paging: Paging,
): Promise<Page<Item>> => {
  const [only, ...others] = places;
  if (!only) throw new Error("a part lies somewhere");
  if (others.length === 0)
    return store.items({ ...only, ...range, ...(beginsWith ? { beginsWith } : {}), ...paging });
  // Sort keys are of ASCII: nothing that begins so is beyond the tilde.
  const between = beginsWith ? ([beginsWith, `${beginsWith}~`] as const) : undefined;
  return mergedPage(store, { pks: places, ...(between ? { between } : {}), ...range, ...paging });
};

/** The deals of items, each once. Where an item only points at its deal, and the deal has moved on since, it is left out. */
export const dealsAt = async (store: Store, items: readonly Item[]): Promise<Deal[]> => {
  const isDeal = (item: Item) => entityName(item) === dealEntity.name;
  const pointers = items.filter((item) => !isDeal(item)).map((item) => idInPlace(item.sk?.S ?? ""));
  const pointed = await store.getAll(
    dealEntity,
    [...new Set(pointers)].map((id) => ({ id })),
  );
  const byId = new Map(pointed.flatMap((deal) => (deal ? [[deal.id, deal]] : [])));
  const pointedAt = ({ pk, sk }: Item): Deal | undefined => {
    const deal = byId.get(idInPlace(sk?.S ?? ""));
    const isThere =
      deal &&
      dealEntity
        .lookups?.(deal)
        .some((lookup) => lookup.sk === sk?.S && partition(store.tenantId, lookup.pk) === pk?.S);
    return isThere ? deal : undefined;
  };
  const found = items.map((item) => (isDeal(item) ? fromItem<Deal>(item) : pointedAt(item)));
  return [...new Map(found.flatMap((deal) => (deal ? [[deal.id, deal]] : []))).values()];
};

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
export const listParts = async (
  store: Store,
  parts: readonly { readonly name: string; readonly part: Part }[],
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<Deal>> => {
  const [name, inner] = cursor === undefined ? [] : store.cursors.open(cursor);
  let from = name === undefined ? 0 : parts.findIndex((one) => one.name === name);
  if (from < 0) throw new Failure("request.cursor-mismatch");
  let start = inner === "" ? undefined : inner;
  const found: Item[] = [];
  const page = async (next?: readonly string[]): Promise<Page<Deal>> => ({
    items: await dealsAt(store, found),
    ...(next ? { next: store.cursors.seal(next) } : {}),
  });
  // Each turn either passes over a partition or fills the page.
  while (from < parts.length) {
    const asked = Math.max(1, limit - found.length);
    const some = parts.slice(from, from + partsAtOnce);
    const pages = await mapParallel(some, ({ part }, at) =>
      readPart(store, part, { limit: asked, cursor: at === 0 ? start : undefined }),
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
