import parsePhoneNumber, { type CountryCode, type MetadataJson } from "libphonenumber-js/core";
import { phoneMetadata } from "./phone-metadata.ts";

/** A phone number in E.164 form, or why there is none. */
export type PhoneNumber = { readonly number: string } | { readonly reason: string };

/** Read with the first number, for most requests have none. */
let read: MetadataJson | undefined;
const phoneRules = (): MetadataJson => {
  if (read) return read;
  const rules: MetadataJson = JSON.parse(phoneMetadata);
  read = rules;
  return rules;
};

const hasPhones = (country: string): country is CountryCode => Object.hasOwn(phoneRules().countries, country);

/**
 * A phone number as people write it, in E.164: `0721 234 567`, `(0721) 234-567`, `0040721234567` and
 * `+40 721 234 567` are all `+40721234567`. The length has to be one that the number's country uses; whether
 * the number is in service nobody can tell from its digits.
 * @param country where a number without a country's prefix belongs, ISO 3166-1 alpha-2
 */
export const phoneNumber = (text: string, country: string): PhoneNumber => {
  const parsed = parsePhoneNumber(
    text.trim().replace(/^tel:/i, ""),
    { ...(hasPhones(country) ? { defaultCountry: country } : {}), extract: false },
    phoneRules(),
  );
  if (!parsed?.isPossible()) return { reason: "is not a phone number" };
  // E.164 has no place for an extension, and to drop it would lose it.
  if (parsed.ext) return { reason: "has an extension, which an E.164 number cannot carry" };
  return { number: parsed.number };
};
