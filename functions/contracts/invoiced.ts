import { type Consumed, consumed, givenBack } from "../../domain/contracts/consumption.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import type { Day } from "../../domain/kernel/time.ts";
import type { Happened } from "../../events/event.ts";
import type { Actor } from "../kit/context.ts";
import type { Write } from "../kit/table/store.ts";
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
}

/** What belongs to the change that issues the document; nothing where it names no contract. */
export interface OfContract {
  readonly writes: readonly Write[];
  readonly happened: readonly Happened[];
}

type Billing = Pick<Actor, "store" | "newId" | "now">;

const entered = async (
  { store, newId, now }: Billing,
  { contractId, invoiceId, creditNoteId, number, netMinor, currency, on }: Billed,
  decide: (...about: Required<Parameters<typeof consumed>>) => Consumed,
): Promise<OfContract> => {
  if (contractId === undefined || netMinor === 0) return { writes: [], happened: [] };
  const contract = await store.get(contractEntity, { id: contractId });
  if (!contract)
    throw new Failure("reference.unknown", {
      fields: [{ pointer: "/contractId", reason: "names no contract" }],
    });
  const input = { amountMinor: netMinor, currency, on, reference: number };
  const document = creditNoteId === undefined ? { invoiceId } : { invoiceId, creditNoteId };
  const result: Consumed = decide(contract, input, { id: newId("consumption"), by: "system", now }, document);
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
