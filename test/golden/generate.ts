import { contractNames, goldenDifferences, writeGolden } from "./contracts.ts";

/**
 * `npm run golden`: writes the golden contracts. It does not write a breaking change unless it is told that
 * this is meant: `npm run golden -- --breaking`.
 */
const mayBreak = process.argv.includes("--breaking");
const found = await goldenDifferences();
for (const name of contractNames) {
  const { breaking, merelyNew } = found[name];
  if (merelyNew.length === 0) console.log(`${name}: as it was`);
  for (const change of breaking) console.log(`${name}: BREAKING ${change}`);
  if (breaking.length === 0) for (const place of merelyNew) console.log(`${name}: new ${place}`);
}
if (!mayBreak && contractNames.some((name) => found[name].breaking.length > 0)) {
  console.error("Nothing was written. If the change is meant: npm run golden -- --breaking");
  process.exitCode = 1;
} else await writeGolden();
