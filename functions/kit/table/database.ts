import type {
  BatchGetItemCommandOutput,
  ConsumedCapacity,
  DynamoDBClient,
  PutItemCommandInput,
  QueryCommandInput,
  TransactWriteItem,
} from "@aws-sdk/client-dynamodb";
import { Failure } from "../../../domain/kernel/errors.ts";
import { wait } from "../again.ts";
import { mapParallel } from "../parallel.ts";
import type { Item } from "./item.ts";
import { tableLayout } from "./layout.ts";
import { callerOf } from "./wire.ts";

/** Round trips and capacity units of one request, for its log line and for the benchmark. */
export interface Meter {
  trips: number;
  readUnits: number;
  writeUnits: number;
}
export const newMeter = (): Meter => ({ trips: 0, readUnits: 0, writeUnits: 0 });

/** The calls that the kit makes on DynamoDB; tests inject throttling, conflicts and lost answers here. */
export interface Database {
  get(key: Item): Promise<Item | undefined>;
  batchGet(keys: readonly Item[]): Promise<Item[]>;
  /** Up to 100 items as they stood at one moment, in the order of the keys; undefined where there is none. */
  transactGet(keys: readonly Item[]): Promise<(Item | undefined)[]>;
  query(input: Omit<QueryCommandInput, "TableName">): Promise<{ items: Item[]; lastKey?: Item }>;
  put(input: Omit<PutItemCommandInput, "TableName">): Promise<void>;
  transact(writes: readonly TransactWriteItem[], token: string): Promise<void>;
  /** Unconditional puts and deletes, in no order and not atomic: for derived items that may be repeated. */
  batchWrite(writes: readonly { put?: Item; remove?: Item }[]): Promise<void>;
  readonly tableName: string;
}

const maxBatchTries = 8;
const chunks = <T>(all: readonly T[], size: number): T[][] => {
  const parts: T[][] = [];
  for (let at = 0; at < all.length; at += size) parts.push(all.slice(at, at + size));
  return parts;
};

/** The table over the AWS client, counting what each call costs. */
export const openDatabase = (client: DynamoDBClient, tableName: string, meter: Meter): Database => {
  const call = callerOf(client);
  const counted = (
    capacity: ConsumedCapacity | ConsumedCapacity[] | undefined,
    kind: "readUnits" | "writeUnits",
  ) => {
    meter.trips += 1;
    for (const one of Array.isArray(capacity) ? capacity : [capacity]) meter[kind] += one?.CapacityUnits ?? 0;
  };
  const capacity = { ReturnConsumedCapacity: "TOTAL" } as const;

  const batchGetSome = async (keys: readonly Item[]): Promise<Item[]> => {
    const found: Item[] = [];
    let pending: readonly Item[] = keys;
    for (let attempt = 0; pending.length > 0; attempt++) {
      if (attempt === maxBatchTries) throw new Failure("service.throttled", { internal: "unprocessed keys" });
      if (attempt > 0) await wait(25 * 2 ** attempt);
      const answer: BatchGetItemCommandOutput = await call("BatchGetItem", {
        RequestItems: { [tableName]: { Keys: [...pending], ConsistentRead: true } },
        ...capacity,
      });
      counted(answer.ConsumedCapacity, "readUnits");
      found.push(...(answer.Responses?.[tableName] ?? []));
      pending = answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
    }
    return found;
  };

  return {
    tableName,
    async get(key) {
      const answer = await call("GetItem", {
        TableName: tableName,
        Key: key,
        ConsistentRead: true,
        ...capacity,
      });
      counted(answer.ConsumedCapacity, "readUnits");
      return answer.Item;
    },
    async batchGet(keys) {
      const distinct = [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()];
      const parts = await mapParallel(chunks(distinct, 100), batchGetSome);
      return parts.flat();
    },
    async transactGet(keys) {
      const answer = await call("TransactGetItems", {
        TransactItems: keys.map((Key) => ({ Get: { TableName: tableName, Key } })),
        ...capacity,
      });
      counted(answer.ConsumedCapacity, "readUnits");
      return keys.map((_, at) => answer.Responses?.[at]?.Item);
    },
    async query(input) {
      const answer = await call("Query", { TableName: tableName, ...input, ...capacity });
      counted(answer.ConsumedCapacity, "readUnits");
      return {
        items: answer.Items ?? [],
        ...(answer.LastEvaluatedKey ? { lastKey: answer.LastEvaluatedKey } : {}),
      };
    },
    async put(input) {
      const answer = await call("PutItem", { TableName: tableName, ...input, ...capacity });
      counted(answer.ConsumedCapacity, "writeUnits");
    },
    async transact(writes, token) {
      const answer = await call("TransactWriteItems", {
        TransactItems: [...writes],
        ClientRequestToken: token,
        ...capacity,
      });
      counted(answer.ConsumedCapacity, "writeUnits");
    },
    async batchWrite(writes) {
      for (const part of chunks(writes, 25)) {
        let pending = part.map(({ put, remove }) =>
          put ? { PutRequest: { Item: put } } : { DeleteRequest: { Key: remove } },
        );
        for (let attempt = 0; pending.length > 0; attempt++) {
          if (attempt === maxBatchTries)
            throw new Failure("service.throttled", { internal: "unprocessed writes" });
          if (attempt > 0) await wait(25 * 2 ** attempt);
          const answer = await call("BatchWriteItem", {
            RequestItems: { [tableName]: pending },
            ...capacity,
          });
          counted(answer.ConsumedCapacity, "writeUnits");
          pending = (answer.UnprocessedItems?.[tableName] ?? []) as typeof pending;
        }
      }
    },
  };
};

export const keyNames = [tableLayout.partitionKey, tableLayout.sortKey] as const;
