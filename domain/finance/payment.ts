import * as z from "zod";
import { Currency } from "../kernel/currency.ts";
import { Failure } from "../kernel/errors.ts";
import { Id } from "../kernel/id.ts";
import { MinorAmount } from "../kernel/money.ts";
import { Line, Text } from "../kernel/text.ts";
import { Day, Instant } from "../kernel/time.ts";
import { MoneyAccount, Side, signOf } from "./accounts.ts";
import { exchangeDifference, type Leg } from "./booking.ts";
import {
  type Allocation,
  AllocationInput,
  type Free,
  freeLeg,
  freeMoney,
  isStanding,
  mostAllocations,
  paidBack,
  type Settleable,
  type Spent,
  settledLegs,
} from "./money.ts";
import { type DayRates, inTenantCurrency, RateText } from "./rates.ts";

const reference = Line.min(1)
  .max(140)
  .meta({ description: "The payment's own mark, of the bank say: the same is never taken twice" });
const memo = Text.min(1).max(500);

/** Money that came in, or went out; what its allocations leave is an advance. */
export const NewPayment = z.strictObject({
  side: Side.default("sale"),
  clientId: Id("client"),
  counterpartyId: Id("counterparty").optional().meta({ description: "Who paid, or was paid" }),
  currency: Currency.optional().meta({ description: "The tenant's where none is given" }),
  amountMinor: z.int().min(1),
  paidOn: Day.optional().meta({ description: "Today where none is given; not in the future" }),
  moneyAccount: MoneyAccount.default("bank"),
  rate: RateText.optional().meta({ description: "Of its currency; that of the day where none is given" }),
  reference: reference.optional(),
  memo: memo.optional(),
  allocations: z
    .array(AllocationInput)
    .max(mostAllocations.atOnce)
    .default([])
    .meta({ description: "One after the other; what is left is an advance" }),
});
export type NewPayment = z.infer<typeof NewPayment>;

/** Pays back what of a payment or credit note settles nothing. */
export const NewRefund = z.strictObject({
  sourceId: z
    .union([Id("payment"), Id("creditNote")])
    .meta({ description: "The payment or credit note that has something left" }),
  amountMinor: z.int().min(1).optional().meta({ description: "All that is left where none is given" }),
  paidOn: Day.optional(),
  moneyAccount: MoneyAccount.default("bank"),
  rate: RateText.optional(),
  reference: reference.optional(),
  memo: memo.optional(),
});
export type NewRefund = z.infer<typeof NewRefund>;

export const Payment = z
  .object({
    id: Id("payment"),
    version: z.int().min(1),
    kind: z.enum(["payment", "refund"]),
    side: Side,
    clientId: Id("client"),
    counterpartyId: Id("counterparty").optional(),
    amountMinor: MinorAmount,
    bookMinor: MinorAmount.meta({ description: "In the tenant's currency" }),
    rate: RateText.optional(),
    paidOn: Day,
    moneyAccount: z.string(),
    reference: z.string().optional(),
    memo: z.string().optional(),
    ...freeMoney,
    sourceId: z.string().optional().meta({ description: "What a refund pays back" }),
    sourceBookMinor: MinorAmount.optional().meta({
      description: "What stood in the books of what a refund pays back",
    }),
    reversedOn: Day.optional(),
    transactionId: z.string().meta({ description: "Of the ledger" }),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: "Payment" });
export type Payment = z.infer<typeof Payment>;

/** Rates with one that was stated by the caller. */
export const withRate = (rates: DayRates, currency: Currency, rate: string | undefined): DayRates =>
  rate === undefined || currency === rates.tenantCurrency
    ? rates
    : { ...rates, rates: new Map([...rates.rates, [currency, rate]]) };

const rateOf = (currency: Currency, { tenantCurrency, rates }: DayRates): { rate?: string } => {
  const rate = currency === tenantCurrency ? undefined : rates.get(currency);
  return rate === undefined ? {} : { rate };
};

interface Circumstances {
  readonly id: string;
  readonly transactionId: string;
  readonly rates: DayRates;
  readonly now: Instant;
}

/** A payment of which nothing is allocated yet. @throws finance.rate-missing */
export const newPayment = (
  { allocations: _, rate: _rate, ...input }: NewPayment,
  { id, transactionId, rates, now }: Circumstances,
): Payment => {
  const currency = input.currency ?? rates.tenantCurrency;
  const bookMinor = inTenantCurrency(input.amountMinor, currency, rates);
  return {
    id,
    version: 1,
    kind: "payment",
    ...input,
    currency,
    bookMinor,
    ...rateOf(currency, rates),
    paidOn: rates.day,
    leftMinor: input.amountMinor,
    leftBookMinor: bookMinor,
    allocations: [],
    refundedMinor: 0,
    transactionId,
    createdAt: now,
    updatedAt: now,
  };
};

