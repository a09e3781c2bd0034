import { minorDigits } from "../kernel/currency.ts";
import { dateFormat, parseDay, parseInstant } from "./dates.ts";
import { approximately, type Decimal, inUnits, parseDecimal, times } from "./decimals.ts";
import type { Format } from "./format.ts";
import type { FieldMapping } from "./mapping.ts";

export type Value = string | number | boolean | readonly string[];
export type Parsed = { readonly value: Value } | { readonly reason: string };

/** A cell or name in the one form in which texts are compared: NFC, without spaces around, single spaces within. */
export const canonical = (text: string): string => text.normalize("NFC").replace(/\s+/gu, " ").trim();

/** Small letters without diacritics, with single points for all else. */
export const slugOf = (text: string): string =>
  text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ".")
    .replace(/^\.|\.$/g, "");

const yes = new Set(["true", "yes", "y", "1", "x", "da"]);
const no = new Set(["false", "no", "n", "0", "nu"]);

const numberOf = (text: string, format: Format): Decimal | string =>
  parseDecimal(text, format) ??
  `is not a number written with ${format.decimal} before decimals and ${format.thousands === "" ? "nothing" : `"${format.thousands}"`} between thousands`;

const counted = (text: string, field: FieldMapping, format: Format, scale: number): Parsed => {
  const number = numberOf(text, format);
  if (typeof number === "string") return { reason: number };
  const result = inUnits(times(number, field.multiplyBy), scale);
  return "units" in result ? { value: result.units } : result;
};

const measured = (text: string, field: FieldMapping, format: Format): Parsed => {
  const number = numberOf(text, format);
  return typeof number === "string"
    ? { reason: number }
    : { value: approximately(times(number, field.multiplyBy)) };
};

const textOf = (text: string, field: FieldMapping): Parsed => {
  const written = (part: string) => `${field.prefix}${field.slug ? slugOf(part) : part}${field.suffix}`;
  const parts = field.splitAt === undefined ? [text] : text.split(field.splitAt).map((part) => part.trim());
  const filled = parts.filter((part) => part !== "");
  const wrong = filled.find((part) => field.oneOf && !field.oneOf.includes(part));
  if (wrong !== undefined) return { reason: `"${wrong}" is none of: ${field.oneOf?.join(", ")}` };
  if (field.splitAt !== undefined) return { value: filled.map(written) };
  return { value: written(text) };
};

const dated = (text: string, field: FieldMapping, format: Format): Parsed => {
  const written = dateFormat(field.date ?? format.date);
  if (!written) return { reason: "cannot be read with the mapping's date format" };
  if (field.type === "date") {
    const result = parseDay(text, written);
    return "day" in result ? { value: result.day } : result;
  }
  const result = parseInstant(text, written, format.timeZone);
  return "instant" in result ? { value: result.instant } : result;
};

/**
 * The value of a cell that is not empty (trimmed, aliases applied), or the reason why it is none of its type.
 * Money is in minor units of its currency, a quantity in units of 10^-scale; neither is ever a fraction.
 */
export const parseValue = (text: string, field: FieldMapping, format: Format): Parsed => {
  if (field.type !== "text" && field.oneOf && !field.oneOf.includes(text))
    return { reason: `is none of: ${field.oneOf.join(", ")}` };
  switch (field.type) {
    case "text":
      return textOf(text, field);
    case "integer":
      return counted(text, field, format, 0);
    case "quantity":
      return counted(text, field, format, field.scale);
    case "money": {
      const currency = field.currency ?? format.currency;
      return currency === undefined
        ? { reason: "has no currency" }
        : counted(text, field, format, minorDigits(currency));
    }
    case "number":
      return measured(text, field, format);
    case "date":
    case "instant":
      return dated(text, field, format);
    case "boolean": {
      const folded = text.toLowerCase();
      if (yes.has(folded)) return { value: true };
      return no.has(folded) ? { value: false } : { reason: "is neither yes nor no" };
    }
  }
};
