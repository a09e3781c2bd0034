import { readFileSync } from "node:fs";
import path from "node:path";
import { loadField } from "./http.ts";
import { Caller, tableOf } from "./load.ts";
import { operationsOf } from "./operations.ts";
import type { BenchStack } from "./stack.ts";

interface Cost {
  /** Round trips to the table, the principal's included. */
  readonly trips: number;
  readonly readUnits: number;
  readonly writeUnits: number;
}

const committed = path.resolve(import.meta.dirname, "costs.json");

/** The costs that are committed; a run that finds others fails. */
export const committedCosts = (): Record<string, Cost> => JSON.parse(readFileSync(committed, "utf8"));

export const linesOf = (file: string): Record<string, unknown>[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Record<string, unknown>];
      } catch {
        return [];
      }
    });

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What one request cost, from the log line that every request leaves. */
export const costOf = async (
  dataFolder: string,
  functionName: string,
  correlationId: string,
): Promise<Cost> => {
  for (let attempt = 0; attempt < 50; attempt++) {
    const line = linesOf(path.join(dataFolder, "logs", `${functionName}.log`)).find(
      (one) => one.message === "request" && one.correlationId === correlationId,
    );
    if (line)
      return {
        trips: Number(line.trips),
        readUnits: Number(line.readUnits),
        writeUnits: Number(line.writeUnits),
      };
    await wait(100);
  }
  throw new Error(`${functionName} left no log line for ${correlationId}`);
};

/** Round trips and capacity units of each operation, held against the committed table. */
export const measureCosts = async (
  stack: BenchStack,
): Promise<{ table: string; costs: Record<string, Cost>; held: boolean }> => {
  const costs: Record<string, Cost> = {};
  let request = 0;
  const caller = new Caller(stack.url, await stack.newTenant("costs@bench.example"), 1);
  const field = await loadField(caller, { clients: 20, deals: 60 });
  const operations = operationsOf(field, 1_000);
  for (const [name, operation] of Object.entries(operations)) {
    await operation(); // the settings are remembered by now
    const correlationId = `bench-cost-${process.pid}-${request++}`;
    caller.headers["x-correlation-id"] = correlationId;
    await operation();
    delete caller.headers["x-correlation-id"];
    costs[name] = await costOf(
      stack.dataFolder,
      name.includes("client") ? "clients" : "deals",
      correlationId,
    );
  }
  caller.close();
  const expected = committedCosts();
  const held = JSON.stringify(expected) === JSON.stringify(costs);
  const table = tableOf(
    ["operation", "round trips", "read units", "write units", "as committed"],
    Object.entries(costs).map(([name, cost]) => [
      name,
      cost.trips,
      cost.readUnits,
      cost.writeUnits,
      JSON.stringify(expected[name]) === JSON.stringify(cost) ? "yes" : "**no**",
    ]),
  );
  return { table, costs, held };
};
