/**
 * `node test/simulation/simulate.ts [sequences] [seed]`: histories of 50 requests each to a company's stock and invoices,
 * from the seed on. A seed that finds something is told, and kept in seeds.txt.
 */
import { simulate } from "../ledger/simulation/workers.ts";
import { runDocumentHistory } from "./history.ts";
import { documentSeeds } from "./seeds.ts";

await simulate({ filename: import.meta.filename, run: runDocumentHistory, keepSeed: documentSeeds.keep });
