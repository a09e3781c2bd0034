import { availableParallelism } from "node:os";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import * as z from "zod";
import { newTold, type Told } from "./machines.ts";

const operations = 50;
const between = 100;

const Work = z.object({ from: z.int(), to: z.int() });
const Counts = z.record(z.string(), z.int());
const Report = z.object({
  ...{ sequences: z.int(), operations: z.int(), commits: z.int(), kills: z.int() },
  ...{ done: Counts, faults: Counts, refusals: Counts },
  violations: z.array(z.object({ seed: z.int(), text: z.string() })),
});
type Report = z.infer<typeof Report>;

const nothing: Report = {
  ...{ sequences: 0, operations: 0, commits: 0, kills: 0 },
  ...{ done: {}, faults: {}, refusals: {}, violations: [] },
};

/** What is run, and where its seeds are kept. */
interface Simulation {
  /** The file that is the worker too. */
  readonly filename: string;
  readonly run: (seed: number, wishes: { readonly operations: number }, told: Told) => Promise<void>;
  readonly keepSeed: (seed: number) => void;
}

const partOf = async ({ run }: Simulation, from: number, to: number): Promise<Report> => {
  const told = newTold();
  const violations: Report["violations"] = [];
  for (let seed = from; seed < to; seed++)
    try {
      await run(seed, { operations }, told);
    } catch (error) {
      violations.push({ seed, text: error instanceof Error ? error.message : String(error) });
    }
  const { done, faults, refusals, ...counts } = told;
  return {
    ...{ sequences: to - from, ...counts, violations },
    done: Object.fromEntries(done),
    faults: Object.fromEntries(faults),
    refusals: Object.fromEntries(refusals),
  };
};

const added = (a: Record<string, number>, b: Record<string, number>): Record<string, number> =>
  Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])]
      .sort()
      .map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]),
  );

const sumOf = (a: Report, b: Report): Report => ({
  sequences: a.sequences + b.sequences,
  operations: a.operations + b.operations,
  commits: a.commits + b.commits,
  kills: a.kills + b.kills,
  done: added(a.done, b.done),
  faults: added(a.faults, b.faults),
  refusals: added(a.refusals, b.refusals),
  violations: [...a.violations, ...b.violations],
});

const textOf = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([name, number]) => `${name} ${number}`)
    .join(", ");

const runAll = async ({ filename, keepSeed }: Simulation): Promise<void> => {
  const sequences = Number(process.argv[2] ?? 10_000);
  const first = Number(process.argv[3] ?? 1);
  const workers = Number(process.env.WORKERS ?? availableParallelism());
  let next = first;
  let all = nothing;
  const startedAt = performance.now();
  const take = (report: Report): void => {
    all = sumOf(all, report);
    for (const { seed, text } of report.violations) {
      console.log(text);
      keepSeed(seed);
    }
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    console.log(`${all.sequences} sequences in ${seconds} s; ${all.violations.length} violations`);
  };
  const working = Array.from({ length: workers }, async () => {
    const worker = new Worker(filename, {
      env: { ...process.env, POWERTOOLS_LOG_LEVEL: "SILENT", POWERTOOLS_METRICS_DISABLED: "true" },
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
      `done: ${textOf(all.done)}; faults: ${textOf(all.faults)}; refusals: ${textOf(all.refusals)}; ` +
      `${all.violations.length} violations`,
  );
  process.exitCode = all.violations.length > 0 ? 1 : 0;
};

/** Runs histories from the command line, in as many threads as there are cores (`WORKERS=1` for fewer). */
export const simulate = async (simulation: Simulation): Promise<void> => {
  if (isMainThread) return runAll(simulation);
  parentPort?.on("message", async (message) => {
    const { from, to } = Work.parse(message);
    parentPort?.postMessage(await partOf(simulation, from, to));
  });
};
