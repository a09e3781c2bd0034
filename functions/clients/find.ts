import type { Client } from "../../domain/clients/client.ts";
import { findingTerm, type NameSearch, nameMatches, wholeTerm } from "../../domain/clients/names.ts";
import type { Page, Paging } from "../../domain/kernel/page.ts";
import { runParallel } from "../kit/parallel.ts";
import type { Entity, VersionedRecord } from "../kit/table/entity.ts";
import type { Item } from "../kit/table/item.ts";
import { siftedPage } from "../kit/table/sifted.ts";
import type { Store } from "../kit/table/store.ts";
import { clientEntity, foundBy, partitions } from "./store.ts";

/** What a client has to be to be found. */
export interface Wanted {
  /** Asked before the client is read, of what its lookup knows. */
  readonly mayBe: (belonging: Pick<Client, "ownerId" | "teamId">) => boolean;
  readonly is: (client: Client) => boolean;
}

const sortKeyOf = (item: Item): string => item.sk?.S ?? "";

/** Whether a record still has the lookup by which it was found: lookups follow it a moment later. */
const hasLookup = <R extends VersionedRecord, I>(entity: Entity<R, I>, record: R, pk: string, sk: string) =>
  entity.lookups?.(record).some((lookup) => lookup.pk === pk && lookup.sk === sk) ?? false;

interface Drawer {
  readonly pk: string;
  readonly beginsWith?: string;
  /** Whether the term of a lookup is the one by which this search finds the client: it has to be found once. */
  readonly once?: (client: Client, term: string) => boolean;
}

/**
 * Clients by a lookup of their own. A lookup whose owner and team do not fit is passed over without reading
 * its client.
 */
const clientsIn = (
  store: Store,
  { pk, beginsWith = "", once = () => true }: Drawer,
  wanted: Wanted,
  paging: Paging,
): Promise<Page<Client>> =>
  siftedPage<Client>(store, { pk, beginsWith, ...paging }, async (items) => {
    const hits = items.map(sortKeyOf).map((sk) => ({ sk, ...foundBy(sk) }));
    const identities = hits.filter(wanted.mayBe).map(({ clientId }) => ({ id: clientId }));
    const read = await store.getAll(clientEntity, [
      ...new Map(identities.map((one) => [one.id, one])).values(),
    ]);
    const clients = new Map(read.flatMap((client) => (client ? [[client.id, client]] : [])));
    return hits.map((hit) => {
      const client = clients.get(hit.clientId);
      const found =
        client && hasLookup(clientEntity, client, pk, hit.sk) && once(client, hit.term) && wanted.is(client);
      return found ? client : undefined;
    });
  });

/** By a part of the name, in the order of what was found. */
export const byNamePart = (store: Store, search: NameSearch, wanted: Wanted, paging: Paging) =>
  clientsIn(
    store,
    {
      pk: partitions.name(search.drawer),
      beginsWith: search.term,
      once: ({ name }, term) => findingTerm(name, search) === term,
    },
    { mayBe: wanted.mayBe, is: (client) => nameMatches(client.name, search) && wanted.is(client) },
    paging,
  );

/** By tag, in the order of the names. */
export const byTag = (store: Store, tag: string, wanted: Wanted, paging: Paging) =>
  clientsIn(store, { pk: partitions.tag(tag) }, wanted, paging);

/** The subsidiaries of a client, in the order of the names. */
export const byParent = (store: Store, parentId: string, wanted: Wanted, paging: Paging) =>
  clientsIn(store, { pk: partitions.subsidiaries(parentId) }, wanted, paging);

/** By the id in another system, in the order of the names. */
export const byExternalId = (store: Store, externalId: string, wanted: Wanted, paging: Paging) =>
  clientsIn(store, { pk: partitions.external(externalId) }, wanted, paging);

const everything: Wanted = { mayBe: () => true, is: () => true };

/** Clients of exactly this name, but for case and diacritics; a page of them. For imports. */
export const clientsNamed = async (store: Store, name: string): Promise<Client[]> => {
  const whole = wholeTerm(name);
  const drawer = Array.from(whole.split(" ")[0] ?? "")
    .slice(0, 3)
    .join("");
  if (whole === "") return [];
  const page = await clientsIn(store, { pk: partitions.name(drawer), beginsWith: `${whole}#` }, everything, {
    limit: 50,
  });
  return page.items;
};

/**
 * Clients by a lookup of something that belongs to them: a contact's phone, a counterparty's tax id. Several may
 * lead to one client, which is then found once: their lookups stand side by side, for they begin with its id.
 * @param holds whether the record that was found is what was looked for
 */
export const byPart = <R extends VersionedRecord & { readonly clientId: string }>(
  store: Store,
  entity: Entity<R, { readonly id: string; readonly clientId: string }>,
  pk: string,
  holds: (record: R) => boolean,
  wanted: Wanted,
  paging: Paging,
): Promise<Page<Client>> => {
  const behind = paging.cursor === undefined ? undefined : store.cursors.open(paging.cursor)[0];
  let lastFound = behind?.split("#")[0];
  return siftedPage<Client>(store, { pk, ...paging }, async (items) => {
    const hits = items.map(sortKeyOf).map((sk) => {
      const [clientId = "", id = ""] = sk.split("#");
      return { sk, id, clientId };
    });
    const [parts, clients] = await runParallel([
      () => store.getAll(entity, hits),
      () =>
        store.getAll(
          clientEntity,
          hits.map(({ clientId }) => ({ id: clientId })),
        ),
    ]);
    return hits.map(({ sk, clientId }, at) => {
      const [part, client] = [parts[at], clients[at]];
      if (!part || !client || client.archivedAt || clientId === lastFound) return undefined;
      if (!hasLookup(entity, part, pk, sk) || !holds(part) || !wanted.mayBe(client) || !wanted.is(client))
        return undefined;
      lastFound = clientId;
      return client;
    });
  });
};
