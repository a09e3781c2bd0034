import type { Member } from "../../../domain/access/records.ts";
import { failures } from "../../../domain/catalogue.ts";
import {
  advanced,
  failed,
  handedOn,
  type ImportJob,
  mostFaultyRows,
  passEnded,
} from "../../../domain/imports/job.ts";
import type { Mapping } from "../../../domain/imports/mapping.ts";
import { type TableReader, type TableRow, tableReader } from "../../../domain/imports/reader.ts";
import { Repeats } from "../../../domain/imports/repeats.ts";
import { type RowMapper, rowIdentifier, rowMapper } from "../../../domain/imports/row.ts";
import { EncodingSurvey } from "../../../domain/imports/survey.ts";
import { Failure } from "../../../domain/kernel/errors.ts";
import { instantOf } from "../../../domain/kernel/time.ts";
import { happened } from "../../../events/event.ts";
import { callOf, importContinued } from "../../../events/imports.ts";
import type { Actor } from "../../kit/context.ts";
import type { Ground } from "../../kit/machine.ts";
import type { Log } from "../../kit/observe.ts";
import { runParallel } from "../../kit/parallel.ts";
import { memberEntity } from "../../kit/records.ts";
import { newMeter } from "../../kit/table/database.ts";
import { Store } from "../../kit/table/store.ts";
import { checkRights } from "../rights.ts";
import { identityDigest, importMappingEntity } from "../store.ts";
import type { Uploads } from "../uploads.ts";
import { carryOut, isPassing } from "./chunk.ts";
import { HeldJob, JobLost } from "./held.ts";
import { type Call, leaseUntil, takeUp } from "./lease.ts";
import { batching } from "./loading.ts";
import type { BulkMaker, Maker, Makers } from "./makers/maker.ts";
import { oneByOne } from "./rows.ts";

export interface Worker {
  readonly ground: Ground;
  readonly uploads: Uploads;
  readonly actor: Actor;
  readonly log: Log;
  readonly makers: Makers;
  remainingMs(): number;
  wait(ms: number): Promise<void>;
}

/** Rows that are carried out between two checkpoints. */
export const chunkRows = 200;
/** What is left of the time limit when a worker hands its job on. */
const reserveMs = 15_000;
/** How often workers give up in a row before the job counts as failed. */
const mostAttempts = 5;

interface Order {
  readonly mapping: Mapping;
  readonly member: Member;
  readonly maker: Maker | BulkMaker;
}

/** What the job is to do and for whom; the rights are those of now, not of when it was ordered. */
const orderOf = async ({ job }: HeldJob, { actor: { store, tenant }, makers }: Worker): Promise<Order> => {
  const [kept, member] = await runParallel([
    () => store.get(importMappingEntity, { importId: job.id }),
    () => store.get(memberEntity, { id: job.requestedBy }),
  ]);
  if (!kept) throw new Error(`import ${job.id} has no mapping`);
  if (member?.status !== "active")
    throw new Failure("access.forbidden", {
      detail: "The member who asked for it does not work here any more.",
    });
  checkRights(member, tenant, job.kind);
  const maker = makers[job.kind];
  if (!maker) throw new Error(`this worker does not make ${job.kind}`);
  return { mapping: kept.mapping, member, maker };
};

/** Carries out some rows and sets the checkpoint. */
const oneChunk = async (
  held: HeldJob,
  rows: readonly TableRow[],
  map: RowMapper,
  bytesInPass: number,
  order: Order,
  worker: Worker,
) => {
  const { ground, actor } = worker;
  const { job } = held;
  const startedAt = ground.clock();
  const chunkDatabase = batching(ground.database(newMeter()));
  const chunkStore = new Store(chunkDatabase, actor.tenant.id);
  const workshop = {
    ground,
    actor,
    job,
    chunkDatabase,
    chunkStore,
    store: actor.store,
    member: order.member,
  };
  const ways = "making" in order.maker ? order.maker : oneByOne(order.maker);
  const { result, faulty } = await carryOut(rows, {
    job,
    map,
    mapping: order.mapping,
    store: chunkStore,
    making: (job.dryRun ? ways.trying : ways.making)(workshop),
  });
  await held.report(faulty);
  await held.save(advanced(job, { ...result, bytesInPass }, instantOf(ground.clock()), leaseUntil(ground)));
  worker.log.info("import chunk", { importId: job.id, ...result, ms: ground.clock() - startedAt });
};

/** Gives each row its number among those of the file that are identified like it. */
const numbering = (mapping: Mapping, reader: TableReader): ((row: TableRow) => TableRow) => {
  const repeats = new Repeats();
  let identify: ReturnType<typeof rowIdentifier> | undefined;
  return (row) => {
    const shape = reader.shape();
    if (!("cells" in row) || !shape) return row;
    identify ??= rowIdentifier(mapping, shape.header);
    return { ...row, repeat: repeats.next(identityDigest(identify(row)).slice(0, 22)) };
  };
};

const quoteWords = (words: readonly string[]): string => words.map((word) => `"${word}"`).join(", ");

/**
 * The encoding of the file: as the mapping states it, as an earlier pass found it, or as a survey of the whole file finds it.
 * @throws Failure import.encoding-uncertain unless it is a dry run, which makes nothing
 */
