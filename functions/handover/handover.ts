import { advancedHandover, finishedHandover, type Handover } from "../../domain/access/handover.ts";
import type { Member } from "../../domain/access/records.ts";
import { millisecondsOf } from "../../domain/kernel/time.ts";
import { handoverContinued } from "../../events/access.ts";
import { happened } from "../../events/event.ts";
import { handoverEntity } from "../access/store.ts";
import { again, wait as realWait } from "../kit/again.ts";
import type { Heard, Listening } from "../kit/listen.ts";
import { runParallel } from "../kit/parallel.ts";
import { memberEntity } from "../kit/records.ts";
import { StaleWrite, type Store, update } from "../kit/table/store.ts";
import { type Estate, estates } from "./estates.ts";

/** Records per page of the index, and per transaction (with their events they have to fit into one). */
const pageRecords = 100;
const batchRecords = 10;
/** A run that has less time left than this leaves the rest to the next. */
const reserveMs = 10_000;
/** How often a run walks through what is left before it leaves the rest to the next. */
const mostPasses = 20;
/** How often a batch is tried again when its records change under it. */
const mostTries = 8;
/** Between two passes: the index shows a change a moment after it was made. */
const settleMs = 300;
/**
 * A request that was let in just before the dismissal may still give the member something: after this time
 * one look more finds what came in late. It is far longer than requests take, and shorter than what one may
 * take at the most (15 seconds): see README.
 */
const graceMs = 5_000;
/** Members who were handed something over and were dismissed themselves, one after another. */
const mostSuccessors = 100;

export type Wait = (ms: number) => Promise<void>;

/** The handover is over or not this one's: the member was reinstated, or dismissed anew. */
class Ended extends Error {}
/** The time of this run is up. */
class OutOfTime extends Error {}

interface Run {
  readonly memberId: string;
  readonly startedAt: string;
  readonly listening: Listening;
  readonly wait: Wait;
}

/** The handover as it stands. @throws Ended */
const current = async ({ memberId, startedAt, listening: { store } }: Run): Promise<Handover> => {
  const [member, handover] = await runParallel([
    () => store.get(memberEntity, { id: memberId }),
    () => store.get(handoverEntity, { memberId }),
  ]);
  if (member?.status !== "dismissed" || handover?.startedAt !== startedAt) throw new Ended();
  return handover;
};

/** Who takes over: the named successor, or theirs if they were dismissed meanwhile, and so on. */
const successorOf = async (store: Store, handover: Handover): Promise<Member> => {
  let to = handover.to;
  for (let n = 0; n < mostSuccessors; n++) {
    const member = await store.get(memberEntity, { id: to });
    if (member?.status === "active") return member;
    const further = await store.get(handoverEntity, { memberId: to });
    if (!further) break;
    to = further.to;
  }
  throw new Error(`the handover to ${handover.to} ends with nobody who works here`);
};

/**
 * Does something that changes the handover's record, again when others changed it or what it is written with.
 * @throws StaleWrite when it did not succeed in `mostTries`
 */
const persist = <T>(run: Run, step: (handover: Handover) => Promise<T>): Promise<T> =>
  again(async () => step(await current(run)), {
    most: mostTries,
    mayPass: (error) => error instanceof StaleWrite,
    pauseMs: (attempt) => 20 * 2 ** attempt,
    wait: run.wait,
  });

/** Hands over what of these records is still the member's, and counts it, in one transaction. */
const handOver = (run: Run, estate: Estate, ids: readonly string[]): Promise<number> =>
  persist(run, async (handover) => {
    const { store, now, save } = run.listening;
    const { id: ownerId, teamId } = await successorOf(store, handover);
    const moved = await estate.reassign(store, ids, run.memberId, { ownerId, teamId }, now);
    if (moved.length === 0) return 0;
    await save({
      writes: [
        ...moved.map(({ write }) => write),
        update(handoverEntity, advancedHandover(handover, { [estate.counted]: moved.length })),
      ],
      happened: moved.map((one) => one.happened),
    });
    return moved.length;
  });

/** As `handOver`, but a record that is changed all the time does not hold up those beside it. */
const handOverBatch = async (run: Run, estate: Estate, ids: readonly string[]): Promise<number> => {
  if (run.listening.remainingMs() < reserveMs) throw new OutOfTime();
  try {
    return await handOver(run, estate, ids);
  } catch (error) {
    if (!(error instanceof StaleWrite) || ids.length === 1) throw error;
  }
  let moved = 0;
  for (const id of ids) moved += await handOver(run, estate, [id]);
  return moved;
};

/** Walks once through what the lists say is the member's. @returns how many records were handed over */
const pass = async (run: Run, estate: Estate): Promise<number> => {
  let moved = 0;
  let cursor: string | undefined;
  do {
    const page = await estate.list(run.listening.store, run.memberId, { limit: pageRecords, cursor });
    for (let at = 0; at < page.items.length; at += batchRecords)
      moved += await handOverBatch(run, estate, page.items.slice(at, at + batchRecords));
    cursor = page.next;
  } while (cursor !== undefined);
  return moved;
};

/** Passes until one finds nothing. @throws OutOfTime */
const untilNothingIsLeft = async (run: Run): Promise<void> => {
  for (let n = 0; n < mostPasses; n++) {
    let moved = 0;
    for (const estate of estates) moved += await pass(run, estate);
    if (moved === 0) return;
    await run.wait(settleMs);
  }
  throw new OutOfTime();
};

const finish = (run: Run): Promise<void> =>
  persist(run, async (handover) => {
    if (handover.status !== "running") return;
    await run.listening.save({
      writes: [update(handoverEntity, finishedHandover(handover, run.listening.now))],
    });
  });

const leaveToNext = (run: Run): Promise<void> =>
  persist(run, (handover) =>
    run.listening.save({
      writes: [update(handoverEntity, advancedHandover(handover, {}))],
      happened: [happened(handoverContinued, { memberId: run.memberId, startedAt: run.startedAt })],
    }),
  );

/**
 * Hands the clients and open deals of a dismissed member over. It may be killed anywhere and run any number
 * of times, also at once: what is handed over is the member's no more, and records and count are written
 * together. A member who is reinstated ends it.
 */
export const runHandover = async (
  { event }: Heard,
  listening: Listening,
  wait: Wait = realWait,
): Promise<void> => {
  const { memberId, startedAt } = handoverContinued.data.parse(event.data);
  const run: Run = { memberId, startedAt, listening, wait };
  try {
    await current(run);
    await untilNothingIsLeft(run);
    await finish(run);
    const lateMs = millisecondsOf(startedAt) + graceMs - millisecondsOf(listening.now);
    if (lateMs <= 0) return;
    if (listening.remainingMs() < lateMs + reserveMs) throw new OutOfTime();
    await wait(lateMs);
    await untilNothingIsLeft(run);
  } catch (error) {
    if (error instanceof Ended) return;
    if (!(error instanceof OutOfTime)) throw error;
    await leaveToNext(run).catch((failure: unknown) => {
      if (!(failure instanceof Ended)) throw failure;
    });
  }
};
