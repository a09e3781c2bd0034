import type { TransactWriteItem } from "@aws-sdk/client-dynamodb";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../functions/kit/table/database.ts";
import type { Item } from "../../functions/kit/table/item.ts";
import { databases, openTable, type TestTable } from "../kit/databases.ts";
import { changeId, tenantId } from "../kit/things.ts";
import { MemoryTable } from "./simulation/memory.ts";
import { databaseOn } from "./simulation/network.ts";
import { chanceOf } from "./simulation/scheduler.ts";

const seed = 20_261_124;
const partitions = ["A", "B"];
const sortKeys = ["a", "b#1", "b#2", "c"];

/** What is written, before it is known in whose partition. */
interface Wish {
  readonly kind: "put" | "update" | "delete" | "check";
  readonly pk: string;
  readonly sk: string;
  readonly condition: "none" | "absent" | "present" | "version" | "enough";
  readonly version: number;
  readonly amount: number;
  readonly listed: string | undefined;
  readonly says: boolean;
}

const wish: fc.Arbitrary<Wish> = fc.record({
  kind: fc.constantFrom("put", "put", "update", "update", "delete", "check"),
  pk: fc.constantFrom(...partitions),
  sk: fc.constantFrom(...sortKeys),
  condition: fc.constantFrom("none", "absent", "present", "version", "enough"),
  version: fc.integer({ min: 1, max: 2 }),
  amount: fc.integer({ min: -9_007_199_254_740_991, max: 9_007_199_254_740_991 }),
  listed: fc.constantFrom(undefined, "x", "y"),
  says: fc.boolean(),
});

const conditionOf = ({ kind, condition, version, amount }: Wish) => {
  if (condition === "version")
    return {
      text: "version = :version",
      values: { ":version": { N: String(version) } },
      names: {},
    };
  if (condition === "enough")
    return {
      text: "(attribute_not_exists(#least) OR #least >= :least) AND pk <> :other",
      values: { ":least": { N: String(Math.abs(amount % 50)) }, ":other": { S: "-" } },
      names: { "#least": "room" },
    };
  if (condition === "none" && kind !== "check") return undefined;
  const text = condition === "absent" ? "attribute_not_exists(pk)" : "attribute_exists(pk)";
  return { text, values: {}, names: {} };
};

const some = <T extends object>(all: T): T | undefined => (Object.keys(all).length > 0 ? all : undefined);

const writeOf = (one: Wish, tenant: string, TableName: string): TransactWriteItem => {
  const { kind, version, amount, listed, says } = one;
  const key: Item = { pk: { S: `T#${tenant}#${one.pk}` }, sk: { S: one.sk } };
  const condition = conditionOf(one);
  const given = (names: Record<string, string> = {}, values: Item = {}) => ({
    TableName,
    ...(condition ? { ConditionExpression: condition.text } : {}),
    ExpressionAttributeNames: some({ ...names, ...condition?.names }),
    ExpressionAttributeValues: some({ ...values, ...condition?.values }),
    ...(says && condition ? { ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const } : {}),
  });
  if (kind === "put") {
    const Item: Item = {
      ...{ ...key, entity: { S: "thing" }, version: { N: String(version) } },
      ...{ record: { S: `${amount}` }, beside: { BOOL: says } },
    };
    // The order of equal keys of an index is nobody's promise.
    if (listed)
      Object.assign(Item, { listPk: { S: `T#${tenant}#L` }, listSk: { S: `${listed}#${one.sk}#${one.pk}` } });
    return { Put: { ...given(), Item } };
  }
  if (kind === "delete") return { Delete: { ...given(), Key: key } };
  if (kind === "check")
    return { ConditionCheck: { ...given(), Key: key, ConditionExpression: condition?.text } };
  return {
    Update: {
      ...given(
        { "#e": "entity", "#room": "room", "#sum": "sum" },
        {
          ":e": { S: "counted" },
          ":begin": { N: "100" },
          ":more": { N: String(-amount) },
          ":add": { N: String(amount) },
        },
      ),
      Key: key,
      UpdateExpression: "SET #e = :e, #room = if_not_exists(#room, :begin) + :more ADD #sum :add",
    },
  };
};

/** What came of a call, in words that are the same for every database. */
const outcomeOf = async (call: () => Promise<unknown>): Promise<unknown> => {
  try {
    return { done: (await call()) ?? true };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const reasons =
      "CancellationReasons" in error && Array.isArray(error.CancellationReasons)
        ? error.CancellationReasons.map(({ Code, Item: item }) => [Code, item ?? null])
        : undefined;
    return { error: error.name, reasons, item: "Item" in error ? error.Item : undefined };
  }
};

