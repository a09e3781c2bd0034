import { expect } from "vitest";
import { cursorsFor } from "../../functions/kit/table/cursor.ts";
import type { Database } from "../../functions/kit/table/database.ts";
import type { Item } from "../../functions/kit/table/item.ts";
import { Store } from "../../functions/kit/table/store.ts";

/** A table in memory that answers queries as DynamoDB does, at most `mostAtOnce` items at a time. */
export const tableOf = (items: readonly Item[], mostAtOnce: number) => {
  let read = 0;
  const refuse = () => Promise.reject(new Error("not asked for"));
  const database: Database = {
    tableName: "t",
    get: refuse,
    put: refuse,
    transact: refuse,
    batchWrite: refuse,
    transactGet: refuse,
    async batchGet(keys) {
      return items.filter((item) => keys.some(({ pk, sk }) => pk?.S === item.pk?.S && sk?.S === item.sk?.S));
    },
    async query({ IndexName, ExpressionAttributeValues: values = {}, KeyConditionExpression, ...input }) {
      const [pk, sk] = IndexName ? [`${IndexName}Pk`, `${IndexName}Sk`] : ["pk", "sk"];
      const back = input.ScanIndexForward === false;
      const before = (a = "", b = "") => (back ? a > b : a < b);
      const from = input.ExclusiveStartKey?.[sk]?.S ?? values[":beyond"]?.S;
      if (values[":beyond"]) expect(KeyConditionExpression).toContain(`${sk} ${back ? "<" : ">"} :beyond`);
      const found = items
        .filter((item) => item[pk]?.S === values[":pk"]?.S)
        .filter((item) => item[sk]?.S?.startsWith(values[":prefix"]?.S ?? ""))
        .filter((item) => (item[sk]?.S ?? "") >= (values[":from"]?.S ?? ""))
        .filter((item) => values[":to"]?.S === undefined || (item[sk]?.S ?? "") <= values[":to"].S)
        .filter((item) => from === undefined || before(from, item[sk]?.S))
        .sort((a, b) => (before(a[sk]?.S, b[sk]?.S) ? -1 : 1));
      const page = found.slice(0, Math.min(input.Limit ?? mostAtOnce, mostAtOnce));
      read += page.length;
      const last = page.at(-1);
      return { items: page, ...(page.length < found.length && last ? { lastKey: last } : {}) };
    },
  };
  return { store: new Store(database, "ten_1", cursorsFor("ten_1", "query")), read: () => read };
};
