import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { APIGatewayProxyEventV2WithJWTAuthorizer, Context as LambdaContext } from "aws-lambda";
import { systemEntropy } from "../../functions/kit/clock.ts";
import type { Ground } from "../../functions/kit/machine.ts";
import { openDatabase } from "../../functions/kit/table/database.ts";
import { tableLayout } from "../../functions/kit/table/layout.ts";
import { startDatabase } from "../../infra/local/dynamodb.ts";

const startedAtMs = Date.parse("2026-11-23T18:00:00.000Z");

export interface TestGround extends Ground {
  /** Moves the clock forward. */
  advance(ms: number): void;
  stop(): Promise<void>;
}

const createTable = (client: DynamoDBClient, TableName: string) => {
  const indexes = Object.values(tableLayout.indexes);
  const keySchema = ({ partitionKey, sortKey }: { partitionKey: string; sortKey: string }) => [
    { AttributeName: partitionKey, KeyType: "HASH" as const },
    { AttributeName: sortKey, KeyType: "RANGE" as const },
  ];
  return client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: keySchema(tableLayout),
      AttributeDefinitions: [tableLayout, ...indexes]
        .flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey])
        .map((AttributeName) => ({ AttributeName, AttributeType: "S" as const })),
      GlobalSecondaryIndexes: indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: keySchema(index),
        Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: [...tableLayout.projected] },
      })),
    }),
  );
};

/** A table of our own on a DynamoDB of our own, and a clock that stands until it is moved. */
export const startGround = async (): Promise<TestGround> => {
  const folder = mkdtempSync(path.join(tmpdir(), "clientela-access-"));
  mkdirSync(path.join(folder, "logs"));
  const database = await startDatabase(folder);
  const client = new DynamoDBClient({
    endpoint: database.endpoint,
    region: "eu-central-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  await createTable(client, "clientela");
  let nowMs = startedAtMs;
  return {
    clock: () => nowMs,
    entropy: systemEntropy,
    database: (meter) => openDatabase(client, "clientela", meter),
    advance: (ms) => {
      nowMs += ms;
    },
    stop: async () => {
      client.destroy();
      await database.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

export interface Call {
  /** `POST /v1/members/{memberId}/dismissal` */
  readonly route: string;
  readonly params?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Record<string, unknown>;
}

type ApiHandler = (
  event: APIGatewayProxyEventV2WithJWTAuthorizer,
  context: LambdaContext,
) => Promise<{ statusCode?: number; body?: string; headers?: Record<string, unknown> }>;

const lambdaContext: LambdaContext = {
  callbackWaitsForEmptyEventLoop: false,
  functionName: "test",
  functionVersion: "1",
  invokedFunctionArn: "arn:aws:lambda:eu-central-1:000000000000:function:test",
  memoryLimitInMB: "128",
  awsRequestId: "test",
  logGroupName: "test",
  logStreamName: "test",
  getRemainingTimeInMillis: () => 30_000,
  done: () => {},
  fail: () => {},
  succeed: () => {},
};

/** Calls a Lambda as API Gateway does for a member. */
export const caller =
  (handler: ApiHandler) =>
  async (as: { tenantId: string; memberId: string }, call: Call): Promise<Answer> => {
    const [method = "", template = ""] = call.route.split(" ");
    const rawPath = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => call.params?.[name] ?? "");
    const answer = await handler(
      {
        version: "2.0",
        routeKey: call.route,
        rawPath,
        rawQueryString: "",
        headers: { "content-type": "application/json", ...call.headers },
        ...(call.params ? { pathParameters: call.params } : {}),
        ...(call.query ? { queryStringParameters: call.query } : {}),
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        isBase64Encoded: false,
        requestContext: {
          accountId: "000000000000",
          apiId: "api",
          domainName: "localhost",
          domainPrefix: "localhost",
          http: { method, path: rawPath, protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "test" },
          requestId: "request",
          routeKey: call.route,
          stage: "$default",
          time: "",
          timeEpoch: 0,
          authorizer: {
            principalId: "",
            integrationLatency: 0,
            jwt: { claims: { tenant: as.tenantId, member: as.memberId }, scopes: [] },
          },
        },
      },
      lambdaContext,
    );
    return {
      status: answer.statusCode ?? 0,
      body: answer.body ? JSON.parse(answer.body) : {},
      headers: answer.headers ?? {},
    };
  };
