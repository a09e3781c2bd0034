import { failures } from "../../../domain/catalogue.ts";
import { type RowFault, rowFault } from "../../../domain/imports/fault.ts";
import type { ChunkResult, ImportJob } from "../../../domain/imports/job.ts";
import type { Mapping } from "../../../domain/imports/mapping.ts";
import type { TableRow } from "../../../domain/imports/reader.ts";
import {
  bodyOf,
  faultOfField,
  faultOfReference,
  type Origin,
  type Reference,
  type RowDraft,
  type RowMapper,
} from "../../../domain/imports/row.ts";
import { Failure, type FailureKind } from "../../../domain/kernel/errors.ts";
import type { Store } from "../../kit/table/store.ts";
import { type FaultyRow, faultyRowEntity, identityDigest, isOwnMark } from "../store.ts";
import { importedRow, importedRows, type Resolved, resolved } from "./references.ts";
import type { RowMaking, RowToMake } from "./rows.ts";

/** The faults that a report keeps of one row. */
const mostFaultsOfRow = 20;

export interface Chunk {
  readonly job: ImportJob;
  readonly mapping: Mapping;
  readonly map: RowMapper;
  /** Reads of this chunk, remembered. */
  readonly store: Store;
  readonly making: RowMaking;
}

const passing = new Set<FailureKind>(["throttled", "unavailable", "internal"]);

/** A failure of the moment, which says nothing about row or mapping. */
export const isPassing = (failure: Failure): boolean => {
  const kind = failures[failure.code]?.kind;
  return kind === undefined || passing.has(kind);
};

/** A failure that says something about the row. @throws any other error: it is not the row's */
export const failureOfRow = (error: unknown): Failure => {
  if (error instanceof Failure && !isPassing(error)) return error;
  throw error;
};

/** What the rules of the API have against a row, cell by cell where they name fields. */
export const faultsOfFailure = (
  line: number,
  failure: Failure,
  origins: ReadonlyMap<string, Origin>,
): RowFault[] =>
  failure.fields.length > 0
    ? failure.fields.map((field) => faultOfField(line, field, origins))
    : [rowFault(line, undefined, "", failure.detail ?? failures[failure.code]?.title ?? failure.code)];

const isSelf = (mapping: Mapping, { lookup }: Reference): boolean => lookup.entity === mapping.entity;

/**
 * Carries out some rows of a file: those that are new are made, those that cannot be are reported. Whatever
 * of it was done before a crash is recognised and counted as it was.
 */
export const carryOut = async (
  rows: readonly TableRow[],
  chunk: Chunk,
): Promise<{ result: Omit<ChunkResult, "bytesInPass">; faulty: FaultyRow[] }> => {
  const { job, mapping, store, making } = chunk;
  const first = job.pass === 1;
  const count = { read: rows.length, made: 0, there: 0, leftOut: 0, faulty: 0, waiting: 0 };
  const faulty: FaultyRow[] = [];
  const report = (line: number, faults: readonly RowFault[]) => {
    count.faulty++;
    faulty.push({
      version: 1,
      importId: job.id,
      line,
      pass: job.pass,
      faults: faults.slice(0, mostFaultsOfRow),
    });
  };

  let drafts: RowDraft[] = [];
  for (const row of rows) {
    const outcome = "faults" in row ? ({ kind: "faulty", ...row } as const) : chunk.map(row);
    if (outcome.kind === "draft") drafts.push(outcome.draft);
    else if (first && outcome.kind === "left-out") count.leftOut++;
    else if (first && outcome.kind === "faulty") report(outcome.line, outcome.faults);
  }
  if (!first) drafts = await stillWaiting(drafts, chunk);

  const dryRun = job.dryRun ? job.id : undefined;
  const kind = mapping.entity;
  const before = await importedRows(
    store,
    drafts.map(({ identity }) => ({ kind, identity: identityDigest(identity) })),
    dryRun,
  );
  const known = new Set<string>();
  const fresh = drafts.filter(({ line, identity }) => {
    const digest = identityDigest(identity);
    const row = importedRow(before, kind, identity);
    // What this very pass made of this very line, before it was interrupted, it has made.
    if (row && isOwnMark(row, job, line)) count.made++;
    else if (row && first) count.there++;
    else if (!row && known.has(digest)) count.there++;
    else if (!row) {
      known.add(digest);
      return true;
    }
    known.add(digest);
    return false;
  });

  const references = fresh.flatMap((draft) => draft.references);
  const answers = await resolved(store, references, dryRun);
  const ready: RowToMake[] = [];
  for (const draft of fresh) {
    const { faults, waits, ids, dry } = settle(draft, answers, chunk);
    if (waits) count.waiting++;
    else if (faults.length > 0) report(draft.line, faults);
    else
      ready.push({ line: draft.line, identity: identityDigest(draft.identity), dry, ...bodyOf(draft, ids) });
  }

  for (const { line, outcome } of await making(ready)) {
    if (outcome === "made") count.made++;
    else if (outcome === "there") count.there++;
    else report(line, outcome);
  }
  return { result: count, faulty };
};

/** Of the rows of a later pass those that wait: they name a row of the file and are not in the report yet. */
const stillWaiting = async (
  drafts: readonly RowDraft[],
  { job, mapping, store }: Chunk,
): Promise<RowDraft[]> => {
  const candidates = drafts.filter(({ references }) => references.some((each) => isSelf(mapping, each)));
  const reported = await store.getAll(
    faultyRowEntity,
    candidates.map(({ line }) => ({ importId: job.id, line })),
  );
  return candidates.filter((_, at) => {
    const report = reported[at];
    return report === undefined || report.pass === job.pass;
  });
};

/** What the references of a row come to. */
const settle = (
  draft: RowDraft,
  answers: ReadonlyMap<Reference, Resolved>,
  { job, mapping }: Chunk,
): { faults: RowFault[]; waits: boolean; ids: Map<Reference, string>; dry: boolean } => {
  const faults: RowFault[] = [];
  const ids = new Map<Reference, string>();
  let waits = false;
  let dry = false;
  for (const reference of draft.references) {
    const answer = answers.get(reference) ?? { matches: 0 };
    if ("id" in answer) {
      ids.set(reference, answer.id);
      dry ||= answer.dry;
    } else if (answer.matches === 0 && isSelf(mapping, reference) && !job.lastPass) waits = true;
    else if (answer.matches > 0 || reference.lookup.otherwise === "fault")
      faults.push(faultOfReference(draft.line, reference, answer.matches));
  }
  return { faults, waits: waits && faults.length === 0, ids, dry };
};
