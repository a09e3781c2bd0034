import * as z from "zod";
import { Currency } from "../kernel/currency.ts";
import { Failure } from "../kernel/errors.ts";
import { Id } from "../kernel/id.ts";
import { MinorAmount } from "../kernel/money.ts";
import { Line, Text } from "../kernel/text.ts";
import { Day, Instant } from "../kernel/time.ts";

/** Nothing of a contract is earlier. */
export const earliestContractDay: Day = "1900-01-01";

/** A day of a contract. What lies outside was mistyped. */
export const ContractDay = Day.refine((day) => day >= earliestContractDay, "lies before 1900").meta({
  examples: ["2026-11-23"],
});

/** `frame`: for whatever is ordered under it, until its end or amount; `single`: for one deal. */
export const contractKinds = ["frame", "single"] as const;
export const contractStates = ["draft", "active", "ended", "terminated"] as const;
export const ContractState = z.enum(contractStates);
export type ContractState = z.infer<typeof ContractState>;

const fields = {
  number: Line.min(1)
    .max(60)
    .meta({ description: "Unique in the tenant, in any case", examples: ["2026/114"] }),
  kind: z.enum(contractKinds).meta({ description: "frame: for many orders; single: for one deal" }),
  title: Line.min(1).max(200).optional(),
  clientId: Id("client"),
  counterpartyId: Id("counterparty").meta({ description: "The legal entity of the client that signs" }),
  validFrom: ContractDay.meta({ description: "The first day on which it holds" }),
  validTo: ContractDay.optional().meta({ description: "The last day; absent: until it is terminated" }),
  amountMinor: MinorAmount.optional().meta({
    description: "What is agreed in all, in minor units of the currency; absent: without a limit",
  }),
  currency: Currency.optional().meta({ description: "Of the amount and of what is consumed" }),
  terms: Text.min(1).max(20_000).optional().meta({ description: "What was agreed, in words" }),
  remindDaysBefore: z
    .int()
    .min(1)
    .max(366)
    .optional()
    .meta({ description: "How many days before its last day the contract reminds of its end" }),
};

interface Agreed {
  readonly validFrom?: Day | undefined;
  readonly validTo?: Day | null | undefined;
  readonly amountMinor?: number | null | undefined;
  readonly currency?: string | null | undefined;
}

const isDay = (value: Day | null | undefined): value is Day => Day.safeParse(value).success;
/** What is no day is said so by itself. */
const daysInOrder = ({ validFrom, validTo }: Agreed) =>
  !isDay(validFrom) || !isDay(validTo) || validFrom <= validTo;

/** What makes a contract: a draft until it is signed. */
export const NewContract = z
  .strictObject(fields)
  .refine(daysInOrder, { path: ["validTo"], message: "lies before validFrom" })
  .refine(({ amountMinor, currency }) => amountMinor === undefined || currency !== undefined, {
    path: ["amountMinor"],
    message: "goes with a currency",
  });
export type NewContract = z.infer<typeof NewContract>;

/** Only what is named is changed; `null` takes a value away. The client stays. */
export const ContractChange = z
  .strictObject({
    number: fields.number.optional(),
    kind: fields.kind.optional(),
    title: fields.title.nullable(),
    counterpartyId: fields.counterpartyId.optional(),
    validFrom: fields.validFrom.optional(),
    validTo: fields.validTo.nullable(),
    amountMinor: fields.amountMinor.nullable(),
    currency: fields.currency.nullable(),
    terms: fields.terms.nullable(),
    remindDaysBefore: fields.remindDaysBefore.nullable(),
  })
  .refine(daysInOrder, { path: ["validTo"], message: "lies before validFrom" });
export type ContractChange = z.infer<typeof ContractChange>;

export const Signing = z.strictObject({
  signedOn: ContractDay.meta({ description: "When it was signed; not in the future" }),
});
export const NewTermination = z.strictObject({
  on: ContractDay.meta({ description: "The last day on which it holds" }),
  reason: Text.min(1).max(1_000),
});
export type NewTermination = z.infer<typeof NewTermination>;
const Termination = z.object({ ...NewTermination.shape, by: z.string(), at: Instant });

/** How many files a contract may have. */
export const mostFiles = 50;
/** How many deals may be linked to a frame contract. */
export const mostDeals = 10_000;

