import type { Clock } from "./clock.ts";
import type { Disk } from "./disk.ts";
import type { Database } from "./dynamodb.ts";
import type { MappingModel, Model } from "./model.ts";
import type { Queues } from "./queues.ts";
import { Unsupported } from "./resolve.ts";
import { atMost, drainLimitMs } from "./sleeper.ts";
import type { State } from "./state.ts";
import { type ConsumerStatus, filtersOf, StreamConsumer } from "./stream-consumer.ts";
import { StreamSource } from "./stream-source.ts";
import type { FunctionRunner } from "./workers.ts";

const shardRefreshMs = 60_000;

/** The table that a mapping's stream belongs to. */
const tableOf = (mapping: MappingModel): string => {
  const name = /:dynamodb:[^:]*:[^:]*:table\/([^/]+)\/stream\//.exec(mapping.EventSourceArn)?.[1];
  if (!name) throw new Unsupported(mapping.id, `the event source ${mapping.EventSourceArn}`);
  return name;
};

/** Refuses, before anything runs, mappings that this stack does not understand. */
export const checkMappings = (model: Model): void => {
  for (const mapping of model.mappings) {
    const table = tableOf(mapping);
    if (!model.tables.some(({ name, StreamSpecification }) => name === table && StreamSpecification))
      throw new Unsupported(mapping.id, `the stream of table ${table}`);
    if (!mapping.StartingPosition) throw new Unsupported(mapping.id, "a mapping without StartingPosition");
    filtersOf(mapping);
  }
};

/** Per table, the sequence number up to which every consumer of its stream has read. */
export const consumedSequences = (model: Model, state: State): Map<string, bigint> => {
  const consumed = new Map<string, bigint>();
  for (const { name } of model.tables) {
    const mappings = model.mappings.filter((mapping) => tableOf(mapping) === name);
    const positions = mappings.map(({ id }) => {
      const row = state.statement("SELECT sequence FROM checkpoint WHERE mapping LIKE ?").get(`${id} %`);
      return row ? BigInt(String(row.sequence)) : 0n;
    });
    const lowest = positions.reduce<bigint | undefined>(
      (least, one) => (least === undefined || one < least ? one : least),
      undefined,
    );
    if (lowest) consumed.set(name, lowest);
  }
  return consumed;
};

export interface StreamsSettings {
  readonly model: Model;
  readonly database: Database;
  /** The ARN that the database itself gives to the stream of each table. */
  readonly streamArns: ReadonlyMap<string, string>;
  readonly functions: ReadonlyMap<string, FunctionRunner>;
  readonly state: State;
  readonly clock: Clock;
  readonly queues: Queues;
  readonly disk: Disk;
  readonly region: string;
}

/** All event source mappings of the templates, running. */
export class Streams {
  readonly #settings: StreamsSettings;
  readonly #sources = new Map<string, StreamSource>();
  readonly #consumers = new Map<string, StreamConsumer>();
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: StreamsSettings) {
    this.#settings = settings;
  }

  async start(): Promise<void> {
    const { model, database, streamArns } = this.#settings;
    for (const mapping of model.mappings.filter(({ Enabled }) => Enabled)) {
      const table = tableOf(mapping);
      const arn = streamArns.get(table);
      if (!arn) throw new Error(`The table ${table} has no stream`);
      if (!this.#sources.has(table)) this.#sources.set(table, new StreamSource(database, arn, table));
    }
    await this.#followShards();
    // dynoxide has one shard for ever; DynamoDB Local opens new ones.
    if (!database.file)
      this.#timer = setInterval(() => void this.#followShards().catch(() => {}), shardRefreshMs);
  }

  status(): ConsumerStatus[] {
    return [...this.#consumers.values()].map((consumer) => consumer.status());
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await atMost(Promise.all([...this.#consumers.values()].map((consumer) => consumer.stop())), drainLimitMs);
    for (const source of this.#sources.values()) source.close();
  }

  async #followShards(): Promise<void> {
    const { model, functions } = this.#settings;
    for (const [table, source] of this.#sources) {
      const shards = await source.shards();
      for (const mapping of model.mappings) {
        const runner = functions.get(mapping.functionName);
        if (!runner || !mapping.Enabled || tableOf(mapping) !== table) continue;
        for (const shard of shards) {
          const key = `${mapping.id} ${shard}`;
          if (this.#consumers.has(key)) continue;
          const consumer = new StreamConsumer({ ...this.#settings, mapping, source, shard, runner });
          this.#consumers.set(key, consumer);
          consumer.start();
        }
      }
    }
  }
}
