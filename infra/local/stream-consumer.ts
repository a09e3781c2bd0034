import { randomUUID } from "node:crypto";
import * as z from "zod";
import type { Clock } from "./clock.ts";
import type { Disk } from "./disk.ts";
import type { MappingModel } from "./model.ts";
import { compilePattern, type Matcher } from "./pattern.ts";
import type { Queues } from "./queues.ts";
import { Sleeper } from "./sleeper.ts";
import type { State } from "./state.ts";
import type { Placed, StreamRecord, StreamSource } from "./stream-source.ts";
import type { FunctionRunner } from "./workers.ts";

export interface ConsumerStatus {
  readonly mapping: string;
  readonly function: string;
  readonly position: string;
  /** Records behind, where it is known. */
  readonly lag: number | undefined;
  readonly retries: number;
  readonly deadBatches: number;
  readonly lastError: string | undefined;
}

const watchMs = 20;
/** How long a consumer waits before it looks again whether there is room on the disk. */
const roomPauseMs = 500;
/** After a batch that was not full, more records are let come together: under load that saves invocations. */
const gatherMs = 30;
const idlePollsMs = { shortest: 20, longest: 250, growth: 1.5 };
const retryPausesMs = { first: 100, longest: 10_000 };
const defaultBatchSize = 100;

const Partial = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string().nullish() })) });

/**
 * What remains of a batch after an answer, with ReportBatchItemFailures: everything from the first record
 * reported on. A report that names none of the batch means all of it.
 */
const remaining = (batch: readonly Placed[], answer: unknown): readonly Placed[] => {
  const failures = Partial.safeParse(answer).data?.batchItemFailures ?? [];
  if (failures.length === 0) return [];
  const named = new Set(failures.map((failure) => failure.itemIdentifier));
  const first = batch.findIndex(({ record }) => named.has(record.dynamodb.SequenceNumber));
  return first < 0 ? batch : batch.slice(first);
};

export interface ConsumerSettings {
  readonly mapping: MappingModel;
  readonly source: StreamSource;
  readonly shard: string;
  readonly runner: FunctionRunner;
  readonly state: State;
  readonly clock: Clock;
  readonly queues: Queues;
  readonly disk: Disk;
  readonly region: string;
}

/**
 * An event source mapping on one shard of the table's stream: filters, batches, retries with bisection,
 * then the failure destination. The checkpoint moves after success or burial only: at least once.
 */
export class StreamConsumer {
  readonly #settings: ConsumerSettings;
  readonly #matchers: readonly Matcher[];
  readonly #key: string;
  readonly #sleeper: Sleeper;
  readonly #batchSize: number;
  #position = 0n;
  #running: Promise<void> | undefined;
  #retries = 0;
  #deadBatches = 0;
  #lastError: string | undefined;

  constructor(settings: ConsumerSettings) {
    const { mapping, shard, clock } = settings;
    this.#settings = settings;
    this.#matchers = filtersOf(mapping);
    this.#key = `${mapping.id} ${shard}`;
    this.#sleeper = new Sleeper(clock);
    this.#batchSize = mapping.BatchSize ?? defaultBatchSize;
  }

