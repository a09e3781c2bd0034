import * as z from "zod";
import type { FieldFault } from "../kernel/errors.ts";
import { Id } from "../kernel/id.ts";
import { Country } from "../kernel/place.ts";
import { Line } from "../kernel/text.ts";
import { Instant } from "../kernel/time.ts";
import { iban, taxId } from "./legal.ts";
import { believedLinks, Link, LinkDay, mostLinks } from "./links.ts";

const line = Line.min(1).max(200).optional();
export const Address = z
  .strictObject({ street: line, city: line, region: line, postalCode: Line.max(20).optional() })
  .extend({ country: Country.optional() });

const fields = {
  legalName: Line.min(1).max(300),
  taxId: Line.min(1)
    .max(40)
    .optional()
    .meta({ description: "Kept in capitals without separators", examples: ["RO1234567"] }),
  country: Country.optional(),
  iban: Line.min(1)
    .max(60)
    .optional()
    .meta({ description: "ISO 13616, with or without spaces", examples: ["RO49AAAA1B31007593840000"] }),
  address: Address.optional(),
};

const days = {
  validFrom: LinkDay.optional().meta({ description: "Since when it belongs to the client; absent: today" }),
  validTo: LinkDay.optional().meta({ description: "The last day; absent: until further notice" }),
};

/** A new counterparty, and since when it belongs to the client. */
export const NewCounterparty = z.strictObject({ ...fields, ...days });
export type NewCounterparty = z.infer<typeof NewCounterparty>;

/** Only what is named is changed; `null` takes a value away. The address is replaced as a whole. */
export const CounterpartyChange = z.strictObject({
  legalName: fields.legalName.optional(),
  taxId: fields.taxId.nullable(),
  country: fields.country.nullable(),
  iban: fields.iban.nullable(),
  address: fields.address.nullable(),
});
export type CounterpartyChange = z.infer<typeof CounterpartyChange>;

export const NewLink = z.strictObject({ clientId: Id("client"), ...days });
export const LinkMove = z.strictObject({
  clientId: Id("client").meta({ description: "The client that it belongs to from then on" }),
  on: LinkDay.optional().meta({ description: "The first day with the other client; absent: today" }),
});
export const LinkChange = z.strictObject({
  validFrom: LinkDay.optional(),
  validTo: LinkDay.nullable().optional().meta({ description: "`null`: until further notice" }),
});

/** A legal entity that signs and pays: the single truth about it and its links. */
export const Counterparty = z
  .object({
    id: Id("counterparty"),
    version: z.int().min(1),
    ...fields,
    links: z.array(Link).max(mostLinks).meta({ description: "In the order in which they were recorded" }),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: "Counterparty" });
export type Counterparty = z.infer<typeof Counterparty>;

/**
 * A counterparty as it lies in the partition of a client: what is shown of it, and its links with this client.
 * It is written in one transaction with the counterparty, so that it is always the same.
 */
export const ClientCounterparty = Counterparty.extend({
  clientId: Id("client").meta({ description: "The client whose partition it lies in" }),
}).meta({ id: "ClientCounterparty" });
export type ClientCounterparty = z.infer<typeof ClientCounterparty>;

interface Legal {
  readonly taxId?: string | undefined;
  readonly iban?: string | undefined;
}

const legal = (given: Legal, pointer: string): { values: Legal; faults: FieldFault[] } => {
  const faults: FieldFault[] = [];
  const id = given.taxId === undefined ? undefined : taxId(given.taxId);
  const account = given.iban === undefined ? undefined : iban(given.iban);
  if (id === "") faults.push({ pointer: `${pointer}/taxId`, reason: "has neither letters nor digits" });
  if (given.iban !== undefined && account === undefined)
    faults.push({ pointer: `${pointer}/iban`, reason: "is not an IBAN" });
  return { values: { taxId: id, iban: account }, faults };
};

/** A new counterparty that has no links yet, and all that is wrong with it. */
export const newCounterparty = (
  { validFrom: _from, validTo: _to, ...input }: NewCounterparty,
  { id, now, pointer }: { readonly id: string; readonly now: Instant; readonly pointer: string },
): { readonly record: Counterparty; readonly faults: readonly FieldFault[] } => {
  const { values, faults } = legal(input, pointer);
  return {
    record: { id, version: 1, ...input, ...values, links: [], createdAt: now, updatedAt: now },
    faults,
  };
};

/** The counterparty after a change of what it is called and where it pays, and all that is wrong with it. */
export const changedCounterparty = (
  counterparty: Counterparty,
  change: CounterpartyChange,
  now: Instant,
): { readonly record: Counterparty; readonly faults: readonly FieldFault[] } => {
  const kept = <T>(before: T | undefined, after: T | null | undefined): T | undefined =>
    after === undefined ? before : (after ?? undefined);
  const { values, faults } = legal({ taxId: change.taxId ?? undefined, iban: change.iban ?? undefined }, "");
  return {
    record: {
      ...counterparty,
      version: counterparty.version + 1,
      legalName: change.legalName ?? counterparty.legalName,
      taxId: kept(counterparty.taxId, change.taxId && values.taxId),
      iban: kept(counterparty.iban, change.iban && values.iban),
      country: kept(counterparty.country, change.country),
      address: kept(counterparty.address, change.address),
      updatedAt: now,
    },
    faults,
  };
};

/** The counterparty with other links, in its next version. */
export const relinked = (counterparty: Counterparty, links: readonly Link[], now: Instant): Counterparty => ({
  ...counterparty,
  version: counterparty.version + 1,
  links: [...links],
  updatedAt: now,
});

/** Every client that it belongs or ever was believed to belong to. */
export const clientsOf = ({ links }: Pick<Counterparty, "links">): string[] => [
  ...new Set(links.map(({ clientId }) => clientId)),
];

/**
 * The clients through which it is seen: those that it is now believed to belong to, on whatever days; where all links
 * are withdrawn, those that it was believed to belong to, so that an error can be mended.
 */
export const holdersOf = ({ links }: Pick<Counterparty, "links">): string[] => {
  const believed = clientsOf({ links: believedLinks(links) });
  return believed.length > 0 ? believed : clientsOf({ links });
};

/** What a client's partition holds of it. */
export const copyFor = (counterparty: Counterparty, clientId: string): ClientCounterparty => ({
  ...counterparty,
  clientId,
  links: counterparty.links.filter((link) => link.clientId === clientId),
});
