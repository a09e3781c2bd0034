import type { ImportJob } from "../../../domain/imports/job.ts";
import type { Happened } from "../../../events/event.ts";
import { happened } from "../../../events/event.ts";
import { importEnded } from "../../../events/imports.ts";
import { type Actor, momentOf, saveAs } from "../../kit/context.ts";
import type { Ground } from "../../kit/machine.ts";
import {
  create,
  mostItemsInTransaction,
  StaleWrite,
  type Store,
  update,
  type Write,
} from "../../kit/table/store.ts";
import { type FaultyRow, faultyRowEntity, importEntity } from "../store.ts";

/** The job is no more this worker's: its user stopped it, or another worker has taken it over. */
export class JobLost extends Error {}

/** Written again as it is when a chunk is repeated, so that it has no condition. */
const putFault = (row: FaultyRow): Write => {
  const { build, ...write } = create(faultyRowEntity, row);
  return {
    ...write,
    build: (tenantId, tableName, extra) => {
      const { Put } = build(tenantId, tableName, extra);
      return Put ? { Put: { TableName: Put.TableName, Item: Put.Item } } : {};
    },
  };
};

const ends: readonly string[] = ["done", "failed", "cancelled"];

/** A job in the hands of a worker, saved step by step. */
export class HeldJob {
  #job: ImportJob;
  readonly #store: Store;
  readonly #actor: Pick<Actor, "correlationId">;
  readonly #ground: Ground;

  constructor(job: ImportJob, store: Store, actor: Pick<Actor, "correlationId">, ground: Ground) {
    this.#job = job;
    this.#store = store;
    this.#actor = actor;
    this.#ground = ground;
  }

  get job(): ImportJob {
    return this.#job;
  }

  /** Adds what was found out about the file; it is kept with the next save. */
  learn(about: Pick<ImportJob, "etag" | "bytes" | "found">): void {
    this.#job = { ...this.#job, ...about };
  }

  /**
   * Keeps faulty rows. It goes before the checkpoint that counts them: after a crash between the two they are
   * found and written again.
   */
  async report(rows: readonly FaultyRow[]): Promise<void> {
    for (let at = 0; at < rows.length; at += mostItemsInTransaction)
      await this.#store.write(
        rows.slice(at, at + mostItemsInTransaction).map(putFault),
        momentOf(this.#ground).newId("change"),
      );
  }

  /** The next state of the job, and its end as an event. @throws JobLost */
  async save(next: ImportJob, happenedToo: readonly Happened[] = []): Promise<void> {
    const { id, kind, dryRun, status, counts } = next;
    const over = ends.includes(status)
      ? [happened(importEnded, { importId: id, kind, dryRun, status, counts })]
      : [];
    try {
      await saveAs({ ...momentOf(this.#ground), ...this.#actor, store: this.#store }, next.requestedBy, {
        writes: [update(importEntity, next)],
        happened: [...happenedToo, ...over],
      });
    } catch (error) {
      throw error instanceof StaleWrite ? new JobLost() : error;
    }
    this.#job = next;
  }
}
