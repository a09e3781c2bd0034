import * as z from "zod";
import { Failure } from "../kernel/errors.ts";
import { Id } from "../kernel/id.ts";
import { exactNumber } from "../kernel/money.ts";
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
});
export type Level = z.infer<typeof Level>;

/** A quantity of a product in a spot. */
export interface Lot extends Spot {
  readonly quantity: number;
}

/** Levels and costs as a decision was given them; what is not there is nothing. */
export interface Stock {
  readonly levels: ReadonlyMap<string, Level>;
  readonly costs: ReadonlyMap<string, Cost>;
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
}

/** The stock after a lot was put in. @throws money.overflow */
export const withLotIn = (stock: Stock, lot: Lot): Stock => {
  const level = levelOf(stock, lot);
  return withLevel(stock, { ...level, onHand: exactNumber(BigInt(level.onHand) + BigInt(lot.quantity)) });
};

/** The stock after a lot was taken out, or what is short. What is reserved is not taken. */
export const withLotOut = (stock: Stock, lot: Lot): Stock | Shortage => {
  const level = levelOf(stock, lot);
  const available = availableIn(level);
  return lot.quantity > available
    ? { lot, available }
    : withLevel(stock, { ...level, onHand: level.onHand - lot.quantity });
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

/** The failure that says of each line how much is short. @param shortages by the number of the line, from 0 */
export const insufficient = (shortages: ReadonlyMap<number, Shortage>): Failure =>
  new Failure("stock.insufficient", {
    detail: `Short: ${[...shortages.values()]
      .map(({ lot, available }) => `${lot.quantity - available} of ${lot.productId}`)
      .join(", ")}.`,
    fields: [...shortages].map(([line, { lot, available }]) => ({
      pointer: `/lines/${line}/quantity`,
      reason: `is short by ${lot.quantity - available}: ${available} of ${lot.quantity} are available`,
    })),
  });

/** What a decision changed, as the next versions of the records. */
export const changesOf = (before: Stock, after: Stock): { levels: Level[]; costs: Cost[] } => ({
  levels: [...after.levels.values()]
    .filter((level) => before.levels.get(spotKey(level)) !== level)
    .map((level) => ({ ...level, version: level.version + 1 })),
  costs: [...after.costs.values()]
    .filter((cost) => before.costs.get(cost.productId) !== cost)
    .map((cost) => ({ ...cost, version: cost.version + 1 })),
});
