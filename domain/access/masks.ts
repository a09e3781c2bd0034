import type { Role } from "./permissions.ts";

/** The fields that may be hidden from a role, by kind of record. All are optional in what is shown. */
interface Maskable {
  readonly counterparty: "taxId" | "iban";
}

/** What is hidden from a role, by kind of record. */
export type Mask = { readonly [Kind in keyof Maskable]: readonly Maskable[Kind][] };

const nothing: Mask = { counterparty: [] };

/** Who has no business with legal and bank details does not see them. A role that does not stand here sees all. */
const maskByRole: Partial<Readonly<Record<Role, Mask>>> = {
  marketer: { counterparty: ["taxId", "iban"] },
  warehouse: { counterparty: ["taxId", "iban"] },
};

/** The fields that a role does not see; they cannot be searched by either. */
export const maskFor = (role: Role): Mask => maskByRole[role] ?? nothing;

/** The record without the fields: as if they were not filled. */
export const masked = <R extends object>(record: R, fields: readonly (keyof R & string)[]): R =>
  fields.length === 0
    ? record
    : { ...record, ...Object.fromEntries(fields.map((field) => [field, undefined])) };
