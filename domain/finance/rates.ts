import * as z from "zod";
import { Currency, minorDigits } from "../kernel/currency.ts";
import { Failure } from "../kernel/errors.ts";
import { dividedHalfAwayFromZero, exactNumber } from "../kernel/money.ts";
import { Format } from "../kernel/text.ts";
import { Day, Instant } from "../kernel/time.ts";
import { decimalOf, one, type Ratio, ratioOf } from "./decimal.ts";

/** What one whole unit of a currency costs in whole units of the tenant's: `4.9765`. Above zero. */
export const RateText = Format(23, z.regex(/^(0\.0{0,9}[1-9]\d{0,9}|[1-9]\d{0,11}(\.\d{1,10})?)$/)).meta({
  examples: ["4.9765"],
  description: "Whole units of the tenant's currency for one whole unit",
});

/** The rate of a currency from a day on, until the day of the next. */
export const ExchangeRate = z
  .object({
    version: z.int().min(1),
    currency: Currency,
    day: Day.meta({ description: "The first day on which it is good" }),
    rate: RateText,
    updatedAt: Instant,
  })
  .meta({ id: "ExchangeRate" });
export type ExchangeRate = z.infer<typeof ExchangeRate>;

export const RateChange = z.strictObject({ rate: RateText });
export type RateChange = z.infer<typeof RateChange>;

/** The next version of a day's rate, or its first. @throws finance.rate-own-currency */
export const changedRate = (
  before: ExchangeRate | undefined,
  { currency, day, rate }: Pick<ExchangeRate, "currency" | "day" | "rate">,
  { tenantCurrency, now }: { readonly tenantCurrency: Currency; readonly now: Instant },
): ExchangeRate => {
  if (currency === tenantCurrency) throw new Failure("finance.rate-own-currency");
  return { version: (before?.version ?? 0) + 1, currency, day, rate, updatedAt: now };
};

/** How many rates are set at once: a change is one write of a table that takes 100 records at a time. */
export const mostRatesAtOnce = 90;

/** Many rates, as a bank publishes them. */
export const RatesChange = z.strictObject({
  base: Currency.optional().meta({
    description:
      "Of a list that says how much one unit of this currency costs in the others, as the European Central Bank does in EUR; " +
      "absent: each rate says what one unit costs in the tenant's currency",
    examples: ["EUR"],
  }),
  rates: z
    .array(z.strictObject({ currency: Currency, day: Day, rate: RateText }))
    .min(1)
    .max(mostRatesAtOnce),
});
export type RatesChange = z.infer<typeof RatesChange>;

/** What of a currency's rate stands after the point. */
const rateDigits = 10;

const faulty = (at: number, field: string, reason: string): Failure =>
  new Failure("finance.rates-inconsistent", { fields: [{ pointer: `/rates/${at}/${field}`, reason }] });

/**
 * Published rates as rates of the tenant's currency. Those in a base are divided by that of the tenant's currency on the
 * same day, and rounded to ten digits after the point; the base itself gets a rate by it, the tenant's currency has none.
 * @throws finance.rates-inconsistent naming what stands twice, has no rate of the tenant's currency beside it, or comes to
 * no rate; finance.rate-own-currency
 */
export const publishedRates = (
  { base, rates }: RatesChange,
  tenantCurrency: Currency,
): Pick<ExchangeRate, "currency" | "day" | "rate">[] => {
  const twice = rates.findIndex(
    (rate, at) => rates.findIndex(({ currency, day }) => rate.currency === currency && rate.day === day) < at,
  );
  if (twice >= 0) throw faulty(twice, "currency", "stands twice on that day");
  if (base === undefined) {
    if (rates.some(({ currency }) => currency === tenantCurrency))
      throw new Failure("finance.rate-own-currency");
    return rates.map(({ currency, day, rate }) => ({ currency, day, rate }));
  }
  const ofBase = rates.findIndex(({ currency }) => currency === base);
  if (ofBase >= 0) throw faulty(ofBase, "currency", "is the base itself");
  const own = new Map(
    rates.flatMap(({ currency, day, rate }) => (currency === tenantCurrency ? [[day, rate]] : [])),
  );
  return rates.map(({ currency, day, rate }, at) => {
    const ownRate = base === tenantCurrency ? "1" : own.get(day);
    if (ownRate === undefined) throw faulty(at, "day", `has no rate of ${tenantCurrency}`);
    const [tenant, other] = [ratioOf(ownRate), ratioOf(currency === tenantCurrency ? "1" : rate)];
    const text = decimalOf(
      {
        numerator: tenant.numerator * other.denominator,
        denominator: tenant.denominator * other.numerator,
      },
      rateDigits,
    );
    if (!RateText.safeParse(text).success) throw faulty(at, "rate", "comes to no rate");
    return { currency: currency === tenantCurrency ? base : currency, day, rate: text };
  });
};

/** The rate that is good on a day: that of the last day on or before it. */
export const rateOn = <R extends Pick<ExchangeRate, "day">>(rates: readonly R[], day: Day): R | undefined =>
  rates.reduce<R | undefined>(
    (best, rate) => (rate.day <= day && (best === undefined || rate.day > best.day) ? rate : best),
    undefined,
  );

/** The rates of one day, by currency, and the currency that they lead to. */
export interface DayRates {
  readonly tenantCurrency: Currency;
  readonly day: Day;
  readonly rates: ReadonlyMap<Currency, string>;
}

/** What one whole unit of a currency is worth in the tenant's, exactly. @throws finance.rate-missing */
export const worthOf = (currency: Currency, { tenantCurrency, day, rates }: DayRates): Ratio => {
  if (currency === tenantCurrency) return one;
  const rate = rates.get(currency);
  if (rate === undefined)
    throw new Failure("finance.rate-missing", {
      detail: `There is no rate of ${currency} to ${tenantCurrency} for ${day} or a day before.`,
    });
  return ratioOf(rate);
};

/**
 * What one minor unit of a currency is worth in minor units of another, through the tenant's currency, exactly.
 * @throws finance.rate-missing
 */
export const minorRatio = (from: Currency, to: Currency, rates: DayRates): Ratio => {
  const [give, take] = [worthOf(from, rates), worthOf(to, rates)];
  return {
    numerator: give.numerator * take.denominator * 10n ** BigInt(minorDigits(to)),
    denominator: give.denominator * take.numerator * 10n ** BigInt(minorDigits(from)),
  };
};

/**
 * An amount of one currency in another, through the tenant's: rounded once, a half away from zero.
 * @throws finance.rate-missing, money.overflow
 */
export const converted = (amountMinor: number, from: Currency, to: Currency, rates: DayRates): number => {
  if (from === to) return amountMinor;
  const { numerator, denominator } = minorRatio(from, to, rates);
  return exactNumber(dividedHalfAwayFromZero(BigInt(amountMinor) * numerator, denominator));
};

/** An amount in the tenant's currency. @throws finance.rate-missing, money.overflow */
export const inTenantCurrency = (amountMinor: number, currency: Currency, rates: DayRates): number =>
  converted(amountMinor, currency, rates.tenantCurrency, rates);
