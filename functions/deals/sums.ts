import type { Counters, Dimension } from "../../domain/deals/sums.ts";
import type { Key } from "../kit/table/entity.ts";
import type { Item } from "../kit/table/item.ts";

/**
 * The kept sums: one item for each value of each dimension, whose counters are numbers of their own. The projector
 * adds to them (functions/projector/sums.ts), the summary reads them.
 */
export const sumsPartition = (dimension: Dimension): string => `DEALSUM#${dimension}`;

export const sumKey = (dimension: Dimension, value: string): Key => ({
  pk: sumsPartition(dimension),
  sk: value,
});

/** Up to which change the sums are counted: `asOf`, the instant of the last one. */
export const countedUpToKey: Key = { pk: "DEALSUM", sk: "COUNTED-UP-TO" };

/** Beside a deal: the version that was counted last, and with what. */
export const countedKey = (dealId: string): Key => ({ pk: `DEAL#${dealId}`, sk: "COUNTED" });

/** The counters of a row, exactly: a number of the table has up to 38 digits, more than a double can tell apart. */
export const countersOf = (item: Item): Counters => {
  const counters: Counters = new Map();
  for (const name in item) {
    const text = item[name]?.N;
    if (name.includes("#") && text !== undefined) counters.set(name, BigInt(text));
  }
  return counters;
};
