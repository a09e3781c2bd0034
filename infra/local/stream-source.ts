import { Agent, request } from "node:http";
import { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import type { Database } from "./dynamodb.ts";

/** A record as Lambda hands it on; of its contents only this is looked at here. */
export interface StreamRecord {
  readonly eventName: "INSERT" | "MODIFY" | "REMOVE";
  readonly dynamodb: {
    readonly SequenceNumber: string;
    /** Seconds since the epoch. */
    readonly ApproximateCreationDateTime?: number;
  };
}

/** A record with its place in the shard. */
export interface Placed {
  readonly sequence: bigint;
  readonly record: StreamRecord;
}

const Shards = z.object({
  StreamDescription: z.object({ Shards: z.array(z.object({ ShardId: z.string() })) }),
});
const Iterator = z.object({ ShardIterator: z.string() });
// The records are numerous and come from DynamoDB itself: only what is relied on is looked at, below.
const Page = z.object({ Records: z.array(z.unknown()) });

const pageSize = 1_000;
/** Records kept in memory, so that several consumers of a stream read it once. */
const windowSize = 4_000;
const requestTimeoutMs = 10_000;

const isRecord = (value: unknown): value is StreamRecord =>
  typeof value === "object" && value !== null && "dynamodb" in value && "eventName" in value;

interface Window {
  records: readonly Placed[];
  reading: Promise<void> | undefined;
}

/** What lies before the window may have been dropped from it, so that it answers for what follows only. */
const recordsAfter = (window: readonly Placed[], after: bigint): readonly Placed[] => {
  const first = window[0]?.sequence;
  if (first === undefined || after < first) return [];
  let low = 0;
  let high = window.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((window[middle]?.sequence ?? 0n) <= after) low = middle + 1;
    else high = middle;
  }
  return window.slice(low, low + pageSize);
};

/** The stream of a table in the form in which Lambda hands records on, read from dynoxide's file or over the API. */
export class StreamSource {
  readonly arn: string;
  readonly #endpoint: URL;
  readonly #accessKeyId: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 2 });
  readonly #file: StreamFile | undefined;
  readonly #windows = new Map<string, Window>();

  constructor(database: Database, arn: string, table: string) {
    this.arn = arn;
    this.#endpoint = new URL(database.endpoint);
    this.#accessKeyId = database.credentials.accessKeyId;
    this.#file = database.file === undefined ? undefined : openStreamFile(database.file, table);
  }

  /** The last sequence number, where it can be had for nothing; else undefined. */
  latest(): bigint | undefined {
    return this.#file?.latest();
  }

  async shards(): Promise<string[]> {
    const answer = await this.#call("DescribeStream", { StreamArn: this.arn });
    return Shards.parse(answer).StreamDescription.Shards.map((shard) => shard.ShardId);
  }

  /** The records that follow a sequence number, in their order, as many as a page holds. */
  async readAfter(shard: string, after: bigint): Promise<readonly Placed[]> {
    const window = this.#windows.get(shard) ?? { records: [], reading: undefined };
    this.#windows.set(shard, window);
    // Several wait for one reading: whoever comes after the first finds the next one under way.
    while (window.reading) await window.reading;
    const known = recordsAfter(window.records, after);
    if (known.length > 0) return known;
    const last = window.records.at(-1)?.sequence;
    if (last !== undefined && last !== after) return this.#fetch(shard, after);
    const fetching = this.#fetch(shard, after);
    window.reading = fetching.then(
      (records) => {
        window.records = [...window.records, ...records].slice(-windowSize);
        window.reading = undefined;
      },
      () => {
        window.reading = undefined;
      },
    );
    return fetching;
  }

  close(): void {
    this.#file?.close();
    this.#agent.destroy();
  }

