/**
 * `node test/ledger/simulate.ts [sequences] [seed]`: histories of 50 operations each on the ledger, from the seed on. A seed
 * that finds something is told, and kept in simulation/seeds.txt.
 */
import { runHistory } from "./simulation/history.ts";
import { ledgerSeeds } from "./simulation/seeds.ts";
import { simulate } from "./simulation/workers.ts";

await simulate({ filename: import.meta.filename, run: runHistory, keepSeed: ledgerSeeds.keep });