type Asked =
  | { readonly type: "put"; readonly wish: Wish }
  | { readonly type: "transact"; readonly wishes: readonly Wish[]; readonly again: boolean }
  | {
      readonly type: "query";
      readonly index: boolean;
      readonly range: number;
      readonly back: boolean;
      readonly limit: number;
    };

const asked: fc.Arbitrary<Asked> = fc.oneof(
  fc.record({ type: fc.constant("put" as const), wish: wish.map((one): Wish => ({ ...one, kind: "put" })) }),
  fc.record({
    type: fc.constant("transact" as const),
    // Of an item that stands twice DynamoDB Local says other things than DynamoDB does.
    wishes: fc.uniqueArray(wish, { minLength: 1, maxLength: 4, selector: ({ pk, sk }) => `${pk} ${sk}` }),
    again: fc.boolean(),
  }),
  fc.record({
    type: fc.constant("query" as const),
    index: fc.boolean(),
    range: fc.integer({ min: 0, max: 3 }),
    back: fc.boolean(),
    limit: fc.integer({ min: 1, max: 5 }),
  }),
);

const ranges = [
  { text: "", values: {} },
  { text: " AND begins_with(SK, :prefix)", values: { ":prefix": { S: "b#" } } },
  { text: " AND SK BETWEEN :from AND :to", values: { ":from": { S: "b" }, ":to": { S: "y#b" } } },
  { text: " AND SK > :beyond", values: { ":beyond": { S: "b#1" } } },
] as const;

const paged = async (
  database: Database,
  tenant: string,
  { index, range, back, limit }: Extract<Asked, { type: "query" }>,
) => {
  const names = index ? { pk: "listPk", sk: "listSk" } : { pk: "pk", sk: "sk" };
  const { text, values } = ranges[range] ?? ranges[0];
  const found: Item[] = [];
  let start: Item | undefined;
  for (let page = 0; page < 20; page++) {
    const { items, lastKey } = await database.query({
      ...(index ? { IndexName: "list" } : { ConsistentRead: true }),
      KeyConditionExpression: `${names.pk} = :pk${text.replace("SK", names.sk)}`,
      ExpressionAttributeValues: { ":pk": { S: `T#${tenant}#${index ? "L" : "B"}` }, ...values },
      ScanIndexForward: !back,
      Limit: limit,
      ...(start ? { ExclusiveStartKey: start } : {}),
    });
    found.push(...items);
    start = lastKey;
    if (!start) return found;
  }
  throw new Error("there is no end to the pages");
};

const carriedOut = async (
  database: Database,
  tenant: string,
  one: Asked,
  token: string,
): Promise<unknown> => {
  switch (one.type) {
    case "put": {
      const { Put } = writeOf(one.wish, tenant, database.tableName);
      const { TableName: _table, ...input } = Put ?? { TableName: "", Item: {} };
      return outcomeOf(() => database.put(input));
    }
    case "transact": {
      const writes = one.wishes.map((each) => writeOf(each, tenant, database.tableName));
      const first = await outcomeOf(() => database.transact(writes, token));
      const isDone = typeof first === "object" && first !== null && "done" in first;
      return one.again && isDone ? [first, await outcomeOf(() => database.transact(writes, token))] : first;
    }
    case "query":
      return outcomeOf(() => paged(database, tenant, one));
  }
};

const allOf = (database: Database, tenant: string): Promise<Item[][]> =>
  Promise.all(
    partitions.map(async (pk) => {
      const keys = sortKeys.map((sk): Item => ({ pk: { S: `T#${tenant}#${pk}` }, sk: { S: sk } }));
      const items = await database.transactGet(keys);
      return items.filter((item) => item !== undefined);
    }),
  );

describe.each(Object.entries(databases))("the table in memory beside %s", (name, way) => {
  let table: TestTable | undefined;
  beforeAll(async () => {
    table = await openTable(way);
  });
  afterAll(async () => {
    await table?.stop();
  });

  test("does and answers the same, whatever is written and asked", async ({ skip }) => {
    skip(!table, `${name} is not to be had on this machine`);
    const real = table?.open() ?? expect.fail("no table");
    await fc.assert(
      fc.asyncProperty(fc.array(asked, { minLength: 5, maxLength: 25 }), async (all) => {
        const tenant = tenantId();
        const memory = databaseOn(new MemoryTable(), tenant, chanceOf(1));
        for (const one of all) {
          const token = changeId();
          const [found, expected] = [
            await carriedOut(memory, tenant, one, token),
            await carriedOut(real, tenant, one, token),
          ];
          expect(found).toEqual(expected);
        }
        expect(await allOf(memory, tenant)).toEqual(await allOf(real, tenant));
      }),
      { seed, numRuns: 40, endOnFailure: true },
    );
  });
});
