import { createHash, randomUUID } from "node:crypto";
import * as z from "zod";
import { AwsError, unknownAction } from "./aws-error.ts";
import type { Clock } from "./clock.ts";
import type { QueueModel } from "./model.ts";
import { nameOfArn } from "./naming.ts";
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
  readonly receives: number;
}

type Row = Record<string, unknown>;

const read = (row: Row): Message => ({
  id: String(row.id),
  queue: String(row.queue),
  body: String(row.body),
  attributes: JSON.parse(String(row.attributes)),
  origin: row.origin === null ? undefined : JSON.parse(String(row.origin)),
  sentAtMs: Number(row.sentAt),
  receives: Number(row.receives),
});

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

const OfQueue = z.object({ QueueUrl: z.string() });
const Send = OfQueue.extend({ MessageBody: z.string(), DelaySeconds: z.number().default(0) });
const Receive = OfQueue.extend({
  MaxNumberOfMessages: z.number().min(1).max(10).default(1),
  VisibilityTimeout: z.number().optional(),
});
const Delete = OfQueue.extend({ ReceiptHandle: z.string() });

/** The queues of the template, kept in the data folder: dead letters first of all. */
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
    {
      attributes = {},
      origin,
      delayMs = 0,
    }: { attributes?: Record<string, string>; origin?: Origin; delayMs?: number } = {},
  ): string {
    this.#model(queue);
    const id = randomUUID();
    const nowMs = this.#clock.now();
    this.#state
      .statement(
        "INSERT INTO message (id, queue, body, attributes, origin, sentAt, visibleAt) VALUES (?, ?, ?, ?, ?, ?, ?)",
      )
      .run(
        id,
        queue,
        body,
        JSON.stringify(attributes),
        origin ? JSON.stringify(origin) : null,
        nowMs,
        nowMs + delayMs,
      );
    return id;
  }

  count(queue: string): number {
    return Number(
      this.#state.statement("SELECT COUNT(*) AS count FROM message WHERE queue = ?").get(queue)?.count,
    );
  }

  /** The oldest messages, visible or not. */
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

  handle(action: string, request: unknown): unknown {
    switch (action) {
      case "SendMessage": {
        const { QueueUrl, MessageBody, DelaySeconds } = Send.parse(request);
        const id = this.send(nameOfArn(QueueUrl), MessageBody, { delayMs: DelaySeconds * 1000 });
        return { MessageId: id, MD5OfMessageBody: md5(MessageBody) };
      }
      case "ReceiveMessage":
        return { Messages: this.#receive(Receive.parse(request)) };
      case "DeleteMessage": {
        const { ReceiptHandle } = Delete.parse(request);
        this.#state.statement("DELETE FROM message WHERE receipt = ?").run(ReceiptHandle);
        return {};
      }
      default:
        throw unknownAction("SQS", action);
    }
  }

  #receive({ QueueUrl, MaxNumberOfMessages, VisibilityTimeout }: z.infer<typeof Receive>): unknown[] {
    const queue = this.#model(nameOfArn(QueueUrl));
    const nowMs = this.#clock.now();
    const visibleAt =
      nowMs + (VisibilityTimeout === undefined ? queue.visibilityMs : VisibilityTimeout * 1000);
    const hide = this.#state.statement(
      "UPDATE message SET visibleAt = ?, receipt = ?, receives = receives + 1 WHERE id = ?",
    );
    return this.#state
      .statement("SELECT * FROM message WHERE queue = ? AND visibleAt <= ? ORDER BY sentAt, id LIMIT ?")
      .all(queue.name, nowMs, MaxNumberOfMessages)
      .map(read)
      .map((message) => {
        const receipt = randomUUID();
        hide.run(visibleAt, receipt, message.id);
        return {
          MessageId: message.id,
          ReceiptHandle: receipt,
          Body: message.body,
          MD5OfBody: md5(message.body),
          Attributes: {
            SentTimestamp: String(message.sentAtMs),
            ApproximateReceiveCount: String(message.receives + 1),
          },
        };
      });
  }

  #model(queue: string): QueueModel {
    const model = this.#models.get(queue);
    if (!model) throw new AwsError("AWS.SimpleQueueService.NonExistentQueue", `There is no queue ${queue}`);
    return model;
  }
}
