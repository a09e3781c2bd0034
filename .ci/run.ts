import { mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { environmentAt, momentOfDay } from "../test/calendar/moments.ts";
import { staticChecks } from "./check.ts";
import { report, root, run } from "./step.ts";

/** What vitest's JSON reporter says, as far as it is counted here. */
const Results = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

interface Count {
  readonly passed: number;
  readonly failed: number;
}

const Package = z.object({ scripts: z.record(z.string(), z.string()) });

/**
 * The README's test command, with a count of what it ran. A file that cannot be loaded counts as one failure. It runs at
 * the moment of the calendar whose turn it is today, so that what depends on the day is found in the course of a month.
 */
const tests = async (): Promise<Count> => {
  const now = new Date();
  const { number, moment } = momentOfDay(now.getUTCDate());
  console.log(`npm test at moment ${number}: ${moment.name} (${moment.startsAt}, ${moment.timeZone})`);
  const file = path.join(root, ".build", "test-results.json");
  await mkdir(path.dirname(file), { recursive: true });
  await rm(file, { force: true });
  const { passed, seconds } = await run(
    "npm test",
    "npm",
    ["test", "--", "--reporter=dot", "--reporter=json", `--outputFile.json=${file}`],
    { show: true, env: environmentAt(moment, now.getTime()) },
  );
  console.log(`${passed ? "ok    " : "FAILED"} npm test (${seconds.toFixed(1)} s)`);
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return { passed: 0, failed: 1 };
  const results = Results.parse(JSON.parse(text));
  const unloaded = results.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  ).length;
  const failed = results.numFailedTests + unloaded;
  return { passed: results.numPassedTests, failed: passed ? failed : Math.max(failed, 1) };
};

const synth = async (): Promise<Count> => {
  const { scripts } = Package.parse(JSON.parse(await readFile(path.join(root, "package.json"), "utf8")));
  if (!scripts.synth) return { passed: 0, failed: 0 };
  const outcome = await run("npm run synth", "npm", ["run", "--silent", "synth"]);
  report(outcome);
  return outcome.passed ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
};

const checks = await staticChecks();
const counts: Count[] = [
  {
    passed: checks.filter(({ passed }) => passed).length,
    failed: checks.filter(({ passed }) => !passed).length,
  },
  await synth(),
  await tests(),
];
const total = (of: keyof Count) => counts.reduce((sum, count) => sum + count[of], 0);
console.log(`${total("passed")} passed, ${total("failed")} failed`);
process.exitCode = total("failed") > 0 ? 1 : 0;
