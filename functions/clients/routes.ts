import * as z from "zod";
import { Client, ClientChange, Tag } from "../../domain/clients/client.ts";
import { Contact, ContactChange, NewContact } from "../../domain/clients/contact.ts";
import { Note, NoteText } from "../../domain/clients/note.ts";
import { ClientWhole, NewClientWhole } from "../../domain/clients/whole.ts";
import { Id } from "../../domain/kernel/id.ts";
import { PageQuery, pageOf } from "../../domain/kernel/page.ts";
import { Instant } from "../../domain/kernel/time.ts";
import { route } from "../kit/route.ts";
import { counterpartyRoutes } from "./counterparty-routes.ts";

const params = z.strictObject({ clientId: Id("client") });
const contactParams = params.extend({ contactId: Id("contact") });
const noteParams = params.extend({ noteId: Id("note") });
const shared = { feature: "clients" } as const;
const text = z.string().min(1).max(200).optional();

const ClientsQuery = z
  .strictObject({
    ...PageQuery,
    owner: Id("member").optional(),
    team: Id("team").optional(),
    tag: Tag.optional(),
    parent: Id("client").optional().meta({ description: "Subsidiaries of this client" }),
    q: text.meta({
      description: "A part of the name, in any case and without diacritics, also from within a word",
    }),
    phone: text.meta({ description: "A contact's phone, in any form" }),
    email: text.meta({ description: "A contact's email, in any case" }),
    taxId: text.meta({
      description: "A counterparty's tax id, with or without separators and country letters",
    }),
    externalId: text.meta({ description: "The client that has it" }),
  })
  .refine(
    ({ phone, email, taxId, externalId }) =>
      [phone, email, taxId, externalId].filter((one) => one !== undefined).length < 2,
    { path: ["phone"], message: "phone, email, taxId and externalId go one at a time" },
  );

/** One thing that happened with a client and is kept elsewhere. */
const TimelineEntry = z
  .object({
    kind: z.enum(["deal"]),
    id: z.string(),
    at: Instant,
    title: z.string(),
    state: z.string().optional(),
    ownerId: Id("member").optional(),
  })
  .meta({ id: "TimelineEntry" });

export const clientRoutes = {
  createClient: route({
    ...shared,
    method: "POST",
    path: "/v1/clients",
    summary: "Add a client, with contacts and counterparties",
    description:
      "All of it is written in one transaction or nothing. Without an owner the client is the caller's own. Phones " +
      "are kept in E.164, tax ids and IBANs without separators.",
    permission: "client:write",
    body: NewClientWhole,
    status: 201,
    output: ClientWhole,
    versioned: true,
    failures: [
      "client.invalid",
      "member.not-assignable",
      "reference.unknown",
      "record.external-id-taken",
      "limit.exceeded",
    ],
  }),
  listClients: route({
    ...shared,
    method: "GET",
    path: "/v1/clients",
    summary: "Clients by owner, team, tag, part of the name, phone, email or tax id",
    description:
      "Only those that the caller may see, and none that are archived. Without a search they come by their last " +
      "change, newest first; by tag, parent and external id in the order of their names. Searches lag behind a " +
      "change by a moment. A page may hold fewer clients than asked for, or none, and still have a `next`: a " +
      "request reads a bounded number of hits and goes on where it stopped.",
    permission: "client:read",
    query: ClientsQuery,
    status: 200,
    output: pageOf(Client),
  }),
  readClient: route({
    ...shared,
    method: "GET",
    path: "/v1/clients/{clientId}",
    summary: "A client whole",
    description:
      "With its contacts, and the counterparties that belong to it today with the links that say so. The version is " +
      "the client's own: it moves with the client's values, contacts and links.",
    permission: "client:read",
    params,
    status: 200,
    output: ClientWhole,
    versioned: true,
  }),
  changeClient: route({
    ...shared,
    method: "PATCH",
    path: "/v1/clients/{clientId}",
    summary: "Change, reassign, archive or restore a client",
    description:
      "Only what the body names is changed; `null` takes a value away; `fields` are changed one by one.",
    permission: "client:write",
    params,
    body: ClientChange,
    status: 200,
    output: Client,
    versioned: true,
    failures: [
      "client.invalid",
      "client.parent-cycle",
      "client.parents-too-deep",
      "member.not-assignable",
      "reference.unknown",
      "record.external-id-taken",
    ],
  }),
  readTimeline: route({
    ...shared,
    method: "GET",
    path: "/v1/clients/{clientId}/timeline",
    summary: "What happened with a client: its deals, newest first",
    description:
      "Deals that the caller may not see are left out; a page may hold fewer entries than asked for.",
    permission: "client:read",
    params,
    query: z.strictObject(PageQuery),
    status: 200,
    output: pageOf(TimelineEntry),
  }),
  addContact: route({
    ...shared,
    method: "POST",
    path: "/v1/clients/{clientId}/contacts",
    summary: "Add a contact to a client",
    permission: "client:write",
    params,
    body: NewContact,
    status: 201,
    output: Contact,
    versioned: true,
    failures: ["client.invalid", "reference.unknown", "limit.exceeded"],
  }),
  changeContact: route({
    ...shared,
    method: "PATCH",
    path: "/v1/clients/{clientId}/contacts/{contactId}",
    summary: "Change a contact",
    description: "Only what the body names is changed; `phones` and `emails` are replaced as a whole.",
    permission: "client:write",
    params: contactParams,
    body: ContactChange,
    status: 200,
    output: Contact,
    versioned: true,
    failures: ["client.invalid", "reference.unknown"],
  }),
  removeContact: route({
    ...shared,
    method: "DELETE",
    path: "/v1/clients/{clientId}/contacts/{contactId}",
    summary: "Remove a contact",
    permission: "client:write",
    params: contactParams,
    status: 204,
  }),
  addNote: route({
    ...shared,
    method: "POST",
    path: "/v1/clients/{clientId}/notes",
    summary: "Write a note on a client",
    permission: "client:write",
    params,
    body: NoteText,
    status: 201,
    output: Note,
    versioned: true,
  }),
  listNotes: route({
    ...shared,
    method: "GET",
    path: "/v1/clients/{clientId}/notes",
    summary: "The notes on a client, newest first",
    permission: "client:read",
    params,
    query: z.strictObject(PageQuery),
    status: 200,
    output: pageOf(Note),
  }),
  changeNote: route({
    ...shared,
    method: "PATCH",
    path: "/v1/clients/{clientId}/notes/{noteId}",
    summary: "Change the text of a note",
    permission: "client:write",
    params: noteParams,
    body: NoteText,
    status: 200,
    output: Note,
    versioned: true,
  }),
  removeNote: route({
    ...shared,
    method: "DELETE",
    path: "/v1/clients/{clientId}/notes/{noteId}",
    summary: "Remove a note",
    permission: "client:write",
    params: noteParams,
    status: 204,
  }),
  ...counterpartyRoutes,
};
