import { fromItem, type Item } from "../kit/table/item.ts";

/** The record of an item, or undefined where there is none or its text was altered so that it is none any more. */
export const readable = <R>(item: Item | undefined): R | undefined => {
  try {
    return item && fromItem<R>(item);
  } catch {
    return undefined;
  }
};