  status(): ConsumerStatus {
    const latest = this.#settings.source.latest();
    return {
      mapping: this.#settings.mapping.id,
      function: this.#settings.mapping.functionName,
      position: String(this.#position),
      lag: latest === undefined ? undefined : Number(latest - this.#position),
      retries: this.#retries,
      deadBatches: this.#deadBatches,
      lastError: this.#lastError,
    };
  }

  start(): void {
    const { state, mapping, source } = this.#settings;
    const kept = state.statement("SELECT sequence FROM checkpoint WHERE mapping = ?").get(this.#key);
    if (kept) this.#position = BigInt(String(kept.sequence));
    else if (mapping.StartingPosition === "LATEST") this.#keep(source.latest() ?? 0n);
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#sleeper.stop();
    await this.#running;
  }

  async #run(): Promise<void> {
    let pauseMs = idlePollsMs.shortest;
    while (!this.#sleeper.stopped) {
      if (!this.#settings.disk.canWork()) {
        await this.#sleeper.sleep(roomPauseMs);
        continue;
      }
      try {
        const found = await this.#next();
        if (found.length > 0) {
          pauseMs = idlePollsMs.shortest;
          await this.#consume(found);
          if (found.length < this.#batchSize) await this.#sleeper.sleep(gatherMs);
          continue;
        }
      } catch (error) {
        this.#lastError = error instanceof Error ? error.message : String(error);
        pauseMs = idlePollsMs.longest;
      }
      await this.#sleeper.sleep(this.#settings.source.latest() === undefined ? pauseMs : watchMs);
      pauseMs = Math.min(idlePollsMs.longest, pauseMs * idlePollsMs.growth);
    }
  }

  /** The next records; where the end of the stream is known, without asking for what cannot be there. */
  async #next(): Promise<readonly Placed[]> {
    const { source, shard, mapping } = this.#settings;
    const latest = source.latest();
    if (latest !== undefined && latest <= this.#position) return [];
    const found = await source.readAfter(shard, this.#position);
    const windowMs = mapping.MaximumBatchingWindowInSeconds * 1000;
    if (windowMs === 0 || found.length === 0 || found.length >= this.#batchSize) return found;
    await this.#sleeper.sleep(windowMs);
    return source.readAfter(shard, this.#position);
  }

  async #consume(found: readonly Placed[]): Promise<void> {
    const wanted = found.filter(({ record }) => this.#wants(record));
    const seenAtMs = this.#settings.clock.now();
    for (let from = 0; from < wanted.length; from += this.#batchSize) {
      const batch = wanted.slice(from, from + this.#batchSize);
      if (!(await this.#process(batch, seenAtMs))) return;
      this.#keep(batch.at(-1)?.sequence ?? this.#position);
    }
    this.#keep(found.at(-1)?.sequence ?? this.#position);
  }

  #wants(record: StreamRecord): boolean {
    return this.#matchers.length === 0 || this.#matchers.some((matches) => matches(record));
  }

  /** Gives a batch to the function until all of it has been taken or buried; false if it was stopped before. */
  async #process(whole: readonly Placed[], seenAtMs: number): Promise<boolean> {
    const { mapping, clock, runner } = this.#settings;
    let batch = whole;
    let failures = 0;
    while (!this.#sleeper.stopped) {
      const outcome = await runner.invoke({ Records: batch.map((placed) => this.#event(placed)) });
      if (!outcome.error) {
        const rest = mapping.FunctionResponseTypes.length > 0 ? remaining(batch, outcome.value) : [];
        // Progress counts as a fresh start, as a new batch does.
        if (rest.length < batch.length) failures = 0;
        batch = rest;
        if (batch.length === 0) return true;
        this.#lastError = `${batch.length} records reported as failed`;
      } else {
        this.#lastError = outcome.error.errorMessage;
        if (mapping.BisectBatchOnFunctionError && batch.length > 1 && !this.#sleeper.stopped) {
          const middle = Math.ceil(batch.length / 2);
          return (
            (await this.#process(batch.slice(0, middle), seenAtMs)) &&
            (await this.#process(batch.slice(middle), seenAtMs))
          );
        }
      }
      failures += 1;
      this.#retries += 1;
      if (this.#sleeper.stopped) return false;
      const exhausted = mapping.MaximumRetryAttempts >= 0 && failures > mapping.MaximumRetryAttempts;
      const ageMs = clock.now() - seenAtMs;
      const tooOld =
        mapping.MaximumRecordAgeInSeconds >= 0 && ageMs > mapping.MaximumRecordAgeInSeconds * 1000;
      if (exhausted || tooOld) {
        this.#bury(batch, failures, exhausted ? "RetryAttemptsExhausted" : "RecordAgeExceeded");
        return true;
      }
      const pauseMs = Math.min(retryPausesMs.longest, retryPausesMs.first * 2 ** (failures - 1));
      await this.#sleeper.sleep(pauseMs * (0.75 + Math.random() / 2));
    }
    return false;
  }

  #event({ record }: Placed): Record<string, unknown> {
    const { source, region, clock } = this.#settings;
    const created = record.dynamodb.ApproximateCreationDateTime ?? Date.now() / 1000;
    return {
      ...record,
      awsRegion: region,
      eventSource: "aws:dynamodb",
      eventSourceARN: source.arn,
      dynamodb: { ...record.dynamodb, ApproximateCreationDateTime: created + clock.offsetMs / 1000 },
    };
  }

  /** Tells the failure destination where the records lie, as AWS does; the records go along for the redrive. */
  #bury(batch: readonly Placed[], failures: number, condition: string): void {
    const { mapping, queues, runner, clock, shard, source } = this.#settings;
    this.#deadBatches += 1;
    if (!mapping.onFailureQueue) return;
    const arrival = (placed: Placed | undefined) =>
      new Date((placed?.record.dynamodb.ApproximateCreationDateTime ?? 0) * 1000).toISOString();
    const body = {
      requestContext: {
        requestId: randomUUID(),
        functionArn: runner.model.arn,
        condition,
        approximateInvokeCount: failures,
      },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      version: "1.0",
      timestamp: new Date(clock.now()).toISOString(),
      DDBStreamBatchInfo: {
        shardId: shard,
        startSequenceNumber: batch[0]?.record.dynamodb.SequenceNumber,
        endSequenceNumber: batch.at(-1)?.record.dynamodb.SequenceNumber,
        approximateArrivalOfFirstRecord: arrival(batch[0]),
        approximateArrivalOfLastRecord: arrival(batch.at(-1)),
        batchSize: batch.length,
        streamArn: source.arn,
      },
    };
    const payload = { Records: batch.map((placed) => this.#event(placed)) };
    queues.send(mapping.onFailureQueue, JSON.stringify(body), {
      attributes: { ErrorMessage: this.#lastError ?? "" },
      origin: { function: runner.model.name, kind: "stream", payload },
    });
  }

  #keep(position: bigint): void {
    this.#settings.state
      .statement(
        "INSERT INTO checkpoint (mapping, sequence) VALUES (?, ?) ON CONFLICT (mapping) DO UPDATE SET sequence = excluded.sequence",
      )
      .run(this.#key, String(position));
    this.#position = position;
  }
}

/** The filters of a mapping, compiled. @throws Unsupported for what the pattern language here does not know */
export const filtersOf = (mapping: MappingModel): Matcher[] =>
  (mapping.FilterCriteria?.Filters ?? []).map(({ Pattern }) =>
    compilePattern(JSON.parse(Pattern), `filter of ${mapping.id}`),
  );
