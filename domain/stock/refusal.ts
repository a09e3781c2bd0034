import { Failure } from "../kernel/errors.ts";
import { quantityText } from "../kernel/quantity.ts";
import { levelOf, type Shortage, type Spot, type Stock, type When } from "./level.ts";

const amountText = ({ names }: Stock, productId: string, quantity: number): string => {
  const product = names?.products.get(productId);
  return product
    ? `${quantityText(quantity, product.unit.scale)} ${product.unit.name} of ${product.name}`
    : `${quantity} of ${productId}`;
};

const spotText = ({ names }: Stock, { productId, warehouseId, place }: Spot): string =>
  `${names?.products.get(productId)?.name ?? productId} in ${names?.warehouses.get(warehouseId)?.name ?? warehouseId}, ${place}`;

/** The failure that says of each line how much is short, and on which day. @param shortages by the number of the line, from 0 */
export const insufficient = (stock: Stock, shortages: ReadonlyMap<number, Shortage>): Failure => {
  const all = [...shortages];
  const day = ({ on }: Shortage) => (on === undefined ? "" : ` on ${on}`);
  const short = all.map(
    ([, one]) => `${amountText(stock, one.lot.productId, one.lot.quantity - one.available)}${day(one)}`,
  );
  const remedy = all.some(([, { on }]) => on !== undefined)
    ? "Enter first what came in by then, or give a later day."
    : "Enter first what came in, or take less.";
  return new Failure("stock.insufficient", {
    detail: `Short: ${short.join(", ")}. ${remedy}`,
    fields: all.map(([line, one]) => ({
      pointer: `/lines/${line}/quantity`,
      reason: `is short by ${one.lot.quantity - one.available}${day(one)}: ${one.available} of ${one.lot.quantity} are available`,
    })),
  });
};

/**
 * Refuses what is entered behind a count. A count saw what lay there at the end of its day, or, on that day itself,
 * what lay there by then: what is entered later belongs after it. A day may be counted again as long as no later one was.
 * @throws stock.counted naming every line at fault
 */
export const checkNotCounted = (
  stock: Stock,
  spots: readonly (Spot & { readonly line: number })[],
  { on, today }: When,
  what: "movement" | "count",
): void => {
  const behind = spots.flatMap((spot) => {
    const { countedOn } = levelOf(stock, spot);
    if (countedOn === undefined || on > countedOn) return [];
    const isFree = on === countedOn && (what === "count" || on === today);
    return isFree ? [] : [{ spot, countedOn }];
  });
  const [first] = behind;
  if (!first) return;
  const { spot, countedOn } = first;
  throw new Failure("stock.counted", {
    detail:
      `${spotText(stock, spot)} was counted on ${countedOn}. ` +
      (what === "count"
        ? `Count it as of ${countedOn} or later.`
        : `Date the movement after ${countedOn}; if the count saw it already, count again after it.`),
    fields: behind.map((one) => ({
      pointer: `/lines/${one.spot.line}`,
      reason: `was counted on ${one.countedOn}, and ${on} lies ${on < one.countedOn ? "before" : "on"} that day`,
    })),
  });
};