  async #fetch(shard: string, after: bigint): Promise<readonly Placed[]> {
    return this.#file ? this.#file.readAfter(shard, after) : this.readOverApi(shard, after);
  }

  /** The same over the API of DynamoDB Streams: the way where there is no file, and what that of the file is held to. */
  async readOverApi(shard: string, after: bigint): Promise<readonly Placed[]> {
    const { ShardIterator } = Iterator.parse(
      await this.#call("GetShardIterator", {
        StreamArn: this.arn,
        ShardId: shard,
        ...(after > 0n
          ? { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: this.#sequenceText(after) }
          : { ShardIteratorType: "TRIM_HORIZON" }),
      }),
    );
    const { Records } = Page.parse(await this.#call("GetRecords", { ShardIterator, Limit: pageSize }));
    return Records.filter(isRecord).map((record) => ({
      sequence: BigInt(record.dynamodb.SequenceNumber),
      record,
    }));
  }

  /** DynamoDB's own sequence numbers have 21 digits or more; dynoxide's are plain. */
  #sequenceText(sequence: bigint): string {
    return this.#file ? String(sequence) : String(sequence).padStart(21, "0");
  }

  #call(action: string, body: unknown): Promise<unknown> {
    const text = JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = request(
        this.#endpoint,
        {
          method: "POST",
          agent: this.#agent,
          timeout: requestTimeoutMs,
          headers: {
            "content-type": "application/x-amz-json-1.0",
            "content-length": Buffer.byteLength(text),
            "x-amz-target": `DynamoDBStreams_20120810.${action}`,
            // No emulator checks the signature, but they want to see one.
            "x-amz-date": "20260101T000000Z",
            authorization: `AWS4-HMAC-SHA256 Credential=${this.#accessKeyId}/20260101/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => {
            const answer = Buffer.concat(chunks).toString("utf8");
            if (response.statusCode === 200) resolve(JSON.parse(answer));
            else reject(new Error(`${action} answered ${response.statusCode}: ${answer}`));
          });
        },
      );
      sent.on("timeout", () => sent.destroy(new Error(`${action} took too long`)));
      sent.on("error", reject);
      sent.end(text);
    });
  }
}

interface StreamFile {
  /** The last sequence number. */
  readonly latest: () => bigint;
  readonly readAfter: (shard: string, after: bigint) => readonly Placed[];
  readonly close: () => void;
}

const Row = z.object({
  sequence_number: z.string(),
  event_name: z.string(),
  keys_json: z.string(),
  new_image: z.string().nullable(),
  old_image: z.string().nullable(),
  created_at: z.bigint(),
});

/**
 * Reads dynoxide's own table of records. Under bulk writes a quarter of its CPU and more went into handing them on
 * over the API, and it is one process for all that is read and written.
 */
const openStreamFile = (file: string, table: string): StreamFile => {
  const sqlite = new DatabaseSync(file, { readOnly: true, timeout: 1_000 });
  const sequence = "CAST(sequence_number AS INTEGER)";
  const last = sqlite.prepare(`SELECT MAX(${sequence}) AS latest FROM _stream_records WHERE table_name = ?`);
  last.setReadBigInts(true);
  const following = sqlite.prepare(
    `SELECT sequence_number, event_name, keys_json, new_image, old_image, created_at FROM _stream_records
     WHERE table_name = ?1 AND ${sequence} > ?2 AND shard_id = ?3 ORDER BY ${sequence} LIMIT ${pageSize}`,
  );
  following.setReadBigInts(true);
  const placed = (row: unknown): Placed[] => {
    const { sequence_number, event_name, keys_json, new_image, old_image, created_at } = Row.parse(row);
    const record: unknown = {
      eventID: sequence_number,
      eventName: event_name,
      eventVersion: "1.1",
      dynamodb: {
        Keys: JSON.parse(keys_json),
        ...(new_image === null ? {} : { NewImage: JSON.parse(new_image) }),
        ...(old_image === null ? {} : { OldImage: JSON.parse(old_image) }),
        SequenceNumber: sequence_number,
        StreamViewType: "NEW_AND_OLD_IMAGES",
        ApproximateCreationDateTime: Number(created_at),
      },
    };
    return isRecord(record) ? [{ sequence: BigInt(sequence_number), record }] : [];
  };
  return {
    latest: () => {
      const latest = last.get(table)?.latest;
      return typeof latest === "bigint" ? latest : 0n;
    },
    readAfter: (shard, after) => following.all(table, after, shard).flatMap(placed),
    close: () => sqlite.close(),
  };
};