/** What a payment moves: money, the claims that it settles, and what is left as an advance. */
export const paymentLegs = (
  payment: Payment,
  settlements: Spent<Settleable>["settlements"],
  tenantCurrency: Currency,
): Leg[] => {
  const legs = [
    {
      account: payment.moneyAccount,
      currency: payment.currency,
      amountMinor: signOf(payment.side) * payment.amountMinor,
      bookMinor: signOf(payment.side) * payment.bookMinor,
    },
    ...settledLegs(payment, settlements),
    freeLeg(
      payment,
      payment.currency,
      { amountMinor: payment.leftMinor, bookMinor: payment.leftBookMinor },
      1,
    ),
  ];
  return [...legs, ...exchangeDifference(legs, tenantCurrency)];
};

/** What a refund is made from. */
export type RefundSource = Free & Pick<Payment, "id" | "side" | "clientId" | "counterpartyId">;

/** A refund, what it moves, and what then is left of its source. @throws allocation.exceeds-source, allocation.nothing */
export const refunded = (
  source: RefundSource,
  input: NewRefund,
  { id, transactionId, rates, now }: Circumstances,
): {
  readonly refund: Payment;
  readonly legs: Leg[];
  readonly left: Pick<Free, "leftMinor" | "leftBookMinor">;
} => {
  const amountMinor = input.amountMinor ?? source.leftMinor;
  const refuse = (code: string, reason: string) =>
    new Failure(code, { fields: [{ pointer: "/amountMinor", reason }] });
  if (source.leftMinor === 0) throw refuse("allocation.nothing", "would pay nothing back");
  if (amountMinor > source.leftMinor)
    throw refuse("allocation.exceeds-source", `is more than ${source.leftMinor}, which is left`);
  const part = paidBack(source, amountMinor);
  const { currency, side, clientId, counterpartyId } = source;
  const bookMinor = inTenantCurrency(amountMinor, currency, rates);
  const refund: Payment = {
    id,
    version: 1,
    kind: "refund",
    side,
    clientId,
    ...(counterpartyId === undefined ? {} : { counterpartyId }),
    amountMinor,
    bookMinor,
    ...rateOf(currency, rates),
    paidOn: rates.day,
    moneyAccount: input.moneyAccount,
    ...(input.reference === undefined ? {} : { reference: input.reference }),
    ...(input.memo === undefined ? {} : { memo: input.memo }),
    currency,
    leftMinor: 0,
    leftBookMinor: 0,
    allocations: [],
    refundedMinor: 0,
    sourceId: source.id,
    sourceBookMinor: part.bookMinor,
    transactionId,
    createdAt: now,
    updatedAt: now,
  };
  const legs = [
    freeLeg(source, currency, part, -1),
    {
      account: input.moneyAccount,
      currency,
      amountMinor: -signOf(side) * amountMinor,
      bookMinor: -signOf(side) * bookMinor,
    },
  ];
  return {
    refund,
    legs: [...legs, ...exchangeDifference(legs, rates.tenantCurrency)],
    left: {
      leftMinor: source.leftMinor - amountMinor,
      leftBookMinor: source.leftBookMinor - part.bookMinor,
    },
  };
};

/** What a payment settled when it was recorded and still does. */
export const settledByItself = ({ transactionId, allocations }: Payment): Allocation[] =>
  allocations.filter((one) => one.transactionId === transactionId && isStanding(one));

/** Whether what was posted with a payment stands as it was posted. */
export const isIntact = ({ transactionId, allocations }: Payment): boolean =>
  allocations.every((one) => one.transactionId !== transactionId || isStanding(one));

/**
 * Refuses to take back a payment of which something was used since, and not taken back.
 * @throws payment.reversed, payment.used
 */
export const checkReversible = (payment: Payment): void => {
  if (payment.reversedOn !== undefined) throw new Failure("payment.reversed");
  const later = payment.allocations.some(
    (one) => one.transactionId !== payment.transactionId && isStanding(one),
  );
  if (payment.kind === "refund" || later || payment.refundedMinor > 0)
    throw new Failure("payment.used", {
      detail:
        payment.kind === "refund"
          ? "A refund is not taken back; record what was paid again."
          : "Its advance was allocated or paid back since: take the allocations back first.",
    });
};
