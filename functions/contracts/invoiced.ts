import { type Consumed, consumed, givenBack, withOrdered } from "../../domain/contracts/consumption.ts";
import type { ContractRecord } from "../../domain/contracts/contract.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import type { Day } from "../../domain/kernel/time.ts";
import { contractChanged, contractDigest } from "../../events/contracts.ts";
import { type Happened, happened } from "../../events/event.ts";
import type { Actor } from "../kit/context.ts";
import { update, type Write } from "../kit/table/store.ts";
import { consumption } from "./consuming.ts";
import { contractEntity } from "./store.ts";

/** What of an invoice or credit note matters to the contract that it names. */
export interface Billed {
  readonly contractId?: string | undefined;
  readonly invoiceId: string;
  readonly creditNoteId?: string;
  readonly number: string;
  /** What contracts agree on is without tax. */
  readonly netMinor: number;
  readonly currency: string;
  readonly on: Day;
  /** Below zero: so much less is held by the order that the document belongs to. */
  readonly orderedMinor?: number | undefined;
}

/** What belongs to the change that issues the document; nothing where it names no contract. */
export interface OfContract {
  readonly writes: readonly Write[];
  readonly happened: readonly Happened[];
}

type Billing = Pick<Actor, "store" | "newId" | "now">;

const nothing: OfContract = { writes: [], happened: [] };

const loadOf = async (store: Billing["store"], id: string): Promise<ContractRecord> => {
  const contract = await store.get(contractEntity, { id });
  if (contract) return contract;
  throw new Failure("reference.unknown", {
    fields: [{ pointer: "/contractId", reason: "names no contract" }],
  });
};

/** What of an order matters to the contract that it names. */
export interface Ordered {
  readonly contractId?: string | undefined;
  readonly currency: string;
  readonly on: Day;
  /** How much more the order holds of the contract without tax; below zero: less. */
  readonly changeMinor: number;
}

/**
 * What an order holds of its contract, to be written with the order: never more than was agreed, whoever confirms or issues at the
 * same moment (that makes it a `StaleWrite`). @throws contract.not-in-force, contract.exceeded, contract.currency-differs
 */
export const orderedOf = async (
  { store, now }: Pick<Billing, "store" | "now">,
  { contractId, changeMinor, currency, on }: Ordered,
): Promise<OfContract> => {
  if (contractId === undefined || changeMinor === 0) return nothing;
  const contract = withOrdered(await loadOf(store, contractId), changeMinor, { currency, on, now });
  return {
    writes: [update(contractEntity, contract)],
    happened: [happened(contractChanged, { ...contractDigest(contract), changed: ["orderedMinor"] })],
  };
};

const entered = async (
  { store, newId, now }: Billing,
  billed: Billed,
  decide: (...about: Required<Parameters<typeof consumed>>) => Consumed,
): Promise<OfContract> => {
  const { contractId, invoiceId, creditNoteId, number, netMinor, currency, on, orderedMinor = 0 } = billed;
  if (netMinor === 0)
    return orderedOf({ store, now }, { contractId, currency, on, changeMinor: orderedMinor });
  if (contractId === undefined) return nothing;
  const contract = await loadOf(store, contractId);
  const input = { amountMinor: netMinor, currency, on, reference: number };
  const document = creditNoteId === undefined ? { invoiceId } : { invoiceId, creditNoteId };
  const about = { id: newId("consumption"), by: "system", now };
  const result: Consumed = decide(contract, input, about, document, orderedMinor);
  const { writes, happened = [] } = consumption(result);
  return { writes, happened };
};

/**
 * What an invoice takes of its contract, to be written with the invoice: never more than was agreed, whoever issues at the
 * same moment (that makes it a `StaleWrite`).
 * @throws contract.not-in-force, contract.exceeded, contract.currency-differs
 */
export const takenByInvoice = (context: Billing, billed: Billed): Promise<OfContract> =>
  entered(context, billed, consumed);

/** What a credit note gives back of what its invoice took, to be written with the note. */
export const givenBackByNote = (context: Billing, billed: Billed & { readonly creditNoteId: string }) =>
  entered(context, billed, givenBack);
