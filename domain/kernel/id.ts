import * as z from "zod";
import { Format } from "./text.ts";

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The prefixes of ids: an id says what it names. */
export const idPrefixes = {
  tenant: "ten",
  member: "mem",
  team: "team",
  client: "cli",
  contact: "con",
  counterparty: "cpt",
  link: "lnk",
  product: "prd",
  deal: "deal",
  job: "job",
  upload: "upl",
  event: "evt",
  expiry: "exp",
  change: "chg",
  note: "note",
  warehouse: "whs",
  stockDocument: "stk",
  reservation: "rsv",
  contract: "ctr",
  consumption: "cns",
  file: "file",
  position: "pos",
  timeEntry: "tme",
  order: "ord",
  quote: "quo",
  invoice: "inv",
  creditNote: "crn",
  payment: "pay",
} as const;
export type IdKind = keyof typeof idPrefixes;

/** Random bytes, as an argument so that tests may say which. */
export type Entropy = (bytes: number) => Uint8Array;

/**
 * A ULID with the prefix of its kind: `deal_01JD…`, 26 characters of Crockford's base 32, sorted by time.
 * @param atMs milliseconds since the epoch, the first 48 bits of the id
 */
export const newId = (kind: IdKind, atMs: number, entropy: Entropy): string => {
  let time = "";
  for (let rest = atMs, n = 0; n < 10; n++, rest = Math.floor(rest / 32))
    time = alphabet.charAt(rest % 32) + time;
  let chance = "";
  for (const byte of entropy(16)) chance += alphabet.charAt(byte & 31);
  return `${idPrefixes[kind]}_${time}${chance}`;
};

/** A number from 0 up to 1, from the chance that an id ends with. */
export const chanceIn = (id: string): number =>
  [...id.slice(-4)].reduce((sum, letter) => sum * 32 + Math.max(0, alphabet.indexOf(letter)), 0) / 32 ** 4;

/** The schema of an id of this kind. */
export const Id = (kind: IdKind) =>
  Format(
    idPrefixes[kind].length + 27,
    z.regex(new RegExp(`^${idPrefixes[kind]}_[0-9A-HJKMNP-TV-Z]{26}$`)),
  ).meta({ examples: [`${idPrefixes[kind]}_01JD8Z5T2V9Q4R6W8Y0A1B3C5D`] });
