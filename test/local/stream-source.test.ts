import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { dynoxide } from "../../infra/local/dynamodb.ts";
import { type Placed, StreamSource } from "../../infra/local/stream-source.ts";

const TableName = "streamed";
const Key = (name: string) => ({ pk: { S: name } });

/** Without what only the API says: Lambda puts the source and the region in itself, and nobody reads the size. */
const told = (records: readonly Placed[]) =>
  records.map(({ sequence, record }) => {
    const { SizeBytes: _, ...dynamodb } = { SizeBytes: 0, ...record.dynamodb };
    const { eventSource: __, awsRegion: ___, ...rest } = { eventSource: "", awsRegion: "", ...record };
    return { sequence, record: { ...rest, dynamodb } };
  });

test("what is read from the file of the table's stream is what the API hands out, from any place on", async ({
  skip,
}) => {
  const folder = mkdtempSync(path.join(tmpdir(), "clientela-stream-"));
  mkdirSync(path.join(folder, "logs"));
  const database = await dynoxide(folder);
  if (!database) return skip("dynoxide is not to be had on this machine");
  const client = new DynamoDBClient({
    endpoint: database.endpoint,
    region: "eu-central-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  try {
    const { TableDescription } = await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
        StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
      }),
    );
    const source = new StreamSource(database, TableDescription?.LatestStreamArn ?? "", TableName);
    const Item = { ...Key("ă"), n: { N: "1" }, list: { L: [{ BOOL: true }, { NULL: true }] } };
    await client.send(new PutItemCommand({ TableName, Item }));
    await client.send(
      new UpdateItemCommand({
        TableName,
        Key: Key("ă"),
        UpdateExpression: "ADD n :more SET happened = :text",
        ExpressionAttributeValues: { ":more": { N: "1.5" }, ":text": { S: 'it\'s "so"\n' } },
      }),
    );
    await client.send(new DeleteItemCommand({ TableName, Key: Key("ă") }));
    for (let n = 0; n < 12; n++) await client.send(new PutItemCommand({ TableName, Item: Key(`b${n}`) }));

    const [shard = ""] = await source.shards();
    expect(source.latest()).toBe(15n);
    for (const after of [0n, 1n, 9n, 15n]) {
      const fromFile = await source.readAfter(shard, after);
      expect(fromFile).toHaveLength(Number(15n - after));
      expect(told(fromFile)).toEqual(told(await source.readOverApi(shard, after)));
    }
    expect((await source.readAfter(shard, 0n)).map(({ record }) => record.eventName).slice(0, 3)).toEqual([
      "INSERT",
      "MODIFY",
      "REMOVE",
    ]);
    source.close();
  } finally {
    client.destroy();
    await database.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
