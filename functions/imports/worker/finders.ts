import type { Member, Team } from "../../../domain/access/records.ts";
import { canonical } from "../../../domain/imports/values.ts";
import type { Product } from "../../../domain/products/product.ts";
import { teamsPartition } from "../../access/store.ts";
import { clientsNamed } from "../../clients/find.ts";
import { mapParallel } from "../../kit/parallel.ts";
import type { ListQuery, Store } from "../../kit/table/store.ts";
import { codeClaimEntity } from "../../products/store.ts";

/** The ids of the records that each key names. */
export type Find = (store: Store, keys: readonly string[]) => Promise<ReadonlyMap<string, readonly string[]>>;

/** The most pages of a list that are read to look something up in it. */
const mostPages = 100;
const pageRows = 200;

const whole = async <R>(store: Store, query: Omit<ListQuery, "limit" | "cursor">): Promise<R[]> => {
  const all: R[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const { items, next } = await store.list<R>({ ...query, limit: pageRows, cursor });
    all.push(...items);
    if (next === undefined) return all;
    cursor = next;
  }
  throw new Error(`the list ${query.pk} is too long to look something up in it`);
};

/** Names are the same in any case. */
const folded = (text: string): string => canonical(text).toLocaleLowerCase("en");

const among = <R extends { readonly id: string }>(
  records: readonly R[],
  nameOf: (record: R) => string,
  keys: readonly string[],
): ReadonlyMap<string, readonly string[]> => {
  const byName = Map.groupBy(records, (record) => folded(nameOf(record)));
  return new Map(keys.map((key) => [key, (byName.get(folded(key)) ?? []).map(({ id }) => id)]));
};

const activeMembers = (store: Store) =>
  whole<Member>(store, { index: "list", pk: "MEMBERS", beginsWith: "active#" });

/** How records are looked up by what is their own. Names of short lists are compared in the list as a whole. */
export const finders: Readonly<Record<string, Find>> = {
  "members name": async (store, keys) => among(await activeMembers(store), ({ name }) => name, keys),
  "members email": async (store, keys) => among(await activeMembers(store), ({ email }) => email, keys),
  "teams name": async (store, keys) =>
    among(await whole<Team>(store, { pk: teamsPartition, beginsWith: "TEAM#" }), ({ name }) => name, keys),
  "clients name": async (store, keys) => {
    const found = await mapParallel(keys, (key) => clientsNamed(store, key));
    return new Map(keys.map((key, at) => [key, (found[at] ?? []).map(({ id }) => id)]));
  },
  "products name": async (store, keys) =>
    among(await whole<Product>(store, { index: "list", pk: "PRODUCTS" }), ({ name }) => name, keys),
  "products code": async (store, keys) => {
    const claims = await store.getAll(
      codeClaimEntity,
      keys.map((code) => ({ code })),
    );
    return new Map(
      keys.map((key, at) => {
        const claim = claims[at];
        return [key, claim ? [claim.productId] : []];
      }),
    );
  },
};
