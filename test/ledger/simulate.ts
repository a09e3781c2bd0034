/**
 * `node test/ledger/simulate.ts [sequences] [seed]`: histories of 50 operations each, from the seed on, in as many threads
 * as there are cores (`WORKERS=1` for fewer). A seed that finds something is told, and kept in simulation/seeds.txt.
 */
import { availableParallelism } from "node:os";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import * as z from "zod";
import { newTold, runHistory } from "./simulation/history.ts";
import { keepSeed } from "./simulation/seeds.ts";

const operations = 50;
const between = 100;

const Work = z.object({ from: z.int(), to: z.int() });
const Counts = z.record(z.string(), z.int());
const Report = z.object({
  sequences: z.int(),
  operations: z.int(),
  commits: z.int(),
  kills: z.int(),
  faults: Counts,
  refusals: Counts,
  violations: z.array(z.object({ seed: z.int(), text: z.string() })),
});
type Report = z.infer<typeof Report>;

const partOf = async (from: number, to: number): Promise<Report> => {
  const told = newTold();
  const violations: Report["violations"] = [];
  for (let seed = from; seed < to; seed++)
    try {
      await runHistory(seed, { operations }, told);
    } catch (error) {
      violations.push({ seed, text: error instanceof Error ? error.message : String(error) });
    }
  const { faults, refusals, ...counts } = told;
  const sums = { faults: Object.fromEntries(faults), refusals: Object.fromEntries(refusals) };
  return { sequences: to - from, ...counts, ...sums, violations };
};

const added = (a: Record<string, number>, b: Record<string, number>): Record<string, number> =>
  Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])]
      .sort()
      .map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]),
  );

const textOf = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([name, number]) => `${name} ${number}`)
    .join(", ");

const main = async (): Promise<void> => {
  const sequences = Number(process.argv[2] ?? 10_000);
  const first = Number(process.argv[3] ?? 1);
  const workers = Number(process.env.WORKERS ?? availableParallelism());
  let next = first;
  let all: Report = {
    ...{ sequences: 0, operations: 0, commits: 0, kills: 0 },
    ...{ faults: {}, refusals: {}, violations: [] },
  };
  const startedAt = performance.now();
  const take = (report: Report): void => {
    all = {
      sequences: all.sequences + report.sequences,
      operations: all.operations + report.operations,
      commits: all.commits + report.commits,
      kills: all.kills + report.kills,
      faults: added(all.faults, report.faults),
      refusals: added(all.refusals, report.refusals),
      violations: [...all.violations, ...report.violations],
    };
    for (const { seed, text } of report.violations) {
      console.log(text);
      keepSeed(seed);
    }
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    console.log(`${all.sequences} sequences in ${seconds} s; ${all.violations.length} violations`);
  };
  const working = Array.from({ length: workers }, async () => {
    const worker = new Worker(import.meta.filename, {
      env: { ...process.env, POWERTOOLS_LOG_LEVEL: "SILENT" },
    });
    while (next < first + sequences) {
      const from = next;
      next = Math.min(from + between, first + sequences);
      const report = await new Promise<unknown>((resolve, reject) => {
        worker.once("message", resolve);
        worker.once("error", reject);
        worker.postMessage({ from, to: next });
      });
      worker.removeAllListeners("error");
      take(Report.parse(report));
    }
    await worker.terminate();
  });
  await Promise.all(working);
  console.log(
    `${all.sequences} sequences, ${all.operations} operations, ${all.commits} writes, ${all.kills} kills; ` +
      `faults: ${textOf(all.faults)}; refusals: ${textOf(all.refusals)}; ${all.violations.length} violations`,
  );
  process.exitCode = all.violations.length > 0 ? 1 : 0;
};

if (isMainThread) await main();
else
  parentPort?.on("message", async (message) => {
    const { from, to } = Work.parse(message);
    parentPort?.postMessage(await partOf(from, to));
  });
