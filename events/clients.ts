import * as z from "zod";
import { Client } from "../domain/clients/client.ts";
import { Contact } from "../domain/clients/contact.ts";
import { Counterparty } from "../domain/clients/counterparty.ts";
import { Link } from "../domain/clients/links.ts";
import { Id } from "../domain/kernel/id.ts";
import { Day } from "../domain/kernel/time.ts";
import { event } from "./event.ts";

const at = "2026-11-23T18:00:00.000Z";
const ulid = "01JD8Z5T2V9Q4R6W8Y0A1B3C5D";
const client = {
  id: `cli_${ulid}`,
  version: 1,
  name: "Știință și Țară SRL",
  kind: "company" as const,
  ownerId: `mem_${ulid}`,
  teamId: `team_${ulid}`,
  tags: ["key account"],
  fields: { industry: "retail" },
  country: "RO",
  contactCount: 1,
  counterpartyCount: 1,
  createdAt: at,
  createdBy: `mem_${ulid}`,
  updatedAt: at,
  updatedBy: `mem_${ulid}`,
};
const announcedContact = {
  id: `con_${ulid}`,
  version: 1,
  clientId: client.id,
  name: "Ana Popescu",
  roles: ["decider" as const],
  phones: ["+40721234567"],
  emails: ["ana.popescu@example.com"],
  createdAt: at,
  updatedAt: at,
};
const contact = { ...announcedContact, fields: {} };
const link = {
  id: `lnk_${ulid}`,
  clientId: client.id,
  validFrom: "2026-11-23",
  recordedAt: at,
  recordedBy: `mem_${ulid}`,
};
const counterparty = {
  id: `cpt_${ulid}`,
  version: 1,
  legalName: "Știință și Țară SRL",
  taxId: "RO1234567",
  country: "RO",
  iban: "RO49AAAA1B31007593840000",
  links: [link],
  createdAt: at,
  updatedAt: at,
};

/** Of a counterparty's links those that are believed: the history may be long, and can be asked for. */
const BelievedCounterparty = Counterparty.meta({ id: "BelievedCounterparty" });

export const clientCreated = event({
  type: "client.created",
  version: 1,
  summary: "A client was made, with the contacts and counterparties that were named at once",
  data: z.object({
    client: Client,
    contacts: z.array(Contact.omit({ fields: true })),
    counterparties: z.array(BelievedCounterparty),
  }),
  sample: { client, contacts: [announcedContact], counterparties: [counterparty] },
});

export const clientChanged = event({
  type: "client.changed",
  version: 1,
  summary: "A client's own values were changed, or it was archived or restored",
  data: Client,
  sample: { ...client, version: 2 },
});

const Responsible = z.object({ ownerId: Id("member"), teamId: Id("team").optional() });

export const clientReassigned = event({
  type: "client.reassigned",
  version: 1,
  summary: "A client passed into other hands",
  data: z.object({ clientId: Id("client"), from: Responsible, to: Responsible }),
  sample: {
    clientId: client.id,
    from: { ownerId: client.ownerId, teamId: client.teamId },
    to: { ownerId: "mem_01JD8Z5T2V9Q4R6W8Y0A1B3C5E" },
  },
});

export const contactAdded = event({
  type: "contact.added",
  version: 1,
  summary: "A contact was added to a client",
  data: Contact,
  sample: contact,
});

export const contactChanged = event({
  type: "contact.changed",
  version: 1,
  summary: "A contact was changed",
  data: Contact,
  sample: { ...contact, version: 2 },
});

export const contactRemoved = event({
  type: "contact.removed",
  version: 1,
  summary: "A contact was removed from a client",
  data: z.object({ clientId: Id("client"), contactId: Id("contact") }),
  sample: { clientId: client.id, contactId: contact.id },
});

export const counterpartyCreated = event({
  type: "counterparty.created",
  version: 1,
  summary: "A counterparty was made and linked to a client",
  data: BelievedCounterparty,
  sample: counterparty,
});

export const counterpartyChanged = event({
  type: "counterparty.changed",
  version: 1,
  summary: "A counterparty's name, tax id, account or address was changed",
  data: BelievedCounterparty,
  sample: { ...counterparty, version: 2 },
});

export const counterpartyLinked = event({
  type: "counterparty.linked",
  version: 1,
  summary: "A counterparty belongs to one client more",
  data: z.object({ counterpartyId: Id("counterparty"), link: Link }),
  sample: { counterpartyId: counterparty.id, link },
});

export const counterpartyMoved = event({
  type: "counterparty.moved",
  version: 1,
  summary: "From a day on a counterparty belongs to another client",
  data: z.object({
    counterpartyId: Id("counterparty"),
    fromClientId: Id("client"),
    toClientId: Id("client"),
    on: Day,
  }),
  sample: {
    counterpartyId: counterparty.id,
    fromClientId: client.id,
    toClientId: "cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5E",
    on: "2027-01-01",
  },
});

export const counterpartyLinkCorrected = event({
  type: "counterparty.link-corrected",
  version: 1,
  summary: "A link was found to begin or end on another day, or never to have been",
  data: z.object({
    counterpartyId: Id("counterparty"),
    superseded: Link,
    link: Link.optional().meta({ description: "What is believed instead; absent: the link was withdrawn" }),
  }),
  sample: {
    counterpartyId: counterparty.id,
    superseded: { ...link, supersededAt: at, supersededBy: client.ownerId },
    link: { ...link, id: "lnk_01JD8Z5T2V9Q4R6W8Y0A1B3C5E", validTo: "2026-12-31" },
  },
});

const Noted = z.object({ clientId: Id("client"), noteId: Id("note"), authorId: Id("member") });
const noted = { clientId: client.id, noteId: `note_${ulid}`, authorId: client.ownerId };

export const clientNoted = event({
  type: "client.noted",
  version: 1,
  summary: "A note on a client was written or changed. Its text is not in the event",
  data: Noted,
  sample: noted,
});

export const clientNoteRemoved = event({
  type: "client.note-removed",
  version: 1,
  summary: "A note on a client was removed",
  data: Noted,
  sample: noted,
});
