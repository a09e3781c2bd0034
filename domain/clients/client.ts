import * as z from "zod";
import { FieldValues } from "../fields/field.ts";
import { FieldChanges } from "../fields/values.ts";
import { Id } from "../kernel/id.ts";
import { Country } from "../kernel/place.ts";
import { Format, Line, Text } from "../kernel/text.ts";
import { Instant } from "../kernel/time.ts";
import { folded } from "./fold.ts";

export const Language = Format(30, z.regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/)).meta({
  description: "BCP 47",
  examples: ["ro", "de-AT"],
});

export const ClientKind = z.enum(["company", "person", "public-body"]);

export const Tag = Line.min(1).max(50);
export const mostTags = 30;

const fields = {
  name: Line.min(1)
    .max(200)
    .meta({ examples: ["Știință și Țară SRL"] }),
  kind: ClientKind.optional(),
  parentId: Id("client").optional().meta({ description: "The client of which this one is a subsidiary" }),
  tags: z.array(Tag).max(mostTags).meta({ description: "The same in any case" }),
  fields: FieldValues.meta({ description: "What the tenant declared for clients" }),
  country: Country.optional(),
  language: Language.optional(),
  website: z
    .string()
    .trim()
    .max(500, { abort: true })
    .regex(/^([Hh][Tt][Tt][Pp][Ss]?:\/\/)?[^\s\p{C}/.]+\.[^\s\p{C}]+$/u, "is not the address of a website")
    .optional()
    .meta({ examples: ["https://example.com"] }),
  description: Text.min(1).max(4000).optional(),
  externalId: Line.min(1).max(200).optional().meta({
    description: "Its id in the system that it came from; identifies one client of the company",
  }),
};

const owner = {
  ownerId: Id("member").meta({ description: "The member who is responsible" }),
  teamId: Id("team").optional().meta({ description: "The team that works with it" }),
};

/** What makes a client. Without an owner it belongs to who makes it, without a team to the owner's team. */
export const NewClient = z.strictObject({
  ...fields,
  tags: fields.tags.default([]),
  fields: fields.fields.default({}),
  ownerId: owner.ownerId.optional(),
  teamId: owner.teamId,
});
export type NewClient = z.infer<typeof NewClient>;

/** What may be changed of a client: only what is named; `null` takes a value away. */
export const ClientChange = z.strictObject({
  name: fields.name.optional(),
  kind: ClientKind.nullable().optional(),
  parentId: Id("client").nullable().optional(),
  tags: fields.tags.optional(),
  fields: FieldChanges.optional(),
  country: Country.nullable().optional(),
  language: Language.nullable().optional(),
  website: fields.website.nullable(),
  description: fields.description.nullable(),
  externalId: fields.externalId.nullable(),
  ownerId: owner.ownerId.optional(),
  teamId: Id("team").nullable().optional().meta({ description: "Absent with a new owner: the owner's team" }),
  archived: z.boolean().optional().meta({
    description: "An archived client leaves the lists and searches and can still be read by its id",
  }),
});
export type ClientChange = z.infer<typeof ClientChange>;

/** Contacts and counterparties of one client: it is read whole, so it may not grow without end. */
export const mostContacts = 200;
export const mostCounterparties = 100;

export const Client = z
  .object({
    id: Id("client"),
    version: z.int().min(1),
    ...fields,
    website: z.string().optional(),
    ...owner,
    contactCount: z.int().min(0),
    counterpartyCount: z
      .int()
      .min(0)
      .meta({ description: "Counterparties that belong or ever belonged to it" }),
    archivedAt: Instant.optional(),
    createdAt: Instant,
    createdBy: z.string(),
    updatedAt: Instant,
    updatedBy: z.string(),
  })
  .meta({ id: "Client" });
export type Client = z.infer<typeof Client>;

/** Who changes, and when. */
export interface Change {
  readonly now: Instant;
  readonly by: string;
}

/** Tags that are the same in any case and without diacritics are one; the first spelling stays. */
export const distinctTags = (tags: readonly string[]): string[] => {
  const byKey = new Map<string, string>();
  for (const tag of tags) if (!byKey.has(tagKey(tag))) byKey.set(tagKey(tag), tag);
  return [...byKey.values()];
};

/** What a tag is filed under. A folded text may be many times as long as it was, and a key has an end. */
export const tagKey = (tag: string): string =>
  Array.from(folded(tag) || tag.trim().toLowerCase())
    .slice(0, 100)
    .join("");

/** An address as a browser takes it. */
export const websiteAddress = (text: string): string =>
  /^https?:\/\//i.test(text) ? text : `https://${text}`;

/** The client in its next version. */
export const touched = (client: Client, { now, by }: Change): Client => ({
  ...client,
  version: client.version + 1,
  updatedAt: now,
  updatedBy: by,
});

export interface Responsibility {
  readonly ownerId: string;
  readonly teamId?: string | undefined;
}

/** The client in other hands. Whether the owner may be given work is asked before. */
export const reassignedClient = (
  client: Client,
  { ownerId, teamId }: Responsibility,
  by: string,
  now: Instant,
): Client => ({ ...touched(client, { now, by }), ownerId, teamId });

type Plain = Omit<ClientChange, "fields" | "ownerId" | "teamId" | "archived">;

/**
 * The client after a change of its own values. Owner, team and additional fields come in as they were found
 * right; `archivedAt` is kept where an archived client is archived again.
 */
export const changedClient = (
  client: Client,
  { parentId, kind, country, language, website, description, externalId, ...plain }: Plain,
  more: Responsibility & { readonly fields: FieldValues; readonly archived?: boolean | undefined },
  change: Change,
): Client => {
  const kept = <T>(before: T | undefined, after: T | null | undefined): T | undefined =>
    after === undefined ? before : (after ?? undefined);
  return {
    ...touched(client, change),
    name: plain.name ?? client.name,
    tags: plain.tags ? distinctTags(plain.tags) : client.tags,
    kind: kept(client.kind, kind),
    parentId: kept(client.parentId, parentId),
    country: kept(client.country, country),
    language: kept(client.language, language),
    website: kept(client.website, website && websiteAddress(website)),
    description: kept(client.description, description),
    externalId: kept(client.externalId, externalId),
    fields: more.fields,
    ownerId: more.ownerId,
    teamId: more.teamId,
    archivedAt:
      more.archived === undefined
        ? client.archivedAt
        : more.archived
          ? (client.archivedAt ?? change.now)
          : undefined,
  };
};
