import * as z from "zod";
import { Currency } from "../kernel/currency.ts";
import { Failure } from "../kernel/errors.ts";
import { Id } from "../kernel/id.ts";
import { MinorAmount, sumMinor } from "../kernel/money.ts";
import { Day, type Instant } from "../kernel/time.ts";
import { claimPath, freePath, type Side, signOf } from "./accounts.ts";
import { exchangeDifference, type Leg } from "./booking.ts";
import type { DayRates } from "./rates.ts";
import {
  bookShare,
  type Claim,
  reduced,
  reopened,
  type Settlement,
  settled,
  type Wish,
} from "./settlement.ts";

/** How many invoices one request settles, and how many one payment or credit note does in all. */
export const mostAllocations = { atOnce: 40, inAll: 200 } as const;

const positive = z.int().min(1);

/** Which invoice is to be settled, and by how much: as much as goes where no amount is given. */
export const AllocationInput = z.strictObject({
  invoiceId: Id("invoice"),
  amountMinor: positive.optional().meta({ description: "In the invoice's currency" }),
  sourceMinor: positive.optional().meta({
    description: "In the currency of the money; both amounts where the parties made their own rate",
  }),
});
export type AllocationInput = z.infer<typeof AllocationInput>;

export const Allocation = z.object({
  invoiceId: Id("invoice"),
  on: Day,
  amountMinor: MinorAmount.meta({ description: "In the invoice's currency" }),
  amountBookMinor: MinorAmount,
  sourceMinor: MinorAmount.meta({ description: "In the currency of the money" }),
  sourceBookMinor: MinorAmount,
  roundingBillionths: z.int().optional().meta({
    description:
      "By how much `sourceMinor` was worth more than `amountMinor`, in billionths of the invoice's minor unit; absent: 0",
  }),
  transactionId: z.string().meta({ description: "Of the ledger" }),
  reversedOn: Day.optional().meta({ description: "The day from which it settles nothing any more" }),
});
export type Allocation = z.infer<typeof Allocation>;

/** What settles invoices and has something left: a payment, or a credit note of what was paid. */
export const freeMoney = {
  currency: Currency,
  leftMinor: MinorAmount.meta({ description: "What settles nothing yet: the client's advance" }),
  leftBookMinor: MinorAmount.meta({ description: "The same in the tenant's currency" }),
  allocations: z.array(Allocation).max(mostAllocations.inAll),
  refundedMinor: MinorAmount.meta({ description: "What of it was paid back" }),
};

export interface Free {
  readonly currency: Currency;
  readonly leftMinor: number;
  readonly leftBookMinor: number;
  readonly allocations: readonly Allocation[];
}

export const claimOf = ({ currency, leftMinor, leftBookMinor }: Free): Claim => ({
  currency,
  openMinor: leftMinor,
  openBookMinor: leftBookMinor,
});

/** An invoice as it can be settled. */
export interface Settleable extends Claim {
  readonly id: string;
  readonly issuedOn: Day;
}

export interface Spent<I extends Settleable> {
  readonly left: Pick<Free, "leftMinor" | "leftBookMinor">;
  readonly allocations: readonly Allocation[];
  /** The invoices with what is open of them then, in the order of the wishes. */
  readonly invoices: readonly I[];
  readonly settlements: readonly (Settlement & { readonly currency: Currency })[];
}

/**
 * Settles invoices one after the other out of free money; an invoice that nothing is left for is an error.
 * @throws allocation.too-early, allocation.exceeds-open, allocation.exceeds-source, allocation.nothing,
 * finance.rate-missing
 */
export const spent = <I extends Settleable>(
  source: Free,
  wishes: readonly { readonly invoice: I; readonly wish: Wish; readonly pointer: string }[],
  rates: DayRates,
  transactionId: string,
): Spent<I> => {
  let left = claimOf(source);
  const allocations: Allocation[] = [];
  const invoices: I[] = [];
  const settlements: (Settlement & { currency: Currency })[] = [];
  for (const { invoice, wish, pointer } of wishes) {
    if (invoice.issuedOn > rates.day)
      throw new Failure("allocation.too-early", {
        fields: [{ pointer: `${pointer}/invoiceId`, reason: `was issued on ${invoice.issuedOn}` }],
      });
    const one = settled(invoice, left, wish, rates, pointer);
    left = {
      ...left,
      openMinor: left.openMinor - one.sourceMinor,
      openBookMinor: left.openBookMinor - one.sourceBookMinor,
    };
    invoices.push(reduced(invoice, [one]));
    settlements.push({ ...one, currency: invoice.currency });
    allocations.push({ invoiceId: invoice.id, on: rates.day, ...one, transactionId });
  }
  return {
    left: { leftMinor: left.openMinor, leftBookMinor: left.openBookMinor },
    allocations,
    invoices,
    settlements,
  };
};

