import * as z from "zod";
import { Failure } from "../kernel/errors.ts";
import { Id } from "../kernel/id.ts";
import { Line } from "../kernel/text.ts";
import { Instant } from "../kernel/time.ts";
import { encodings } from "./decode.ts";
import { ImportEntity, Mapping } from "./mapping.ts";
import { separators } from "./separator.ts";

/** The largest file that is taken, in bytes. */
export const mostUploadBytes = 104_857_600;
/** The longest text that is taken in the request itself, in characters. */
export const mostInlineCharacters = 200_000;
/** An import that goes wrong in so many rows has the wrong mapping: it stops. */
export const mostFaultyRows = 10_000;
/** How often a file is read again for rows that name others of the same file: the depth of their tree. */
const mostPasses = 20;

export const NewUpload = z.strictObject({
  bytes: z.int().min(1).max(mostUploadBytes).meta({ description: "The exact size of the file" }),
});

export const Upload = z
  .object({
    uploadId: Id("upload"),
    url: z.string().meta({ description: "Where to PUT the bytes of the file, without a token" }),
    headers: z.record(z.string(), z.string()).meta({ description: "Headers that the PUT has to carry" }),
    expiresAt: Instant,
  })
  .meta({ id: "Upload" });

export const NewImport = z
  .strictObject({
    uploadId: Id("upload").optional(),
    text: z
      .string()
      .min(1)
      .max(mostInlineCharacters)
      .optional()
      .meta({ description: "A small file itself, instead of an upload" }),
    name: Line.min(1).max(200).optional().meta({ description: "What the user calls the file" }),
    mapping: Mapping,
    dryRun: z
      .boolean()
      .default(false)
      .meta({ description: "Everything but the writing: the report says what a real run would find" }),
  })
  .refine(({ uploadId, text }) => (uploadId === undefined) !== (text === undefined), {
    error: "has to be there, or text instead",
    path: ["uploadId"],
  })
  .meta({
    examples: [
      {
        text: "sku;name;price\nGTX-PRO;GTX Pro;4821.00\n",
        name: "range.csv",
        mapping: {
          entity: "products",
          identifiedBy: ["sku"],
          fields: [
            { to: "code", from: "sku" },
            { to: "name", from: "name" },
          ],
        },
        dryRun: true,
      },
    ],
  });
export type NewImport = z.infer<typeof NewImport>;

const Count = z.int().min(0);
/** What became of the rows. A row is counted once, however often it was looked at. */
export const Counts = z.object({
  rows: Count.meta({ description: "Rows read so far, without the header and empty lines" }),
  made: Count.meta({ description: "Records made; in a dry run: that would be made" }),
  there: Count.meta({ description: "Rows that were imported before and are left as they are" }),
  leftOut: Count.meta({ description: "Rows that the mapping leaves out" }),
  faulty: Count.meta({ description: "Rows in the report" }),
  waiting: Count.meta({ description: "Rows that name a row of the same file that is not made yet" }),
});
export type Counts = z.infer<typeof Counts>;
export const noCounts: Counts = { rows: 0, made: 0, there: 0, leftOut: 0, faulty: 0, waiting: 0 };

export const importStatuses = ["waiting", "running", "done", "failed", "cancelled"] as const;

const shared = {
  id: Id("job"),
  version: z.int().min(1),
  kind: ImportEntity.meta({ description: "What the rows become" }),
  name: z.string().optional(),
  dryRun: z.boolean(),
  status: z.enum(importStatuses).meta({ description: "waiting: for a worker to take it up" }),
  counts: Counts,
  bytes: Count.optional().meta({ description: "The size of the file" }),
  found: z
    .object({
      encoding: z.enum(encodings),
      // Absent in imports from before 2026-12-01.
      encodingIs: z.enum(["stated", "certain", "uncertain"]).optional().meta({
        description:
          "stated: by the mapping; certain: found out from the whole file; uncertain: another encoding is as likely, and only a dry run goes on",
      }),
      sampleWords: z.array(z.string()).optional().meta({
        description: "Up to three words with letters beyond a to z, as this encoding reads them",
      }),
      separator: z.enum(separators),
      columns: z.array(z.string()),
    })
    .optional()
    .meta({ description: "How the file turned out to be written" }),
  failure: z
    .object({
      code: z.string(),
      detail: z.string().optional(),
      errors: z.array(z.object({ pointer: z.string(), reason: z.string() })),
    })
    .optional()
    .meta({ description: "Why the import as a whole failed; pointers lead into the mapping" }),
  requestedBy: Id("member"),
  createdAt: Instant,
  startedAt: Instant.optional(),
  finishedAt: Instant.optional(),
  updatedAt: Instant,
};

/** An import as its users see it. */
export const Import = z
  .object({ ...shared, progressPercent: z.int().min(0).max(100) })
  .meta({ id: "Import" });
export type Import = z.infer<typeof Import>;

/** An import as it is kept. */
export const ImportJob = z.object({
  ...shared,
  uploadId: Id("upload"),
  /** The version of the file that the first pass read: another one is not read on. */
  etag: z.string().optional(),
  /** Grows whenever a worker is called, so that a call that comes late or twice is known as such. */
  run: z.int().min(1),
  /** How often in a row a worker gave up without getting further. */
  attempts: Count,
  lease: z.object({ holder: z.string(), until: Instant }).optional(),
  pass: z.int().min(1),
  /** In the last pass a row that names a missing row is at fault instead of waiting. */
  lastPass: z.boolean(),
  rowsInPass: Count,
  madeInPass: Count,
  bytesInPass: Count,
});
export type ImportJob = z.infer<typeof ImportJob>;

