import { createHash } from "node:crypto";
import * as z from "zod";
import { RowFault } from "../../domain/imports/fault.ts";
import { ImportJob } from "../../domain/imports/job.ts";
import { ImportEntity, Mapping } from "../../domain/imports/mapping.ts";
import { entity, type Key } from "../kit/table/entity.ts";

/**
 * Access patterns: an import by id; all imports of a tenant, newest first (index `list`); the mapping of an
 * import; its faulty rows by line; the record that a row became, by the row's identity.
 */
export const importEntity = entity<ImportJob, { readonly id: string }>({
  name: "import",
  schema: ImportJob,
  key: ({ id }) => ({ pk: `IMPORT#${id}`, sk: "IMPORT" }),
  indexes: (job) => ({ list: { pk: "IMPORTS", sk: job.id } }),
});

const PlaceForUpload = z.object({
  version: z.int(),
  id: z.string(),
  bytes: z.int(),
  expiresAtSeconds: z.int(),
});

/** A place that was given out for a file; what has arrived there, the bucket knows. */
export const uploadEntity = entity<z.infer<typeof PlaceForUpload>, { readonly id: string }>({
  name: "upload",
  schema: PlaceForUpload,
  key: ({ id }) => ({ pk: `UPLOAD#${id}`, sk: "UPLOAD" }),
  expiresAt: (upload) => upload.expiresAtSeconds,
});

const KeptMapping = z.object({ version: z.int(), importId: z.string(), mapping: Mapping });

/** Beside the job, so that the job stays small: it is written at every checkpoint. */
export const importMappingEntity = entity<z.infer<typeof KeptMapping>, { readonly importId: string }>({
  name: "import-mapping",
  schema: KeptMapping,
  key: ({ importId }) => ({ pk: `IMPORT#${importId}`, sk: "MAPPING" }),
});

const FaultyRow = z.object({
  version: z.int(),
  importId: z.string(),
  line: z.int(),
  /** The pass that found it, so that a later one does not count it again. */
  pass: z.int(),
  faults: z.array(RowFault),
});
export type FaultyRow = z.infer<typeof FaultyRow>;

const lineKey = (line: number): string => `FAULT#${String(line).padStart(10, "0")}`;
export const faultsPrefix = "FAULT#";

export const faultyRowEntity = entity<FaultyRow, { readonly importId: string; readonly line: number }>({
  name: "import-fault",
  schema: FaultyRow,
  key: ({ importId, line }) => ({ pk: `IMPORT#${importId}`, sk: lineKey(line) }),
});

/** How long the marks of a dry run are kept, in seconds. */
export const dryRunLifetimeSeconds = 86_400;

const ImportedRow = z.object({
  version: z.int(),
  kind: ImportEntity,
  /** A digest of the row's identity. */
  identity: z.string(),
  recordId: z.string(),
  importId: z.string(),
  line: z.int(),
  pass: z.int(),
  /** Of a dry run: it is known to this import alone, and vanishes. */
  dryRun: z.string().optional(),
  expiresAtSeconds: z.int().optional(),
});
export type ImportedRow = z.infer<typeof ImportedRow>;

export type RowIdentity = Pick<ImportedRow, "kind" | "identity" | "dryRun">;

/** Says which record a row became. It is written with the record, so that no row becomes two. */
export const importedRowEntity = entity<ImportedRow, RowIdentity>({
  name: "imported-row",
  schema: ImportedRow,
  key: ({ kind, identity, dryRun }): Key => ({
    pk: `IMPORTED#${kind}#${identity}${dryRun === undefined ? "" : `#DRY#${dryRun}`}`,
    sk: "IMPORTED",
  }),
  expiresAt: (row) => row.expiresAtSeconds,
});

/** Whether a mark says that this import made this very line in the pass that it is in. */
export const isOwnMark = (
  mark: ImportedRow,
  job: { readonly id: string; readonly pass: number },
  line: number,
): boolean => mark.importId === job.id && mark.pass === job.pass && mark.line === line;

/** The digest under which the identity of a row is kept. */
export const identityDigest = (identity: readonly string[]): string =>
  createHash("sha256").update(JSON.stringify(identity)).digest("base64url");
