import * as z from "zod";
import { amountText, Currency } from "../kernel/currency.ts";
import { Failure } from "../kernel/errors.ts";
import { Id } from "../kernel/id.ts";
import { exactNumber, MinorAmount } from "../kernel/money.ts";
import { Line } from "../kernel/text.ts";
import { Day, Instant } from "../kernel/time.ts";
import { firstBreach, laterDay } from "../ledger/days.ts";
import { nextContract } from "./change.ts";
import {
  ContractDay,
  type ContractRecord,
  checkInForce,
  earliestContractDay,
  lastDayOf,
} from "./contract.ts";

/** What was taken of a contract on a day. */
export const NewConsumption = z.strictObject({
  amountMinor: z.int().min(1).meta({ description: "Minor units of the currency" }),
  currency: Currency.meta({ description: "The currency of the contract" }),
  on: ContractDay.meta({
    description: "The day on which it was taken; the contract has to be in force on it",
  }),
  dealId: Id("deal").optional().meta({ description: "A deal that is linked to the contract" }),
  reference: Line.min(1)
    .max(200)
    .optional()
    .meta({ description: "Of the order, delivery or invoice, in the words of its own books" }),
});
export type NewConsumption = z.infer<typeof NewConsumption>;

/** It is never edited: what was wrong is reversed, once, by an entry that names it. */
export const Consumption = z
  .object({
    id: Id("consumption"),
    version: z.int().min(1),
    contractId: Id("contract"),
    amountMinor: z.int().meta({ description: "Minor units; below zero for a reversal" }),
    currency: Currency,
    on: Day,
    dealId: Id("deal").optional(),
    reference: z.string().optional(),
    invoiceId: Id("invoice").optional().meta({ description: "The invoice by whose issue it was taken" }),
    creditNoteId: Id("creditNote").optional().meta({ description: "The credit note that gave it back" }),
    reverses: Id("consumption").optional().meta({ description: "The entry that this one takes back" }),
    consumedMinor: MinorAmount.meta({ description: "What is consumed of the contract after it" }),
    by: z.string(),
    at: Instant,
  })
  .meta({ id: "ContractConsumption" });
export type Consumption = z.infer<typeof Consumption>;

export interface Consumed {
  readonly contract: ContractRecord;
  readonly consumption: Consumption;
}

interface Entering {
  readonly id: string;
  readonly by: string;
  readonly now: Instant;
  /** All entries there are, where the days of the contract matter (`needsPast`). */
  readonly past?: readonly Consumption[];
}

/** The document that takes something, or gives it back. */
export type ByDocument = Pick<Consumption, "invoiceId" | "creditNoteId">;

/** @throws contract.currency-differs */
const checkCurrency = (contract: ContractRecord, currency: string): void => {
  if (contract.currency !== undefined && contract.currency !== currency)
    throw new Failure("contract.currency-differs", {
      fields: [{ pointer: "/currency", reason: `differs from the contract's, ${contract.currency}` }],
    });
};

const exceeded = (currency: string, leftMinor: number, neededMinor: number, on?: Day, from?: Day): Failure =>
  new Failure("contract.exceeded", {
    detail:
      `The contract has ${amountText(leftMinor, currency)} left${on === undefined ? "" : ` on ${on}`}; ` +
      `${amountText(neededMinor, currency)} are needed. Lower the amount, or raise that of the contract` +
      `${from === undefined ? "" : `, or use ${from} or a later day`}.`,
    fields: [{ pointer: "/amountMinor", reason: "is more than is left of the contract" }],
  });

/** @throws contract.exceeded where more is consumed and ordered than was agreed */
const checkAmount = (
  contract: ContractRecord,
  after: { readonly consumedMinor: number; readonly orderedMinor: number },
  needed: { readonly amountMinor: number; readonly currency: string },
): void => {
  const { amountMinor, consumedMinor, orderedMinor = 0 } = contract;
  if (amountMinor === undefined || after.consumedMinor + after.orderedMinor <= amountMinor) return;
  throw exceeded(needed.currency, amountMinor - consumedMinor - orderedMinor, needed.amountMinor);
};

