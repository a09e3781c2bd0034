import { randomUUID } from "node:crypto";
import type { Clock } from "./clock.ts";
import type { Disk } from "./disk.ts";
import type { Queues } from "./queues.ts";
import { atMost, drainLimitMs } from "./sleeper.ts";
import type { State } from "./state.ts";
import type { FunctionError, FunctionRunner } from "./workers.ts";

/** An asynchronous invocation that has been accepted: it is kept until it has succeeded or is a dead letter. */
interface Delivery {
  readonly id: number;
  readonly payload: string;
  readonly attempts: number;
  readonly createdAtMs: number;
}

export interface DeliverySummary {
  readonly function: string;
  readonly pending: number;
  readonly retrying: number;
  readonly nextAt: string | undefined;
  readonly lastError: string | undefined;
}

const maxAtOnce = 8;
/** Those under way stand first in the order, so that this many rows hold as many others. */
const pageSize = 2 * maxAtOnce;
/** Lambda waits one minute and then two; here it is seconds, so that one can watch. */
const firstRetryMs = 1_000;
const longestTimerMs = 60_000;
/** How long what finds no room on the disk waits before it is tried again; the machine's time. */
const roomPauseMs = 500;

const retryDelayMs = (attempts: number): number =>
  firstRetryMs * 2 ** (attempts - 1) * (0.75 + Math.random() / 2);

/**
 * Lambda's queue of asynchronous invocations: retries with growing pauses on the stack's clock, age limit,
 * then the function's failure destination or dead-letter queue. All of it survives a kill -9.
 */
export class Deliveries {
  readonly #state: State;
  readonly #clock: Clock;
  readonly #queues: Queues;
  readonly #functions: ReadonlyMap<string, FunctionRunner>;
  readonly #underWay = new Map<string, Map<number, Promise<void>>>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** Invocations that failed for good and had nowhere to go, as they would be lost in AWS. */
  lost = 0;
  readonly #disk: Disk;
  readonly #report: (error: unknown) => void;
  #stopping = false;

  constructor(settings: {
    readonly state: State;
    readonly clock: Clock;
    readonly queues: Queues;
    readonly functions: ReadonlyMap<string, FunctionRunner>;
    readonly disk: Disk;
    readonly report: (error: unknown) => void;
  }) {
    this.#state = settings.state;
    this.#clock = settings.clock;
    this.#queues = settings.queues;
    this.#functions = settings.functions;
    this.#disk = settings.disk;
    this.#report = settings.report;
    for (const name of this.#functions.keys()) this.#underWay.set(name, new Map());
    this.#clock.onAdvance(() => this.start());
  }

  /** Takes up what is due, from before a restart too. */
  start(): void {
    for (const name of this.#functions.keys()) this.#pump(name);
  }

  /**
   * Accepts invocations; when it returns they are on disk.
   * @param alongside other writes to the same state, for the same commit
   */
  accept(
    invocations: readonly { function: string; source: string; payload: unknown }[],
    alongside: () => void = () => {},
  ): void {
    const nowMs = this.#clock.now();
    const insert = this.#state.statement(
      "INSERT INTO delivery (function, source, payload, createdAt, dueAt) VALUES (?, ?, ?, ?, ?)",
    );
    this.#state.together(() => {
      alongside();
      for (const { function: name, source, payload } of invocations)
        insert.run(name, source, JSON.stringify(payload), nowMs, nowMs);
    });
    for (const name of new Set(invocations.map((invocation) => invocation.function)))
      setImmediate(() => this.#pump(name));
  }

  /** Whether there are deliveries that have not been tried yet. */
  hasUntried(): boolean {
    return this.#state.statement("SELECT 1 FROM delivery WHERE attempts = 0 LIMIT 1").get() !== undefined;
  }