const encodingOf = async (
  { job }: HeldJob,
  { mapping }: Order,
  { uploads, actor }: Worker,
): Promise<Pick<NonNullable<ImportJob["found"]>, "encoding" | "encodingIs" | "sampleWords">> => {
  if (mapping.format.encoding) return { encoding: mapping.format.encoding, encodingIs: "stated" };
  if (job.found) return job.found;
  const survey = new EncodingSurvey();
  const file = await uploads.open(actor.tenant.id, job.uploadId, job.etag);
  for await (const piece of file.pieces) survey.push(piece);
  const { encoding, isCertain, words, alternative } = survey.end();
  if (!isCertain && !job.dryRun)
    throw new Failure("import.encoding-uncertain", {
      detail: `In ${encoding} it says ${quoteWords(words)}${
        alternative ? `, in ${alternative.encoding} ${quoteWords(alternative.words)}` : ""
      }. State the right one as format.encoding in the mapping and import again.`,
    });
  return { encoding, encodingIs: isCertain ? "certain" : "uncertain", sampleWords: [...words] };
};

/** Reads the file once from where the job stands; answers whether it came to the end. */
const onePass = async (held: HeldJob, order: Order, worker: Worker): Promise<boolean> => {
  const { uploads, actor } = worker;
  const encoding = await encodingOf(held, order, worker);
  const file = await uploads.open(actor.tenant.id, held.job.uploadId, held.job.etag);
  const reader = tableReader(order.mapping.format, encoding.encoding);
  let skip = held.job.rowsInPass;
  let bytesRead = 0;
  let map: RowMapper | undefined;
  let pending: TableRow[] = [];
  const number = order.mapping.repeats === "distinct" ? numbering(order.mapping, reader) : undefined;

  const flush = async (least: number): Promise<boolean> => {
    const shape = reader.shape();
    if (!shape) return true;
    map ??= rowMapper(order.mapping, shape.header);
    if (!held.job.found) {
      const found = { ...encoding, separator: shape.separator, columns: shape.header.names.slice() };
      held.learn({ etag: file.etag, bytes: file.bytes, found });
    }
    while (pending.length >= least && pending.length > 0) {
      const rows = pending.slice(0, chunkRows);
      pending = pending.slice(chunkRows);
      await oneChunk(held, rows, map, bytesRead, order, worker);
      if (held.job.counts.faulty > mostFaultyRows)
        throw new Failure("import.too-many-faults", {
          detail: `More than ${mostFaultyRows} rows are wrong.`,
        });
      if (worker.remainingMs() < reserveMs) return false;
    }
    return true;
  };
  const take = (read: readonly TableRow[]) => {
    // Rows that are done count too: those after them have the numbers that they had before.
    const rows = number ? read.map(number) : read;
    const left = skip > 0 ? rows.slice(skip) : rows;
    skip = Math.max(0, skip - rows.length);
    for (const row of left) pending.push(row);
  };

  for await (const piece of file.pieces) {
    bytesRead += piece.length;
    take(reader.push(piece));
    if (!(await flush(chunkRows))) return false;
  }
  take(reader.end());
  return flush(1);
};

const work = async (held: HeldJob, worker: Worker): Promise<void> => {
  const order = await orderOf(held, worker);
  const now = () => instantOf(worker.ground.clock());
  while (held.job.status === "running") {
    const ended = await onePass(held, order, worker);
    if (ended) await held.save(passEnded(held.job, now()));
    if (!ended || (held.job.status === "running" && worker.remainingMs() < reserveMs))
      return handOn(held, worker, 0);
  }
};

const handOn = (held: HeldJob, { ground }: Worker, attempts: number): Promise<void> => {
  const next = handedOn(held.job, instantOf(ground.clock()), attempts);
  return held.save(next, [happened(importContinued, callOf(next))]);
};

/** After an error: the job has failed if the error is its own, else it is tried again, some times. */
const giveUp = async (held: HeldJob, error: unknown, worker: Worker): Promise<void> => {
  const now = instantOf(worker.ground.clock());
  if (error instanceof Failure && failures[error.code] && !isPassing(error))
    return held.save(failed(held.job, error, now));
  const attempts = held.job.attempts + 1;
  worker.log.error("a worker gave an import up", error, { importId: held.job.id, attempts });
  if (attempts >= mostAttempts) return held.save(failed(held.job, new Failure("service.internal"), now));
  await worker.wait(attempts * 1_000);
  return handOn(held, worker, attempts);
};

/**
 * Goes on with an import from its last checkpoint to its end, or until the time limit is near and another
 * worker is called. It may be killed at any moment: rows carry the mark that they were made, and what is
 * not counted yet is found again.
 */
export const runImport = async (call: Call, worker: Worker): Promise<void> => {
  const { actor, ground, log } = worker;
  const job = await takeUp(call, actor.store, ground, worker.wait);
  if (!job) return log.info("import left aside", { importId: call.importId, run: call.run });
  const held = new HeldJob(job, actor.store, actor, ground);
  try {
    await work(held, worker).catch((error) => {
      if (error instanceof JobLost) throw error;
      return giveUp(held, error, worker);
    });
  } catch (error) {
    if (!(error instanceof JobLost)) throw error;
    log.info("import taken away", { importId: call.importId });
  }
};
