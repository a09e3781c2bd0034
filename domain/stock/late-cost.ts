import { exactNumber } from "../kernel/money.ts";
import type { Day } from "../kernel/time.ts";
import { type Cost, withIncome, withLayers, withOutgo } from "./cost.ts";
import type { LaterChange } from "./level.ts";

/** What left, what it cost, and how much of that leaves on a day after its own. */
export interface Outgo {
  readonly cost: Cost;
  /** All that it cost. */
  readonly valueMinor: number;
  /**
   * The part of it that leaves on a later day, below zero where it took more on its own; 0 for what is entered in time.
   */
  readonly laterMinor: number;
  readonly laterOn?: Day;
}

type Layers = Cost["layers"];

/** The layers that came in by a day and are still there, never more than lay there then. */
const layersFrom = ({ layers }: Cost, on: Day, most: number): Layers => {
  const kept: Layers = [];
  let room = most;
  for (const layer of layers) {
    if (layer.on !== undefined && layer.on > on) break;
    if (room === 0) break;
    const quantity = Math.min(room, layer.quantity);
    // Layers of one unit cost that came in on several days stand as one: each part has its share.
    const valueMinor = Number((BigInt(layer.valueMinor) * BigInt(quantity)) / BigInt(layer.quantity));
    kept.push({ ...layer, quantity, valueMinor });
    room -= quantity;
  }
  return kept;
};

/** What a number was before these changes. */
const before = (now: number, changes: readonly number[]): number =>
  exactNumber(changes.reduce((number, change) => number - BigInt(change), BigInt(now)));

const valueThen = (cost: Cost, later: readonly LaterChange[]): number =>
  before(
    cost.valueMinor,
    later.map(({ valueChangeMinor }) => valueChangeMinor),
  );

/**
 * The cost as it stood at the end of a day, by the books of now. What lay there then and left since is the oldest
 * layer, at its average: the books keep of it no more than the sum. Undefined where the books of before 2026-12-01 hold
 * less than nothing on that day.
 */
export const costThen = (cost: Cost, later: readonly LaterChange[], on: Day): Cost | undefined => {
  const quantity = before(
    cost.quantity,
    later.map(({ quantityChange }) => quantityChange),
  );
  const valueMinor = valueThen(cost, later);
  if (quantity < 0 || valueMinor < 0) return undefined;
  if (quantity === 0) return withLayers(cost, []);
  const kept = cost.method === "fifo" ? layersFrom(cost, on, quantity) : [];
  const there = withLayers(cost, kept);
  const gone = {
    quantity: quantity - there.quantity,
    valueMinor: Math.max(0, valueMinor - there.valueMinor),
  };
  return withLayers(cost, gone.quantity === 0 ? kept : [gone, ...kept]);
};

/** Within a day what came in comes first, as a level is that of the end of the day. */
const inOrder = (later: readonly LaterChange[]): LaterChange[] =>
  later
    .filter(({ quantityChange }) => quantityChange !== 0)
    .sort((a, b) => {
      if (a.on !== b.on) return a.on < b.on ? -1 : 1;
      return Number(a.quantityChange < 0) - Number(b.quantityChange < 0);
    });

/** What is left in the end of a cost, where later movements are costed one after the other in the order of days. */
const leftAfter = (cost: Cost, later: readonly LaterChange[]): number | undefined => {
  let left = cost;
  for (const { quantityChange, valueChangeMinor, on } of inOrder(later)) {
    if (quantityChange > 0) left = withIncome(left, quantityChange, valueChangeMinor, on);
    else if (-quantityChange > left.quantity) return undefined;
    else left = withOutgo(left, -quantityChange).cost;
  }
  return left.valueMinor;
};

/**
 * What a late outgo takes in all: what is left is worth what it would be, had it been entered on its day. By first-in
 * first-out the oldest that is left goes, by moving average what it and all that left since would have cost more.
 */
const totalOf = (
  cost: Cost,
  quantity: number,
  then: Cost | undefined,
  later: readonly LaterChange[],
): Cost => {
  const next = withOutgo(cost, quantity).cost;
  if (cost.method === "fifo" || next.quantity === 0 || !then || then.quantity < quantity) return next;
  const [without, withIt] = [leftAfter(then, later), leftAfter(withOutgo(then, quantity).cost, later)];
  if (without === undefined || withIt === undefined) return next;
  const valueMinor = Math.min(Math.max(0, without - withIt), cost.valueMinor);
  return withLayers(next, [{ quantity: next.quantity, valueMinor: cost.valueMinor - valueMinor }]);
};

/** What the books hold of the product at the end of the day and of each later one on which something moved. */
const endsSince = (cost: Cost, later: readonly LaterChange[], on: Day) => {
  let value = valueThen(cost, later);
  const ends = new Map([[on, { on, value, isOut: true }]]);
  for (const change of later) {
    value = exactNumber(BigInt(value) + BigInt(change.valueChangeMinor));
    const isOut = change.quantityChange < 0 || ends.get(change.on)?.isOut === true;
    ends.set(change.on, { on: change.on, value, isOut });
  }
  return [...ends.values()];
};

/**
 * From when on what was taken beyond its day may be missing: the day of the last that left, or the first after it from
 * which the books hold so much throughout.
 */
const settlingDay = (ends: ReturnType<typeof endsSince>, valueMinor: number): number => {
  let at = ends.length - 1;
  while (at > 0 && ends[at]?.isOut === false && (ends[at - 1]?.value ?? 0) >= valueMinor) at -= 1;
  return at;
};

/**
 * The cost without what left on a day of the past. On its day it takes what it would have cost then, and never more than
 * the books hold. What it changes in the cost of all that left since leaves with the last of that, for nothing that was
 * posted changes. So on no day is the value below zero.
 * @param quantity from 1 to `cost.quantity`
 * @param later what moved after the day, in the order of days
 */
export const withLateOutgo = (
  cost: Cost,
  quantity: number,
  on: Day,
  later: readonly LaterChange[],
): Outgo => {
  if (later.length === 0) return { ...withOutgo(cost, quantity), laterMinor: 0 };
  const then = costThen(cost, later, on);
  const next = totalOf(cost, quantity, then, later);
  const valueMinor = cost.valueMinor - next.valueMinor;
  const ends = endsSince(cost, later, on);
  const at = settlingDay(ends, valueMinor);
  const until = ends.slice(0, at);
  const least = Math.max(0, Math.min(...until.map(({ value }) => value)));
  const wished = then && then.quantity >= quantity ? withOutgo(then, quantity).valueMinor : valueMinor;
  const onItsDay = at === 0 ? valueMinor : Math.min(wished, least);
  const laterMinor = valueMinor - onItsDay;
  const laterOn = ends[at]?.on;
  return { cost: next, valueMinor, laterMinor, ...(laterMinor === 0 || !laterOn ? {} : { laterOn }) };
};
