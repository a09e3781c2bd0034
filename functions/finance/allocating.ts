import { asIssued, type Issued } from "../../domain/finance/invoice.ts";
import { type AllocationInput, mostAllocations } from "../../domain/finance/money.ts";
import type { Payment } from "../../domain/finance/payment.ts";
import { Failure, type FieldFault } from "../../domain/kernel/errors.ts";
import type { Context } from "../kit/context.ts";
import { invoiceEntity } from "./store.ts";

export type WishedAllocation = AllocationInput;

/** Refuses an invoice that is named twice, and more allocations than one record can keep. @throws limit.exceeded */
export const checkAllocationsFit = (before: number, wishes: readonly WishedAllocation[]): void => {
  const ids = wishes.map(({ invoiceId }) => invoiceId);
  const twice = ids.findIndex((id, at) => ids.indexOf(id) < at);
  if (twice >= 0)
    throw new Failure("request.invalid", {
      fields: [{ pointer: `/allocations/${twice}/invoiceId`, reason: "names an invoice twice" }],
    });
  if (before + wishes.length > mostAllocations.inAll)
    throw new Failure("limit.exceeded", {
      detail: `A payment or credit note settles at most ${mostAllocations.inAll} times.`,
    });
};

/**
 * The invoices that are to be settled, in one round trip.
 * @throws reference.unknown, invoice.not-issued, allocation.other-party naming every field at fault
 */
export const invoicesToSettle = async (
  { store }: Pick<Context, "store">,
  { clientId, side }: Pick<Payment, "clientId" | "side">,
  wishes: readonly WishedAllocation[],
) => {
  const found = await store.getAll(
    invoiceEntity,
    wishes.map(({ invoiceId }) => ({ id: invoiceId })),
  );
  const pointerAt = (at: number) => `/allocations/${at}`;
  const unknown: FieldFault[] = [];
  const others: FieldFault[] = [];
  const result: { invoice: Issued; wish: WishedAllocation; pointer: string }[] = [];
  for (const [at, wish] of wishes.entries()) {
    const invoice = found[at];
    const pointer = `${pointerAt(at)}/invoiceId`;
    if (!invoice) unknown.push({ pointer, reason: "names no invoice" });
    else if (invoice.clientId !== clientId || invoice.side !== side)
      others.push({ pointer, reason: "names an invoice of another client or side" });
    else result.push({ invoice: asIssued(invoice), wish, pointer: pointerAt(at) });
  }
  if (unknown.length > 0) throw new Failure("reference.unknown", { fields: unknown });
  if (others.length > 0) throw new Failure("allocation.other-party", { fields: others });
  return result;
};

/** What a transaction of a payment or credit note is about. */
export const linksOf = ({
  id,
  clientId,
  counterpartyId,
}: Pick<Payment, "id" | "clientId" | "counterpartyId">) => ({
  clientId,
  ...(counterpartyId === undefined ? {} : { counterpartyId }),
  documentId: id,
});

/** A transaction with one invoice alone is a transaction of the invoice too. */
export const invoiceLink = (invoices: readonly { readonly id: string }[]) => {
  const [only, ...others] = invoices;
  return only && others.length === 0 ? { invoiceId: only.id } : {};
};
