import type { Currency } from "../kernel/currency.ts";
import { Failure } from "../kernel/errors.ts";
import { exactNumber } from "../kernel/money.ts";
import { type Posting, postingsOfTransaction } from "../ledger/transaction.ts";
import { exchangeAccount, worthPath } from "./accounts.ts";

/**
 * What a document moves on one account: in the currency of the account's claim, and what that is worth in the
 * tenant's currency by the books. Debit positive, credit negative.
 */
export interface Leg {
  readonly account: string;
  readonly currency: Currency;
  readonly amountMinor: number;
  readonly bookMinor: number;
  /** The product whose revenue or discount it is. */
  readonly productId?: string | undefined;
}

/** A leg in the tenant's own currency. */
export const ownLeg = (
  account: string,
  bookMinor: number,
  tenantCurrency: Currency,
  productId?: string,
): Leg => ({ account, currency: tenantCurrency, amountMinor: bookMinor, bookMinor, productId });

/**
 * The postings of legs that balance by the books: each commodity sums to zero, and there is one posting for each account,
 * commodity and product, none of zero. Empty where nothing moves.
 * @throws RangeError for legs that do not balance, limit.exceeded, money.overflow
 */
export const postingsOf = (legs: readonly Leg[], tenantCurrency: Currency): Posting[] => {
  const sums = new Map<string, { place: Omit<Posting, "amount">; amount: bigint }>();
  const add = (account: string, commodity: string, amount: number, productId?: string): void => {
    const key = `${account} ${commodity} ${productId ?? ""}`;
    const place = { account, commodity, ...(productId === undefined ? {} : { productId }) };
    sums.set(key, { place, amount: (sums.get(key)?.amount ?? 0n) + BigInt(amount) });
  };
  for (const { account, currency, amountMinor, bookMinor, productId } of legs) {
    add(account, currency, amountMinor, productId);
    if (currency === tenantCurrency) {
      if (amountMinor !== bookMinor)
        throw new RangeError("an amount in the tenant's currency is its own worth");
      continue;
    }
    add(exchangeAccount, currency, -amountMinor);
    add(worthPath(account, currency), tenantCurrency, bookMinor);
  }
  const off = shortage(legs);
  if (off !== 0n) throw new RangeError(`the legs do not balance: ${off} is left`);
  const postings = [...sums.values()]
    .filter(({ amount }) => amount !== 0n)
    .map(({ place, amount }) => ({ ...place, amount: exactNumber(amount) }));
  if (postings.length > postingsOfTransaction.most)
    throw new Failure("limit.exceeded", {
      detail: `The document needs ${postings.length} postings, one for each product; ${postingsOfTransaction.most} can be made at once.`,
    });
  return postings;
};

const shortage = (legs: readonly Leg[]): bigint =>
  legs.reduce((sum, { bookMinor }) => sum + BigInt(bookMinor), 0n);

/**
 * The leg of what legs are short of balance by the books: the difference between the rates of two days.
 * Short of credit it is a gain, short of debit a loss.
 */
export const exchangeDifference = (legs: readonly Leg[], tenantCurrency: Currency): Leg[] => {
  const difference = exactNumber(shortage(legs));
  if (difference === 0) return [];
  return [ownLeg("exchange-differences", -difference, tenantCurrency)];
};
