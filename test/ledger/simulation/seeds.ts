import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const file = path.join(import.meta.dirname, "seeds.txt");

/** Seeds whose histories once found something. As long as operations are made in the same way they are the same. */
export const failedSeeds = (): number[] => readFileSync(file, "utf8").trim().split("\n").map(Number);

/** Keeps a seed for the tests of the days to come. */
export const keepSeed = (seed: number): void => {
  const seeds = [...new Set([...failedSeeds(), seed])].sort((a, b) => a - b);
  writeFileSync(file, `${seeds.join("\n")}\n`);
};
