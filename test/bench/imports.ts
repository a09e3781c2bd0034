import { randomUUID } from "node:crypto";
import { DynamoDBClient, ListTablesCommand, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { loadField } from "./http.ts";
import { Caller, measure, tableOf } from "./load.ts";
import { clientNames, series } from "./operations.ts";
import type { BenchStack } from "./stack.ts";

const deals = 8_800;
const clientCount = 50;
const writers = 16;
const mostRatio = 3;
const waitMs = 200;

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A file of deals as a company would have it: open, won and lost, of seven products, without clients or with. */
const fileOf = (names: readonly string[]): string => {
  const next = series(42);
  const rows = Array.from({ length: deals }, (_, n) => {
    const client = names[next(names.length)] ?? "";
    const outcome = ["open", "won", "won", "lost"][next(4)];
    const day = String(1 + next(28)).padStart(2, "0");
    return `B-${n},"Offer ${n}, ${client}",${client},P${next(7)},${100 + next(9_000)}.50,${day}-0${1 + next(9)}-2026,${outcome}`;
  });
  return `number,title,client,product,price,day,outcome\n${rows.join("\n")}\n`;
};

const mapping = {
  entity: "deals",
  format: { date: "DD-MM-YYYY", currency: "EUR" },
  identifiedBy: ["number"],
  fields: [
    { to: "title", from: "title" },
    { to: "typeId", constant: "project" },
    { to: "clientId", from: "client", lookup: { entity: "clients", by: "name" } },
    { to: "items[0].productId", from: "product", lookup: { entity: "products", by: "code" } },
    { to: "items[0].quantity", constant: 1 },
    { to: "items[0].unitPriceMinor", from: "price", type: "money" },
    { to: "registeredAt", from: "day", type: "instant" },
    { to: "outcome.state", from: "outcome", when: [{ column: "outcome", notIn: ["open"] }] },
    { to: "outcome.at", from: "day", type: "instant", when: [{ column: "outcome", notIn: ["open"] }] },
    { to: "outcome.reasonId", constant: "price", when: [{ column: "outcome", in: ["lost"] }] },
  ],
};

interface Job {
  readonly id: string;
  readonly status: string;
  readonly counts: { readonly made: number; readonly faulty: number };
}

const importFile = async (caller: Caller, text: string): Promise<Job> => {
  const bytes = Buffer.from(text);
  const upload = await caller.json<{ uploadId: string; url: string; headers: Record<string, string> }>(
    "POST",
    "/v1/uploads",
    {
      bytes: bytes.length,
    },
  );
  const put = await fetch(upload.url, { method: "PUT", body: bytes, headers: upload.headers });
  if (!put.ok) throw new Error(`the upload answered ${put.status}`);
  let job = await caller.json<Job>("POST", "/v1/imports", { uploadId: upload.uploadId, mapping });
  while (["queued", "running", "waiting"].includes(job.status)) {
    await wait(waitMs);
    job = await caller.json<Job>("GET", `/v1/imports/${job.id}`);
  }
  return job;
};

/** Four items of a kilobyte in all, none of which is there. */
const fourItems = (TableName: string, run: string, n: number) =>
  new TransactWriteItemsCommand({
    TransactItems: [0, 1, 2, 3].map((item) => ({
      Put: {
        TableName,
        Item: {
          pk: { S: `T#bench#${run}#${n}` },
          sk: { S: String(item) },
          text: { S: "x".repeat(200) },
        },
        ConditionExpression: "attribute_not_exists(pk)",
      },
    })),
  });

/** Seconds for the import of 8,800 deals, beside those for as many bare transactions of four items on the same table. */
export const measureImport = async (stack: BenchStack): Promise<string> => {
  const caller = new Caller(stack.url, await stack.newTenant("import@bench.example"), writers);
  await loadField(caller, { clients: clientCount, deals: 0 });
  const state = (await (await fetch(`${stack.url}/_local/state`)).json()) as { databaseEndpoint: string };
  const client = new DynamoDBClient({
    endpoint: state.databaseEndpoint,
    region: "eu-central-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  const { TableNames: [table = ""] = [] } = await client.send(new ListTablesCommand({}));
  const run = randomUUID();
  const bare = await measure("bare", deals, writers, (n) => client.send(fourItems(table, run, n)));
  client.destroy();
  const startedAt = performance.now();
  const job = await importFile(caller, fileOf(clientNames(clientCount)));
  const seconds = (performance.now() - startedAt) / 1000;
  caller.close();
  if (job.counts.made !== deals)
    throw new Error(`the import made ${job.counts.made} deals: ${JSON.stringify(job)}`);
  const bareSeconds = deals / bare.perSecond;
  return tableOf(
    ["what", "seconds", "a second", "× bare", `at most ${mostRatio}`],
    [
      [
        `${deals} bare transactions of four items, ${writers} at once`,
        bareSeconds.toFixed(1),
        bare.perSecond.toFixed(0),
        "1",
        "",
      ],
      [
        `import of ${deals} deals from a CSV`,
        seconds.toFixed(1),
        (deals / seconds).toFixed(0),
        (seconds / bareSeconds).toFixed(2),
        seconds / bareSeconds <= mostRatio ? "yes" : "**no**",
      ],
    ],
  );
};
