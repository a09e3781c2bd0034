import type { TransactWriteItem } from "@aws-sdk/client-dynamodb";
import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from "@aws-sdk/client-dynamodb";
import { Failure } from "../../../domain/kernel/errors.ts";
import type { Page } from "../../../domain/kernel/page.ts";
import { type Cursors, cursorMismatch, unboundCursors } from "./cursor.ts";
import type { Database } from "./database.ts";
import type { Entity, Key, VersionedRecord } from "./entity.ts";
import { fromItem, type Item, itemKey, partition, toItem } from "./item.ts";
import { type IndexName, tableLayout } from "./layout.ts";
import { checkSizes } from "./size.ts";

/** DynamoDB's own limit on the items of one transaction. */
export const mostItemsInTransaction = 100;

/** A record was changed by somebody else between load and save. */
export class StaleWrite extends Error {
  constructor() {
    super("the record changed between load and save");
    this.name = "StaleWrite";
  }
}

/** Another transaction was writing one of the items at the same moment. */
export class WriteConflict extends StaleWrite {}

/** One item of a change. Made by `create`, `update`, `remove`, `present` and `count`; parameters can be looked at. */
export interface Write {
  readonly entity: string;
  readonly key: Key;
  /** What the caller hears when the write's condition does not hold; it is told the item that stands there. */
  readonly otherwise: (standing?: Item) => Error;
  /** Whether the condition would be met by what stands there, for a dry run. Absent: as the key being taken or not says. */
  readonly isMet?: (standing: Item | undefined) => boolean;
  readonly build: (
    tenantId: string,
    tableName: string,
    extra: { changeId: string; happened?: readonly unknown[] },
  ) => TransactWriteItem;
}

const absent = { ConditionExpression: "attribute_not_exists(pk)" };
const sameVersion = (version: number) => ({
  ConditionExpression: "version = :version",
  ExpressionAttributeValues: { ":version": { N: String(version) } },
});
const sayWhatStands = { ReturnValuesOnConditionCheckFailure: "ALL_OLD" } as const;

/** Writes a record that must not be there yet. */
export const create = <R extends VersionedRecord, I>(
  entity: Entity<R, I>,
  record: R & I,
  otherwise: (standing?: Item) => Error = () => new Failure("record.exists"),
): Write => ({
  entity: entity.name,
  key: entity.key(record),
  otherwise,
  build: (tenantId, TableName, extra) => ({
    Put: { TableName, Item: toItem(tenantId, entity, record, extra), ...absent, ...sayWhatStands },
  }),
});

/** Writes a record over the version before it (`record.version - 1`). */
export const update = <R extends VersionedRecord, I>(entity: Entity<R, I>, record: R & I): Write => ({
  entity: entity.name,
  key: entity.key(record),
  otherwise: () => new StaleWrite(),
  build: (tenantId, TableName, extra) => ({
    Put: {
      TableName,
      Item: toItem(tenantId, entity, record, extra),
      ...sameVersion(record.version - 1),
      ...sayWhatStands,
    },
  }),
});

/** Deletes a record in the version that was loaded. */
export const remove = <R extends VersionedRecord, I>(entity: Entity<R, I>, record: R & I): Write => ({
  entity: entity.name,
  key: entity.key(record),
  otherwise: () => new StaleWrite(),
  build: (tenantId, TableName) => ({
    Delete: { TableName, Key: itemKey(tenantId, entity.key(record)), ...sameVersion(record.version) },
  }),
});

/** Demands that a record is there (and, with a version, unchanged) when the others are written. */
export const present = <R extends VersionedRecord, I>(
  entity: Entity<R, I>,
  identity: I,
  otherwise: () => Error,
  version?: number,
): Write => ({
  entity: entity.name,
  key: entity.key(identity),
  otherwise,
  build: (tenantId, TableName) => ({
    ConditionCheck: {
      TableName,
      Key: itemKey(tenantId, entity.key(identity)),
      ...(version === undefined ? { ConditionExpression: "attribute_exists(pk)" } : sameVersion(version)),
    },
  }),
});

/** What a cancelled transaction means where no condition was to blame. The SDK sends none of these again. */
const cancellation = (error: TransactionCanceledException): Error | undefined => {
  const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code);
  if (codes.includes("TransactionConflict")) return new WriteConflict();
  return codes.includes("ThrottlingError") || codes.includes("ProvisionedThroughputExceeded")
    ? new Failure("service.throttled", { internal: error })
    : undefined;
};

