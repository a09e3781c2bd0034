import type { Side } from "../../domain/finance/accounts.ts";
import type { CreditNote } from "../../domain/finance/credit.ts";
import type { Invoice, InvoiceState } from "../../domain/finance/invoice.ts";
import type { Payment } from "../../domain/finance/payment.ts";
import { type Page, pagingOf } from "../../domain/kernel/page.ts";
import { monthIn } from "../../domain/kernel/time.ts";
import type { Context } from "../kit/context.ts";
import { fromItem } from "../kit/table/item.ts";
import { mergedPage } from "../kit/table/merged.ts";
import { reachedOf } from "./ground.ts";
import { documentNumberEntity, financePartitions, financeShards, invoiceEntity } from "./store.ts";

interface Asked {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  readonly client?: string | undefined;
  readonly month?: string | undefined;
}

/** A page of records of clients, without those that the member's right does not reach. */
const reached = async <R extends { readonly clientId: string }>(
  context: Context,
  { items, next }: Page<R>,
): Promise<Page<R>> => ({
  items: await reachedOf(context, items),
  ...(next === undefined ? {} : { next }),
});

const ofClient = async <R extends { readonly clientId: string }>(
  context: Context,
  clientId: string,
  prefix: string,
  asked: Asked,
): Promise<Page<R>> =>
  reached(
    context,
    await context.store.list<R>({
      index: "client",
      pk: financePartitions.client(clientId),
      beginsWith: prefix,
      ...pagingOf(asked),
    }),
  );

const ofPartitions = async <R extends { readonly clientId: string }>(
  context: Context,
  pks: readonly string[],
  newestFirst: boolean,
  asked: Asked,
): Promise<Page<R>> => {
  const page = await mergedPage(context.store, { index: "list", pks, newestFirst, ...pagingOf(asked) });
  return reached(context, { ...page, items: page.items.map((item) => fromItem<R>(item)) });
};

/** One page of invoices. */
export const invoicesPage = async (
  context: Context,
  query: Asked & {
    readonly state?: InvoiceState | undefined;
    readonly side?: Side | undefined;
    readonly number?: string | undefined;
    readonly counterparty?: string | undefined;
    readonly deal?: string | undefined;
    readonly contract?: string | undefined;
  },
): Promise<Page<Invoice>> => {
  const { client, state, month, side, number } = query;
  const fits = (invoice: Invoice) =>
    (side === undefined || invoice.side === side) &&
    (client === undefined || invoice.clientId === client) &&
    (query.counterparty === undefined || invoice.counterpartyId === query.counterparty) &&
    (query.deal === undefined || invoice.dealId === query.deal) &&
    (query.contract === undefined || invoice.contractId === query.contract) &&
    (state === undefined || invoice.state === state) &&
    (month === undefined || (invoice.issuedOn ?? "").startsWith(month));
  const filtered = async (page: Promise<Page<Invoice>>): Promise<Page<Invoice>> => {
    const { items, ...rest } = await page;
    return { items: items.filter(fits), ...rest };
  };
  if (number !== undefined) {
    const claim = await context.store.get(documentNumberEntity, { issuer: "own", number });
    const invoice = claim && (await context.store.get(invoiceEntity, { id: claim.documentId }));
    return filtered(reached(context, { items: invoice ? [invoice] : [] }));
  }
  if (client !== undefined)
    return filtered(ofClient(context, client, `INVOICE#${state === undefined ? "" : `${state}#`}`, query));
  const present = monthIn(context.now, context.tenant.timeZone);
  switch (state ?? "open") {
    case "draft":
      return filtered(ofPartitions(context, [financePartitions.drafts], true, query));
    case "open":
      return filtered(ofPartitions(context, financeShards.map(financePartitions.open), false, query));
    case "settled":
      return filtered(ofPartitions(context, [financePartitions.settled(month ?? present)], true, query));
  }
};

/** One page of payments. */
export const paymentsPage = (context: Context, query: Asked): Promise<Page<Payment>> => {
  if (query.client !== undefined) return ofClient(context, query.client, "PAYMENT#", query);
  const pks =
    query.month === undefined
      ? financeShards.map(financePartitions.freePayments)
      : [financePartitions.usedPayments(query.month)];
  return ofPartitions(context, pks, true, query);
};

/** One page of credit notes. */
export const creditNotesPage = (context: Context, query: Asked): Promise<Page<CreditNote>> => {
  if (query.client !== undefined) return ofClient(context, query.client, "CREDIT-NOTE#", query);
  const pks =
    query.month === undefined
      ? financeShards.map(financePartitions.freeCreditNotes)
      : [financePartitions.usedCreditNotes(query.month)];
  return ofPartitions(context, pks, true, query);
};
