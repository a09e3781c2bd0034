import type { CreditNote } from "../../domain/finance/credit.ts";
import type { Invoice } from "../../domain/finance/invoice.ts";
import type { Payment } from "../../domain/finance/payment.ts";
import type { Context } from "../kit/context.ts";
import { found } from "../kit/found.ts";
import { checkReached } from "./ground.ts";
import { creditNoteEntity, invoiceEntity, paymentEntity } from "./store.ts";

/** A document is seen by whoever sees its client. @throws record.not-found where there is none, and out of reach */
const seen = async <D extends { readonly clientId: string }>(
  context: Context,
  reading: Promise<D | undefined>,
): Promise<D> => {
  const document = await found(reading);
  await checkReached(context, document);
  return document;
};

/** @throws record.not-found */
export const loadInvoice = (context: Context, id: string): Promise<Invoice> =>
  seen(context, context.store.get(invoiceEntity, { id }));

/** @throws record.not-found */
export const loadPayment = (context: Context, id: string): Promise<Payment> =>
  seen(context, context.store.get(paymentEntity, { id }));

/** @throws record.not-found */
export const loadCreditNote = (context: Context, id: string): Promise<CreditNote> =>
  seen(context, context.store.get(creditNoteEntity, { id }));
