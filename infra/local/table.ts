import { DatabaseSync } from "node:sqlite";
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
  type TableDescription,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import type { Database } from "./dynamodb.ts";
import type { TableModel } from "./model.ts";

const describe = async (client: DynamoDBClient, name: string): Promise<TableDescription | undefined> => {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: name }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
};

const create = async (client: DynamoDBClient, table: TableModel): Promise<void> => {
  await client.send(
    new CreateTableCommand({
      TableName: table.name,
      BillingMode: table.BillingMode,
      KeySchema: table.KeySchema,
      AttributeDefinitions: table.AttributeDefinitions,
      ...(table.GlobalSecondaryIndexes.length > 0 && {
        GlobalSecondaryIndexes: table.GlobalSecondaryIndexes.map(({ IndexName, KeySchema, Projection }) => ({
          IndexName,
          KeySchema,
          Projection,
        })),
      }),
      ...(table.StreamSpecification && {
        StreamSpecification: {
          StreamEnabled: true,
          StreamViewType: table.StreamSpecification.StreamViewType,
        },
      }),
    }),
  );
  const ttl = table.TimeToLiveSpecification;
  if (ttl)
    await client.send(new UpdateTimeToLiveCommand({ TableName: table.name, TimeToLiveSpecification: ttl }));
};

const keysOf = (
  indexes: readonly { IndexName?: string | undefined; KeySchema?: readonly unknown[] | undefined }[] = [],
): string =>
  indexes
    .map(({ IndexName, KeySchema }) => `${IndexName} ${JSON.stringify(KeySchema)}`)
    .sort()
    .join(", ");

/**
 * Makes the template's table if it is not there.
 * @returns the ARN of its stream, if it has one
 * @throws if a table of that name is there with other keys
 */
export const prepareTable = async (database: Database, table: TableModel): Promise<string | undefined> => {
  const client = new DynamoDBClient({
    endpoint: database.endpoint,
    region: "eu-central-1",
    credentials: database.credentials,
  });
  try {
    if (!(await describe(client, table.name))) await create(client, table);
    const present = await describe(client, table.name);
    if (keysOf(present?.GlobalSecondaryIndexes) !== keysOf(table.GlobalSecondaryIndexes))
      throw new Error(
        `The table ${table.name} of the data folder has other indexes than the template: remove the folder, or name another in CLIENTELA_DATA`,
      );
    return present?.LatestStreamArn;
  } finally {
    client.destroy();
  }
};

/**
 * dynoxide looks for the last sequence number of a stream without an index, at each write, and never trims
 * a stream. Both are mended in its SQLite file, before anything is served: with a million records written,
 * four-item transactions fall from 800 to 25 a second otherwise.
 * @param consumed per table, the sequence number up to which every consumer has read
 */
export const mendStreamStorage = (file: string, consumed: ReadonlyMap<string, bigint>): void => {
  const sqlite = new DatabaseSync(file, { timeout: 5_000 });
  try {
    sqlite.exec(`
      CREATE INDEX IF NOT EXISTS clientela_stream_sequence
        ON _stream_records (table_name, CAST(sequence_number AS INTEGER));
    `);
    // The last record stays, since dynoxide counts on from it.
    const trim = sqlite.prepare(`
      DELETE FROM _stream_records
      WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) <= ?2
        AND CAST(sequence_number AS INTEGER) <
          (SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = ?1)
    `);
    for (const [table, sequence] of consumed) trim.run(table, sequence);
  } finally {
    sqlite.close();
  }
};
