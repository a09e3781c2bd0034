import { Failure } from "../../../domain/kernel/errors.ts";
import type { Database } from "./database.ts";
import type { Entity, Key, VersionedRecord } from "./entity.ts";
import { fromItem, type Item, toItem } from "./item.ts";
import { tableLayout } from "./layout.ts";
import { StaleWrite, type Write } from "./store.ts";

/**
 * What lies above tenants: the partitions `SYS#…`, which only the Lambdas of access are granted. There is
 * no list of them: a partition is found by its whole key or not at all.
 */
const systemKey = (key: Key): Item => ({
  [tableLayout.partitionKey]: { S: `SYS#${key.pk}` },
  [tableLayout.sortKey]: { S: key.sk },
});

/** A record above tenants that must not be there yet, written in one transaction with a tenant's records. */
export const createSystem = <R extends VersionedRecord, I>(
  entity: Omit<Entity<R, I>, "indexes">,
  record: R & I,
  otherwise: () => Error = () => new Failure("record.exists"),
): Write => ({
  entity: entity.name,
  key: entity.key(record),
  otherwise,
  build: (_tenantId, TableName, extra) => ({
    Put: {
      TableName,
      Item: { ...toItem("", entity, record, extra), ...systemKey(entity.key(record)) },
      ConditionExpression: "attribute_not_exists(pk)",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    },
  }),
});

/** Writes a record above tenants over the version before it (`record.version - 1`). */
export const updateSystem = <R extends VersionedRecord, I>(
  entity: Omit<Entity<R, I>, "indexes">,
  record: R & I,
): Write => ({
  entity: entity.name,
  key: entity.key(record),
  otherwise: () => new StaleWrite(),
  build: (_tenantId, TableName, extra) => ({
    Put: {
      TableName,
      Item: { ...toItem("", entity, record, extra), ...systemKey(entity.key(record)) },
      ConditionExpression: "version = :version",
      ExpressionAttributeValues: { ":version": { N: String(record.version - 1) } },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    },
  }),
});

/** Demands that a record above tenants is not there when the others are written, or names this text nowhere. */
export const systemWithout = <R extends VersionedRecord, I>(
  entity: Omit<Entity<R, I>, "indexes">,
  identity: I,
  text: string,
  otherwise: () => Error,
): Write => ({
  entity: entity.name,
  key: entity.key(identity),
  otherwise,
  isMet: (standing) => !standing?.record?.S?.includes(text),
  build: (_tenantId, TableName) => ({
    ConditionCheck: {
      TableName,
      Key: systemKey(entity.key(identity)),
      ConditionExpression: "attribute_not_exists(pk) OR NOT contains(#record, :text)",
      ExpressionAttributeNames: { "#record": "record" },
      ExpressionAttributeValues: { ":text": { S: text } },
    },
  }),
});

/** Reads what lies above tenants. */
export class SystemStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The record, read consistently, or undefined. One round trip. */
  async get<R extends VersionedRecord, I>(entity: Entity<R, I>, identity: I): Promise<R | undefined> {
    const item = await this.#database.get(systemKey(entity.key(identity)));
    return item && item.entity?.S === entity.name ? fromItem<R>(item) : undefined;
  }

  /** The first items of one partition, read consistently. */
  async first(pk: string, most: number): Promise<Item[]> {
    const { items } = await this.#database.query({
      ConsistentRead: true,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": { S: `SYS#${pk}` } },
      Limit: most,
    });
    return items;
  }
}