export interface ListQuery {
  /** Absent: the table itself, read consistently. */
  readonly index?: IndexName;
  readonly pk: string;
  /** Sort keys that begin so. */
  readonly beginsWith?: string;
  /** Sort keys from here to there, both included. */
  readonly between?: readonly [string, string];
  /** Sort keys beyond this one in the direction of reading, itself not included. */
  readonly beyond?: string | undefined;
  readonly newestFirst?: boolean;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** The table as one tenant sees it. There is no way to ask it for another tenant's items. */
export class Store {
  readonly tenantId: string;
  readonly #database: Database;
  readonly #cursors: Cursors;

  constructor(database: Database, tenantId: string, cursors: Cursors = unboundCursors) {
    this.#database = database;
    this.tenantId = tenantId;
    this.#cursors = cursors;
  }

  /** For lists that run through several partitions: seals and opens positions of this request's query. */
  get cursors(): Cursors {
    return this.#cursors;
  }

  /** The record, read consistently, or undefined. One round trip. */
  async get<R extends VersionedRecord, I>(entity: Entity<R, I>, identity: I): Promise<R | undefined> {
    const item = await this.#database.get(itemKey(this.tenantId, entity.key(identity)));
    return item && item.entity?.S === entity.name ? fromItem<R>(item) : undefined;
  }

  /** Raw items by key, read consistently, in one round trip per hundred. Those not there are left out. */
  batchGet(keys: readonly Key[]): Promise<Item[]> {
    return keys.length === 0
      ? Promise.resolve([])
      : this.#database.batchGet(keys.map((key) => itemKey(this.tenantId, key)));
  }

  /**
   * Up to 100 raw items as they stood at one moment, in the order of the keys; undefined where there is none.
   * @throws WriteConflict where one of them was just being written in a transaction
   */
  async moment(keys: readonly Key[]): Promise<(Item | undefined)[]> {
    try {
      return await this.#database.transactGet(keys.map((key) => itemKey(this.tenantId, key)));
    } catch (error) {
      throw error instanceof TransactionCanceledException ? (cancellation(error) ?? error) : error;
    }
  }

  /** The records in the order of the identities; undefined where there is none. */
  async getAll<R extends VersionedRecord, I>(
    entity: Entity<R, I>,
    identities: readonly I[],
  ): Promise<(R | undefined)[]> {
    const keys = identities.map((identity) => entity.key(identity));
    const items = await this.batchGet(keys);
    const byKey = new Map(items.map((item) => [`${item.pk?.S} ${item.sk?.S}`, item]));
    return keys.map((key) => {
      const item = byKey.get(`${partition(this.tenantId, key.pk)} ${key.sk}`);
      return item ? fromItem<R>(item) : undefined;
    });
  }

  /** All items of a partition, up to `most`; a partition with more is a broken invariant. */
  async collection(pk: string, most: number, beginsWith = ""): Promise<Item[]> {
    const { items, next } = await this.items({ pk, beginsWith, limit: most });
    if (next !== undefined) throw new Error(`partition ${pk} holds more than ${most} items`);
    return items;
  }

  /** One page of records. */
  async list<R>(query: ListQuery): Promise<Page<R>> {
    const { items, next } = await this.items(query);
    return { items: items.map((item) => fromItem<R>(item)), ...(next === undefined ? {} : { next }) };
  }

