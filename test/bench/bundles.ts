import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { lambdas } from "../../functions/lambdas.ts";
import { bundleFolder, bundleFunctions, bundleSettings } from "../../infra/bundle.ts";
import { tableOf } from "./load.ts";

const runs = 10;
const mostBytes = 600_000;
const mostRatio = 1.6;

const bareSource =
  'import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";' +
  "export const client = new DynamoDBClient({}); export const commands = [GetItemCommand, PutItemCommand, QueryCommand];";

const environment = {
  ...process.env,
  AWS_REGION: "eu-central-1",
  AWS_ACCESS_KEY_ID: "bench",
  AWS_SECRET_ACCESS_KEY: "bench",
  TABLE_NAME: "bench",
  BUS_NAME: "bench",
  UPLOADS_BUCKET: "bench",
  USER_POOL_ID: "bench",
  POWERTOOLS_SERVICE_NAME: "bench",
  POWERTOOLS_METRICS_NAMESPACE: "Clientela",
};

/** Milliseconds that a fresh process takes to import a module. */
const loadMs = (file: string): number =>
  Number(
    execFileSync(
      process.execPath,
      [
        "-e",
        `const t=performance.now();import(${JSON.stringify(file)}).then(()=>console.log(performance.now()-t))`,
      ],
      { env: environment, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
    ),
  );

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Size and load time of every bundle, beside that of the bare DynamoDB client, measured in turns. */
export const measureBundles = async (): Promise<string> => {
  await bundleFunctions(lambdas);
  // Within the repository, so that the bare client is the same package that the bundles hold.
  const folder = mkdtempSync(path.join(os.tmpdir(), "bench-"));
  const source = path.resolve(import.meta.dirname, `bare-${process.pid}.ts`);
  writeFileSync(source, bareSource);
  const bare = path.join(folder, "bare.mjs");
  const trimmed = path.join(folder, "trimmed.mjs");
  try {
    const { outExtension: _, plugins, ...settings } = bundleSettings;
    await build({ ...settings, entryPoints: [source], outfile: bare });
    await build({ ...settings, plugins, entryPoints: [source], outfile: trimmed });
    const files = [
      { name: "the bare DynamoDB client", file: bare },
      { name: "the same, bundled as ours are", file: trimmed },
      ...lambdas.map(({ name }) => ({ name, file: path.join(bundleFolder(name), "index.mjs") })),
    ];
    const times = new Map<string, number[]>(files.map(({ name }) => [name, []]));
    for (let run = 0; run < runs; run++)
      for (const { name, file } of files) times.get(name)?.push(loadMs(file));
    const bareMs = median(times.get("the bare DynamoDB client") ?? []);
    return tableOf(
      ["bundle", "kB", "load, ms", "× bare", "held"],
      files.map(({ name, file }) => {
        const bytes = statSync(file).size;
        const ms = median(times.get(name) ?? []);
        const held = file.startsWith(folder)
          ? ""
          : bytes <= mostBytes && ms / bareMs <= mostRatio
            ? "yes"
            : "**no**";
        return [name, (bytes / 1000).toFixed(0), ms.toFixed(0), (ms / bareMs).toFixed(2), held];
      }),
    );
  } finally {
    rmSync(source, { force: true });
    rmSync(folder, { recursive: true, force: true });
  }
};
