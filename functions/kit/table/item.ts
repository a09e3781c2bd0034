import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Entity, Key, VersionedRecord } from "./entity.ts";
import { type AnyIndexName, tableLayout } from "./layout.ts";
import { jsonOf, textOf } from "./text.ts";

/**
 * An item as the table holds it: its keys, `entity`, `version`, `changeId`, the record itself as JSON text
 * in `record`, and what happened with the change in `happened`. The record is one text because it is always
 * read and written whole: it costs a third of the CPU time that attribute values do, on both sides, and the
 * indexes can carry it without the events. Texts have no quotation marks where they can do without (`text.ts`).
 */
export type Item = Record<string, AttributeValue>;

export const tenantPrefix = (tenantId: string): string => `T#${tenantId}`;

/** The key of an item of a tenant. */
export const itemKey = (tenantId: string, key: Key): Item => ({
  [tableLayout.partitionKey]: { S: partition(tenantId, key.pk) },
  [tableLayout.sortKey]: { S: key.sk },
});

/** The partition of a tenant; the empty name is the tenant's own. */
export const partition = (tenantId: string, pk: string): string =>
  pk === "" ? tenantPrefix(tenantId) : `${tenantPrefix(tenantId)}#${pk}`;

/** A partition of the index `due`, which is above tenants. */
export const duePartition = (pk: string): string => `DUE#${pk}`;

/** A record as an item: its fields, its keys in the table and in the indexes, and what rides along. */
export const toItem = <R extends VersionedRecord, I>(
  tenantId: string,
  entity: Entity<R, I>,
  record: R & I,
  extra: { readonly changeId: string; readonly happened?: readonly unknown[] },
): Item => {
  const item: Item = {
    ...itemKey(tenantId, entity.key(record)),
    entity: { S: entity.name },
    version: { N: String(record.version) },
    changeId: { S: extra.changeId },
    record: { S: textOf(record) },
  };
  for (const [name, key] of Object.entries(entity.indexes?.(record) ?? {})) {
    const index = tableLayout.indexes[name as AnyIndexName];
    item[index.partitionKey] = { S: name === "due" ? duePartition(key.pk) : partition(tenantId, key.pk) };
    item[index.sortKey] = { S: key.sk };
  }
  const expiresAt = entity.expiresAt?.(record);
  if (expiresAt !== undefined) item[tableLayout.ttl] = { N: String(expiresAt) };
  // As text: an event filter can then ask whether the attribute is there.
  if (extra.happened?.length) item.happened = { S: textOf(extra.happened) };
  return item;
};

/**
 * The record of an item. It was validated when it was written, and only the kit writes, so that it is
 * not validated again.
 */
export const fromItem = <R>(item: Item): R => {
  const text = item.record?.S;
  if (text === undefined) throw new Error(`the item ${item.pk?.S} ${item.sk?.S} holds no record`);
  return JSON.parse(jsonOf(text));
};

export const entityName = (item: Item): string => item.entity?.S ?? "";
