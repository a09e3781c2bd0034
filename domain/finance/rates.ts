import * as z from "zod";
import { Currency, minorDigits } from "../kernel/currency.ts";
import { Failure } from "../kernel/errors.ts";
import { dividedHalfAwayFromZero, exactNumber } from "../kernel/money.ts";
import { Day, Instant } from "../kernel/time.ts";
import { one, type Ratio, ratioOf } from "./decimal.ts";

/** What one whole unit of a currency costs in whole units of the tenant's: `4.9765`. Above zero. */
export const RateText = z
  .string()
  .regex(/^(0\.0{0,9}[1-9]\d{0,9}|[1-9]\d{0,11}(\.\d{1,10})?)$/)
  .meta({
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
 * An amount of one currency in another, through the tenant's: rounded once, a half away from zero.
 * @throws finance.rate-missing, money.overflow
 */
export const converted = (amountMinor: number, from: Currency, to: Currency, rates: DayRates): number => {
  if (from === to) return amountMinor;
  const [give, take] = [worthOf(from, rates), worthOf(to, rates)];
  const dividend = BigInt(amountMinor) * give.numerator * take.denominator * 10n ** BigInt(minorDigits(to));
  const divisor = give.denominator * take.numerator * 10n ** BigInt(minorDigits(from));
  return exactNumber(dividedHalfAwayFromZero(dividend, divisor));
};

/** An amount in the tenant's currency. @throws finance.rate-missing, money.overflow */
export const inTenantCurrency = (amountMinor: number, currency: Currency, rates: DayRates): number =>
  converted(amountMinor, currency, rates.tenantCurrency, rates);
