import { amountText, type Currency } from "../kernel/currency.ts";
import { Failure } from "../kernel/errors.ts";
import { dividedHalfAwayFromZero, exactNumber, sumMinor } from "../kernel/money.ts";
import type { Ratio } from "./decimal.ts";
import { type DayRates, minorRatio } from "./rates.ts";

/** A claim, or money that is still free: an amount in its currency, and what it stands in the books with. */
export interface Claim {
  readonly currency: Currency;
  readonly openMinor: number;
  /** In the tenant's currency. */
  readonly openBookMinor: number;
  /** By how much earlier payments were worth more than what they settled: see `Settlement`. */
  readonly roundingBillionths?: number | undefined;
}

const billion = 1_000_000_000n;

/** The share of a claim's worth in the books that a part of it has, rounded a half away from zero. */
const shareOf = ({ openMinor, openBookMinor }: Claim, amountMinor: number): number =>
  exactNumber(dividedHalfAwayFromZero(BigInt(openBookMinor) * BigInt(amountMinor), BigInt(openMinor)));

/**
 * What a part of a claim stands in the books with: its share. The last part takes all that is left, and no earlier one
 * does, so that a claim is zero when its worth in the books is, and only then.
 */
export const bookShare = (claim: Claim, amountMinor: number): number =>
  amountMinor === claim.openMinor
    ? claim.openBookMinor
    : Math.min(shareOf(claim, amountMinor), Math.max(0, claim.openBookMinor - 1));

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
  /**
   * By how much the money was worth more than `amountMinor`, in billionths of the claim's minor unit; below zero: less.
   * It is remembered, so that part payments settle what they are worth together.
   */
  readonly roundingBillionths?: number | undefined;
}

type Amounts = Pick<Settlement, "amountMinor" | "sourceMinor" | "roundingBillionths">;

const roundingOf = ({ roundingBillionths = 0 }: Pick<Claim, "roundingBillionths">): bigint =>
  BigInt(roundingBillionths);

/** Half a unit, and a millionth of one for the rounding of `roundingBillionths`; doubled, and in billionths. */
const tolerance = billion + 2_000n;

/** A claim against money of another currency. */
class Exchange {
  readonly #claim: Claim;
  readonly #source: Claim;
  /** Minor units of the money for one of the claim. */
  readonly #price: Ratio;
  readonly #pointer: string;

  constructor(claim: Claim, source: Claim, rates: DayRates, pointer: string) {
    this.#claim = claim;
    this.#source = source;
    this.#price = minorRatio(claim.currency, source.currency, rates);
    this.#pointer = pointer;
  }

  /** What is open, exactly: without what earlier payments were worth beyond what they settled. In billionths. */
  get #openBillionths(): bigint {
    const open = BigInt(this.#claim.openMinor) * billion - roundingOf(this.#claim);
    // Payments that were taken back may leave a rounding behind; it is never more than the half of a unit.
    const least = billion / 2n;
    return open < least ? least : open;
  }

