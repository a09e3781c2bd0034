/** `npm run import -- --profile maven-crm <folder>`: imports the files of a folder by a profile, over HTTP. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { SingleBar } from "cli-progress";
import * as z from "zod";
import type { Import } from "../../domain/imports/job.ts";
import { type Profile, parseProfile } from "../../domain/imports/profile.ts";
import { clientOf } from "../client.ts";
import { systemClock } from "../kit/clock.ts";
import { allRoutes } from "../routes.ts";
import { type Arguments, argumentsOf, usage } from "./cli/arguments.ts";
import { type Api, begin, faultLines, follow, nameOf, type Outside, setUp } from "./cli/steps.ts";
import { tableOf } from "./cli/table.ts";

const shownFaults = 20;
const outside: Outside = {
  fetch: (url, init) => fetch(url, init),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  clock: systemClock,
};

/** A token from the stack on this machine, which gives one to whoever asks. */
const localToken = async ({ url, email }: Arguments): Promise<string> => {
  const response = await fetch(`${url}/_local/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email }),
  }).catch(() => {
    throw new Error(`nothing answers at ${url}: start the stack with npm start, or say --url`);
  });
  const answer = z.object({ token: z.string() }).safeParse(await response.json().catch(() => undefined));
  if (!answer.success) throw new Error(`${url} gives no token for ${email}: say --token`);
  return answer.data.token;
};

const readProfile = ({ profile, values }: Arguments): Profile => {
  const own = new URL(`profiles/${profile}.json`, import.meta.url);
  const file = /^[\w-]+$/.test(profile) && existsSync(own) ? own : profile;
  if (!existsSync(file)) throw new Error(`there is no profile ${profile}`);
  return parseProfile(readFileSync(file, "utf8"), values);
};

interface Finished {
  readonly title: string;
  readonly job: Import;
  readonly seconds: number;
}

const oneFile = async (
  api: Api,
  profile: Profile,
  at: number,
  { folder, dryRun, encoding }: Arguments,
): Promise<Finished> => {
  const step = profile.files[at];
  if (!step) throw new Error(`the profile has no file number ${at}`);
  const { title, file } = step;
  const mapping = encoding ? { ...step.mapping, format: { ...step.mapping.format, encoding } } : step.mapping;
  const bytes = readFileSync(path.join(folder, file));
  const startedMs = systemClock();
  const { job, takenUp } = await begin(api, outside, nameOf(profile, title, bytes), bytes, mapping, dryRun);
  const bar = new SingleBar({
    format: `${title.padEnd(12)} {bar} {percentage}%  {rows} rows  {made} made  {faulty} faulty${takenUp ? "  (taken up)" : ""}`,
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
  });
  const payload = ({ counts }: Import) => ({ rows: counts.rows, made: counts.made, faulty: counts.faulty });
  bar.start(100, job.progressPercent, payload(job));
  try {
    const ended = await follow(api, outside, job, (now) => bar.update(now.progressPercent, payload(now)));
    return { title, job: ended, seconds: (systemClock() - startedMs) / 1000 };
  } finally {
    bar.stop();
  }
};

const numbers = new Intl.NumberFormat("en");

const summary = (finished: readonly Finished[]): string =>
  tableOf(
    ["file", "status", "rows", "made", "there", "left out", "faulty", "seconds", "rows/s"],
    finished.map(({ title, job: { status, counts }, seconds }) => [
      title,
      status,
      ...[counts.rows, counts.made, counts.there, counts.leftOut, counts.faulty].map((count) =>
        numbers.format(count),
      ),
      seconds.toFixed(1),
      numbers.format(Math.round(counts.rows / Math.max(seconds, 0.001))),
    ]),
  );

const run = async (args: Arguments): Promise<boolean> => {
  const profile = readProfile(args);
  const wanted = profile.files.flatMap(({ title }, at) =>
    args.only.length === 0 || args.only.includes(title) ? [at] : [],
  );
  if (wanted.length === 0)
    throw new Error(`the profile has: ${profile.files.map(({ title }) => title).join(", ")}`);
  const token = args.token ?? (await localToken(args));
  const api = clientOf(allRoutes, { baseUrl: args.url, token });
  console.log(`${profile.name}${args.dryRun ? " (dry run)" : ""}`);
  if (!args.dryRun) {
    const added = await setUp(api, profile.setup);
    if (added.length > 0) console.log(`added to the settings: ${added.join(", ")}`);
  }
  const startedMs = systemClock();
  const finished: Finished[] = [];
  for (const at of wanted) {
    const done = await oneFile(api, profile, at, args);
    finished.push(done);
    // What follows names what this one was to make.
    if (done.job.status !== "done") break;
  }
  console.log(`\n${summary(finished)}\n`);
  console.log(`total ${((systemClock() - startedMs) / 1000).toFixed(1)} s`);
  for (const { title, job } of finished) {
    if (job.found?.encodingIs === "uncertain")
      console.log(
        `\n${title}: the encoding may be ${job.found.encoding}, as in ${job.found.sampleWords?.join(", ")}. State it with --encoding`,
      );
    if (job.failure)
      console.log(
        `\n${title}: ${job.failure.code} ${job.failure.detail ?? ""}\n${job.failure.errors
          .map(({ pointer, reason }) => `  ${pointer} ${reason}`)
          .join("\n")}`,
      );
    if (job.counts.faulty > 0) {
      console.log(
        `\n${title}: faults${job.counts.faulty > shownFaults ? ` (the first; all: GET /v1/imports/${job.id}/faults)` : ""}`,
      );
      for (const line of await faultLines(api, job.id, shownFaults)) console.log(`  ${line}`);
    }
  }
  return finished.every(({ job }) => job.status === "done");
};

try {
  const args = argumentsOf(process.argv.slice(2), process.env);
  if (!args) console.log(usage);
  else if (!(await run(args))) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(
    "\nnpm run import -- --help says more. An import that was begun goes on by itself; the same command takes it up.",
  );
  process.exitCode = 1;
}
