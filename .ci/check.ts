import { type Outcome, report, run } from "./step.ts";

/** Says of each contract whether it is as it was committed, and if not, whether the difference breaks anybody. */
const golden = async (): Promise<Outcome> => {
  const startedAt = performance.now();
  const lines: string[] = [];
  try {
    // Here, not above: code that cannot be loaded is a failure of this check, not of the checking.
    const { contractNames, goldenDifferences } = await import("../test/golden/contracts.ts");
    const found = await goldenDifferences();
    for (const name of contractNames) {
      const { breaking, merelyNew } = found[name];
      lines.push(...breaking.map((change) => `${name}: BREAKING ${change}`));
      if (breaking.length === 0) lines.push(...merelyNew.map((place) => `${name}: new ${place}`));
    }
    if (lines.length > 0) lines.push("npm run golden writes what is new; -- --breaking what breaks");
  } catch (error) {
    lines.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return {
    name: "golden contracts",
    passed: lines.length === 0,
    output: lines.join("\n"),
    seconds: (performance.now() - startedAt) / 1000,
  };
};

/** What can be said of the code without running the product. */
export const staticChecks = async (): Promise<Outcome[]> => {
  const outcomes: Outcome[] = [];
  for (const check of [
    () => run("types", "tsc", []),
    () => run("lint, format and import directions", "biome", ["check", "--error-on-warnings", "."]),
    golden,
  ]) {
    const outcome = await check();
    report(outcome);
    outcomes.push(outcome);
  }
  return outcomes;
};

if (import.meta.main) {
  const outcomes = await staticChecks();
  if (outcomes.some(({ passed }) => !passed)) process.exitCode = 1;
}
