import fc from "fast-check";
import { getCountrySpecifications, isValidIBAN } from "ibantools";
import { describe, expect, test } from "vitest";
import { emailAddress } from "../../domain/clients/email.ts";
import { bareTaxId, iban, ibanLengths, sameTaxId, taxId } from "../../domain/clients/legal.ts";
import { phoneNumber } from "../../domain/clients/phone.ts";

describe("phone numbers", () => {
  test.each([
    ["0721 234 567", "RO", "+40721234567"],
    ["(0721) 234-567", "RO", "+40721234567"],
    ["0721.234.567", "RO", "+40721234567"],
    ["721234567", "RO", "+40721234567"],
    ["0040 721 234 567", "RO", "+40721234567"],
    ["+40 (721) 234-567", "DE", "+40721234567"],
    ["tel:+40-721-234-567", "DE", "+40721234567"],
    [" +40721234567 ", "XX", "+40721234567"],
    ["021/410.22.33", "RO", "+40214102233"],
    ["030 901820", "DE", "+4930901820"],
    ["(0)20 7946 0018", "GB", "+442079460018"],
    ["(213) 373-4253", "US", "+12133734253"],
    ["06 1234 5678", "NL", "+31612345678"],
  ])("%s in %s is %s", (text, country, number) => {
    expect(phoneNumber(text, country)).toEqual({ number });
  });

  test.each([
    ["12"],
    ["abc"],
    ["0721"],
    ["call me at 0721 234 567"],
    ["0721234567 / 0722333444"],
    ["+999 1234567"],
  ])("%s is refused", (text) => {
    expect(phoneNumber(text, "RO")).toEqual({ reason: "is not a phone number" });
  });

  test("an extension is refused and not lost", () => {
    expect(phoneNumber("021 410 22 33 int 12", "RO")).toMatchObject({
      reason: expect.stringContaining("extension"),
    });
  });

  test("a normalised number is normalised already, in whatever country", () => {
    const digits = fc.stringMatching(/^0[2-9][0-9]{8}$/);
    fc.assert(
      fc.property(
        digits,
        fc.constantFrom("RO", "DE", "GB", "FR"),
        fc.constantFrom("US", "MD", "HU"),
        (text, one, other) => {
          const first = phoneNumber(text, one);
          if ("number" in first) expect(phoneNumber(first.number, other)).toEqual(first);
        },
      ),
      { seed: 20261123, numRuns: 300 },
    );
  });
});

describe("email addresses", () => {
  test("the domain is the same in any case, the part before it is left alone", () => {
    expect(emailAddress("Ana.Popescu@EXAMPLE.Com")).toBe("Ana.Popescu@example.com");
  });
});

describe("tax ids", () => {
  test("separators and case do not matter", () => {
    expect(taxId(" ro 123-45.67 ")).toBe("RO1234567");
    expect(taxId("j40/123/2020")).toBe("J401232020");
  });

  test("the country's letters may be left out, but not be others", () => {
    expect(bareTaxId("RO1234567")).toBe("1234567");
    expect(sameTaxId("ro 1234567", "1234567")).toBe(true);
    expect(sameTaxId("RO1234567", "BG1234567")).toBe(false);
    expect(sameTaxId("RO1234567", "RO12345678")).toBe(false);
  });
});

describe("IBANs", () => {
  const examples = [
    "RO49AAAA1B31007593840000",
    "DE89370400440532013000",
    "GB29NWBK60161331926819",
    "FR1420041010050500013M02606",
    "MD24AG000225100013104168",
    "HU42117730161111101800000000",
    "BG80BNBG96611020345678",
    "NO9386011117947",
  ];

  test("the lengths are those of ibantools for every country of the registry", () => {
    const theirs = Object.entries(getCountrySpecifications()).flatMap(([country, { chars, IBANRegistry }]) =>
      IBANRegistry && chars ? [[country, chars]] : [],
    );
    expect([...ibanLengths].sort()).toEqual(theirs.sort());
  });

  test("an IBAN is taken with spaces, in any case, and kept without", () => {
    for (const example of examples) {
      expect(isValidIBAN(example)).toBe(true);
      const written = example.toLowerCase().replace(/(.{4})/g, "$1 ");
      expect(iban(written)).toBe(example);
    }
  });

  test("a wrong digit or letter, and two that changed places, are noticed", () => {
    const spoiled = fc.record({
      example: fc.constantFrom(...examples),
      at: fc.nat(30),
      by: fc.constantFrom(..."0123456789ABCXYZ"),
      swap: fc.boolean(),
    });
    // A digit in the place of a letter shifts the number that is checked, which no remainder guards against.
    const alike = (one: string, other: string) => /\d/.test(one) === /\d/.test(other);
    fc.assert(
      fc.property(spoiled, ({ example, at, by, swap }) => {
        const letters = [...example];
        const place = at % (letters.length - 1);
        const [one = "", other = ""] = [letters[place], letters[place + 1]];
        fc.pre(alike(one, swap ? other : by));
        if (swap) letters.splice(place, 2, other, one);
        else letters[place] = by;
        const text = letters.join("");
        if (text !== example) expect(iban(text)).toBeUndefined();
      }),
      { seed: 20261123, numRuns: 1000 },
    );
  });
});
