import type { Instant } from "../../../domain/kernel/time.ts";
import type { Database } from "./database.ts";
import type { Key } from "./entity.ts";
import { duePartition, type Item, tenantPrefix } from "./item.ts";
import { tableLayout } from "./layout.ts";
import { spread } from "./spread.ts";

/**
 * What falls due at some moment stands in the index `due`, above tenants, as long as it is open: a scheduled run asks
 * for what is due by now and needs neither a list of tenants nor a memory of how far it came. The index is sparse:
 * with the write that settles a record, `indexes` names no `due` any more and the record is gone from it.
 */
export const dueShards = 8;

/**
 * Where a record stands among what falls due, for `indexes` of its entity.
 * @param work what is to be done then, `LEDGER-EXPIRY`
 * @param id of the record; spreads the records of one moment
 */
export const dueKey = (work: string, at: Instant, id: string): Key => ({
  pk: `${work}#${spread(id, dueShards)}`,
  sk: `${at}#${id}`,
});

export interface Due {
  readonly tenantId: string;
  /** As the index holds it: a moment old, and to be read again before it is acted upon. */
  readonly item: Item;
}

export interface DuePage {
  readonly found: readonly Due[];
  /** Where the next page begins, if there is more. */
  readonly next?: Item;
}

/** A page of what is due by `now` in one shard, the oldest first. Only Lambdas that are granted `DUE#*` may ask. */
export const duePage = async (
  database: Database,
  query: { work: string; shard: number; now: Instant; limit: number; from?: Item | undefined },
): Promise<DuePage> => {
  const { partitionKey, sortKey } = tableLayout.indexes.due;
  const { items, lastKey } = await database.query({
    IndexName: tableLayout.indexes.due.name,
    KeyConditionExpression: `${partitionKey} = :pk AND ${sortKey} < :end`,
    // `$` follows `#`, which stands behind the instant: what is due at this very moment is counted in.
    ExpressionAttributeValues: {
      ":pk": { S: duePartition(`${query.work}#${query.shard}`) },
      ":end": { S: `${query.now}$` },
    },
    Limit: query.limit,
    ...(query.from ? { ExclusiveStartKey: query.from } : {}),
  });
  return {
    found: items.map((item) => ({ tenantId: tenantOf(item), item })),
    ...(lastKey ? { next: lastKey } : {}),
  };
};

const tenantOf = (item: Item): string => {
  const [, tenantId = ""] = (item[tableLayout.partitionKey]?.S ?? "").split("#");
  if (!item[tableLayout.partitionKey]?.S?.startsWith(`${tenantPrefix(tenantId)}#`))
    throw new Error(`${item[tableLayout.partitionKey]?.S} is no partition of a tenant`);
  return tenantId;
};
