import type { Member } from "../../../domain/access/records.ts";
import type { RowFault } from "../../../domain/imports/fault.ts";
import type { ImportJob } from "../../../domain/imports/job.ts";
import type { ImportEntity } from "../../../domain/imports/mapping.ts";
import type { Origin } from "../../../domain/imports/row.ts";
import { Failure } from "../../../domain/kernel/errors.ts";
import type { IdKind } from "../../../domain/kernel/id.ts";
import { wait } from "../../kit/again.ts";
import { type Actor, type Change, type Context, momentOf } from "../../kit/context.ts";
import type { Ground } from "../../kit/machine.ts";
import { enveloped } from "../../kit/outbox.ts";
import { mapParallel } from "../../kit/parallel.ts";
import type { Database } from "../../kit/table/database.ts";
import type { Item } from "../../kit/table/item.ts";
import { create, StaleWrite, type Store, type Write } from "../../kit/table/store.ts";
import { dryRunLifetimeSeconds, type ImportedRow, importedRowEntity, isOwnMark } from "../store.ts";
import { failureOfRow, faultsOfFailure } from "./chunk.ts";
import type { BulkMaker, Maker } from "./makers/maker.ts";
import { packed, RowRefused, type RowWrites } from "./packing.ts";

export interface RowToMake {
  readonly line: number;
  /** The digest of its identity. */
  readonly identity: string;
  readonly body: Record<string, unknown>;
  readonly origins: ReadonlyMap<string, Origin>;
  /** In a dry run: names a record that exists in the dry run only. */
  readonly dry: boolean;
}

export interface RowOutcome {
  readonly line: number;
  readonly outcome: "made" | "there" | readonly RowFault[];
}

export type RowMaking = (rows: readonly RowToMake[]) => Promise<RowOutcome[]>;

/** Who makes records, of what, where. */
export interface Workshop {
  readonly ground: Ground;
  readonly actor: Pick<Actor, "tenant" | "correlationId" | "settings">;
  readonly member: Member;
  readonly job: ImportJob;
  /** Reads of this chunk, remembered. */
  readonly chunkDatabase: Database;
  readonly chunkStore: Store;
  /** Reads what is there now. */
  readonly store: Store;
}

/** A workshop for records that are made one by one. */
interface Bench extends Workshop {
  readonly maker: Maker;
}

/** Transactions that are under way at the same time. */
const mostAtOnce = 8;
/** How often a row is tried again because others change its records. */
const mostTries = 6;

/** The row became a record before, by another import or worker. */
class AlreadyThere extends Error {}

/** Does something with each, a few at the same time. */
const eachOf = async <One, Result>(
  all: readonly One[],
  act: (one: One) => Promise<Result>,
): Promise<Result[]> => {
  const results: Result[] = [];
  let next = 0;
  const lane = async () => {
    for (let at = next++; at < all.length; at = next++) {
      const one = all[at];
      if (one !== undefined) results[at] = await act(one);
    }
  };
  await mapParallel(Array.from({ length: Math.min(mostAtOnce, all.length) }), lane);
  return results;
};

/** Of the ids that a dry run makes up: they have to look like those of the records that they stand for. */
const idKinds: Readonly<Partial<Record<ImportEntity, IdKind>>> = {
  members: "member",
  teams: "team",
  products: "product",
  clients: "client",
  deals: "deal",
};

/** The mark that a row became a record: written with the record. */
export const markOf = ({ job, ground }: Workshop, row: RowToMake, recordId: string): Write => {
  const mark: ImportedRow = {
    version: 1,
    kind: job.kind,
    identity: row.identity,
    recordId,
    importId: job.id,
    line: row.line,
    pass: job.pass,
    ...(job.dryRun
      ? { dryRun: job.id, expiresAtSeconds: Math.floor(ground.clock() / 1000) + dryRunLifetimeSeconds }
      : {}),
  };
  return create(importedRowEntity, mark, () => new AlreadyThere());
};

/** Lets the handler of the API decide what a row writes, without writing it. */
const decide = async (workshop: Bench, row: RowToMake, store: Store): Promise<RowWrites> => {
  const { actor, member, ground, maker } = workshop;
  const moment = momentOf(ground);
  let change: Change<unknown> | undefined;
  const context: Context = {
    ...actor,
    ...moment,
    store,
    member,
    scope: "all",
    ifMatch: undefined,
    save: async (decided) => {
      if (change) throw new Error("a handler saves once");
      change = decided;
      return decided.answer;
    },
  };
  const recordId = await maker.make(row.body, context);
  if (!change) throw new Error("a handler that makes a record saves it");
  const events = enveloped(change.happened ?? [], {
    tenantId: actor.tenant.id,
    actor: member.id,
    correlationId: actor.correlationId,
    occurredAt: moment.now,
    newEventId: () => moment.newId("event"),
  });
  return { line: row.line, writes: [markOf(workshop, row, recordId), ...change.writes], events };
};

/** Writes one row by itself, deciding anew whenever its records changed under it. */
const makeAlone = async (workshop: Bench, row: RowToMake): Promise<RowOutcome> => {
  const { line } = row;
  for (let attempt = 1; ; attempt++) {
    try {
      const { packs } = packed([await decide(workshop, row, workshop.store)], workshop.store);
      for (const { writes } of packs)
        await workshop.store.write(writes, momentOf(workshop.ground).newId("change"));
      return { line, outcome: "made" };
    } catch (caught) {
      const error = caught instanceof RowRefused ? caught.reason : caught;
      if (error instanceof AlreadyThere) return { line, outcome: "there" };
      if (!(error instanceof StaleWrite))
        return { line, outcome: faultsOfFailure(line, failureOfRow(error), row.origins) };
      if (attempt === mostTries)
        return { line, outcome: faultsOfFailure(line, new Failure("record.busy"), row.origins) };
      await wait(((workshop.ground.entropy(1)[0] ?? 0) / 256) * 10 * 2 ** attempt);
    }
  }
};

