import { electronicFormatIBAN, isValidIBAN } from "ibantools";

/** A tax id without what people put between its parts: `ro 1234-567` is `RO1234567`. */
export const taxId = (text: string): string => text.toUpperCase().replace(/[^\p{L}\p{N}]/gu, "");

/** A tax id without the country's letters, which some write and others do not: the form to look for. */
export const bareTaxId = (text: string): string => taxId(text).replace(/^[A-Z]{2}(?=.*\d)/, "");

/** Whether two tax ids are one: with the country's letters on one side only, the rest decides. */
export const sameTaxId = (one: string, other: string): boolean => {
  const [a, b] = [taxId(one), taxId(other)];
  return a === b || (bareTaxId(a) === bareTaxId(b) && (a === bareTaxId(a) || b === bareTaxId(b)));
};

/** An IBAN in its electronic form (ISO 13616: length and form by country, check digits), or undefined. */
export const iban = (text: string): string | undefined => {
  const electronic = electronicFormatIBAN(text)?.toUpperCase();
  return electronic && isValidIBAN(electronic) ? electronic : undefined;
};
