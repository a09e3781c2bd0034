/** A tax id without what people put between its parts: `ro 1234-567` is `RO1234567`. */
export const taxId = (text: string): string => text.toUpperCase().replace(/[^\p{L}\p{N}]/gu, "");

/** A tax id without the country's letters, which some write and others do not: the form to look for. */
export const bareTaxId = (text: string): string => taxId(text).replace(/^[A-Z]{2}(?=.*\d)/, "");

/** Whether two tax ids are one: with the country's letters on one side only, the rest decides. */
export const sameTaxId = (one: string, other: string): boolean => {
  const [a, b] = [taxId(one), taxId(other)];
  return a === b || (bareTaxId(a) === bareTaxId(b) && (a === bareTaxId(a) || b === bareTaxId(b)));
};

/** How long the IBANs of each country are: ISO 13616, the registry that SWIFT keeps. */
const ibanCountries: Readonly<Record<number, string>> = {
  15: "NO",
  16: "BE",
  18: "AX DK FI FO GL NL SD",
  19: "MK SI",
  20: "AT BA EE KZ LT LU MN XK",
  21: "CH HR LI LV",
  22: "BG BH CR DE GB GE IE ME RS VA",
  23: "AE GI IL IQ OM SO TL",
  24: "AD CZ ES MD PK RO SA SE SK TN VG",
  25: "LY PT ST",
  26: "IS TR",
  27: "FR GF GP GR IT MC MF MQ MR NC PF PM RE SM TF WF YT",
  28: "AL AZ BY CY DO GT HU LB NI PL SV",
  29: "BR EG PS QA UA",
  30: "JO KW MU YE",
  31: "MT SC",
  32: "LC",
  33: "RU",
};
export const ibanLengths: ReadonlyMap<string, number> = new Map(
  Object.entries(ibanCountries).flatMap(([length, countries]) =>
    countries.split(" ").map((country) => [country, Number(length)] as const),
  ),
);

/** The remainder by 97 of a number whose digits may be letters: A counts as 10, Z as 35 (ISO 7064). */
const remainder97 = (text: string): number => {
  let remainder = 0;
  for (const letter of text) {
    const value = Number.parseInt(letter, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder;
};

/**
 * An IBAN in its electronic form, or undefined: country and length are in the registry of ISO 13616, and the check
 * digits hold.
 */
export const iban = (text: string): string | undefined => {
  const electronic = text.toUpperCase().replace(/[\s.-]/g, "");
  const isIban =
    /^[A-Z]{2}\d{2}[A-Z0-9]+$/.test(electronic) &&
    electronic.length === ibanLengths.get(electronic.slice(0, 2)) &&
    remainder97(electronic.slice(4) + electronic.slice(0, 4)) === 1;
  return isIban ? electronic : undefined;
};
