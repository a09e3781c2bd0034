import * as z from "zod";
import { Counts, type ImportJob, importStatuses } from "../domain/imports/job.ts";
import { ImportEntity } from "../domain/imports/mapping.ts";
import { Id } from "../domain/kernel/id.ts";
import { event } from "./event.ts";
import type { Subscription } from "./subscription.ts";

const call = z.object({
  importId: Id("job"),
  kind: ImportEntity.meta({ description: "What the rows become; workers differ in what they make" }),
  run: z.int().min(1).meta({ description: "Which call of a worker this is; an earlier one is out of date" }),
});
const sample = { importId: "job_01JD8Z5T2V9Q4R6W8Y0A1B3C5D", kind: "clients" as const, run: 1 };

/** What a worker is told of a job. */
export const callOf = ({ id, kind, run }: Pick<ImportJob, "id" | "kind" | "run">): z.infer<typeof call> => ({
  importId: id,
  kind,
  run,
});

export const importRequested = event({
  type: "import.requested",
  version: 1,
  summary: "An import waits for a worker",
  data: call,
  sample,
});

export const importContinued = event({
  type: "import.continued",
  version: 1,
  summary: "An import is to be gone on with where it stopped",
  data: call,
  sample: { ...sample, run: 2 },
});

export const importEnded = event({
  type: "import.ended",
  version: 1,
  summary: "An import is done, has failed or was cancelled",
  data: z.object({
    importId: Id("job"),
    kind: ImportEntity,
    dryRun: z.boolean(),
    status: z.enum(importStatuses),
    counts: Counts,
  }),
  sample: {
    importId: sample.importId,
    kind: "clients" as const,
    dryRun: false,
    status: "done" as const,
    counts: { rows: 85, made: 85, there: 0, leftOut: 0, faulty: 0, waiting: 0 },
  },
});

const worker = (name: string): Subscription => ({
  name,
  events: [importRequested, importContinued],
  feature: "imports",
  // Lambda itself repeats a call that failed after one minute and after two more.
  retry: { attempts: 2, maxAgeSeconds: 3600 },
});

/** The workers: all hear every call, and each takes up the imports of what it makes. */
export const importers = { clients: worker("client-importer"), others: worker("importer") };
