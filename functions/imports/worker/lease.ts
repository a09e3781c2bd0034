import { type ImportJob, isLeased, leased } from "../../../domain/imports/job.ts";
import { instantOf } from "../../../domain/kernel/time.ts";
import { momentOf } from "../../kit/context.ts";
import type { Ground } from "../../kit/machine.ts";
import { StaleWrite, type Store, update } from "../../kit/table/store.ts";
import { importEntity } from "../store.ts";

/** How long a job belongs to a worker that says nothing. It says something after every chunk. */
export const leaseMs = 30_000;
const lookAgainMs = 1_000;

export const leaseUntil = (ground: Ground): string => instantOf(ground.clock() + leaseMs);

export interface Call {
  readonly importId: string;
  readonly run: number;
}

const isCalled = (job: ImportJob | undefined, call: Call): job is ImportJob =>
  job !== undefined && job.run === call.run && (job.status === "waiting" || job.status === "running");

/**
 * Takes a job up, or answers undefined where there is nothing to do: the call is out of date, or another worker
 * is at it. A call that is repeated because its worker died finds that worker's lease; it waits until the
 * lease is renewed, which a live worker does soon, or has run out.
 */
export const takeUp = async (
  call: Call,
  store: Store,
  ground: Ground,
  wait: (ms: number) => Promise<void>,
): Promise<ImportJob | undefined> => {
  const load = () => store.get(importEntity, { id: call.importId });
  let job = await load();
  const seen = job?.lease?.until;
  for (let looks = 0; looks * lookAgainMs <= leaseMs + 5_000; looks++) {
    if (!isCalled(job, call)) return undefined;
    if (!isLeased(job, instantOf(ground.clock()))) break;
    if (job.lease?.until !== seen) return undefined;
    await wait(lookAgainMs);
    job = await load();
  }
  if (!isCalled(job, call) || isLeased(job, instantOf(ground.clock()))) return undefined;
  const { now, newId } = momentOf(ground);
  const taken = leased(job, newId("change"), now, leaseUntil(ground));
  try {
    await store.write([update(importEntity, taken)], newId("change"));
    return taken;
  } catch (error) {
    if (error instanceof StaleWrite) return undefined;
    throw error;
  }
};
