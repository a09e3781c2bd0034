import {
  type Consumed,
  type Consumption,
  consumed,
  givenBack,
  withOrdered,
} from "../../domain/contracts/consumption.ts";
import type { ContractRecord } from "../../domain/contracts/contract.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import type { Day } from "../../domain/kernel/time.ts";
import { contractChanged, contractDigest } from "../../events/contracts.ts";
import { type Happened, happened } from "../../events/event.ts";
import type { Actor } from "../kit/context.ts";
import { update, type Write } from "../kit/table/store.ts";
import { pastFor, recordConsumptions } from "./consuming.ts";
import { contractEntity } from "./store.ts";

/** What an invoice or a credit note takes of a contract, or gives back. */
export interface BilledDocument {
  readonly invoiceId: string;
  readonly creditNoteId?: string;
  readonly number: string;
  /** What contracts agree on is without tax. */
  readonly netMinor: number;
}

/** What of documents of one day matters to the contract that all of them name. */
export interface Billed {
  readonly contractId?: string | undefined;
  readonly currency: string;
  readonly on: Day;
  /** Below zero: so much less is held by the order that the documents belong to. */
  readonly orderedMinor?: number | undefined;
  readonly documents: readonly BilledDocument[];
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
  { contractId, currency, on, orderedMinor = 0, documents }: Billed,
  decide: (...about: Required<Parameters<typeof consumed>>) => Consumed,
  readPast: typeof pastFor = async () => ({}),
): Promise<OfContract> => {
  const worth = documents.filter(({ netMinor }) => netMinor !== 0);
  if (worth.length === 0)
    return orderedOf({ store, now }, { contractId, currency, on, changeMinor: orderedMinor });
  if (contractId === undefined) return nothing;
  let contract = await loadOf(store, contractId);
  const { version } = contract;
  const { past } = await readPast(store, contract, on);
  const before: Consumption[] = [];
  const all = worth.map(({ number, netMinor, ...document }, at) => {
    const input = { amountMinor: netMinor, currency, on, reference: number };
    const about = {
      ...{ id: newId("consumption"), by: "system", now },
      ...(past ? { past: [...past, ...before] } : {}),
    };
    const result = decide(contract, input, about, document, at === 0 ? orderedMinor : 0);
    before.push(result.consumption);
    // All of it is one write of the contract: its version rises once.
    contract = { ...result.contract, version };
    return result;
  });
  return recordConsumptions(all);
};

/**
 * What an invoice takes of its contract, to be written with the invoice: never more than was agreed, whoever issues at the
 * same moment (that makes it a `StaleWrite`).
 * @throws contract.not-in-force, contract.exceeded, contract.currency-differs
 */
export const takenByInvoice = (context: Billing, billed: Billed): Promise<OfContract> =>
  entered(context, billed, consumed, pastFor);

/** What credit notes give back of what their invoices took, to be written with the notes. */
export const givenBackByNotes = (context: Billing, billed: Billed): Promise<OfContract> =>
  entered(context, billed, givenBack);
