import fc from "fast-check";
import type { MetadataJson } from "libphonenumber-js/core";
import parseWith from "libphonenumber-js/core";
import metadata from "libphonenumber-js/min/metadata";
import { expect, test } from "vitest";
import { phoneMetadata } from "../../domain/clients/phone-metadata.ts";

/** Where the patterns for writing a national number stand in a country's record. */
const formats = 4;

const withoutFormats = ({ version, country_calling_codes, countries, nonGeographic }: MetadataJson) => {
  const stripped = (records: Record<string, unknown> | undefined) =>
    Object.fromEntries(
      Object.entries(records ?? {}).map(([code, record]) => [
        code,
        Array.isArray(record) ? record.map((part, at) => (at === formats ? 0 : part)) : record,
      ]),
    );
  return {
    version,
    country_calling_codes,
    countries: stripped(countries),
    nonGeographic: stripped(nonGeographic),
  };
};

// A plain text, not String.raw: the bundler leaves it out where no phone is read.
const source = `/**
 * What libphonenumber-js knows of phone numbers, without the patterns for writing them nationally: we keep E.164
 * alone, and they are three fifths of it. Made by \`npx vitest run test/clients/phone-metadata.test.ts -u\`.
 */
export const phoneMetadata =
  '${JSON.stringify(withoutFormats(metadata)).replaceAll("\\", "\\\\").replaceAll("'", "\\'")}';
`;

test("the metadata of phones is that of the installed libphonenumber-js, without what we do not use", async () => {
  await expect(source).toMatchFileSnapshot("../../domain/clients/phone-metadata.ts");
});

test("a number is read the same with this metadata as with all of it", () => {
  const ours: MetadataJson = JSON.parse(phoneMetadata);
  const country = fc.constantFrom(
    "RO",
    "MD",
    "DE",
    "GB",
    "US",
    "IT",
    "HU",
    "BG",
    "FR",
    "CH",
    "RU",
    "BR",
    "AR",
    "MX",
  );
  const prefix = fc.constantFrom(
    "",
    "0",
    "00",
    "+",
    "011",
    "8",
    "0040",
    "+40",
    "+49",
    "+1",
    "+54 9",
    "+39 0",
  );
  const digits = fc.array(fc.constantFrom(..."0123456789", " ", "-", "(", ")", "/", "."), {
    minLength: 4,
    maxLength: 16,
  });
  fc.assert(
    fc.property(country, prefix, digits, (defaultCountry, before, rest) => {
      const text = before + rest.join("");
      const [one, other] = [metadata, ours].map((with_) =>
        parseWith(text, { defaultCountry, extract: false }, with_),
      );
      expect(one?.number).toBe(other?.number);
      expect(one?.isPossible()).toBe(other?.isPossible());
      expect(one?.ext).toBe(other?.ext);
    }),
    { seed: 20261123, numRuns: 3000 },
  );
});
