/** A number as it was written, exactly: `digits` ÷ 10^`scale`. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

export interface DecimalFormat {
  readonly decimal: "." | ",";
  readonly thousands: "" | "," | "." | " " | "'";
}

const mostCharacters = 40;
const patterns = new Map<string, RegExp>();

const patternOf = ({ decimal, thousands }: DecimalFormat): RegExp => {
  const key = `${thousands}${decimal}`;
  let pattern = patterns.get(key);
  if (!pattern) {
    const grouped = thousands === "" ? "" : `\\d{1,3}(?:[${thousands}]\\d{3})+|`;
    pattern = new RegExp(`^([-+]?)(${grouped}\\d+)(?:[${decimal}](\\d+))?$`);
    patterns.set(key, pattern);
  }
  return pattern;
};

/** Spaces that programs write between thousands, and the signs that they write for a minus. */
const plain = (text: string): string =>
  text
    .trim()
    .replace(/[\u{A0}\u{202F}\u{2009}]/gu, " ")
    .replace(/[\u{2212}\u{2013}]/gu, "-")
    .replaceAll("\u{2019}", "'");

/** A number written in this format, without loss, or undefined if it is not one. */
export const parseDecimal = (text: string, format: DecimalFormat): Decimal | undefined => {
  const cleaned = plain(text);
  if (cleaned.length > mostCharacters) return undefined;
  const found = patternOf(format).exec(cleaned);
  if (!found) return undefined;
  const [, sign = "", whole = "", fraction = ""] = found;
  const digits = BigInt(whole.replace(/\D/g, "") + fraction);
  return { digits: sign === "-" ? -digits : digits, scale: fraction.length };
};

export const times = (value: Decimal, factor: number): Decimal => ({
  digits: value.digits * BigInt(factor),
  scale: value.scale,
});

/**
 * The number in units of 10^-`scale` (cents for 2), or the reason why it is no whole number of them that can
 * be counted exactly.
 */
export const inUnits = (value: Decimal, scale: number): { units: number } | { reason: string } => {
  const scaled = value.digits * 10n ** BigInt(scale);
  const divisor = 10n ** BigInt(value.scale);
  if (scaled % divisor !== 0n)
    return {
      reason: scale === 0 ? "is not a whole number" : `has more than ${scale} digits after the decimal point`,
    };
  const units = Number(scaled / divisor);
  return Number.isSafeInteger(units) ? { units } : { reason: "is beyond what can be counted exactly" };
};

/** The number as an approximate one, for measures that are never counted with. */
export const approximately = (value: Decimal): number => Number(`${value.digits}e-${value.scale}`);