  /** One page of items. It reads on where DynamoDB cuts an answer at 1 MB before the page is full. */
  async items(query: ListQuery): Promise<Page<Item>> {
    // DynamoDB calls such a range an error; a caller whose days lie in the wrong order means: nothing.
    if (query.between && query.between[0] > query.between[1]) return { items: [] };
    const index = query.index ? tableLayout.indexes[query.index] : tableLayout;
    const names = { pk: index.partitionKey, sk: index.sortKey };
    const pk = partition(this.tenantId, query.pk);
    const values: Item = { ":pk": { S: pk } };
    let condition = `${names.pk} = :pk`;
    if (query.between) {
      condition += ` AND ${names.sk} BETWEEN :from AND :to`;
      values[":from"] = { S: query.between[0] };
      values[":to"] = { S: query.between[1] };
    } else if (query.beyond !== undefined) {
      condition += ` AND ${names.sk} ${query.newestFirst ? "<" : ">"} :beyond`;
      values[":beyond"] = { S: query.beyond };
    } else if (query.beginsWith) {
      condition += ` AND begins_with(${names.sk}, :prefix)`;
      values[":prefix"] = { S: query.beginsWith };
    }
    const items: Item[] = [];
    let start =
      query.cursor === undefined ? undefined : this.#startOf(query, this.#cursors.open(query.cursor), pk);
    const mostTrips = 2 + Math.ceil(query.limit / 2);
    for (let trip = 0; trip < mostTrips; trip++) {
      const answer = await this.#database.query({
        ...(query.index ? { IndexName: query.index } : { ConsistentRead: true }),
        KeyConditionExpression: condition,
        ExpressionAttributeValues: values,
        ScanIndexForward: !query.newestFirst,
        Limit: query.limit + 1 - items.length,
        ...(start ? { ExclusiveStartKey: start } : {}),
      });
      items.push(...answer.items);
      start = answer.lastKey;
      if (!start || items.length > query.limit) break;
    }
    if (items.length <= query.limit && !start) return { items };
    const page = items.slice(0, query.limit);
    const last = page.at(-1);
    return last ? { items: page, next: this.cursorAfter(query, last) } : { items: page };
  }

  /** The cursor from which a list goes on behind one of its items. */
  cursorAfter(query: ListQuery, item: Item): string {
    return this.#cursors.seal(this.#position(query, item));
  }

  /** Where a page ended: the sort key, and in an index the item's own key. The partition is never in it. */
  #position(query: ListQuery, item: Item): string[] {
    const own = [item.pk?.S?.slice(`T#${this.tenantId}`.length) ?? "", item.sk?.S ?? ""];
    return query.index ? [item[tableLayout.indexes[query.index].sortKey]?.S ?? "", ...own] : [own[1] ?? ""];
  }

  #startOf(query: ListQuery, position: readonly string[], pk: string): Item {
    const [sk = "", ownPk = "", ownSk = ""] = position;
    if (position.length !== (query.index ? 3 : 1)) throw cursorMismatch();
    if (!query.index) return { pk: { S: pk }, sk: { S: sk } };
    const names = tableLayout.indexes[query.index];
    return {
      [names.partitionKey]: { S: pk },
      [names.sortKey]: { S: sk },
      pk: { S: `T#${this.tenantId}${ownPk}` },
      sk: { S: ownSk },
    };
  }

  /**
   * Writes all or nothing, the events of the change on the first item put. One item is a conditional
   * put, several are one transaction. The change's id stands in every item, so that a write whose answer
   * was lost and that is sent again is recognised as done.
   * @throws record.too-large before anything is sent; the `otherwise` of the first write whose condition does not hold
   */
  async write(writes: readonly Write[], changeId: string, happened: readonly unknown[] = []): Promise<void> {
    if (writes.length === 0) throw new Error("a change has to write something");
    if (writes.length > mostItemsInTransaction)
      throw new Failure("limit.exceeded", {
        detail: `The change needs ${writes.length} items; ${mostItemsInTransaction} can be written at once.`,
      });
    let carried = happened.length === 0;
    const built = writes.map((write) => {
      const item = write.build(this.tenantId, this.#database.tableName, {
        changeId,
        ...(carried ? {} : { happened }),
      });
      if (item.Put) carried = true;
      return item;
    });
    if (!carried) throw new Error("a change with events has to put an item that carries them");
    checkSizes(built.map(({ Put }, at) => ({ entity: writes[at]?.entity ?? "", item: Put?.Item })));
    const [only] = built;
    try {
      if (built.length === 1 && only?.Put) await this.#database.put({ ...only.Put });
      else await this.#database.transact(built, changeId);
    } catch (error) {
      this.#explain(error, writes, changeId);
    }
  }

  #explain(error: unknown, writes: readonly Write[], changeId: string): void {
    if (error instanceof ConditionalCheckFailedException) {
      if (error.Item?.changeId?.S === changeId) return; // our own write, whose answer was lost
      throw writes[0]?.otherwise(error.Item) ?? error;
    }
    if (error instanceof TransactionConflictException) throw new WriteConflict();
    if (error instanceof TransactionCanceledException) {
      const reasons = error.CancellationReasons ?? [];
      const failed = reasons.findIndex((reason) => reason.Code === "ConditionalCheckFailed");
      if (failed >= 0) {
        if (reasons.some((reason) => reason.Item?.changeId?.S === changeId)) return;
        throw writes[failed]?.otherwise(reasons[failed]?.Item) ?? error;
      }
      throw cancellation(error) ?? error;
    }
    throw error;
  }
}
