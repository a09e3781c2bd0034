import { mapParallel } from "../../kit/parallel.ts";
import type { Database } from "../../kit/table/database.ts";
import type { Item } from "../../kit/table/item.ts";

const nameOf = (key: Item): string => `${key.pk?.S} ${key.sk?.S}`;

/**
 * A database that answers reads by key in batches and remembers them: what two hundred handlers ask for
 * one by one at the same time becomes a few round trips. It is good for one chunk of an import: records that
 * change meanwhile are caught by the conditions of the writes.
 */
export const batching = (database: Database): Database => {
  const known = new Map<string, Promise<Item | undefined>>();
  let asked: { key: Item; resolve: (item: Item | undefined) => void; reject: (error: unknown) => void }[] =
    [];

  const fetch = async () => {
    const batch = asked;
    asked = [];
    try {
      const items = await database.batchGet(batch.map(({ key }) => key));
      const found = new Map(items.map((item) => [nameOf(item), item]));
      for (const { key, resolve } of batch) resolve(found.get(nameOf(key)));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };

  const get = (key: Item): Promise<Item | undefined> => {
    const name = nameOf(key);
    let answer = known.get(name);
    if (!answer) {
      answer = new Promise((resolve, reject) => {
        if (asked.length === 0) setImmediate(fetch);
        asked.push({ key, resolve, reject });
      });
      known.set(name, answer);
    }
    return answer;
  };

  const lists = new Map<string, ReturnType<Database["query"]>>();
  return {
    ...database,
    get,
    query: (input) => {
      const name = JSON.stringify(input);
      const answer = lists.get(name) ?? database.query(input);
      lists.set(name, answer);
      return answer;
    },
    batchGet: async (keys) => {
      const distinct = new Map(keys.map((key) => [nameOf(key), key]));
      const items = await mapParallel([...distinct.values()], get);
      return items.filter((item) => item !== undefined);
    },
  };
};
