import * as z from "zod";
import { type FieldDeclaration, FieldValues } from "../fields/field.ts";
import { changedFieldValues, checkFieldValues, FieldChanges, type FieldReference } from "../fields/values.ts";
import type { FieldFault } from "../kernel/errors.ts";
import { Id } from "../kernel/id.ts";
import { Line } from "../kernel/text.ts";
import { Instant } from "../kernel/time.ts";
import { Language } from "./client.ts";
import { EmailAddress, emailAddress } from "./email.ts";
import { phoneNumber } from "./phone.ts";

/** `decider` decides to buy, `consumer` uses the product, `payer` owns the wallet. */
export const contactRoles = ["decider", "consumer", "payer"] as const;
export const ContactRole = z.enum(contactRoles);
export type ContactRole = z.infer<typeof ContactRole>;

const fields = {
  name: Line.min(1).max(200),
  position: Line.min(1).max(200).optional(),
  roles: z.array(ContactRole).max(contactRoles.length),
  sharePercent: z
    .int()
    .min(0)
    .max(100)
    .optional()
    .meta({ description: "The contact's usual share in a deal's decision" }),
  phones: z
    .array(Line.min(3).max(40))
    .max(10)
    .meta({
      description:
        "In any form; without a country's prefix they belong to the tenant's country. Kept in E.164",
      examples: [["0721 234 567", "+40 21 410 2233"]],
    }),
  emails: z.array(EmailAddress).max(10),
  language: Language.optional(),
  fields: FieldValues.meta({ description: "What the tenant declared for contacts" }),
};

export const NewContact = z.strictObject({
  ...fields,
  roles: fields.roles.default([]),
  phones: fields.phones.default([]),
  emails: fields.emails.default([]),
  fields: fields.fields.default({}),
});
export type NewContact = z.infer<typeof NewContact>;

/** Only what is named is changed; lists are replaced as a whole, `null` takes a value away. */
export const ContactChange = z.strictObject({
  name: fields.name.optional(),
  position: fields.position.nullable(),
  roles: fields.roles.optional(),
  sharePercent: fields.sharePercent.nullable(),
  phones: fields.phones.optional(),
  emails: fields.emails.optional(),
  language: fields.language.nullable(),
  fields: FieldChanges.optional(),
});
export type ContactChange = z.infer<typeof ContactChange>;

/** A person at a client. */
export const Contact = z
  .object({
    id: Id("contact"),
    version: z.int().min(1),
    clientId: Id("client"),
    ...fields,
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: "Contact" });
export type Contact = z.infer<typeof Contact>;

/** What is needed to hold a contact against its rules. */
export interface ContactRules {
  readonly country: string;
  readonly declarations: readonly FieldDeclaration[];
  /** Where the contact stands in the request: `` or `/contacts/0`. */
  readonly pointer: string;
}

export interface Checked<Record> {
  readonly record: Record;
  readonly faults: readonly FieldFault[];
  readonly references: readonly FieldReference[];
}

const numbersOf = (phones: readonly string[], { country, pointer }: ContactRules) => {
  const numbers = new Set<string>();
  const faults: FieldFault[] = [];
  for (const [at, phone] of phones.entries()) {
    const parsed = phoneNumber(phone, country);
    if ("number" in parsed) numbers.add(parsed.number);
    else faults.push({ pointer: `${pointer}/phones/${at}`, reason: parsed.reason });
  }
  return { numbers: [...numbers], faults };
};

const addressesOf = (emails: readonly string[]): string[] => [...new Set(emails.map(emailAddress))];

/** A new contact with normalised phones and emails, and all that is wrong with it. */
export const newContact = (
  input: NewContact,
  rules: ContactRules,
  { id, clientId, now }: { readonly id: string; readonly clientId: string; readonly now: Instant },
): Checked<Contact> => {
  const { numbers, faults } = numbersOf(input.phones, rules);
  const checked = checkFieldValues(rules.declarations, input.fields, { pointer: `${rules.pointer}/fields` });
  return {
    record: {
      id,
      version: 1,
      clientId,
      ...input,
      roles: [...new Set(input.roles)],
      phones: numbers,
      emails: addressesOf(input.emails),
      fields: checked.values,
      createdAt: now,
      updatedAt: now,
    },
    faults: [...faults, ...checked.faults],
    references: checked.references,
  };
};

/** The contact after a change, and all that is wrong with it. */
export const changedContact = (
  contact: Contact,
  { position, sharePercent, language, ...change }: ContactChange,
  rules: ContactRules,
  now: Instant,
): Checked<Contact> => {
  const phones = change.phones && numbersOf(change.phones, rules);
  const checked =
    change.fields &&
    changedFieldValues(rules.declarations, contact.fields, change.fields, `${rules.pointer}/fields`);
  return {
    record: {
      ...contact,
      version: contact.version + 1,
      name: change.name ?? contact.name,
      ...(position === undefined ? {} : { position: position ?? undefined }),
      ...(sharePercent === undefined ? {} : { sharePercent: sharePercent ?? undefined }),
      ...(language === undefined ? {} : { language: language ?? undefined }),
      roles: change.roles ? [...new Set(change.roles)] : contact.roles,
      phones: phones?.numbers ?? contact.phones,
      emails: change.emails ? addressesOf(change.emails) : contact.emails,
      fields: checked?.values ?? contact.fields,
      updatedAt: now,
    },
    faults: [...(phones?.faults ?? []), ...(checked?.faults ?? [])],
    references: checked?.references ?? [],
  };
};