/**
 * Whether something taken on a day needs the entries of the contract: what was given back later was still taken then. What
 * is taken on the last such day or later is held to the amount by what is consumed in all.
 */
export const needsPast = ({ amountMinor, lastGivenBackOn }: ContractRecord, on: Day): boolean =>
  amountMinor !== undefined && (lastGivenBackOn === undefined || on < lastGivenBackOn);

/** The last day on which a credit note gave something back. */
const lastGivenBackOf = (entries: readonly Consumption[]): Day =>
  entries.reduce(
    (last, { creditNoteId, on }) => (creditNoteId === undefined ? last : laterDay(last, on)),
    earliestContractDay,
  );

/** @throws contract.exceeded where more would be consumed than was agreed, on the day or on a later one */
const checkDays = (
  { amountMinor }: ContractRecord,
  { amountMinor: neededMinor, currency, on }: NewConsumption,
  past: readonly Consumption[],
): void => {
  const days = past.map((entry) => ({ day: entry.on, amount: BigInt(entry.amountMinor) }));
  const change = [{ day: on, amount: BigInt(neededMinor) }];
  const breach = firstBreach({ mayGoBelowZero: true, limit: amountMinor }, 0n, days, change);
  if (breach)
    throw exceeded(
      currency,
      exactNumber(BigInt(amountMinor ?? 0) - breach.balance),
      neededMinor,
      breach.day,
      breach.possibleFrom,
    );
};

/** What orders hold after a change of it. */
const orderedAfter = ({ id, orderedMinor = 0 }: ContractRecord, changeMinor: number): number => {
  const after = exactNumber(BigInt(orderedMinor) + BigInt(changeMinor));
  if (after < 0) throw new Error(`more is let go of ${id} than is ordered`);
  return after;
};

/**
 * The contract of which orders hold so much more, or less: what is confirmed is kept for them, until it is invoiced, cancelled or comes
 * back. @param changeMinor without tax; of less nothing is refused, whatever became of the contract since
 * @throws contract.not-in-force, contract.currency-differs, contract.exceeded, money.overflow
 */
export const withOrdered = (
  contract: ContractRecord,
  changeMinor: number,
  { currency, on, now }: { readonly currency: string; readonly on: Day; readonly now: Instant },
): ContractRecord => {
  const orderedMinor = orderedAfter(contract, changeMinor);
  if (changeMinor < 0) return nextContract(contract, { orderedMinor }, now);
  checkInForce(contract, on);
  checkCurrency(contract, currency);
  const needed = { amountMinor: changeMinor, currency };
  checkAmount(contract, { consumedMinor: contract.consumedMinor, orderedMinor }, needed);
  return nextContract(contract, { orderedMinor, currency }, now);
};

/** A day, or the last one of the contract where it lies behind that: what was ordered is invoiced also after it. */
const within = (contract: ContractRecord, day: Day): Day => {
  const end = lastDayOf(contract);
  return end === undefined || day < end ? day : end;
};

/**
 * The contract with so much more consumed, and the entry that says so. Both are written at once.
 * @param orderedMinor below zero: so much less is held by the order that is invoiced by it. What was ordered while the contract was
 * in force is invoiced also after it
 * On no day is more consumed than was agreed: what is taken on an earlier day than something was given back is held against
 * each day (`past`).
 * @throws contract.not-in-force, contract.currency-differs, contract.exceeded, money.overflow
 */