  /** What a part of the claim is worth in the currency of the money, at least one unit: nothing is settled for nothing. */
  #cost(amountBillionths: bigint): number {
    const { numerator, denominator } = this.#price;
    const cost = dividedHalfAwayFromZero(amountBillionths * numerator, denominator * billion);
    return exactNumber(cost < 1n ? 1n : cost);
  }

  /** Whether both are worth the same but for the rounding to a unit of either currency. */
  #isWorth(sourceMinor: number, amountBillionths: bigint): boolean {
    const { numerator, denominator } = this.#price;
    const difference = BigInt(sourceMinor) * denominator * billion - amountBillionths * numerator;
    const distance = difference < 0n ? -difference : difference;
    return 2n * distance <= numerator * tolerance || 2n * distance <= denominator * tolerance;
  }

  /** Whether what would be left of the money is nothing, both in the currency of the claim and in the books. */
  #leavesNothing(sourceMinor: number): boolean {
    const source = this.#source;
    const { numerator, denominator } = this.#price;
    return (
      2n * BigInt(source.openMinor - sourceMinor) * denominator <= numerator &&
      shareOf(source, sourceMinor) === source.openBookMinor
    );
  }

  /** How much of the money a part of the claim takes. */
  #taken(amountBillionths: bigint): number {
    const { openMinor } = this.#source;
    const cost = this.#cost(amountBillionths);
    const takesAll =
      cost < openMinor ? this.#leavesNothing(cost) : this.#isWorth(openMinor, amountBillionths);
    return takesAll ? openMinor : cost;
  }

  /** So much of the claim, whatever it costs. */
  settle(amountMinor: number): Amounts {
    const isWhole = amountMinor === this.#claim.openMinor;
    const sourceMinor = this.#taken(isWhole ? this.#openBillionths : BigInt(amountMinor) * billion);
    return { amountMinor, sourceMinor };
  }

  /** As much of the claim as so much money is worth; all of it where it is worth the same. */
  spend(sourceMinor: number): Amounts {
    const open = this.#openBillionths;
    if (sourceMinor === this.#cost(open) || this.#isWorth(sourceMinor, open))
      return { amountMinor: this.#claim.openMinor, sourceMinor };
    const { numerator, denominator } = this.#price;
    const worth = dividedHalfAwayFromZero(BigInt(sourceMinor) * denominator * billion, numerator);
    if (worth > open) throw this.#exceeds(sourceMinor, worth);
    const left = exactNumber(dividedHalfAwayFromZero(open - worth, billion));
    const amountMinor = this.#claim.openMinor - left;
    return {
      amountMinor,
      sourceMinor,
      roundingBillionths: exactNumber(worth - BigInt(amountMinor) * billion),
    };
  }

  /** All of the claim, or as much of it as there is money for. */
  settleMost(): Amounts {
    const { openMinor } = this.#source;
    const open = this.#openBillionths;
    return openMinor >= this.#cost(open) || this.#isWorth(openMinor, open)
      ? this.settle(this.#claim.openMinor)
      : this.spend(openMinor);
  }

  #exceeds(sourceMinor: number, worthBillionths: bigint): Failure {
    const { currency, openMinor } = this.#claim;
    const money = (amountMinor: number) => amountText(amountMinor, this.#source.currency);
    const worth = exactNumber(dividedHalfAwayFromZero(worthBillionths, billion));
    return new Failure("allocation.exceeds-open", {
      detail:
        `${money(sourceMinor)} is worth ${amountText(worth, currency)}; ${amountText(openMinor, currency)} is open and costs ` +
        `${money(this.#cost(this.#openBillionths))}. Settle at most that.`,
      fields: [{ pointer: `${this.#pointer}/sourceMinor`, reason: "is worth more than what is open" }],
    });
  }
}

const amountsOf = (claim: Claim, source: Claim, wish: Wish, rates: DayRates, pointer: string): Amounts => {
  const { amountMinor, sourceMinor } = wish;
  if (amountMinor !== undefined && sourceMinor !== undefined) return { amountMinor, sourceMinor };
  if (claim.currency === source.currency) {
    const amount = amountMinor ?? sourceMinor ?? Math.min(claim.openMinor, source.openMinor);
    return { amountMinor: amount, sourceMinor: amount };
  }
  const exchange = new Exchange(claim, source, rates, pointer);
  if (amountMinor !== undefined) return exchange.settle(amountMinor);
  return sourceMinor === undefined ? exchange.settleMost() : exchange.spend(sourceMinor);
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
  const { amountMinor, sourceMinor, ...rounded } = amountsOf(claim, source, wish, rates, pointer);
  const refuse = (code: string, field: string, reason: string) =>
    new Failure(code, { fields: [{ pointer: `${pointer}/${field}`, reason }] });
  if (claim.currency === source.currency && amountMinor !== sourceMinor)
    throw refuse("allocation.exceeds-source", "sourceMinor", "differs from amountMinor in one currency");
  if (amountMinor > claim.openMinor)
    throw refuse(
      "allocation.exceeds-open",
      "amountMinor",
      `is more than ${amountText(claim.openMinor, claim.currency)}, which is open`,
    );
  if (sourceMinor > source.openMinor)
    throw refuse(
      "allocation.exceeds-source",
      "sourceMinor",
      `is more than ${amountText(source.openMinor, source.currency)}, which is free`,
    );
  if (amountMinor <= 0 || sourceMinor <= 0)
    throw refuse("allocation.nothing", "amountMinor", "would settle nothing");
  const { roundingBillionths = 0 } = amountMinor === claim.openMinor ? negated(claim) : rounded;
  return {
    amountMinor,
    amountBookMinor: bookShare(claim, amountMinor),
    sourceMinor,
    sourceBookMinor: bookShare(source, sourceMinor),
    ...(roundingBillionths === 0 ? {} : { roundingBillionths }),
  };
};

type Part = Pick<Settlement, "amountMinor" | "amountBookMinor" | "roundingBillionths">;

const negated = <P extends Pick<Claim, "roundingBillionths">>(part: P): P => ({
  ...part,
  roundingBillionths: 0 - (part.roundingBillionths ?? 0),
});

/** The claim without parts that were settled. @throws money.overflow */
export const reduced = <C extends Claim>(claim: C, parts: readonly Part[]): C => {
  const left = (open: number, of: (part: Part) => number) =>
    sumMinor([open, ...parts.map((part) => 0 - of(part))]);
  const rounding = sumMinor([claim, ...parts].map(({ roundingBillionths = 0 }) => roundingBillionths));
  return {
    ...claim,
    openMinor: left(claim.openMinor, ({ amountMinor }) => amountMinor),
    openBookMinor: left(claim.openBookMinor, ({ amountBookMinor }) => amountBookMinor),
    ...(rounding === (claim.roundingBillionths ?? 0) ? {} : { roundingBillionths: rounding }),
  };
};

/** The claim when the settling of parts was taken back. @throws money.overflow */
export const reopened = <C extends Claim>(claim: C, parts: readonly Part[]): C =>
  reduced(
    claim,
    parts.map((part) => ({
      ...negated(part),
      amountMinor: 0 - part.amountMinor,
      amountBookMinor: 0 - part.amountBookMinor,
    })),
  );
