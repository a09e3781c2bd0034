import type { DynamoDBRecord } from "aws-lambda";
import { lookedUpEntities } from "../clients/store.ts";
import { dealEntity } from "../deals/store.ts";
import { mapParallel } from "../kit/parallel.ts";
import type { Database } from "../kit/table/database.ts";
import type { Entity, Lookup } from "../kit/table/entity.ts";
import { fromItem, type Item, itemKey } from "../kit/table/item.ts";

/** A lookup to write or to delete. It is its key and nothing more. */
export type LookupWrite = { readonly put: Item } | { readonly remove: Item };

/** The lookups of an image, each under the key that it has in the table. */
type LookupsOf = (image: Item) => Lookup[];

const lookupsBy = <Record extends { readonly version: number }, Identity>(
  entity: Entity<Record, Identity>,
): [string, LookupsOf] => [entity.name, (image) => entity.lookups?.(fromItem<Record>(image)) ?? []];

const [client, contact, counterparty] = lookedUpEntities;
const byEntity = new Map<string, LookupsOf>([
  lookupsBy(client),
  lookupsBy(contact),
  lookupsBy(counterparty),
  lookupsBy(dealEntity),
]);

/** The names of the entities whose changes the projector has to see. */
export const lookedUp: readonly string[] = [...byEntity.keys()];

const tenantOf = (image: Item): string => /^T#([^#]+)/.exec(image.pk?.S ?? "")?.[1] ?? "";

const keysOf = (image: Item | undefined): Map<string, Item> => {
  const lookups = image ? (byEntity.get(image.entity?.S ?? "")?.(image) ?? []) : [];
  return new Map(
    lookups.map((lookup) => [`${lookup.pk} ${lookup.sk}`, itemKey(image ? tenantOf(image) : "", lookup)]),
  );
};

/**
 * What a stream record changes in the lookups: those of the new image that the old one had not, and those of the
 * old one that are no more. Writing it twice is as good as once, and the records of one item come in order.
 */
export const lookupWrites = ({ dynamodb }: DynamoDBRecord): LookupWrite[] => {
  const before = keysOf(dynamodb?.OldImage as Item | undefined);
  const after = keysOf(dynamodb?.NewImage as Item | undefined);
  const gone = [...before].filter(([key]) => !after.has(key));
  const come = [...after].filter(([key]) => !before.has(key));
  return [
    ...gone.map(([, remove]) => ({ remove })),
    ...come.map(([, key]) => ({ put: { ...key, entity: { S: "lookup" } } })),
  ];
};

/** How many batch writes are under way at once; each takes 25 lookups at a time. */
const lanes = 4;

/**
 * Keeps the lookups of a batch of stream records. One key is written once, as the last record wants it: a batch
 * write takes no key twice, and keeps no order.
 */
export const keepLookups = async (database: Database, records: readonly DynamoDBRecord[]): Promise<void> => {
  const last = new Map<string, LookupWrite>();
  for (const write of records.flatMap(lookupWrites)) {
    const key = "put" in write ? write.put : write.remove;
    last.set(`${key.pk?.S} ${key.sk?.S}`, write);
  }
  const writes = [...last.values()];
  const share = Math.max(25, Math.ceil(writes.length / lanes));
  const parts = Array.from({ length: Math.ceil(writes.length / share) }, (_, lane) =>
    writes.slice(lane * share, (lane + 1) * share),
  );
  await mapParallel(parts, (part) => database.batchWrite(part));
};
