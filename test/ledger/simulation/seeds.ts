import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";

const file = path.join(import.meta.dirname, "seeds.json");
const Seeds = z.object({ failed: z.array(z.int()) });

/** Seeds whose histories once found something. As long as operations are made in the same way they are the same. */
export const failedSeeds = (): number[] => Seeds.parse(JSON.parse(readFileSync(file, "utf8"))).failed;

/** Keeps a seed for the tests of the days to come. */
export const keepSeed = (seed: number): void => {
  const failed = [...new Set([...failedSeeds(), seed])].sort((a, b) => a - b);
  writeFileSync(file, `${JSON.stringify({ failed })}\n`);
};
