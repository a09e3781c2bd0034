import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Seeds whose histories once found something. As long as operations are made in the same way they are the same. */
export const seedsIn = (file: string) => {
  const all = (): number[] =>
    readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map(Number);
  return {
    all,
    /** Keeps a seed for the tests of the days to come. */
    keep: (seed: number): void => {
      const seeds = [...new Set([...all(), seed])].sort((a, b) => a - b);
      writeFileSync(file, `${seeds.join("\n")}\n`);
    },
  };
};

export const ledgerSeeds = seedsIn(path.join(import.meta.dirname, "seeds.txt"));
