import { spawn } from "node:child_process";
import dgram from "node:dgram";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleSettings, repositoryRoot } from "../../infra/bundle.ts";

/** A bundle of the product loaded and invoked as Lambda does it: imported first, called later, by another task. */
const invoker = `
  const { handler } = await import(process.argv[1]);
  setImmediate(() => handler(
    {
      routeKey: "GET /v1/products", rawPath: "/v1/products", headers: {}, isBase64Encoded: false,
      requestContext: { requestId: "one", authorizer: { jwt: { claims: { tenant: "ten_1", member: "mem_1" } } } },
    },
    { awsRequestId: "one", functionName: "products" },
  ));`;

const trace = "1-5759e988-bd862e3fe1be46a994272793";
const folder = mkdtempSync(path.join(os.tmpdir(), "trace-"));
const daemon = dgram.createSocket("udp4");
const aws = http.createServer((_, answer) => {
  answer.writeHead(400, { "content-type": "application/x-amz-json-1.0" });
  answer.end(JSON.stringify({ __type: "com.amazon.coral.validate#ValidationException", message: "no" }));
});

beforeAll(async () => {
  await new Promise<void>((resolve) => daemon.bind(0, "127.0.0.1", resolve));
  await new Promise<void>((resolve) => aws.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  daemon.close();
  await new Promise((resolve) => aws.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

test("a request in a Lambda leaves its own subsegment and one for its call to the table", async () => {
  const { outExtension: _, ...settings } = bundleSettings;
  const bundle = path.join(folder, "products.mjs");
  await build({
    ...settings,
    entryPoints: [path.join(repositoryRoot, "functions/products/index.ts")],
    outfile: bundle,
  });
  const sent: unknown[] = [];
  daemon.on("message", (message) => sent.push(JSON.parse(message.toString().split("\n")[1] ?? "null")));

  const lambda = spawn(process.execPath, ["--input-type=module", "-e", invoker, bundle], {
    env: {
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(aws.address() as AddressInfo).port}`,
      AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
      AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${daemon.address().port}`,
      LAMBDA_TASK_ROOT: folder,
      POWERTOOLS_SERVICE_NAME: "products",
      TABLE_NAME: "table",
      _HANDLER: "index.handler",
      _X_AMZN_TRACE_ID: `Root=${trace};Parent=557abcec3ee5a047;Sampled=1`,
    },
    stdio: "ignore",
  });
  try {
    await new Promise((resolve) => lambda.once("exit", resolve));
    await expect.poll(() => sent.length).toBe(2);
  } finally {
    lambda.kill();
  }

  const ofTable = expect.objectContaining({ operation: "BatchGetItem", table_names: ["table"] });
  expect(sent).toEqual([
    expect.objectContaining({
      name: "DynamoDB",
      trace_id: trace,
      aws: ofTable,
      http: { response: { status: 400 } },
    }),
    expect.objectContaining({
      name: "## index.handler",
      trace_id: trace,
      parent_id: "557abcec3ee5a047",
      annotations: { ColdStart: expect.any(Boolean), Service: "products" },
    }),
  ]);
});
