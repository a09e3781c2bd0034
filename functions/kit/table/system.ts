import { Failure } from "../../../domain/kernel/errors.ts";
import type { Database } from "./database.ts";
import type { Entity, Key, VersionedRecord } from "./entity.ts";
import { fromItem, type Item, toItem } from "./item.ts";
import { tableLayout } from "./layout.ts";
import type { Write } from "./store.ts";

/**
 * What lies above tenants: the partitions `SYS#…`, which only the Lambdas of access are granted. There is
 * no list of them: a record is found by its whole key or not at all.
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
}