interface Parties {
  readonly side: Side;
  readonly clientId: string;
}

/** The legs that lower claims by what was settled. */
export const settledLegs = (
  { side, clientId }: Parties,
  settlements: readonly (Pick<Settlement, "amountMinor" | "amountBookMinor"> & { currency: Currency })[],
): Leg[] =>
  settlements.map(({ currency, amountMinor, amountBookMinor }) => ({
    account: claimPath(side, clientId),
    currency,
    amountMinor: -signOf(side) * amountMinor,
    bookMinor: -signOf(side) * amountBookMinor,
  }));

/** The leg that puts money where it settles nothing (+1), or takes it from there (-1). */
export const freeLeg = (
  { side, clientId }: Parties,
  currency: Currency,
  { amountMinor, bookMinor }: { readonly amountMinor: number; readonly bookMinor: number },
  direction: 1 | -1,
): Leg => ({
  account: freePath(side, clientId),
  currency,
  amountMinor: -signOf(side) * direction * amountMinor,
  bookMinor: -signOf(side) * direction * bookMinor,
});

/** The legs that take others back. */
export const oppositeLegs = (legs: readonly Leg[]): Leg[] =>
  legs.map((leg) => ({ ...leg, amountMinor: 0 - leg.amountMinor, bookMinor: 0 - leg.bookMinor }));

/** What later allocations of free money move: it leaves its account, the claims go down, the difference is booked. */
export const allocationLegs = (
  source: Parties & Free,
  settlements: Spent<Settleable>["settlements"],
  tenantCurrency: Currency,
): Leg[] => {
  const legs = [
    ...settlements.map(({ sourceMinor, sourceBookMinor }) =>
      freeLeg(source, source.currency, { amountMinor: sourceMinor, bookMinor: sourceBookMinor }, -1),
    ),
    ...settledLegs(source, settlements),
  ];
  return [...legs, ...exchangeDifference(legs, tenantCurrency)];
};

/** Free money in its next version, with more allocations. */
export const withSpent = <F extends Free & { readonly version: number; readonly updatedAt: Instant }>(
  source: F,
  { left, allocations }: Pick<Spent<Settleable>, "left" | "allocations">,
  now: Instant,
): F => ({
  ...source,
  ...left,
  allocations: [...source.allocations, ...allocations],
  version: source.version + 1,
  updatedAt: now,
});

/** Whether it settles something still. */
export const isStanding = ({ reversedOn }: Pick<Allocation, "reversedOn">): boolean =>
  reversedOn === undefined;

/** Money whose settlement of an invoice is taken back, the invoice as it is open then, and what that moves. */
export interface Deallocated<F, I> {
  readonly source: F;
  readonly invoice: I;
  readonly legs: Leg[];
}

/**
 * Takes back all that money settles of an invoice: it is free again, and the invoice open, each with what it stood in the
 * books with; what the rates of two days made of it is taken back too.
 * @param on the day from which it is so
 * @throws allocation.nothing, request.invalid for a day before it was settled, money.overflow
 */
export const deallocated = <
  F extends Parties & Free & { readonly version: number; readonly updatedAt: Instant },
  I extends Settleable,
>(
  source: F,
  invoice: I,
  on: Day,
  { tenantCurrency, now }: { readonly tenantCurrency: Currency; readonly now: Instant },
): Deallocated<F, I> => {
  const back = source.allocations.filter((one) => one.invoiceId === invoice.id && isStanding(one));
  if (back.length === 0)
    throw new Failure("allocation.nothing", {
      fields: [{ pointer: "/invoiceId", reason: "names no invoice that it settles" }],
    });
  const early = back.find((one) => on < one.on);
  if (early)
    throw new Failure("request.invalid", {
      fields: [{ pointer: "/on", reason: `lies before ${early.on}, when the invoice was settled` }],
    });
  const sum = (before: number, of: (one: Allocation) => number) => sumMinor([before, ...back.map(of)]);
  const settlements = back.map((one) => ({ ...one, currency: invoice.currency }));
  return {
    source: {
      ...source,
      leftMinor: sum(source.leftMinor, (one) => one.sourceMinor),
      leftBookMinor: sum(source.leftBookMinor, (one) => one.sourceBookMinor),
      allocations: source.allocations.map((one) => (back.includes(one) ? { ...one, reversedOn: on } : one)),
      version: source.version + 1,
      updatedAt: now,
    },
    invoice: reopened(invoice, back),
    legs: oppositeLegs(allocationLegs(source, settlements, tenantCurrency)),
  };
};

/** What of free money goes when an amount of it is paid back, with its share of the books. */
export const paidBack = (source: Free, amountMinor: number) => ({
  amountMinor,
  bookMinor: bookShare(claimOf(source), amountMinor),
});
