import { describe, expect, test } from "vitest";
import { faults } from "./simulation/faults.ts";
import { runHistory } from "./simulation/history.ts";
import { newTold } from "./simulation/machines.ts";
import { ledgerSeeds } from "./simulation/seeds.ts";

const operations = 50;
const sequences = 100;
const firstSeed = 20_261_124;
/** In which each of the faults has to be found. */
const mostSearched = 120;

describe("the ledger against a list of what was posted", () => {
  test("says the same after every write, whatever runs at once, conflicts, is throttled, lost or killed", async () => {
    const told = newTold();
    for (let n = 0; n < sequences; n++) await runHistory(firstSeed + n, { operations }, told);
    expect(told.operations).toBe(sequences * operations);
    expect(told.commits).toBeGreaterThan(sequences * 10);
    expect(told.kills).toBeGreaterThan(sequences);
    expect([...told.faults.keys()].sort()).toEqual(
      ["anew", "conflict", "cut", "late", "lost", "refused", "throttled", "twice"].sort(),
    );
  });

  test("says the same in every history that once found something", async () => {
    for (const seed of ledgerSeeds.all()) await runHistory(seed, { operations }, newTold());
  });

  test("a seed is a history: it runs the same way each time", async () => {
    const [first, second] = [newTold(), newTold()];
    for (const told of [first, second]) await runHistory(firstSeed, { operations }, told);
    expect(second).toEqual(first);
  });
});

describe("a fault that is put into the engine is found", () => {
  test.each(Object.entries(faults))("%s", async (_name, { tampering, found }) => {
    const texts: string[] = [];
    // It may show in several ways; what it is has to be said plainly by one of them.
    for (let seed = 1; seed <= mostSearched && !texts.some((text) => found.test(text)); seed++)
      await runHistory(seed, { operations, tampering }, newTold()).catch((error) =>
        texts.push(String(error)),
      );
    expect(texts.find((text) => found.test(text))).toBeDefined();
  });
});
