import { randomUUID } from "node:crypto";
import { AwsError } from "./aws-error.ts";
import type { Clock } from "./clock.ts";
import type { QueueModel } from "./model.ts";
import type { State } from "./state.ts";

/** What a dead letter is to be given to when it is redriven. */
export interface Origin {
  readonly function: string;
  readonly kind: "asynchronous" | "stream";
  readonly payload: unknown;
}

export interface Message {
  readonly id: string;
  readonly queue: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly origin: Origin | undefined;
  readonly sentAtMs: number;
}

type Row = Record<string, unknown>;

const read = (row: Row): Message => ({
  id: String(row.id),
  queue: String(row.queue),
  body: String(row.body),
  attributes: JSON.parse(String(row.attributes)),
  origin: row.origin === null ? undefined : JSON.parse(String(row.origin)),
  sentAtMs: Number(row.sentAt),
});

/** The queues of the template, kept in the data folder. Dead letters are all that the product has queues for. */
export class Queues {
  readonly #state: State;
  readonly #clock: Clock;
  readonly #models: ReadonlyMap<string, QueueModel>;

  constructor(state: State, clock: Clock, models: ReadonlyMap<string, QueueModel>) {
    this.#state = state;
    this.#clock = clock;
    this.#models = models;
  }

  get names(): string[] {
    return [...this.#models.keys()];
  }

  send(
    queue: string,
    body: string,
    { attributes = {}, origin }: { attributes?: Record<string, string>; origin?: Origin } = {},
  ): void {
    this.#model(queue);
    this.#state
      .statement(
        "INSERT INTO message (id, queue, body, attributes, origin, sentAt) VALUES (?, ?, ?, ?, ?, ?)",
      )
      .run(
        randomUUID(),
        queue,
        body,
        JSON.stringify(attributes),
        origin ? JSON.stringify(origin) : null,
        this.#clock.now(),
      );
  }

  count(queue: string): number {
    return Number(
      this.#state.statement("SELECT COUNT(*) AS count FROM message WHERE queue = ?").get(queue)?.count,
    );
  }

  /** The oldest messages. */
  list(queue: string, limit: number): Message[] {
    this.#model(queue);
    return this.#state
      .statement("SELECT * FROM message WHERE queue = ? ORDER BY sentAt, id LIMIT ?")
      .all(queue, limit)
      .map(read);
  }

  remove(id: string): void {
    this.#state.statement("DELETE FROM message WHERE id = ?").run(id);
  }

  #model(queue: string): QueueModel {
    const model = this.#models.get(queue);
    if (!model) throw new AwsError("AWS.SimpleQueueService.NonExistentQueue", `There is no queue ${queue}`);
    return model;
  }
}
