import { Failure } from "../kernel/errors.ts";
import { allocate, exactNumber, sumMinor } from "../kernel/money.ts";
import { type Day, type Instant, instantOf, millisecondsOf } from "../kernel/time.ts";
import { claimPath, type Side, signOf, taxPath } from "./accounts.ts";
import { type Leg, ownLeg } from "./booking.ts";
import { ratioOf } from "./decimal.ts";
import { checkDraft, type Invoice, type Issued, type IssueOrder, type Party } from "./invoice.ts";
import type { Line } from "./lines.ts";
import { type DayRates, inTenantCurrency } from "./rates.ts";

/** So many days after a day. */
export const daysAfter = (day: Day, days: number): Day =>
  instantOf(millisecondsOf(`${day}T00:00:00.000Z`) + days * 86_400_000).slice(0, 10);

/** The day of a document: today where none is wished. @throws finance.day-in-future */
export const documentDay = (wished: Day | undefined, today: Day, pointer: string): Day => {
  if (wished !== undefined && wished > today)
    throw new Failure("finance.day-in-future", {
      fields: [{ pointer, reason: `lies after today, ${today}` }],
    });
  return wished ?? today;
};

/** Refuses a day before another. @throws request.invalid */
export const checkNotBefore = (day: Day, earliest: Day, pointer: string): void => {
  if (day < earliest)
    throw new Failure("request.invalid", { fields: [{ pointer, reason: `lies before ${earliest}` }] });
};

export interface Issuing {
  readonly issuedOn: Day;
  readonly number: string;
  readonly paymentDays: number;
  readonly party: Party | undefined;
  readonly rates: DayRates;
  readonly now: Instant;
}

/**
 * The draft as an issued document, worth in the tenant's currency what the rate of its day says.
 * @throws invoice.not-draft, finance.rate-missing, invoice.line-invalid
 */
export const issued = (draft: Invoice, order: IssueOrder, issuing: Issuing): Issued => {
  checkDraft(draft);
  const { issuedOn, rates } = issuing;
  const dueOn = order.dueOn ?? daysAfter(issuedOn, issuing.paymentDays);
  if (dueOn < issuedOn)
    throw new Failure("request.invalid", {
      fields: [{ pointer: "/dueOn", reason: "lies before the day of issue" }],
    });
  const worth = (amountMinor: number) => inTenantCurrency(amountMinor, draft.currency, rates);
  const rate = rates.rates.get(draft.currency);
  const book = {
    totalMinor: worth(draft.totalMinor),
    taxMinor: exactNumber(draft.taxes.reduce((sum, { taxMinor }) => sum + BigInt(worth(taxMinor)), 0n)),
    discountMinor: worth(draft.discountMinor),
  };
  return {
    ...draft,
    version: draft.version + 1,
    state: draft.totalMinor === 0 ? "settled" : "open",
    ...(issuing.party ? { party: issuing.party } : {}),
    number: issuing.number,
    issuedOn,
    dueOn,
    ...(rate === undefined || draft.currency === rates.tenantCurrency ? {} : { rate }),
    book,
    openMinor: draft.totalMinor,
    openBookMinor: book.totalMinor,
    updatedAt: issuing.now,
  };
};

/** What each line is of a whole; a whole whose lines weigh nothing goes to the first. */
const sharesOf = (whole: number, weights: readonly (number | bigint)[]): number[] => {
  if (whole === 0) return weights.map(() => 0);
  return weights.some((weight) => weight > 0)
    ? allocate(whole, weights)
    : weights.map((_, at) => (at === 0 ? whole : 0));
};

/** A part of a minor unit, so small that rounding it moves no share. */
const finely = 1_000_000_000n;

/** What the discount of a line weighs among those of all lines: without tax, where the prices include it. */
export const discountWeight = (
  { discountMinor, percent }: Pick<Line, "discountMinor" | "percent">,
  pricesIncludeTax: boolean,
): bigint => {
  if (!pricesIncludeTax) return BigInt(discountMinor);
  const { numerator, denominator } = ratioOf(percent);
  const hundred = 100n * denominator;
  return (BigInt(discountMinor) * finely * hundred) / (hundred + numerator);
};

/** What a line is worth in the books, in the tenant's currency. */
export interface BookAmounts {
  readonly netMinor: number;
  readonly taxMinor: number;
  /** Without tax. */
  readonly discountMinor: number;
}

/** What each line of an issued document is worth in the books: together, what the document is. */
export const splitBook = ({ lines, book, pricesIncludeTax }: Issued): BookAmounts[] => {
  const nets = sharesOf(
    book.totalMinor - book.taxMinor,
    lines.map(({ netMinor }) => netMinor),
  );
  const taxes = sharesOf(
    book.taxMinor,
    lines.map(({ taxMinor }) => taxMinor),
  );
  const discounts = sharesOf(
    book.discountMinor,
    lines.map((line) => discountWeight(line, pricesIncludeTax)),
  );
  return lines.map((_, at) => ({
    netMinor: nets[at] ?? 0,
    taxMinor: taxes[at] ?? 0,
    discountMinor: discounts[at] ?? 0,
  }));
};

/** Where a line is booked. */
type BookedOn = Pick<Line, "productId" | "costAccount" | "revenueAccount">;

/**
 * What stands against the claim of a document: revenue before discounts, discounts and tax of a sale, costs and tax of a
 * purchase, all in the tenant's currency. They sum to what the lines are worth by the books, with the other sign.
 */
export const counterLegs = (
  side: Side,
  lines: readonly BookedOn[],
  amounts: readonly BookAmounts[],
  tenantCurrency: string,
): Leg[] => {
  const booked = lines.map((line, at) => ({
    ...line,
    ...(amounts[at] ?? { netMinor: 0, taxMinor: 0, discountMinor: 0 }),
  }));
  const leg = (account: string, amountMinor: number, productId?: string): Leg[] =>
    amountMinor === 0 ? [] : [ownLeg(account, amountMinor, tenantCurrency, productId)];
  const tax = sumMinor(booked.map(({ taxMinor }) => taxMinor));
  if (side === "purchase")
    return [
      ...booked.flatMap(({ costAccount = "goods-received", productId, netMinor }) =>
        leg(costAccount, netMinor, productId),
      ),
      ...leg(taxPath(side), tax),
    ];
  return [
    // Each line's revenue less its discount is its own net, by whatever the discounts are shared.
    ...booked.flatMap(({ productId, revenueAccount = "revenue", netMinor, discountMinor }) =>
      leg(revenueAccount, -sumMinor([netMinor, discountMinor]), productId),
    ),
    ...booked.flatMap(({ productId, discountMinor }) => leg("discounts", discountMinor, productId)),
    ...leg(taxPath(side), -tax),
  ];
};

/** What an issued document moves: the claim on the client's account in its currency, and what stands against it. */
export const issueLegs = (invoice: Issued, tenantCurrency: string): Leg[] => {
  const sign = signOf(invoice.side);
  return [
    {
      account: claimPath(invoice.side, invoice.clientId),
      currency: invoice.currency,
      amountMinor: sign * invoice.totalMinor,
      bookMinor: sign * invoice.book.totalMinor,
    },
    ...counterLegs(invoice.side, invoice.lines, splitBook(invoice), tenantCurrency),
  ];
};
