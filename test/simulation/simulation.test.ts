import { describe, expect, test } from "vitest";
import { newTold } from "../ledger/simulation/machines.ts";
import { faults } from "./faults.ts";
import { runDocumentHistory } from "./history.ts";
import { documentSeeds } from "./seeds.ts";

const operations = 50;
const sequences = 60;
const firstSeed = 20_261_201;
/** In which each of the faults has to be found. */
const mostSearched = 150;

describe("stock and invoices against a list of what was entered", () => {
  test("are the same on every day, whatever conflicts, is lost or killed", async () => {
    const told = newTold();
    for (let n = 0; n < sequences; n++) await runDocumentHistory(firstSeed + n, { operations }, told);
    expect(told.operations).toBe(sequences * operations);
    expect(told.commits).toBeGreaterThan(sequences * 10);
    expect(told.kills).toBeGreaterThan(sequences);
    const late = ["receipt", "shipment", "write-off", "transfer", "count", "issue", "pieces", "cut", "pay"];
    expect([...told.done.keys()]).toEqual(expect.arrayContaining(late.map((kind) => `${kind} late`)));
  });

  test("are the same in every history that once found something", async () => {
    for (const seed of documentSeeds.all()) await runDocumentHistory(seed, { operations }, newTold());
  });

  test("run the same way each time from one seed", async () => {
    const [first, second] = [newTold(), newTold()];
    for (const told of [first, second]) await runDocumentHistory(firstSeed, { operations }, told);
    expect(second).toEqual(first);
  });
});

describe("a fault that is put into stock or invoices is found", () => {
  test.each(Object.entries(faults))("%s", async (_name, { tampering, found }) => {
    const texts: string[] = [];
    // It may show in several ways; what it is has to be said plainly by one of them.
    for (let seed = 1; seed <= mostSearched && !texts.some((text) => found.test(text)); seed++)
      await runDocumentHistory(seed, { operations, tampering }, newTold()).catch((error) =>
        texts.push(String(error)),
      );
    expect(texts.find((text) => found.test(text))).toBeDefined();
  });
});
