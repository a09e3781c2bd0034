/** `npm run bench [-- http|costs|import|ledger|bundles …]`: measures, prints, and writes the results beside this file. */
import { writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { measureBundles } from "./bundles.ts";
import { measureCosts } from "./costs.ts";
import { measureHttp, type Sizes } from "./http.ts";
import { measureImport } from "./imports.ts";
import { type LedgerSizes, measureLedger } from "./ledger.ts";
import { startBenchStack } from "./stack.ts";

const wanted = new Set(process.argv.slice(2));
const wants = (part: string) => wanted.size === 0 || wanted.has(part);
const quick = wanted.delete("quick");
const sizes: Sizes = quick
  ? { clients: 200, deals: 300, manyClients: 500, operations: 200 }
  : { clients: 2_000, deals: 5_000, manyClients: 50_000, operations: 1_000 };

const ledgerSizes: LedgerSizes = quick
  ? { singles: 900, bulk: 3_000, few: 100, many: 5_000 }
  : { singles: 6_000, bulk: 20_000, few: 100, many: 100_000 };

const parts: string[] = [];
let failed = false;
const add = (title: string, table: string) => {
  parts.push(`## ${title}\n\n${table}\n`);
  console.log(`\n${title}\n\n${table}\n`);
};

if (wants("bundles"))
  add("Bundles: size and load time (median of 10 fresh processes)", await measureBundles());
if (["http", "costs", "import", "ledger"].some(wants)) {
  const stack = await startBenchStack();
  try {
    if (wants("costs")) {
      const { table, costs, held } = await measureCosts(stack);
      add("Round trips and capacity units of one request", table);
      failed = !held;
      if (!held) console.log(`not as test/bench/costs.json has it:\n${JSON.stringify(costs, null, 2)}`);
    }
    if (wants("import")) add("Import", await measureImport(stack));
    if (wants("ledger")) add("The ledger", await measureLedger(stack, ledgerSizes));
    if (wants("http"))
      add("Requests over HTTP on one machine (medians of three rounds)", await measureHttp(stack, sizes));
  } finally {
    await stack.stop();
  }
}
if (wanted.size === 0 && !quick) {
  const machine = `${os.cpus().length} cores (${os.cpus()[0]?.model.trim()}), Node ${process.version}`;
  writeFileSync(
    path.resolve(import.meta.dirname, "results.md"),
    `# Results of \`npm run bench\`\n\n${machine}. Server, database and load on the same machine.\n\n${parts.join("\n")}`,
  );
}
process.exitCode = failed ? 1 : 0;