export const consumed = (
  contract: ContractRecord,
  input: NewConsumption,
  { id, by, now, past }: Entering,
  document: ByDocument = {},
  orderedMinor = 0,
): Consumed => {
  if (orderedMinor === 0) checkInForce(contract, input.on);
  checkCurrency(contract, input.currency);
  const after = exactNumber(BigInt(contract.consumedMinor) + BigInt(input.amountMinor));
  const ordered = orderedAfter(contract, orderedMinor);
  checkAmount(contract, { consumedMinor: after, orderedMinor: ordered }, input);
  if (past) checkDays(contract, input, past);
  const on = within(contract, input.on);
  const last = contract.lastConsumedOn;
  return {
    contract: nextContract(
      contract,
      {
        consumedMinor: after,
        ...(orderedMinor === 0 ? {} : { orderedMinor: ordered }),
        // The first that is consumed gives a contract without an amount its currency.
        currency: input.currency,
        lastConsumedOn: last === undefined || last < on ? on : last,
        ...(past ? { lastGivenBackOn: lastGivenBackOf(past) } : {}),
      },
      now,
    ),
    consumption: {
      ...{ id, version: 1, contractId: contract.id },
      ...input,
      ...document,
      ...{ consumedMinor: after, by, at: now },
    },
  };
};

/**
 * The contract with less consumed, because a credit note gave back so much of what its invoice took. Whatever became of the
 * contract since does not matter.
 */
export const givenBack = (
  contract: ContractRecord,
  input: NewConsumption,
  { id, by, now }: Entering,
  document: ByDocument,
  orderedMinor = 0,
): Consumed => {
  const after = exactNumber(BigInt(contract.consumedMinor) - BigInt(input.amountMinor));
  if (after < 0) throw new Error(`more is given back to ${contract.id} than was taken`);
  const ordered = orderedMinor === 0 ? {} : { orderedMinor: orderedAfter(contract, orderedMinor) };
  const { lastGivenBackOn: last } = contract;
  // Of a contract from before that day was kept, an earlier note may have a later day.
  const known = last === undefined ? {} : { lastGivenBackOn: laterDay(last, input.on) };
  return {
    contract: nextContract(contract, { consumedMinor: after, ...ordered, ...known }, now),
    consumption: {
      ...{ id, version: 1, contractId: contract.id },
      ...input,
      ...document,
      ...{ amountMinor: -input.amountMinor, consumedMinor: after, by, at: now },
    },
  };
};

/** The last day on which anything was taken that was not taken back. */
export const lastTakenOn = (entries: readonly Consumption[]): Day | undefined => {
  const back = new Set(entries.flatMap(({ reverses }) => reverses ?? []));
  return entries
    .filter(({ id, amountMinor }) => amountMinor > 0 && !back.has(id))
    .reduce<Day | undefined>((last, { on }) => (last === undefined || last < on ? on : last), undefined);
};

/**
 * What takes an entry back that was made by hand: whole, whatever became of the contract since. That it is done once, the
 * key of its item says.
 * @param others all other entries, to see when the contract was consumed last then; absent: that day stays
 * @throws contract.consumption-reversed, contract.consumption-invoiced
 */
export const reversed = (
  contract: ContractRecord,
  entry: Consumption,
  { id, by, now }: Entering,
  others?: readonly Consumption[],
): Consumed => {
  if (entry.reverses !== undefined)
    throw new Failure("contract.consumption-reversed", { detail: "A reversal is not reversed." });
  if (entry.invoiceId !== undefined)
    throw new Failure("contract.consumption-invoiced", {
      detail: "A credit note of the invoice gives it back.",
    });
  const after = exactNumber(BigInt(contract.consumedMinor) - BigInt(entry.amountMinor));
  const last = others && lastTakenOn(others);
  const lastConsumedOn = others ? last && within(contract, last) : contract.lastConsumedOn;
  return {
    contract: nextContract(contract, { consumedMinor: after, lastConsumedOn }, now),
    consumption: {
      ...entry,
      id,
      amountMinor: -entry.amountMinor,
      reverses: entry.id,
      consumedMinor: after,
      by,
      at: now,
    },
  };
};
