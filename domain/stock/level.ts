import * as z from "zod";
import { Id } from "../kernel/id.ts";
import { exactNumber } from "../kernel/money.ts";
import { Day } from "../kernel/time.ts";
import type { Cost } from "./cost.ts";
import { PlaceCode } from "./warehouse.ts";

/** Where how much of a product lies: a place of a warehouse. Quantities are in the product's smallest unit. */
export const Spot = z.object({ productId: Id("product"), warehouseId: Id("warehouse"), place: PlaceCode });
export type Spot = z.infer<typeof Spot>;

/** What lies in one spot. Never more is reserved than lies there. */
export const Level = z.object({
  ...Spot.shape,
  version: z.int().min(0),
  onHand: z.int().min(0),
  reserved: z.int().min(0),
  movedOn: Day.optional().meta({ description: "The last day of its movements; unknown before 2026-12-01" }),
  countedOn: Day.optional().meta({ description: "The last day on which it was counted" }),
});
export type Level = z.infer<typeof Level>;

/** A quantity of a product in a spot. */
export interface Lot extends Spot {
  readonly quantity: number;
}

/** The day of a movement, and the day on which it is entered. */
export interface When {
  readonly on: Day;
  readonly today: Day;
}

/** What a movement changed on a day after the one that is decided on. */
export interface LaterChange {
  readonly on: Day;
  /** The change of each spot, by `spotKey`. */
  readonly spots: ReadonlyMap<string, number>;
  /** Of all there is of the product; 0 for a transfer. */
  readonly quantityChange: number;
  readonly valueChangeMinor: number;
}

/** How products and warehouses are called in a refusal. */
export interface Names {
  readonly products: ReadonlyMap<string, { name: string; unit: { name: string; scale: number } }>;
  readonly warehouses: ReadonlyMap<string, { name: string }>;
}

/** Levels and costs as a decision was given them; what is not there is nothing. */
export interface Stock {
  readonly levels: ReadonlyMap<string, Level>;
  readonly costs: ReadonlyMap<string, Cost>;
  /** By product, in the order of days: what moved after the day that is decided on. Absent: nothing did. */
  readonly later?: ReadonlyMap<string, readonly LaterChange[]>;
  readonly names?: Names;
}

export const spotKey = ({ productId, warehouseId, place }: Spot): string =>
  `${productId} ${warehouseId} ${place}`;

export const levelOf = ({ levels }: Stock, { productId, warehouseId, place }: Spot): Level =>
  levels.get(spotKey({ productId, warehouseId, place })) ?? {
    productId,
    warehouseId,
    place,
    version: 0,
    onHand: 0,
    reserved: 0,
  };

/** What may be taken or reserved: what lies there and is not reserved. */
export const availableIn = ({ onHand, reserved }: Pick<Level, "onHand" | "reserved">): number =>
  onHand - reserved;

const withLevel = (stock: Stock, level: Level): Stock => ({
  ...stock,
  levels: new Map(stock.levels).set(spotKey(level), level),
});

/** A line that asks for more than there is. */
export interface Shortage {
  readonly lot: Lot;
  readonly available: number;
  /** The past day on which it is short; absent where it is short now. */
  readonly on?: Day;
}

/**
 * The last day on which something moved. What moved before 2026-12-01 left no day: it may have moved on any day until
 * today.
 */
export const lastMovedOn = (
  { version, movedOn }: { readonly version: number; readonly movedOn?: Day | undefined },
  today: Day,
): Day | undefined => movedOn ?? (version === 0 ? undefined : today);

/** The last day of movements, with one more. */
export const movedToo = (record: Parameters<typeof lastMovedOn>[0], { on, today }: When): Day => {
  const last = lastMovedOn(record, today);
  return last === undefined || last < on ? on : last;
};

/** What of the past a movement has to know: what the spots held that goods leave, and what the products cost. */
export type PastNeeds = "nothing" | "levels" | "levels and cost";

/**
 * The products of which later movements have to be looked at: none for a movement of today or of the last day of its
 * goods.
 * @param spots those that goods leave
 */
