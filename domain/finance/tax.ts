import * as z from "zod";
import { allocate, dividedHalfAwayFromZero, exactNumber, sumMinor } from "../kernel/money.ts";
import { decimalText, plainDecimal, ratioOf } from "./decimal.ts";

/** A tax rate in percent, as text: `21`, `8.875`. */
export const Percent = decimalText(3, 4).meta({ examples: ["21"] });

/** A line before tax, or with it where prices include it. */
export interface TaxableLine {
  readonly amountMinor: number;
  readonly taxId: string;
  readonly percent: string;
}

export interface TaxedLine {
  readonly netMinor: number;
  readonly taxMinor: number;
  readonly totalMinor: number;
}

/** The tax of one rate over the sum of all lines that bear it. */
export const TaxSum = z.object({
  taxId: z.string(),
  percent: Percent,
  baseMinor: z.int().meta({ description: "The sum of the lines without the tax" }),
  taxMinor: z.int(),
});
export type TaxSum = z.infer<typeof TaxSum>;

/**
 * Tax per rate over the sum of its lines, rounded once (a half away from zero), and shared among the lines with the
 * largest-remainder method, so that lines sum to the total. Where prices include tax it is taken out of them.
 * @throws money.overflow
 */
export const taxed = (
  lines: readonly TaxableLine[],
  pricesIncludeTax: boolean,
): { readonly lines: TaxedLine[]; readonly taxes: TaxSum[] } => {
  const taxOfLine: number[] = lines.map(() => 0);
  const taxes: TaxSum[] = [];
  for (const taxId of new Set(lines.map((line) => line.taxId))) {
    const places = lines.flatMap((line, at) => (line.taxId === taxId ? [{ line, at }] : []));
    const amounts = places.map(({ line }) => line.amountMinor);
    const sumOfLines = sumMinor(amounts);
    const percent = plainDecimal(places[0]?.line.percent ?? "0");
    const { numerator, denominator } = ratioOf(percent);
    const hundred = 100n * denominator;
    const taxMinor = exactNumber(
      dividedHalfAwayFromZero(
        BigInt(sumOfLines) * numerator,
        pricesIncludeTax ? hundred + numerator : hundred,
      ),
    );
    const shares = sumOfLines === 0 ? amounts.map(() => 0) : allocate(taxMinor, amounts);
    for (const [n, { at }] of places.entries()) taxOfLine[at] = shares[n] ?? 0;
    taxes.push({
      taxId,
      percent,
      baseMinor: pricesIncludeTax ? sumOfLines - taxMinor : sumOfLines,
      taxMinor,
    });
  }
  return {
    taxes,
    lines: lines.map(({ amountMinor }, at) => {
      const taxMinor = taxOfLine[at] ?? 0;
      return pricesIncludeTax
        ? { netMinor: amountMinor - taxMinor, taxMinor, totalMinor: amountMinor }
        : { netMinor: amountMinor, taxMinor, totalMinor: sumMinor([amountMinor, taxMinor]) };
    }),
  };
};
