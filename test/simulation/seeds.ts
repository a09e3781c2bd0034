import path from "node:path";
import { seedsIn } from "../ledger/simulation/seeds.ts";

export const documentSeeds = seedsIn(path.join(import.meta.dirname, "seeds.txt"));
