import * as z from "zod";
import { Failure } from "./errors.ts";

/**
 * Money is an integer number of minor units of a currency. It is stored and answered as a safe integer, and
 * multiplied and summed as a bigint, so that no step rounds but the one that says so.
 */
export const mostMinor = Number.MAX_SAFE_INTEGER;

/**
 * The most that one posting or one deal may come to, in the smallest unit: 90 billion euros. A thousand of them are
 * still counted exactly, so that one slip of the hand cannot take balances and sums beyond what can be answered.
 */
export const mostAmount = 9_000_000_000_000;

/** An amount that is not negative, in minor units of its currency. */
export const MinorAmount = z.int().min(0).meta({ description: "Minor units of the currency" });

/** A sum as it is stored and answered. @throws money.overflow beyond 2^53 - 1, where counting stops being exact */
export const exactNumber = (value: bigint): number => {
  if (value > BigInt(mostMinor) || value < -BigInt(mostMinor))
    throw new Failure("money.overflow", { detail: `${value} is beyond ${mostMinor}.` });
  return Number(value);
};

/** An amount that others are summed with. @throws money.overflow beyond `mostAmount` */
export const summable = (amount: number): number => {
  if (Math.abs(amount) > mostAmount)
    throw new Failure("money.overflow", { detail: `${amount} is beyond ${mostAmount}.` });
  return amount;
};

/** The sum of amounts of one currency. @throws money.overflow */
export const sumMinor = (amounts: Iterable<number>): number => {
  let sum = 0n;
  for (const amount of amounts) sum += BigInt(amount);
  return exactNumber(sum);
};

/** The quotient rounded to the nearest integer, a half away from zero. The divisor is positive. */
export const dividedHalfAwayFromZero = (dividend: bigint, divisor: bigint): bigint => {
  if (divisor <= 0n) throw new RangeError("the divisor has to be positive");
  const magnitude = dividend < 0n ? -dividend : dividend;
  const rounded = (2n * magnitude + divisor) / (2n * divisor);
  return dividend < 0n ? -rounded : rounded;
};

/** The share of a whole that belongs to a part, rounded a half away from zero; nothing of a whole that has no parts. */
export const shareOf = (wholeMinor: number, part: number | bigint, of: number | bigint): number =>
  BigInt(of) === 0n ? 0 : exactNumber(dividedHalfAwayFromZero(BigInt(wholeMinor) * BigInt(part), BigInt(of)));

/**
 * The share of what comes between two marks on the way from nothing to all: shares that follow one another sum to the
 * whole exactly, whatever the steps, and none is below zero.
 */
export const shareBetween = (wholeMinor: number, from: number, to: number, of: number): number =>
  shareOf(wholeMinor, to, of) - shareOf(wholeMinor, from, of);

/**
 * Splits a total by weights with the largest-remainder method: each part gets its share rounded down, and what is
 * left goes unit by unit to the largest remainders (of equal remainders to the larger weight, then to the earlier
 * part). The parts sum to the total, none is further than one unit from its exact share, and which part gets what
 * does not depend on the order of the weights, equal weights apart. A negative total is split as the positive one.
 * @param weights integers from 0, not all 0
 */
export const allocate = (totalMinor: number, weights: readonly (number | bigint)[]): number[] => {
  const exact = weights.map(BigInt);
  const sum = exact.reduce((a, b) => a + b, 0n);
  if (sum <= 0n || exact.some((weight) => weight < 0n))
    throw new RangeError("weights are integers from 0 and not all 0");
  const sign = totalMinor < 0 ? -1n : 1n;
  const total = BigInt(totalMinor) * sign;
  const shares = exact.map((weight, at) => ({
    at,
    weight,
    part: (total * weight) / sum,
    remainder: (total * weight) % sum,
  }));
  const descending = (a: bigint, b: bigint) => (a === b ? 0 : a > b ? -1 : 1);
  const byRemainder = [...shares].sort(
    (a, b) => descending(a.remainder, b.remainder) || descending(a.weight, b.weight) || a.at - b.at,
  );
  const left = total - shares.reduce((a, { part }) => a + part, 0n);
  for (const share of byRemainder.slice(0, Number(left))) share.part += 1n;
  return shares.map(({ part }) => Number(part * sign));
};
