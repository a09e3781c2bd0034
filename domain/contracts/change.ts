import { amountText } from "../kernel/currency.ts";
import { Failure, type FieldFault } from "../kernel/errors.ts";
import type { Day, Instant } from "../kernel/time.ts";
import type { ContractChange, ContractRecord, NewContract, NewTermination } from "./contract.ts";
import { earliestContractDay, stateOn } from "./contract.ts";

/** Who does it and when; `today` is the tenant's day at that instant. */
export interface Doing {
  readonly by: string;
  readonly now: Instant;
  readonly today: Day;
}

/** A new draft. */
export const newContract = (input: NewContract, id: string, { by, now }: Doing): ContractRecord => ({
  id,
  version: 1,
  ...input,
  consumedMinor: 0,
  lastGivenBackOn: earliestContractDay,
  dealCount: 0,
  files: [],
  remindedOf: [],
  createdBy: by,
  createdAt: now,
  updatedAt: now,
});

/** The contract in its next version. */
export const nextContract = <Change extends Partial<ContractRecord>>(
  contract: ContractRecord,
  change: Change,
  now: Instant,
): ContractRecord => ({ ...contract, ...change, version: contract.version + 1, updatedAt: now });

/** What was signed: it changes by another contract only. */
const signed = ["number", "kind", "counterpartyId", "validFrom", "currency"] as const;

const kept = <T>(before: T | undefined, after: T | null | undefined): T | undefined =>
  after === undefined ? before : (after ?? undefined);

/** The fields of a change that differ from what is there. */
export const changedFields = (before: ContractRecord, after: ContractRecord): string[] =>
  (
    [
      "number",
      "kind",
      "title",
      "counterpartyId",
      "validFrom",
      "validTo",
      "amountMinor",
      "currency",
      "terms",
      "remindDaysBefore",
    ] as const
  ).filter((name) => before[name] !== after[name]);

const checkAgreement = (contract: ContractRecord): void => {
  const { validFrom, validTo, amountMinor, currency, consumedMinor, lastConsumedOn } = contract;
  const { orderedMinor = 0 } = contract;
  const money = (amount: number) => amountText(amount, currency ?? "");
  const fault = (code: string, field: FieldFault) => new Failure(code, { fields: [field] });
  if (validTo !== undefined && validTo < validFrom)
    throw fault("contract.days", { pointer: "/validTo", reason: `lies before validFrom, ${validFrom}` });
  if (validTo !== undefined && lastConsumedOn !== undefined && validTo < lastConsumedOn)
    throw fault("contract.days", {
      pointer: "/validTo",
      reason: `lies before ${lastConsumedOn}, when the contract was consumed last`,
    });
  if (amountMinor !== undefined && currency === undefined)
    throw fault("request.invalid", { pointer: "/amountMinor", reason: "goes with a currency" });
  if (amountMinor !== undefined && amountMinor < consumedMinor + orderedMinor)
    throw fault("contract.exceeded", {
      pointer: "/amountMinor",
      reason:
        orderedMinor === 0
          ? `is less than the ${money(consumedMinor)} consumed already`
          : `is less than the ${money(consumedMinor)} consumed and ${money(orderedMinor)} ordered already`,
    });
};

/**
 * The contract after a change. Of a signed one number, kind, counterparty, first day and currency stay; title, terms,
 * reminder, last day (a prolongation, also one that is entered late) and amount may change. A terminated one stays.
 * @throws contract.fixed, contract.days, contract.exceeded, request.invalid
 */
export const changedContract = (
  contract: ContractRecord,
  change: ContractChange,
  { now }: Doing,
): ContractRecord => {
  if (contract.termination)
    throw new Failure("contract.fixed", { detail: `It is terminated on ${contract.termination.on}.` });
  const after = nextContract(
    contract,
    {
      number: change.number ?? contract.number,
      kind: change.kind ?? contract.kind,
      title: kept(contract.title, change.title),
      counterpartyId: change.counterpartyId ?? contract.counterpartyId,
      validFrom: change.validFrom ?? contract.validFrom,
      validTo: kept(contract.validTo, change.validTo),
      amountMinor: kept(contract.amountMinor, change.amountMinor),
      currency: kept(contract.currency, change.currency),
      terms: kept(contract.terms, change.terms),
      remindDaysBefore: kept(contract.remindDaysBefore, change.remindDaysBefore),
    },
    now,
  );
  const fixed =
    contract.signedOn === undefined ? [] : signed.filter((name) => contract[name] !== after[name]);
  if (fixed.length > 0)
    throw new Failure("contract.fixed", {
      fields: fixed.map((name) => ({ pointer: `/${name}`, reason: "was signed so" })),
    });
  if (after.kind === "single" && after.dealCount > 1)
    throw new Failure("contract.single", { fields: [{ pointer: "/kind", reason: "has several deals" }] });
  checkAgreement(after);
  return after;
};

/** The contract in force. @throws contract.not-draft, contract.days for a day in the future */
export const signedContract = (contract: ContractRecord, signedOn: Day, doing: Doing): ContractRecord => {
  if (contract.signedOn !== undefined)
    throw new Failure("contract.not-draft", { detail: `It was signed on ${contract.signedOn}.` });
  if (signedOn > doing.today)
    throw new Failure("contract.days", { fields: [{ pointer: "/signedOn", reason: "lies in the future" }] });
  return nextContract(contract, { signedOn }, doing.now);
};

/**
 * The contract with an earlier end. It can be entered late, but not for a day before it was consumed last.
 * @throws contract.not-in-force unless it is active, contract.days
 */
export const terminatedContract = (
  contract: ContractRecord,
  { on, reason }: NewTermination,
  { by, now, today }: Doing,
): ContractRecord => {
  const state = stateOn(contract, today);
  if (state !== "active" || contract.termination)
    throw new Failure("contract.not-in-force", {
      detail: contract.termination ? `It is terminated on ${contract.termination.on}.` : `It is ${state}.`,
    });
  const fault = (why: string) => new Failure("contract.days", { fields: [{ pointer: "/on", reason: why }] });
  if (on < contract.validFrom) throw fault(`lies before its first day, ${contract.validFrom}`);
  if (contract.validTo !== undefined && on > contract.validTo)
    throw fault(`lies behind its last day, ${contract.validTo}`);
  if (contract.lastConsumedOn !== undefined && on < contract.lastConsumedOn)
    throw fault(`lies before ${contract.lastConsumedOn}, when it was consumed last`);
  return nextContract(contract, { termination: { on, reason, by, at: now } }, now);
};

/** The contract with one deal more. @throws contract.single, limit.exceeded */
export const withDeal = (contract: ContractRecord, now: Instant, mostDeals: number): ContractRecord => {
  if (contract.kind === "single" && contract.dealCount > 0) throw new Failure("contract.single");
  if (contract.dealCount >= mostDeals)
    throw new Failure("limit.exceeded", { detail: `A contract has at most ${mostDeals} deals.` });
  return nextContract(contract, { dealCount: contract.dealCount + 1 }, now);
};

export const withoutDeal = (contract: ContractRecord, now: Instant): ContractRecord =>
  nextContract(contract, { dealCount: contract.dealCount - 1 }, now);
