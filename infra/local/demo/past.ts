import type { DealState } from "../../../domain/deals/deal.ts";
import type { DealType } from "../../../domain/deals/type.ts";
import type { Chance } from "./chance.ts";

/** Where a deal is to stand. */
export interface Wish {
  readonly type: DealType;
  readonly state: DealState;
  /** The stage that it stands in or was closed in, counted from 0; -1 where the type has none. */
  readonly place: number;
}

/** The past that brings it there. */
export interface Course {
  readonly registeredAt: string;
  readonly history: readonly { readonly stageId: string; readonly at: string }[];
  readonly closedAt: string | undefined;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The day so many days from a moment, in UTC: no later than in the demo company's own time zone. */
export const daysFrom = (ms: number, days: number): string =>
  new Date(ms + days * dayMs).toISOString().slice(0, 10);
const yearDays = 340;
/** The share of open deals that stand in their stage longer than its limit. */
const overdueShare = 0.22;

/** For how long an open deal has been standing in its stage. */
const standingMs = (chance: Chance, limitHours = 20 * 24): number =>
  limitHours * hourMs * (chance.is(overdueShare) ? 1.05 + chance.next() * 0.9 : 0.02 + chance.next() * 0.9);

/** The stages that a deal came through: a process through all, one set by hand through some. */
const stagesOf = (chance: Chance, { type, place }: Wish): string[] =>
  type.stages
    .slice(0, place + 1)
    .filter((_, at) => at > 0 && (type.kind === "process" || at === place || chance.is(0.6)))
    .map(({ id }) => id);

/**
 * A course of time for a deal: told from its end, so that it ends where it has to. More deals were closed
 * lately than a year ago, as in a company that grows.
 * @param nowMs milliseconds since the epoch; nothing lies after it
 */
export const courseOf = (chance: Chance, wish: Wish, nowMs: number): Course => {
  const isOpen = wish.state === "open";
  const endMs = isOpen ? nowMs : nowMs - chance.next() ** 1.4 * yearDays * dayMs - hourMs;
  const limitHours = wish.type.stages[wish.place]?.limitHours;
  let atMs = isOpen ? endMs - standingMs(chance, limitHours) : endMs - (1 + chance.next() * 14) * dayMs;
  const history: { stageId: string; at: string }[] = [];
  for (const stageId of stagesOf(chance, wish).reverse()) {
    history.unshift({ stageId, at: new Date(atMs).toISOString() });
    atMs -= (1 + chance.next() * 12) * dayMs;
  }
  return {
    registeredAt: new Date(atMs).toISOString(),
    history,
    closedAt: isOpen ? undefined : new Date(endMs).toISOString(),
  };
};