/**
 * What became of rows that were not made, seen from their marks: a write of this very import, by a worker that died, may
 * have arrived after the marks were asked for, and its record is then in the row's way.
 */
export const lookedUpAgain = async (
  { job, store }: Workshop,
  rows: readonly RowToMake[],
  outcomes: readonly RowOutcome[],
): Promise<RowOutcome[]> => {
  const identities = new Map(rows.map(({ line, identity }) => [line, identity]));
  const doubtful = outcomes.filter(({ outcome }) => outcome !== "made");
  const marks = await store.getAll(
    importedRowEntity,
    doubtful.map(({ line }) => ({ kind: job.kind, identity: identities.get(line) ?? "" })),
  );
  const byLine = new Map(doubtful.map(({ line }, at) => [line, marks[at]]));
  return outcomes.map(({ line, outcome }) => {
    const mark = byLine.get(line);
    return mark ? { line, outcome: isOwnMark(mark, job, line) ? "made" : "there" } : { line, outcome };
  });
};

/** What the handler says to a row: its writes, or its faults. */
const decided = async (workshop: Bench, row: RowToMake): Promise<RowWrites | RowOutcome> => {
  try {
    return await decide(workshop, row, workshop.chunkStore);
  } catch (error) {
    return { line: row.line, outcome: faultsOfFailure(row.line, failureOfRow(error), row.origins) };
  }
};

/** Whether what failed for several rows at once may succeed for each of them. */
const maySucceedAlone = (error: unknown): boolean =>
  error instanceof RowRefused ||
  error instanceof StaleWrite ||
  (error instanceof Failure && error.code === "record.too-large");

/**
 * Makes rows for good: several in a transaction; where one of them is refused, all of them one by one. Of rows that are
 * in each other's way the first of the file comes first.
 */
const making =
  (workshop: Bench): RowMaking =>
  async (rows) => {
    const decisions = await mapParallel(rows, (row) => decided(workshop, row));
    const { packs, later } = packed(
      decisions.filter((each) => "writes" in each),
      workshop.store,
    );
    const alone = new Set(later.map(({ line }) => line));
    const written = await eachOf(packs, async (pack): Promise<RowOutcome[]> => {
      try {
        await workshop.store.write(pack.writes, momentOf(workshop.ground).newId("change"));
        return pack.rows.map(({ line }) => ({ line, outcome: "made" }));
      } catch (error) {
        if (!maySucceedAlone(error)) throw error;
        for (const { line } of pack.rows) alone.add(line);
        return [];
      }
    });
    const outcomes = [...decisions.filter((each) => "outcome" in each), ...written.flat()];
    for (const row of rows) if (alone.has(row.line)) outcomes.push(await makeAlone(workshop, row));
    return lookedUpAgain(workshop, rows, outcomes);
  };

/**
 * Tries rows out: the handler decides, and the conditions of what it would write are asked for, but nothing is
 * kept except the marks by which later rows of the same dry run find these.
 */
const trying =
  (workshop: Bench): RowMaking =>
  async (rows) => {
    const moment = momentOf(workshop.ground);
    const tried = await eachOf(rows, async (row): Promise<RowOutcome & { mark?: RowWrites }> => {
      const { line } = row;
      try {
        // A handler cannot load what exists in the dry run only; the form of the body is checked even so.
        if (row.dry) workshop.maker.check(row.body);
        else {
          const { writes } = await decide(workshop, row, workshop.chunkStore);
          const refusal = await firstRefusal(workshop, writes.slice(1));
          if (refusal) throw refusal;
        }
        const mark = markOf(workshop, row, moment.newId(idKinds[workshop.job.kind] ?? "change"));
        return { line, outcome: "made", mark: { line, writes: [mark], events: [] } };
      } catch (error) {
        return { line, outcome: faultsOfFailure(line, failureOfRow(error), row.origins) };
      }
    });
    const marks = tried.flatMap(({ mark }) => (mark ? [mark] : []));
    await eachOf(packed(marks, workshop.store).packs, (pack) =>
      workshop.store.write(pack.writes, momentOf(workshop.ground).newId("change")),
    );
    return tried.map(({ line, outcome }) => ({ line, outcome }));
  };

/** The failure of the first write that would be refused as things are now. */
const firstRefusal = async (
  { actor, chunkDatabase }: Workshop,
  writes: readonly Write[],
): Promise<Error | undefined> => {
  const refusals = await mapParallel(writes, async (write) => {
    const { Put, ConditionCheck } = write.build(actor.tenant.id, chunkDatabase.tableName, { changeId: "" });
    const key = Put ? keyOf(Put.Item) : ConditionCheck?.Key;
    if (!key) return undefined;
    const standing = await chunkDatabase.get(key);
    const there = standing !== undefined;
    const condition = (Put ?? ConditionCheck)?.ConditionExpression;
    const isTaken =
      condition === "attribute_not_exists(pk)" ? there : condition === "attribute_exists(pk)" && !there;
    const refused = write.isMet ? !write.isMet(standing) : isTaken;
    return refused ? write.otherwise(standing) : undefined;
  });
  return refusals.find((refusal) => refusal !== undefined);
};

const keyOf = (item: Item | undefined): Item | undefined =>
  item?.pk && item.sk ? { pk: item.pk, sk: item.sk } : undefined;

/** How records are made that the API makes one by one. */
export const oneByOne = (maker: Maker): BulkMaker => ({
  making: (workshop) => making({ ...workshop, maker }),
  trying: (workshop) => trying({ ...workshop, maker }),
});
