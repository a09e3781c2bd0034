import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  type DynamoDBClientConfig,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, expect, test } from "vitest";
import { callerOf } from "../../functions/kit/table/wire.ts";

interface Heard {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

interface Given {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

let server: Server;
let heard: Heard[];
/** What is answered, one after the other; the last one from then on. */
let answers: (Given | "hang up")[];

beforeEach(async () => {
  heard = [];
  answers = [{ status: 200, body: { Items: [], Count: 0 } }];
  server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    request.on("end", () => {
      heard.push({ path: request.url, headers: request.headers, body: JSON.parse(text) });
      const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? "hang up";
      if (answer === "hang up") return response.destroy();
      // Node writes the machine's time there, and the SDK would correct its clock by it.
      response.sendDate = false;
      response.writeHead(answer.status, { "x-amzn-requestid": "request-1", ...answer.headers });
      return response.end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const clientOf = (more: DynamoDBClientConfig = {}) => {
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("the server does not listen");
  return new DynamoDBClient({
    endpoint: `http://127.0.0.1:${address.port}`,
    region: "eu-central-1",
    credentials: { accessKeyId: "KEY", secretAccessKey: "secret", sessionToken: "session" },
    ...more,
  });
};

const query: QueryCommandInput = {
  TableName: "table",
  KeyConditionExpression: "pk = :pk",
  ExpressionAttributeValues: { ":pk": { S: "Țepeș 'n' \"co\"" } },
  Limit: 7,
};

/** Without what differs from one request to the next, or from one moment to the next. */
const lasting = ({ path, headers, body }: Heard) => ({
  path,
  body,
  headers: {
    ...headers,
    authorization: headers.authorization?.replace(/Signature=\w+$/, ""),
    "user-agent": headers["user-agent"]?.replace(/ m\/\S+/, ""),
    "amz-sdk-invocation-id": "",
    // The SDK puts the fields of the body into the order of its schema.
    "x-amz-content-sha256": "",
    "x-amz-date": headers["x-amz-date"]?.slice(0, 8),
  },
});

test("a request is the one that the SDK sends", async () => {
  await clientOf().send(new QueryCommand(query));
  const call = callerOf(clientOf());
  await call("Query", query);
  await call("Query", query);
  const [bySdk, first, second] = heard.map(lasting);
  expect(bySdk).toBeDefined();
  expect(first).toEqual(bySdk);
  expect(second).toEqual(bySdk);
});

test("a request is signed as the SDK signs it", async () => {
  const client = clientOf();
  const signer = await client.config.signer();
  await callerOf(client)("Query", query);
  const [sent] = heard;
  if (!sent) expect.fail("nothing was sent");
  const time = String(sent.headers["x-amz-date"]);
  const signed = /SignedHeaders=([^,]+)/.exec(String(sent.headers.authorization))?.[1]?.split(";") ?? [];
  const again = await signer.sign(
    {
      protocol: "http:",
      hostname: "127.0.0.1",
      method: "POST",
      path: "/",
      query: {},
      headers: Object.fromEntries(signed.map((name) => [name, String(sent.headers[name])])),
      body: JSON.stringify(sent.body),
    },
    {
      signingDate: new Date(time.replace(/^(....)(..)(..T..)(..)(..)Z$/, "$1-$2-$3:$4:$5Z")),
    },
  );
  expect(sent.headers.authorization).toBe(again.headers.authorization);
});

test("each request is signed with the credentials of its moment", async () => {
  let turn = 0;
  const call = callerOf(
    clientOf({
      credentials: async () => ({
        accessKeyId: `KEY${++turn}`,
        secretAccessKey: "secret",
        expiration: new Date(0),
      }),
    }),
  );
  await call("Query", query);
  await call("Query", query);
  const keys = heard.map(({ headers }) => /Credential=(\w+)/.exec(String(headers.authorization))?.[1]);
  expect(new Set(keys).size).toBe(2);
});

test("an answer comes with the request's id for the trace", async () => {
  const answer = await callerOf(clientOf())("Query", query);
  expect(answer).toMatchObject({
    Items: [],
    $metadata: { httpStatusCode: 200, requestId: "request-1", attempts: 1 },
  });
});

test("what may succeed the next time is sent again, within the attempts of the client", async () => {
  const busy = { __type: "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException" };
  answers = [
    { status: 500, body: {} },
    { status: 400, body: busy },
    "hang up",
    { status: 200, body: { Items: [] } },
  ];
  const answer = await callerOf(clientOf({ maxAttempts: 4 }))("Query", query);
  expect(answer.$metadata.attempts).toBe(4);
  expect(new Set(heard.map(({ headers }) => headers["amz-sdk-invocation-id"])).size).toBe(1);

  heard = [];
  answers = [{ status: 400, body: busy }];
  await expect(callerOf(clientOf({ maxAttempts: 2 }))("Query", query)).rejects.toMatchObject({
    name: "ProvisionedThroughputExceededException",
  });
  expect(heard).toHaveLength(2);
});

test("a refusal is the SDK's own error, with what it carries, and is not sent again", async () => {
  const type = "com.amazonaws.dynamodb.v20120810#";
  const item = { changeId: { S: "chg_1" } };
  answers = [
    { status: 400, body: { __type: `${type}ConditionalCheckFailedException`, message: "no", Item: item } },
  ];
  const put = { TableName: "table", Item: {} };
  const refusals = await Promise.all([
    clientOf()
      .send(new PutItemCommand(put))
      .catch((error: unknown) => error),
    callerOf(clientOf())("PutItem", put).catch((error: unknown) => error),
  ]);
  for (const refusal of refusals) {
    expect(refusal).toBeInstanceOf(ConditionalCheckFailedException);
    expect(refusal).toMatchObject({ message: "no", Item: item, $metadata: { httpStatusCode: 400 } });
  }
  const CancellationReasons = [{ Code: "None" }, { Code: "ConditionalCheckFailed", Item: item }];
  answers = [
    {
      status: 400,
      body: { __type: `${type}TransactionCanceledException`, Message: "no", CancellationReasons },
    },
  ];
  const cancelled = callerOf(clientOf())("TransactWriteItems", { TransactItems: [] });
  await expect(cancelled).rejects.toBeInstanceOf(TransactionCanceledException);
  await expect(cancelled).rejects.toMatchObject({ CancellationReasons });
  expect(heard).toHaveLength(3);
});

test("a clock that goes wrong is corrected by the server's", async () => {
  const inAnHour = new Date(Date.now() + 3_600_000);
  answers = [
    {
      status: 400,
      body: { __type: "com.amazon.coral.service#InvalidSignatureException", message: "Signature expired" },
      headers: { date: inAnHour.toUTCString() },
    },
    { status: 200, body: { Items: [] }, headers: { date: inAnHour.toUTCString() } },
  ];
  await callerOf(clientOf({ maxAttempts: 2 }))("Query", query);
  const hours = heard.map(({ headers }) => String(headers["x-amz-date"]).slice(0, 11));
  expect(hours[1]).toBe(inAnHour.toISOString().replaceAll(/[-:]/g, "").slice(0, 11));
  expect(hours[1]).not.toBe(hours[0]);
});
