import type { Key } from "../kit/table/entity.ts";
import { fromItem, type Item, itemKey } from "../kit/table/item.ts";
import type { Store } from "../kit/table/store.ts";

/** The record of an item, or undefined where there is none or its text was altered so that it is none any more. */
export const readable = <R>(item: Item | undefined): R | undefined => {
  try {
    return item && fromItem<R>(item);
  } catch {
    return undefined;
  }
};

/** Items by their keys, read at once. */
export const itemsByKey = async (store: Store, keys: readonly Key[]) => {
  const nameOf = (item: Item) => `${item.pk?.S} ${item.sk?.S}`;
  const keyName = (key: Key) => nameOf(itemKey(store.tenantId, key));
  const distinct = new Map(keys.map((key) => [keyName(key), key]));
  const found = new Map((await store.batchGet([...distinct.values()])).map((item) => [nameOf(item), item]));
  const item = (key: Key): Item | undefined => found.get(keyName(key));
  return { item, record: <R>(key: Key): R | undefined => readable<R>(item(key)) };
};
export type ItemsByKey = Awaited<ReturnType<typeof itemsByKey>>;

export const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const mostLooks = 3;
const pauseMs = 100;

/** A fault that is still there when looked at again: items of one posting need not come to light at one moment. */
export const twiceSeen = async <Fault>(
  look: () => Promise<Fault | undefined>,
): Promise<Fault | undefined> => {
  for (let n = 1; ; n++) {
    const fault = await look();
    if (fault === undefined || n === mostLooks) return fault;
    await wait(pauseMs);
  }
};