  summary(): DeliverySummary[] {
    return this.#state
      .statement(
        `SELECT function, COUNT(*) AS pending, SUM(attempts > 0) AS retrying, MIN(dueAt) AS nextAt,
           MAX(lastError) AS lastError FROM delivery GROUP BY function ORDER BY function`,
      )
      .all()
      .map((row) => ({
        function: String(row.function),
        pending: Number(row.pending),
        retrying: Number(row.retrying),
        nextAt: row.nextAt === null ? undefined : new Date(Number(row.nextAt)).toISOString(),
        lastError: row.lastError === null ? undefined : String(row.lastError),
      }));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    const underWay = [...this.#underWay.values()].flatMap((running) => [...running.values()]);
    await atMost(Promise.all(underWay), drainLimitMs);
  }

  /** Begins what is due of a function. */
  #pump(name: string): void {
    try {
      if (this.#disk.canWork()) this.#take(name);
      else this.#wakeIn(name, roomPauseMs);
    } catch (error) {
      this.#report(error);
      this.#wakeIn(name, roomPauseMs);
    }
  }

  #take(name: string): void {
    const runner = this.#functions.get(name);
    const running = this.#underWay.get(name);
    if (this.#stopping || !runner || !running || running.size >= maxAtOnce) return;
    const due = this.#state
      .statement(
        "SELECT id, payload, attempts, createdAt FROM delivery WHERE function = ? AND dueAt <= ? ORDER BY dueAt, id LIMIT ?",
      )
      .all(name, this.#clock.now(), pageSize);
    for (const row of due) {
      const id = Number(row.id);
      if (running.size >= maxAtOnce) break;
      if (running.has(id)) continue;
      const delivery = {
        id,
        payload: String(row.payload),
        attempts: Number(row.attempts),
        createdAtMs: Number(row.createdAt),
      };
      running.set(
        id,
        this.#deliver(runner, delivery).finally(() => {
          running.delete(id);
          this.#pump(name);
        }),
      );
    }
    this.#wakeForNext(name);
  }

  /** One timer per function, for the next delivery that waits for its retry. */
  #wakeForNext(name: string): void {
    clearTimeout(this.#timers.get(name));
    const next = this.#state
      .statement("SELECT MIN(dueAt) AS dueAt FROM delivery WHERE function = ? AND dueAt > ?")
      .get(name, this.#clock.now())?.dueAt;
    if (next === null || next === undefined) return;
    this.#wakeIn(name, Math.min(longestTimerMs, Math.max(1, Number(next) - this.#clock.now())));
  }

  #wakeIn(name: string, waitMs: number): void {
    clearTimeout(this.#timers.get(name));
    if (this.#stopping) return;
    this.#timers.set(
      name,
      setTimeout(() => this.#pump(name), waitMs),
    );
  }

  async #deliver(runner: FunctionRunner, delivery: Delivery): Promise<void> {
    const payload: unknown = JSON.parse(delivery.payload);
    const { error } = await runner.invoke(payload);
    if (this.#stopping && error) return;
    const attempts = delivery.attempts + 1;
    if (!error) return this.#keep(() => this.#forget(delivery.id));
    const { asynchronous } = runner.model;
    const dueAt = this.#clock.now() + retryDelayMs(attempts);
    const tooOld = dueAt - delivery.createdAtMs > asynchronous.maxAgeMs;
    if (attempts < asynchronous.attempts && !tooOld)
      return this.#keep(() =>
        this.#state
          .statement("UPDATE delivery SET attempts = ?, dueAt = ?, lastError = ? WHERE id = ?")
          .run(attempts, Math.round(dueAt), error.errorMessage, delivery.id),
      );
    return this.#keep(() =>
      this.#state.together(() => {
        this.#bury(runner, payload, attempts, error, tooOld ? "EventAgeExceeded" : "RetriesExhausted");
        this.#forget(delivery.id);
      }),
    );
  }

  /**
   * Writes down what became of an invocation, again until there is room for it: what is not written down would be
   * invoked once more.
   */
  async #keep(write: () => unknown): Promise<void> {
    for (;;) {
      try {
        write();
        return;
      } catch (error) {
        this.#report(error);
        if (this.#stopping) return;
        await new Promise((resolve) => setTimeout(resolve, roomPauseMs));
      }
    }
  }

  #forget(id: number): void {
    this.#state.statement("DELETE FROM delivery WHERE id = ?").run(id);
  }

  #bury(
    { model }: FunctionRunner,
    payload: unknown,
    attempts: number,
    error: FunctionError,
    condition: string,
  ): void {
    const { onFailureQueue, deadLetterQueue } = model.asynchronous;
    const origin = { function: model.name, kind: "asynchronous", payload } as const;
    const requestId = randomUUID();
    if (deadLetterQueue) {
      const attributes = { RequestID: requestId, ErrorCode: "200", ErrorMessage: error.errorMessage };
      this.#queues.send(deadLetterQueue, JSON.stringify(payload), { attributes, origin });
    }
    if (onFailureQueue) {
      const record = {
        version: "1.0",
        timestamp: new Date(this.#clock.now()).toISOString(),
        requestContext: {
          requestId,
          functionArn: `${model.arn}:$LATEST`,
          condition,
          approximateInvokeCount: attempts,
        },
        requestPayload: payload,
        responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
        responsePayload: error,
      };
      this.#queues.send(onFailureQueue, JSON.stringify(record), {
        attributes: { ErrorMessage: error.errorMessage },
        origin,
      });
    }
    if (!deadLetterQueue && !onFailureQueue) this.lost += 1;
  }
}
