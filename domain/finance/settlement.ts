import type { Currency } from "../kernel/currency.ts";
import { Failure } from "../kernel/errors.ts";
import { dividedHalfAwayFromZero, exactNumber } from "../kernel/money.ts";
import { converted, type DayRates } from "./rates.ts";

/** A claim, or money that is still free: an amount in its currency, and what it stands in the books with. */
export interface Claim {
  readonly currency: Currency;
  readonly openMinor: number;
  /** In the tenant's currency. */
  readonly openBookMinor: number;
}

/**
 * What a part of a claim stands in the books with: its share, rounded a half away from zero; the last part takes what is
 * left, so that a claim of zero is worth zero.
 */
export const bookShare = ({ openMinor, openBookMinor }: Claim, amountMinor: number): number =>
  amountMinor === openMinor
    ? openBookMinor
    : exactNumber(dividedHalfAwayFromZero(BigInt(openBookMinor) * BigInt(amountMinor), BigInt(openMinor)));

/** The claim without a part of it. */
export const reduced = <C extends Claim>(claim: C, amountMinor: number): C => ({
  ...claim,
  openMinor: claim.openMinor - amountMinor,
  openBookMinor: claim.openBookMinor - bookShare(claim, amountMinor),
});

/** How much is to be settled: in the currency of the claim, in that of the money, both, or as much as goes. */
export interface Wish {
  readonly amountMinor?: number | undefined;
  readonly sourceMinor?: number | undefined;
}

/** What money settles of a claim, each in its own currency and by the books. */
export interface Settlement {
  readonly amountMinor: number;
  readonly amountBookMinor: number;
  readonly sourceMinor: number;
  readonly sourceBookMinor: number;
}

const amounts = (claim: Claim, source: Claim, wish: Wish, rates: DayRates): [number, number] => {
  const costOf = (amountMinor: number) => converted(amountMinor, claim.currency, source.currency, rates);
  /** At most what is open where the money is no more than that costs: rounding there and back may add a unit. */
  const boughtFor = (sourceMinor: number) => {
    const bought = converted(sourceMinor, source.currency, claim.currency, rates);
    return bought > claim.openMinor && sourceMinor <= costOf(claim.openMinor) ? claim.openMinor : bought;
  };
  const { amountMinor, sourceMinor } = wish;
  if (amountMinor !== undefined) return [amountMinor, sourceMinor ?? costOf(amountMinor)];
  if (sourceMinor !== undefined) return [boughtFor(sourceMinor), sourceMinor];
  const cost = costOf(claim.openMinor);
  return cost <= source.openMinor ? [claim.openMinor, cost] : [boughtFor(source.openMinor), source.openMinor];
};

/**
 * Settles a claim with money, or a part of it. Both amounts may be stated, for the rate is then the parties' own; else the
 * rates of the day say what one costs in the other's currency.
 * @throws allocation.exceeds-open, allocation.exceeds-source, allocation.nothing, finance.rate-missing
 */
export const settled = (
  claim: Claim,
  source: Claim,
  wish: Wish,
  rates: DayRates,
  pointer = "",
): Settlement => {
  const [amountMinor, sourceMinor] = amounts(claim, source, wish, rates);
  const refuse = (code: string, field: string, reason: string) =>
    new Failure(code, { fields: [{ pointer: `${pointer}/${field}`, reason }] });
  if (claim.currency === source.currency && amountMinor !== sourceMinor)
    throw refuse("allocation.exceeds-source", "sourceMinor", "differs from amountMinor in one currency");
  if (amountMinor > claim.openMinor)
    throw refuse("allocation.exceeds-open", "amountMinor", `is more than ${claim.openMinor}, which is open`);
  if (sourceMinor > source.openMinor)
    throw refuse(
      "allocation.exceeds-source",
      "sourceMinor",
      `is more than ${source.openMinor}, which is free`,
    );
  if (amountMinor <= 0 || sourceMinor <= 0)
    throw refuse("allocation.nothing", "amountMinor", "would settle nothing");
  return {
    amountMinor,
    amountBookMinor: bookShare(claim, amountMinor),
    sourceMinor,
    sourceBookMinor: bookShare(source, sourceMinor),
  };
};
