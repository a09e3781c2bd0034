/** `npm run fuzz`: malformed requests to every listener of a stack of its own. `--requests 10000 --seed today`. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { isDeepStrictEqual, parseArgs } from "node:util";
import * as z from "zod";
import { openCredentials } from "../../infra/local/credentials.ts";
import { startStack } from "../../infra/local/stack.ts";
import type { Base } from "./malformed.ts";
import { type StormOutcome, storm } from "./storm.ts";
import { awsRequests, databaseRequests, localRequests, productRequests } from "./targets.ts";
import { newCompany, newWitness } from "./witness.ts";

const { values } = parseArgs({
  options: { requests: { type: "string", default: "10000" }, seed: { type: "string", default: "1" } },
});
const total = Number(values.requests);
const State = z.object({ awsEndpoint: z.string(), databaseEndpoint: z.string() });

const dataFolder = mkdtempSync(path.join(tmpdir(), "clientela-fuzz-"));
const stack = await startStack({ port: 0, dataFolder, empty: true });
const databasePid = () => readFileSync(path.join(dataFolder, "database.pid"), "utf8");
const pidBefore = databasePid();
void stack.failed.then((error) => {
  console.error(error.message);
  process.exit(1);
});

const witness = await newWitness(stack.url, "witness@test.example");
const token = await newCompany(stack.url, "target@test.example");
const state = State.parse(await (await fetch(`${stack.url}/_local/state`)).json());
const key = openCredentials(dataFolder);
const hostOf = (url: string): string => new URL(url).host;
const [table = { name: "" }] = stack.model.tables;
const [bucket = { name: "" }] = stack.model.buckets;

interface Listener {
  readonly name: string;
  readonly url: string;
  readonly bases: readonly Base[];
  /** It is ours: what it answers has to be right. Of the database it is enough that it lives. */
  readonly ours: boolean;
}
const listeners: readonly Listener[] = [
  {
    name: "the product's API",
    url: stack.url,
    bases: productRequests(hostOf(stack.url), token),
    ours: true,
  },
  { name: "/_local", url: stack.url, bases: localRequests(hostOf(stack.url)), ours: true },
  {
    name: "the AWS services",
    url: state.awsEndpoint,
    bases: awsRequests(key, hostOf(state.awsEndpoint), `${state.awsEndpoint}/${bucket.name}/files/none`),
    ours: true,
  },
  {
    name: "the database",
    url: state.databaseEndpoint,
    bases: databaseRequests(key, hostOf(state.databaseEndpoint), table.name),
    ours: false,
  },
];

const report = (name: string, { statuses, unanswered, serverErrors }: StormOutcome): void => {
  const counts = Object.entries(statuses).map(([status, count]) => `${status}: ${count}`);
  console.log(`${name}: ${counts.join(", ")}, unanswered: ${unanswered}`);
  for (const error of serverErrors.slice(0, 10)) console.log(error);
};

// Every function is loaded before the storm.
for (const { method, target, headers, body } of listeners[0]?.bases ?? [])
  await fetch(`${stack.url}${target}`, { method, headers, ...(body === "" ? {} : { body }) }).then((answer) =>
    answer.text(),
  );

let failures = 0;
const check = (what: string, holds: boolean): void => {
  console.log(`${holds ? "ok    " : "FAILED"} ${what}`);
  if (!holds) failures += 1;
};
for (const { name, url, bases, ours } of listeners) {
  const requests = Math.ceil(total / listeners.length);
  const outcome = await storm({ url, bases, requests, seed: `${values.seed} ${name}` });
  report(name, outcome);
  if (ours)
    check(`no server error of ${name} in ${requests} malformed requests`, outcome.serverErrors.length === 0);
}
check("the database is the same process", databasePid() === pidBefore);
check("what was there is as it was", isDeepStrictEqual(await witness.read(), witness.before));
check("what is written now is there", (await witness.write()) !== undefined);
await stack.stop();
rmSync(dataFolder, { recursive: true, force: true });
process.exit(failures === 0 ? 0 : 1);
