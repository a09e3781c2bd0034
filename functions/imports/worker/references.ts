import type { ImportEntity, Lookup } from "../../../domain/imports/mapping.ts";
import type { Reference } from "../../../domain/imports/row.ts";
import type { Store } from "../../kit/table/store.ts";
import { type ImportedRow, identityDigest, importedRowEntity, type RowIdentity } from "../store.ts";
import { finders } from "./finders.ts";

/** What a reference names: one record, none, or too many to know which. */
export type Resolved = { readonly id: string; readonly dry: boolean } | { readonly matches: number };

const nameOf = ({ kind, identity }: Pick<ImportedRow, "kind" | "identity">): string => `${kind} ${identity}`;

/** The records that rows of these identities became; those of a dry run where there are no others. */
export const importedRows = async (
  store: Store,
  wanted: readonly { kind: ImportEntity; identity: string }[],
  dryRun: string | undefined,
): Promise<ReadonlyMap<string, ImportedRow>> => {
  const distinct = [...new Map(wanted.map((each) => [nameOf(each), each])).values()];
  const keys: RowIdentity[] = distinct.map(({ kind, identity }) => ({ kind, identity }));
  const dryKeys = dryRun === undefined ? [] : keys.map((key) => ({ ...key, dryRun }));
  const found = await store.getAll(importedRowEntity, [...dryKeys, ...keys]);
  return new Map(found.filter((row) => row !== undefined).map((row) => [nameOf(row), row]));
};

export const importedRow = (
  rows: ReadonlyMap<string, ImportedRow>,
  kind: ImportEntity,
  identity: readonly string[],
): ImportedRow | undefined => rows.get(nameOf({ kind, identity: identityDigest(identity) }));

const groupName = ({ entity, by }: Lookup): string => `${entity} ${by}`;

/** Finds what the rows of a chunk name, with few round trips for all of them together. */
export const resolved = async (
  store: Store,
  references: readonly Reference[],
  dryRun: string | undefined,
): Promise<ReadonlyMap<Reference, Resolved>> => {
  const result = new Map<Reference, Resolved>();
  const byIdentity = references.filter(({ lookup }) => lookup.by === "identity");
  const rows = await importedRows(
    store,
    byIdentity.map(({ lookup, key }) => ({ kind: lookup.entity, identity: identityDigest(key) })),
    dryRun,
  );
  for (const reference of byIdentity) {
    const row = importedRow(rows, reference.lookup.entity, reference.key);
    result.set(reference, row ? { id: row.recordId, dry: row.dryRun !== undefined } : { matches: 0 });
  }
  const others = Map.groupBy(
    references.filter(({ lookup }) => lookup.by !== "identity"),
    ({ lookup }) => groupName(lookup),
  );
  for (const [name, group] of others) {
    const find = finders[name];
    if (!find) throw new Error(`nothing finds ${name}`);
    const keys = [...new Set(group.map(({ key }) => key.join(" ")))];
    const found = await find(store, keys);
    for (const reference of group) {
      const ids = found.get(reference.key.join(" ")) ?? [];
      const [id] = ids;
      result.set(
        reference,
        id !== undefined && ids.length === 1 ? { id, dry: false } : { matches: ids.length },
      );
    }
  }
  return result;
};