export const productsWithPast = (
  stock: Stock,
  spots: readonly Spot[],
  { on, today }: When,
  needs: PastNeeds,
): string[] => {
  const isLater = (record: Level | Cost | undefined) =>
    record !== undefined && (lastMovedOn(record, today) ?? on) > on;
  const late = spots.filter(
    (spot) =>
      needs !== "nothing" &&
      (isLater(levelOf(stock, spot)) ||
        (needs === "levels and cost" && isLater(stock.costs.get(spot.productId)))),
  );
  return [...new Set(late.map(({ productId }) => productId))];
};

/** What moved of a product after the day that is decided on. */
export const laterOf = ({ later }: Stock, productId: string): readonly LaterChange[] =>
  later?.get(productId) ?? [];

/** How much lay in a spot at the end of the day that is decided on. */
export const onHandThen = (stock: Stock, spot: Spot): number => {
  const key = spotKey(spot);
  return laterOf(stock, spot.productId).reduce(
    (onHand, { spots }) => onHand - (spots.get(key) ?? 0),
    levelOf(stock, spot).onHand,
  );
};

/** The lowest that a spot held at the end of this day or of a later one, and when that was. */
const lowestSince = (stock: Stock, spot: Spot, on: Day): { readonly onHand: number; readonly on: Day } => {
  const key = spotKey(spot);
  const ends = new Map([[on, onHandThen(stock, spot)]]);
  let onHand = onHandThen(stock, spot);
  for (const change of laterOf(stock, spot.productId)) {
    onHand += change.spots.get(key) ?? 0;
    ends.set(change.on, onHand);
  }
  let lowest = { on, onHand: Number.POSITIVE_INFINITY };
  for (const [day, end] of ends) if (end < lowest.onHand) lowest = { on: day, onHand: end };
  return lowest;
};

/** The stock after a lot was put in. @throws money.overflow */
export const withLotIn = (stock: Stock, lot: Lot, when: When): Stock => {
  const level = levelOf(stock, lot);
  return withLevel(stock, {
    ...level,
    onHand: exactNumber(BigInt(level.onHand) + BigInt(lot.quantity)),
    movedOn: movedToo(level, when),
  });
};

/**
 * The stock after a lot was taken out, or what is short: now, or at the end of its day or of a later one. What is
 * reserved is not taken.
 */
export const withLotOut = (stock: Stock, lot: Lot, when: When): Stock | Shortage => {
  const level = levelOf(stock, lot);
  const available = availableIn(level);
  const lowest = lowestSince(stock, lot, when.on);
  if (lot.quantity > Math.min(available, lowest.onHand))
    return lowest.onHand < available
      ? { lot, available: Math.max(0, lowest.onHand), on: lowest.on }
      : { lot, available };
  return withLevel(stock, {
    ...level,
    onHand: level.onHand - lot.quantity,
    movedOn: movedToo(level, when),
  });
};

/** The stock after a spot was counted: from now on nothing is entered behind the count. */
export const withSpotCounted = (stock: Stock, spot: Spot, when: When): Stock => {
  const level = levelOf(stock, spot);
  return withLevel(stock, { ...level, movedOn: movedToo(level, when), countedOn: when.on });
};

/** The stock after a lot was reserved, or what is short. */
export const withLotReserved = (stock: Stock, lot: Lot): Stock | Shortage => {
  const level = levelOf(stock, lot);
  const available = availableIn(level);
  return lot.quantity > available
    ? { lot, available }
    : withLevel(stock, { ...level, reserved: level.reserved + lot.quantity });
};

/** The stock after a reserved lot was given free. A reservation that holds more than its level is a broken invariant. */
export const withLotFree = (stock: Stock, lot: Lot): Stock => {
  const level = levelOf(stock, lot);
  if (lot.quantity > level.reserved)
    throw new Error(
      `${lot.quantity} of ${spotKey(lot)} are to be given free, ${level.reserved} are reserved`,
    );
  return withLevel(stock, { ...level, reserved: level.reserved - lot.quantity });
};

export const isShortage = (result: object): result is Shortage => "available" in result;

/** What a decision changed, as the next versions of the records. */
export const changesOf = (before: Stock, after: Stock): { levels: Level[]; costs: Cost[] } => ({
  levels: [...after.levels.values()]
    .filter((level) => before.levels.get(spotKey(level)) !== level)
    .map((level) => ({ ...level, version: level.version + 1 })),
  costs: [...after.costs.values()]
    .filter((cost) => before.costs.get(cost.productId) !== cost)
    .map((cost) => ({ ...cost, version: cost.version + 1 })),
});
