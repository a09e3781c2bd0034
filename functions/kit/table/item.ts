import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { convertToAttr, unmarshall } from "@aws-sdk/util-dynamodb";
import type { Entity, Key, VersionedRecord } from "./entity.ts";
import { type IndexName, tableLayout } from "./layout.ts";

export type Item = Record<string, AttributeValue>;

/** Attributes that the kit adds to a record; they never reach a handler. */
const kitAttributes: readonly string[] = [
  tableLayout.partitionKey,
  tableLayout.sortKey,
  tableLayout.ttl,
  ...Object.values(tableLayout.indexes).flatMap((index) => [index.partitionKey, index.sortKey]),
  "entity",
  "changeId",
  "happened",
];
const isKitAttribute = new Set(kitAttributes);

export const tenantPrefix = (tenantId: string): string => `T#${tenantId}`;

/** The key of an item of a tenant. */
export const itemKey = (tenantId: string, key: Key): Item => ({
  [tableLayout.partitionKey]: { S: partition(tenantId, key.pk) },
  [tableLayout.sortKey]: { S: key.sk },
});

/** The partition of a tenant; the empty name is the tenant's own. */
export const partition = (tenantId: string, pk: string): string =>
  pk === "" ? tenantPrefix(tenantId) : `${tenantPrefix(tenantId)}#${pk}`;

const marshalled = (value: unknown): AttributeValue =>
  convertToAttr(value, { removeUndefinedValues: true, convertEmptyValues: false });

/** A record as an item: its fields, its keys in the table and in the indexes, and what rides along. */
export const toItem = <R extends VersionedRecord, I>(
  tenantId: string,
  entity: Entity<R, I>,
  record: R & I,
  extra: { readonly changeId: string; readonly happened?: readonly unknown[] },
): Item => {
  const item: Item = {};
  for (const [name, value] of Object.entries(record)) if (value !== undefined) item[name] = marshalled(value);
  Object.assign(item, itemKey(tenantId, entity.key(record)));
  for (const [name, key] of Object.entries(entity.indexes?.(record) ?? {})) {
    const index = tableLayout.indexes[name as IndexName];
    item[index.partitionKey] = { S: partition(tenantId, key.pk) };
    item[index.sortKey] = { S: key.sk };
  }
  const expiresAt = entity.expiresAt?.(record);
  if (expiresAt !== undefined) item[tableLayout.ttl] = { N: String(expiresAt) };
  item.entity = { S: entity.name };
  item.changeId = { S: extra.changeId };
  // As text: an event filter can then ask whether the attribute is there.
  if (extra.happened?.length) item.happened = { S: JSON.stringify(extra.happened) };
  return item;
};

/**
 * The record of an item. It was validated when it was written, and only the kit writes, so that it is
 * not validated again.
 */
export const fromItem = <R>(item: Item): R => {
  const own: Item = {};
  for (const name in item) if (!isKitAttribute.has(name)) own[name] = item[name] as AttributeValue;
  return unmarshall(own) as R;
};

export const entityName = (item: Item): string => item.entity?.S ?? "";
