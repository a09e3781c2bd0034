import * as z from "zod";
import { dividedHalfAwayFromZero } from "../kernel/money.ts";
import { withoutEndZeros } from "../kernel/quantity.ts";
import { Format } from "../kernel/text.ts";

/** A fraction of whole numbers; the denominator is positive. */
export interface Ratio {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export const one: Ratio = { numerator: 1n, denominator: 1n };

/** A decimal number that is not negative, as text: never a floating-point number. */
export const decimalText = (wholeDigits: number, fractionDigits: number) =>
  Format(
    wholeDigits + 1 + fractionDigits,
    z.regex(new RegExp(`^(0|[1-9]\\d{0,${wholeDigits - 1}})(\\.\\d{1,${fractionDigits}})?$`)),
  );

/** The exact value of a text that `decimalText` takes. */
export const ratioOf = (text: string): Ratio => {
  const [whole = "0", fraction = ""] = text.split(".");
  return { numerator: BigInt(whole + fraction), denominator: 10n ** BigInt(fraction.length) };
};

/** The text without zeros that say nothing: `4.9700` is `4.97`. */
export const plainDecimal = (text: string): string => {
  const [whole = "", fraction = ""] = text.split(".");
  const digits = withoutEndZeros(fraction);
  return digits === "" ? whole : `${whole}.${digits}`;
};

/** A fraction as text with so many digits after the point, rounded a half away from zero, without zeros that say nothing. */
export const decimalOf = ({ numerator, denominator }: Ratio, fractionDigits: number): string => {
  const units = dividedHalfAwayFromZero(numerator * 10n ** BigInt(fractionDigits), denominator);
  const digits = units.toString().padStart(fractionDigits + 1, "0");
  return plainDecimal(`${digits.slice(0, -fractionDigits)}.${digits.slice(-fractionDigits)}`);
};
