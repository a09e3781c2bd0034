import { Client, tagKey } from "../../domain/clients/client.ts";
import { Contact } from "../../domain/clients/contact.ts";
import { ClientCounterparty, Counterparty, clientsOf, copyFor } from "../../domain/clients/counterparty.ts";
import { emailLookup } from "../../domain/clients/email.ts";
import { bareTaxId } from "../../domain/clients/legal.ts";
import { isBelieved } from "../../domain/clients/links.ts";
import { nameTerms, wholeTerm } from "../../domain/clients/names.ts";
import { Note } from "../../domain/clients/note.ts";
import type { NewRecords } from "../../domain/clients/whole.ts";
import { millisecondsOf } from "../../domain/kernel/time.ts";
import { claimExternalId } from "../kit/external-id.ts";
import { entity, type Lookup } from "../kit/table/entity.ts";
import { create, update, type Write } from "../kit/table/store.ts";

/**
 * Access patterns: a client whole, by one query of its partition (sort keys that begin with CLIENT: the client, its
 * contacts, its copies of counterparties); its notes; clients of an owner, of a team, of the tenant by last change;
 * clients by the lookups that the projector keeps; a counterparty with all its links.
 */
export const partitions = {
  client: (clientId: string) => `CLIENT#${clientId}`,
  owner: (memberId: string) => `CLIENTS#OWNER#${memberId}`,
  team: (teamId: string) => `CLIENTS#TEAM#${teamId}`,
  /** All clients of a tenant, spread so that no partition is written by every change. */
  shard: (shard: number) => `CLIENTS#${shard}`,
  name: (drawer: string) => `NAME#${drawer}`,
  tag: (tag: string) => `TAG#${tagKey(tag)}`,
  subsidiaries: (parentId: string) => `SUBSIDIARIES#${parentId}`,
  external: (externalId: string) => `CLIENT-EXTERNAL#${externalId}`,
  phone: (number: string) => `PHONE#${number}`,
  email: (email: string) => `EMAIL#${emailLookup(email)}`,
  taxId: (id: string) => `TAX#${bareTaxId(id)}`,
};

/** Sort keys of what a client is read whole with begin so. */
export const wholePrefix = "CLIENT";

export const shards = 4;
/** The shard of an id: its last letter is chance. */
const shardOf = (clientId: string): number => clientId.charCodeAt(clientId.length - 1) % shards;

/** The end of the sort keys by which clients are found: what decides, before it is read, who may see it. */
export const foundTail = ({ id, ownerId, teamId }: Pick<Client, "id" | "ownerId" | "teamId">): string =>
  `${id}#${ownerId}#${teamId ?? ""}`;

/** What a sort key of `foundTail` says. */
export const foundBy = (sk: string) => {
  const [term = "", clientId = "", ownerId = "", teamId = ""] = sk.split("#");
  return { term, clientId, ownerId, teamId: teamId === "" ? undefined : teamId };
};

const byName = (client: Client): string =>
  `${Array.from(wholeTerm(client.name)).slice(0, 40).join("")}#${foundTail(client)}`;

const clientLookups = (client: Client): Lookup[] =>
  client.archivedAt
    ? []
    : [
        ...nameTerms(client.name).map(({ drawer, term }) => ({
          pk: partitions.name(drawer),
          sk: `${term}#${foundTail(client)}`,
        })),
        ...client.tags.map((tag) => ({ pk: partitions.tag(tag), sk: byName(client) })),
        ...(client.parentId ? [{ pk: partitions.subsidiaries(client.parentId), sk: byName(client) }] : []),
        ...(client.externalId ? [{ pk: partitions.external(client.externalId), sk: byName(client) }] : []),
      ];

export const clientEntity = entity<Client, { readonly id: string }>({
  name: "client",
  schema: Client,
  key: ({ id }) => ({ pk: partitions.client(id), sk: wholePrefix }),
  indexes: (client) => {
    if (client.archivedAt) return {};
    const sk = `${client.updatedAt}#${client.id}`;
    return {
      owner: { pk: partitions.owner(client.ownerId), sk },
      ...(client.teamId ? { team: { pk: partitions.team(client.teamId), sk } } : {}),
      list: { pk: partitions.shard(shardOf(client.id)), sk },
    };
  },
  lookups: clientLookups,
});

interface OfClient {
  readonly id: string;
  readonly clientId: string;
}

export const contactEntity = entity<Contact, OfClient>({
  name: "contact",
  schema: Contact,
  key: ({ id, clientId }) => ({ pk: partitions.client(clientId), sk: `${wholePrefix}#CONTACT#${id}` }),
  lookups: ({ id, clientId, phones, emails }) => [
    ...phones.map((number) => ({ pk: partitions.phone(number), sk: `${clientId}#${id}` })),
    ...emails.map((email) => ({ pk: partitions.email(email), sk: `${clientId}#${id}` })),
  ],
});

/** A client's copy of a counterparty: same version, for both are written in one transaction. */
export const clientCounterpartyEntity = entity<ClientCounterparty, OfClient>({
  name: "client-counterparty",
  schema: ClientCounterparty,
  key: ({ id, clientId }) => ({ pk: partitions.client(clientId), sk: `${wholePrefix}#COUNTERPARTY#${id}` }),
  lookups: ({ id, clientId, taxId, links }) =>
    taxId && links.some(isBelieved) ? [{ pk: partitions.taxId(taxId), sk: `${clientId}#${id}` }] : [],
});

export const counterpartyEntity = entity<Counterparty, { readonly id: string }>({
  name: "counterparty",
  schema: Counterparty,
  key: ({ id }) => ({ pk: `COUNTERPARTY#${id}`, sk: "COUNTERPARTY" }),
});

/** What is left of a removed note goes after this time. */
const removedNoteSeconds = 30 * 24 * 3600;

export const noteEntity = entity<Note, OfClient>({
  name: "note",
  schema: Note,
  key: ({ id, clientId }) => ({ pk: partitions.client(clientId), sk: `NOTE#${id}` }),
  expiresAt: ({ removedAt }) =>
    removedAt === undefined ? undefined : Math.floor(millisecondsOf(removedAt) / 1000) + removedNoteSeconds,
});

/** The entities by whose lookups records are found; the projector keeps them. */
export const lookedUpEntities = [clientEntity, contactEntity, clientCounterpartyEntity] as const;

/** What is written for a new counterparty: the truth, and the client's copy of it. */
export const counterpartyCreation = (counterparty: Counterparty): Write[] => [
  create(counterpartyEntity, counterparty),
  ...clientsOf(counterparty).map((clientId) =>
    create(clientCounterpartyEntity, copyFor(counterparty, clientId)),
  ),
];

/** What is written for a new client: one item, one for its external id and for each contact, two for each counterparty. */
export const clientCreation = ({ client, contacts, counterparties }: NewRecords): Write[] => [
  create(clientEntity, client),
  ...claimExternalId("client", client),
  ...contacts.map((contact) => create(contactEntity, contact)),
  ...counterparties.flatMap(counterpartyCreation),
];

/** What is written when a counterparty changes: the truth, and the copy of every client that has or had it. */
export const counterpartyUpdate = (before: Counterparty, after: Counterparty): Write[] => {
  const copied = new Set(clientsOf(before));
  return [
    update(counterpartyEntity, after),
    ...clientsOf(after).map((clientId) =>
      (copied.has(clientId) ? update : create)(clientCounterpartyEntity, copyFor(after, clientId)),
    ),
  ];
};
