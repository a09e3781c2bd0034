import * as z from "zod";
import { Consumption } from "../../domain/contracts/consumption.ts";
import { ContractDeal, ContractRecord, lastDayOf, numberKey } from "../../domain/contracts/contract.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { dueKey } from "../kit/table/due.ts";
import { entity } from "../kit/table/entity.ts";
import { create, remove, type Write } from "../kit/table/store.ts";

/**
 * Access patterns: a contract by id; those of a client by their first day (index `client`); all by their last day
 * (index `list`); one by its number (its claim); the contracts of a deal (the deal's partition) and the deals of a
 * contract (index `list`); what was consumed of a contract, in the order of entry; those that have to remind of their
 * end by an instant (index `due`).
 */
export const partitions = {
  contract: (contractId: string) => `CONTRACT#${contractId}`,
  client: (clientId: string) => `CLIENT#${clientId}`,
  byEnd: "CONTRACTS",
  deal: (dealId: string) => `DEAL#${dealId}`,
  dealsOf: (contractId: string) => `CONTRACT#${contractId}#DEALS`,
};

/** The work of reminding, in the index `due`. */
export const reminderWork = "CONTRACT-REMINDER";

/** Sorts behind every day: a contract that holds until further notice. */
export const noEnd = "9999-12-31";
/** Sort keys of a client's contracts, of a deal's, and of what was consumed begin so. */
export const contractPrefix = "CONTRACT#";
export const consumptionPrefix = "CONSUMED#";

export const contractEntity = entity<ContractRecord, { readonly id: string }>({
  name: "contract",
  schema: ContractRecord,
  key: ({ id }) => ({ pk: partitions.contract(id), sk: "CONTRACT" }),
  indexes: (contract) => ({
    client: {
      pk: partitions.client(contract.clientId),
      sk: `${contractPrefix}${contract.validFrom}#${contract.id}`,
    },
    list: { pk: partitions.byEnd, sk: `${lastDayOf(contract) ?? noEnd}#${contract.id}` },
    ...(contract.remindAt === undefined ? {} : { due: dueKey(reminderWork, contract.remindAt, contract.id) }),
  }),
});

const NumberClaim = z.object({ version: z.int(), number: z.string(), contractId: z.string() });
type NumberClaim = z.infer<typeof NumberClaim>;

/** Says that a number is taken, and by which contract. */
export const numberClaimEntity = entity<NumberClaim, { readonly number: string }>({
  name: "contract-number",
  schema: NumberClaim,
  key: ({ number }) => ({ pk: `CONTRACT-NUMBER#${numberKey(number)}`, sk: "CLAIM" }),
});

const claimOf = ({ number, id }: ContractRecord): NumberClaim => ({ version: 1, number, contractId: id });

/** Takes the number of a contract. */
export const numberTaken = (contract: ContractRecord): Write =>
  create(
    numberClaimEntity,
    claimOf(contract),
    () =>
      new Failure("contract.number-taken", {
        fields: [{ pointer: "/number", reason: "belongs to another contract" }],
      }),
  );

/** What is written when a draft gets another number: the former one is free again. */
export const numberMoved = (before: ContractRecord, after: ContractRecord): Write[] =>
  numberKey(before.number) === numberKey(after.number)
    ? []
    : [remove(numberClaimEntity, claimOf(before)), numberTaken(after)];

/** That a deal was made under a contract. */
export const contractDealEntity = entity<
  ContractDeal,
  { readonly dealId: string; readonly contractId: string }
>({
  name: "contract-deal",
  schema: ContractDeal,
  key: ({ dealId, contractId }) => ({
    pk: partitions.deal(dealId),
    sk: `${contractPrefix}${contractId}`,
  }),
  indexes: ({ contractId, dealId, linkedAt }) => ({
    list: { pk: partitions.dealsOf(contractId), sk: `${linkedAt}#${dealId}` },
  }),
});

interface OfContract {
  readonly contractId: string;
  readonly id: string;
  readonly reverses?: string | undefined;
}

/** A reversal lies behind what it takes back, under a key that there is only once. */
export const consumptionEntity = entity<Consumption, OfContract>({
  name: "contract-consumption",
  schema: Consumption,
  key: ({ contractId, id, reverses }) => ({
    pk: partitions.contract(contractId),
    sk: reverses === undefined ? `${consumptionPrefix}${id}` : `${consumptionPrefix}${reverses}#REVERSAL`,
  }),
});
