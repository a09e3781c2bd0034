import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type Database, type Meter, newMeter, openDatabase } from "../../functions/kit/table/database.ts";
import { tableLayout } from "../../functions/kit/table/layout.ts";
import { type DatabaseWay, dynamoDbLocal, dynoxide } from "../../infra/local/dynamodb.ts";

export interface TestTable {
  open(meter?: Meter): Database;
  stop(): Promise<void>;
}

const keysOf = ({ partitionKey, sortKey }: { partitionKey: string; sortKey: string }) => [
  { AttributeName: partitionKey, KeyType: "HASH" as const },
  { AttributeName: sortKey, KeyType: "RANGE" as const },
];

const createTable = (client: DynamoDBClient, TableName: string) => {
  const indexes = Object.values(tableLayout.indexes);
  return client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: keysOf(tableLayout),
      AttributeDefinitions: [tableLayout, ...indexes]
        .flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey])
        .map((AttributeName) => ({ AttributeName, AttributeType: "S" as const })),
      GlobalSecondaryIndexes: indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: keysOf(index),
        Projection: { ProjectionType: "INCLUDE" as const, NonKeyAttributes: [...tableLayout.projected] },
      })),
    }),
  );
};

/** The databases on which the store has to behave alike. */
export const databases: Readonly<Record<string, DatabaseWay>> = {
  dynoxide,
  "DynamoDB Local": dynamoDbLocal(),
};

/** The table of the layout on a database of the test's own; undefined where the database is not to be had here. */
export const openTable = async (way: DatabaseWay): Promise<TestTable | undefined> => {
  const folder = mkdtempSync(path.join(tmpdir(), "clientela-kit-"));
  mkdirSync(path.join(folder, "logs"));
  const database = await way(folder);
  if (!database) {
    rmSync(folder, { recursive: true, force: true });
    return undefined;
  }
  const client = new DynamoDBClient({
    endpoint: database.endpoint,
    region: "eu-central-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
  await createTable(client, "clientela");
  return {
    open: (meter = newMeter()) => openDatabase(client, "clientela", meter),
    stop: async () => {
      client.destroy();
      await database.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** Throws where a fault shall be: before a write is made, or after it, as if its answer had been lost. */
export type Fault = (when: "before" | "after", writes: number) => void | Promise<void>;

/** A database whose writes fail as the test says. */
export const withFaults = (database: Database, fault: Fault): Database => {
  let writes = 0;
  const around = async (write: () => Promise<void>): Promise<void> => {
    const nth = ++writes;
    await fault("before", nth);
    await write();
    await fault("after", nth);
  };
  return {
    ...database,
    put: (input) => around(() => database.put(input)),
    transact: (items, token) => around(() => database.transact(items, token)),
  };
};
