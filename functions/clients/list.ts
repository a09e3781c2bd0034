import { maskFor } from "../../domain/access/masks.ts";
import type { Scope } from "../../domain/access/permissions.ts";
import type { Member } from "../../domain/access/records.ts";
import { visible } from "../../domain/access/scope.ts";
import { type Client, tagKey } from "../../domain/clients/client.ts";
import { sameTaxId } from "../../domain/clients/legal.ts";
import { nameMatches, nameSearch } from "../../domain/clients/names.ts";
import { phoneNumber } from "../../domain/clients/phone.ts";
import { type Page, type Paging, pagingOf } from "../../domain/kernel/page.ts";
import type { Context } from "../kit/context.ts";
import { fromItem } from "../kit/table/item.ts";
import { mergedPage, type Place } from "../kit/table/merged.ts";
import { siftedPage } from "../kit/table/sifted.ts";
import type { Store } from "../kit/table/store.ts";
import { byExternalId, byNamePart, byParent, byPart, byTag, type Wanted } from "./find.ts";
import { clientCounterpartyEntity, contactEntity, partitions, shards } from "./store.ts";

/** What a list of clients is narrowed by; all that is named holds. */
export interface ClientQuery {
  readonly owner?: string | undefined;
  readonly team?: string | undefined;
  readonly tag?: string | undefined;
  readonly parent?: string | undefined;
  readonly q?: string | undefined;
  readonly phone?: string | undefined;
  readonly email?: string | undefined;
  readonly taxId?: string | undefined;
  readonly externalId?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

const nothing: Page<Client> = { items: [] };

const wantedBy = (query: ClientQuery, member: Member, scope: Scope): Wanted => {
  const search = query.q === undefined ? undefined : nameSearch(query.q);
  const tag = query.tag === undefined ? undefined : tagKey(query.tag);
  const mayBe: Wanted["mayBe"] = (belonging) =>
    visible(member, scope, belonging) &&
    (query.owner === undefined || belonging.ownerId === query.owner) &&
    (query.team === undefined || belonging.teamId === query.team);
  return {
    mayBe,
    is: (client) =>
      mayBe(client) &&
      (query.parent === undefined || client.parentId === query.parent) &&
      (query.externalId === undefined || client.externalId === query.externalId) &&
      (tag === undefined || client.tags.some((own) => tagKey(own) === tag)) &&
      (search === undefined || nameMatches(client.name, search)),
  };
};

const ofOwner = (memberId: string): Place => ({ index: "owner", pk: partitions.owner(memberId) });
const ofTeam = (teamId: string): Place => ({ index: "team", pk: partitions.team(teamId) });

/** The lists that hold what is asked for and what the member may see: none, or all of the company's where there is no narrower one. */
const reachOf = ({ owner, team }: ClientQuery, member: Member, scope: Scope): readonly Place[] | "all" => {
  if (scope === "own") return owner === undefined || owner === member.id ? [ofOwner(member.id)] : [];
  if (owner !== undefined) return [ofOwner(owner)];
  if (scope === "all") return team === undefined ? "all" : [ofTeam(team)];
  if (member.teamId === undefined || (team !== undefined && team !== member.teamId))
    return [ofOwner(member.id)];
  // What is the member's own may belong to another team.
  return team === undefined ? [ofTeam(member.teamId), ofOwner(member.id)] : [ofTeam(member.teamId)];
};

const byChange = (store: Store, place: Place, wanted: Wanted, paging: Paging) =>
  siftedPage<Client>(store, { ...place, newestFirst: true, ...paging }, async (items) =>
    items.map((item) => fromItem<Client>(item)).map((client) => (wanted.is(client) ? client : undefined)),
  );

/** Clients of several lists by their last change, each once. */
const mergedByChange = async (
  store: Store,
  pks: readonly Place[],
  wanted: Wanted,
  paging: Paging,
): Promise<Page<Client>> => {
  const page = await mergedPage(store, { pks, newestFirst: true, ...paging });
  const clients = page.items.map((item) => fromItem<Client>(item)).filter(wanted.is);
  return { ...page, items: [...new Map(clients.map((client) => [client.id, client])).values()] };
};

const shardPlaces = Array.from(
  { length: shards },
  (_, shard): Place => ({ index: "list", pk: partitions.shard(shard) }),
);

/**
 * Clients that the member may see. What is rarest leads the way: phone, email, tax id and external id, then a
 * part of the name, tag, parent, owner, team; the rest is asked of the clients found so. With neither, they come by
 * their last change: the member's own, the team's, or all.
 */
export const listClients = async (
  query: ClientQuery,
  { store, member, scope, tenant }: Pick<Context, "store" | "member" | "scope" | "tenant">,
): Promise<Page<Client>> => {
  const wanted = wantedBy(query, member, scope);
  const paging = pagingOf(query);

  if (query.phone !== undefined) {
    const parsed = phoneNumber(query.phone, tenant.country);
    if (!("number" in parsed)) return nothing;
    const { number } = parsed;
    return byPart(store, contactEntity, partitions.phone(number), () => true, wanted, paging);
  }
  if (query.email !== undefined)
    return byPart(store, contactEntity, partitions.email(query.email), () => true, wanted, paging);
  if (query.taxId !== undefined) {
    const { taxId } = query;
    // Who does not see a tax id cannot find out whose it is either.
    if (maskFor(member.role).counterparty.includes("taxId")) return nothing;
    const same = (other: string | undefined) => other !== undefined && sameTaxId(taxId, other);
    return byPart(
      store,
      clientCounterpartyEntity,
      partitions.taxId(taxId),
      (counterparty) => same(counterparty.taxId),
      wanted,
      paging,
    );
  }
  if (query.externalId !== undefined) return byExternalId(store, query.externalId, wanted, paging);
  if (query.q !== undefined) {
    const search = nameSearch(query.q);
    return search ? byNamePart(store, search, wanted, paging) : nothing;
  }
  if (query.tag !== undefined) return byTag(store, query.tag, wanted, paging);
  if (query.parent !== undefined) return byParent(store, query.parent, wanted, paging);

  const reach = reachOf(query, member, scope);
  const places = reach === "all" ? shardPlaces : reach;
  const [only, ...others] = places;
  if (!only) return nothing;
  return others.length === 0
    ? byChange(store, only, wanted, paging)
    : mergedByChange(store, places, wanted, paging);
};
