import * as z from "zod";

/** Digits after the point that a unit of measure may have. */
export const mostScale = 6;

/** A quantity: a whole number, from 1, of the smallest unit of its product (grams, where kilograms have scale 3). */
export const Quantity = z
  .int()
  .min(1)
  .meta({ description: "In the smallest unit of the product: 10^-scale of its unit" });

/** How many of the smallest unit make one whole unit: 1000 for scale 3. */
export const smallestUnitsPerUnit = (scale: number): bigint => {
  if (!Number.isInteger(scale) || scale < 0 || scale > mostScale)
    throw new RangeError(`a scale is an integer from 0 to ${mostScale}`);
  return 10n ** BigInt(scale);
};

/** Digits without the zeros at their end. */
export const withoutEndZeros = (digits: string): string => {
  let end = digits.length;
  while (digits[end - 1] === "0") end--;
  return digits.slice(0, end);
};

/** `1.5` for 1500 at scale 3: the quantity in whole units, exactly, without needless zeros. */
export const quantityText = (quantity: number, scale: number): string => {
  const per = smallestUnitsPerUnit(scale);
  const exact = BigInt(quantity);
  const magnitude = exact < 0n ? -exact : exact;
  const fraction = withoutEndZeros(String(magnitude % per).padStart(scale, "0"));
  const whole = `${exact < 0n ? "-" : ""}${magnitude / per}`;
  return scale === 0 || fraction === "" ? whole : `${whole}.${fraction}`;
};

/** The quantity that a decimal text names, or undefined where it is no exact number of smallest units. */
export const quantityOf = (text: string, scale: number): number | undefined => {
  const [, sign = "", whole = "", fraction = ""] = /^(-?)(\d{1,20})(?:\.(\d{1,20}))?$/.exec(text) ?? [];
  if (whole === "" || /[1-9]/.test(fraction.slice(scale))) return undefined;
  const digits = fraction.slice(0, scale).padEnd(scale, "0");
  const value = Number(BigInt(`${sign}${whole}${digits}`));
  return Number.isSafeInteger(value) ? value : undefined;
};