/** A job that waits for its first worker. */
export const newImportJob = (
  input: Pick<NewImport, "mapping" | "dryRun" | "name"> & { readonly uploadId: string },
  id: string,
  requestedBy: string,
  now: Instant,
): ImportJob => ({
  id,
  version: 1,
  kind: input.mapping.entity,
  ...(input.name === undefined ? {} : { name: input.name }),
  dryRun: input.dryRun,
  status: "waiting",
  counts: noCounts,
  requestedBy,
  uploadId: input.uploadId,
  run: 1,
  attempts: 0,
  pass: 1,
  lastPass: false,
  rowsInPass: 0,
  madeInPass: 0,
  bytesInPass: 0,
  createdAt: now,
  updatedAt: now,
});

const percent = (job: ImportJob): number => {
  if (job.status === "done") return 100;
  // Later passes look at few rows; until the end is there it is not claimed.
  if (job.pass > 1) return 99;
  return job.bytes ? Math.min(99, Math.floor((job.bytesInPass * 100) / job.bytes)) : 0;
};

export const importOf = (job: ImportJob): Import => ({ ...job, progressPercent: percent(job) });

const next = <Change extends Partial<ImportJob>>(
  job: ImportJob,
  now: Instant,
  change: Change,
): ImportJob => ({
  ...job,
  ...change,
  version: job.version + 1,
  updatedAt: now,
});

/** Whether nobody may take the job up now. */
export const isLeased = (job: ImportJob, now: Instant): boolean =>
  job.lease !== undefined && job.lease.until > now;

/** The job in the hands of a worker until a time. */
export const leased = (job: ImportJob, holder: string, now: Instant, until: Instant): ImportJob =>
  next(job, now, { status: "running", lease: { holder, until }, startedAt: job.startedAt ?? now });

/** What a worker did with some rows of the file. */
export interface ChunkResult {
  readonly read: number;
  readonly made: number;
  readonly there: number;
  readonly leftOut: number;
  readonly faulty: number;
  readonly waiting: number;
  /** Bytes of the file read in this pass so far. */
  readonly bytesInPass: number;
}

/**
 * The job after a chunk. In the first pass every row is counted; later passes concern the waiting rows only,
 * and what becomes of one is taken from their number.
 */
export const advanced = (job: ImportJob, chunk: ChunkResult, now: Instant, until: Instant): ImportJob => {
  const first = job.pass === 1;
  const settled = chunk.made + chunk.there + chunk.faulty;
  return next(job, now, {
    counts: {
      rows: job.counts.rows + (first ? chunk.read : 0),
      made: job.counts.made + chunk.made,
      there: job.counts.there + chunk.there,
      leftOut: job.counts.leftOut + (first ? chunk.leftOut : 0),
      faulty: job.counts.faulty + chunk.faulty,
      waiting: first ? job.counts.waiting + chunk.waiting : Math.max(0, job.counts.waiting - settled),
    },
    attempts: 0,
    rowsInPass: job.rowsInPass + chunk.read,
    madeInPass: job.madeInPass + chunk.made,
    bytesInPass: chunk.bytesInPass,
    ...(job.lease ? { lease: { ...job.lease, until } } : {}),
  });
};

const ended = (job: ImportJob, now: Instant, status: "done" | "failed" | "cancelled"): ImportJob =>
  next(job, now, { status, lease: undefined, finishedAt: now });

/** The job at the end of the file: done, or at the beginning of a further pass for the rows that wait. */
export const passEnded = (job: ImportJob, now: Instant): ImportJob => {
  if (job.counts.waiting === 0) return ended(job, now, "done");
  if (job.lastPass) {
    // What neither was made nor is in the report was made meanwhile by another import.
    const { there, waiting } = job.counts;
    return { ...ended(job, now, "done"), counts: { ...job.counts, there: there + waiting, waiting: 0 } };
  }
  return next(job, now, {
    pass: job.pass + 1,
    lastPass: job.madeInPass === 0 || job.pass + 1 >= mostPasses,
    rowsInPass: 0,
    madeInPass: 0,
    bytesInPass: 0,
  });
};

/** The job given back, for the next worker to go on with. */
export const handedOn = (job: ImportJob, now: Instant, attempts: number): ImportJob =>
  next(job, now, { status: "waiting", lease: undefined, run: job.run + 1, attempts });

export const failed = (job: ImportJob, failure: Failure, now: Instant): ImportJob => ({
  ...ended(job, now, "failed"),
  failure: {
    code: failure.code,
    ...(failure.detail === undefined ? {} : { detail: failure.detail }),
    errors: failure.fields.slice(0, 100).map(({ pointer, reason }) => ({ pointer, reason })),
  },
});

/** The job that its user stopped; a worker that has it stops at its next chunk. @throws import.ended */
export const cancelled = (job: ImportJob, now: Instant): ImportJob => {
  if (job.status !== "waiting" && job.status !== "running")
    throw new Failure("import.ended", { detail: `The import is ${job.status}.` });
  return ended(job, now, "cancelled");
};

/**
 * The job called up again where it stopped: one that was cancelled or failed, or whose worker is gone.
 * @throws import.not-resumable
 */
export const resumed = (job: ImportJob, now: Instant): ImportJob => {
  if (job.status === "done" || isLeased(job, now))
    throw new Failure("import.not-resumable", {
      detail: job.status === "done" ? "The import is done." : "A worker is at it.",
    });
  return { ...handedOn(job, now, 0), finishedAt: undefined, failure: undefined };
};
