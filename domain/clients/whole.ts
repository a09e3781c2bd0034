import * as z from "zod";
import type { FieldDeclaration } from "../fields/field.ts";
import { checkFieldValues, type FieldReference } from "../fields/values.ts";
import { Failure, type FieldFault } from "../kernel/errors.ts";
import type { IdKind } from "../kernel/id.ts";
import type { Day, Instant } from "../kernel/time.ts";
import { Client, distinctTags, NewClient, type Responsibility, websiteAddress } from "./client.ts";
import { Contact, NewContact, newContact } from "./contact.ts";
import { ClientCounterparty, type Counterparty, NewCounterparty, newCounterparty } from "./counterparty.ts";
import { linked } from "./links.ts";

/** A client with its people and legal entities, as one request makes it in one transaction. */
export const NewClientWhole = NewClient.extend({
  contacts: z.array(NewContact).max(20).default([]),
  counterparties: z.array(NewCounterparty).max(10).default([]),
});
export type NewClientWhole = z.infer<typeof NewClientWhole>;

/** A client whole: with its contacts, and the counterparties that belong to it today with the links that say so. */
export const ClientWhole = Client.extend({
  contacts: z.array(Contact),
  counterparties: z.array(ClientCounterparty),
}).meta({ id: "ClientWhole" });
export type ClientWhole = z.infer<typeof ClientWhole>;

/** What a new client is made with, beside what was sent. */
export interface Circumstances extends Responsibility {
  readonly now: Instant;
  /** The day that it is where the tenant is: from then on counterparties belong to the client. */
  readonly today: Day;
  readonly by: string;
  /** The tenant's, to which phone numbers without a country's prefix belong. */
  readonly country: string;
  readonly declarations: {
    readonly client: readonly FieldDeclaration[];
    readonly contact: readonly FieldDeclaration[];
  };
  readonly newId: (kind: IdKind) => string;
}

export interface NewRecords {
  readonly client: Client;
  readonly contacts: readonly Contact[];
  readonly counterparties: readonly Counterparty[];
  /** Records that additional fields name; the store has to say whether they are there. */
  readonly references: readonly FieldReference[];
}

/**
 * Together the new records have to fit into one event of EventBridge (256 kB; a character has up to three bytes), and
 * the event beside the client into one item.
 */
const mostCharacters = 60_000;

/** @throws client.invalid naming every fault */
export const refuseFaults = (faults: readonly FieldFault[]): void => {
  if (faults.length > 0)
    throw new Failure("client.invalid", {
      detail: `${faults.length} ${faults.length === 1 ? "field is" : "fields are"} wrong.`,
      fields: faults.slice(0, 100),
    });
};

/**
 * The records of a new client, checked and normalised. Every way in makes them here: the API and imports.
 * @throws client.invalid naming every fault, limit.exceeded
 */
export const newClientWhole = (
  { contacts, counterparties, ...input }: NewClientWhole,
  about: Circumstances,
): NewRecords => {
  const { now, by, newId } = about;
  const clientId = newId("client");
  const checked = checkFieldValues(about.declarations.client, input.fields);
  const people = contacts.map((contact, at) =>
    newContact(
      contact,
      { country: about.country, declarations: about.declarations.contact, pointer: `/contacts/${at}` },
      { id: newId("contact"), clientId, now },
    ),
  );
  const legal = counterparties.map((counterparty, at) =>
    newCounterparty(counterparty, { id: newId("counterparty"), now, pointer: `/counterparties/${at}` }),
  );
  const parts = [...people, ...legal];
  const reversed = counterparties.flatMap(({ validFrom = about.today, validTo }, at) =>
    validTo !== undefined && validTo < validFrom
      ? [{ pointer: `/counterparties/${at}/validTo`, reason: `lies before ${validFrom}` }]
      : [],
  );
  refuseFaults([...checked.faults, ...parts.flatMap(({ faults }) => faults), ...reversed]);

  const records: NewRecords = {
    client: {
      id: clientId,
      version: 1,
      ...input,
      tags: distinctTags(input.tags),
      ...(input.website === undefined ? {} : { website: websiteAddress(input.website) }),
      fields: checked.values,
      ownerId: about.ownerId,
      teamId: about.teamId,
      contactCount: people.length,
      counterpartyCount: legal.length,
      createdAt: now,
      createdBy: by,
      updatedAt: now,
      updatedBy: by,
    },
    contacts: people.map(({ record }) => record),
    counterparties: legal.map(({ record }, at) => {
      const { validFrom = about.today, validTo } = counterparties[at] ?? {};
      const recording = { now, by, newLinkId: () => newId("link") };
      return { ...record, links: linked([], { clientId, validFrom, validTo }, recording) };
    }),
    references: [...checked.references, ...people.flatMap(({ references }) => references)],
  };
  if (JSON.stringify(records).length > mostCharacters)
    throw new Failure("limit.exceeded", {
      detail: `A client is made with at most ${mostCharacters} characters at once; add contacts one by one.`,
    });
  return records;
};