export const ContractFile = z
  .object({
    id: Id("file"),
    name: z.string(),
    mediaType: z.string(),
    bytes: z.int(),
    announcedBy: z.string(),
    announcedAt: Instant,
    arrivedAt: Instant.optional().meta({ description: "Absent: its bytes have not arrived yet" }),
    etag: z.string().optional().meta({ description: "Of the bytes that arrived, in quotes" }),
  })
  .meta({ id: "ContractFile" });
export type ContractFile = z.infer<typeof ContractFile>;

/** A contract as it is kept. Its state is not kept: it follows from what was done and the day. */
export const ContractRecord = z.object({
  id: Id("contract"),
  version: z.int().min(1),
  ...fields,
  consumedMinor: MinorAmount.meta({ description: "What was consumed of the amount so far" }),
  orderedMinor: MinorAmount.optional().meta({
    description: "What confirmed orders hold of the amount and no invoice has taken yet; absent: nothing",
  }),
  lastConsumedOn: Day.optional(),
  lastGivenBackOn: Day.optional().meta({
    description: `The last day on which a credit note gave something back; ${earliestContractDay}: none did; absent: not known`,
  }),
  dealCount: z.int().min(0).meta({ description: "How many deals are linked to it" }),
  files: z.array(ContractFile).max(mostFiles),
  signedOn: Day.optional(),
  remindAt: Instant.optional().meta({ description: "When it reminds of its end, unless that is done" }),
  remindedOf: z.array(Day).meta({ description: "The last days of which it has reminded" }),
  termination: Termination.optional(),
  createdBy: z.string(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type ContractRecord = z.infer<typeof ContractRecord>;

/** That a deal was made under a contract. */
export const ContractDeal = z
  .object({
    version: z.int(),
    contractId: Id("contract"),
    dealId: Id("deal"),
    linkedBy: z.string(),
    linkedAt: Instant,
  })
  .meta({ id: "ContractDeal" });
export type ContractDeal = z.infer<typeof ContractDeal>;

/** A contract as it is shown on a day. */
export const Contract = ContractRecord.extend({
  state: ContractState.meta({ description: "On the tenant's present day" }),
  endsOn: Day.optional().meta({
    description: "The last day on which it holds: validTo, or an earlier termination",
  }),
  remainingMinor: MinorAmount.optional().meta({
    description: "What is left of the amount: neither consumed nor ordered",
  }),
}).meta({ id: "Contract" });
export type Contract = z.infer<typeof Contract>;

/** The last day on which it holds; undefined where it holds until further notice. */
export const lastDayOf = ({
  validTo,
  termination,
}: Pick<ContractRecord, "validTo" | "termination">): Day | undefined => termination?.on ?? validTo;

/**
 * The state on a day: a draft until it is signed, active until its last day has passed, then terminated or ended.
 * A contract that is terminated for a later day stays active until then.
 */
export const stateOn = (contract: ContractRecord, today: Day): ContractState => {
  if (contract.signedOn === undefined) return "draft";
  const last = lastDayOf(contract);
  if (last === undefined || today <= last) return "active";
  return contract.termination ? "terminated" : "ended";
};

/** The contract as it is shown on a day. */
export const contractOn = (contract: ContractRecord, today: Day): Contract => ({
  ...contract,
  state: stateOn(contract, today),
  ...(lastDayOf(contract) === undefined ? {} : { endsOn: lastDayOf(contract) }),
  ...(contract.amountMinor === undefined
    ? {}
    : { remainingMinor: contract.amountMinor - contract.consumedMinor - (contract.orderedMinor ?? 0) }),
});

/** Whether it may be ordered under on a day: signed, begun and not over. */
export const isInForce = (contract: ContractRecord, day: Day): boolean => {
  const last = lastDayOf(contract);
  return contract.signedOn !== undefined && contract.validFrom <= day && (last === undefined || day <= last);
};

/** @throws contract.not-in-force */
export const checkInForce = (contract: ContractRecord, day: Day): void => {
  if (!isInForce(contract, day))
    throw new Failure("contract.not-in-force", {
      detail:
        contract.signedOn === undefined
          ? "The contract is a draft."
          : `It holds from ${contract.validFrom} to ${lastDayOf(contract) ?? "further notice"}, not on ${day}.`,
    });
};

/** Numbers are the same in any case and with any spaces around. */
export const numberKey = (number: string): string => number.trim().toLocaleLowerCase("en");
