import * as z from "zod";
import { CreditNote } from "../../domain/finance/credit.ts";
import { Invoice } from "../../domain/finance/invoice.ts";
import { SeriesCount } from "../../domain/finance/numbering.ts";
import { Payment } from "../../domain/finance/payment.ts";
import { ExchangeRate } from "../../domain/finance/rates.ts";
import { Revaluation } from "../../domain/finance/revaluation.ts";
import { FinanceSettings } from "../../domain/finance/settings.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import type { Day, Month } from "../../domain/kernel/time.ts";
import { entity } from "../kit/table/entity.ts";
import { create, remove, StaleWrite, update, type Write } from "../kit/table/store.ts";

/**
 * Access patterns: settings; the rates of a currency by day; an invoice, payment or credit note by id; those of a client by
 * state (index `client`); the invoices of a deal (index `owner`); all of a state (index `list`: what is open or free in shards, what is done by month); an invoice
 * by its number (its claim); the count of a series; the
 * revaluations by month.
 */
export const financeShards = [0, 1, 2, 3] as const;
const shardOf = (id: string): number => id.charCodeAt(id.length - 1) % financeShards.length;

export const financePartitions = {
  client: (clientId: string) => `CLIENT#${clientId}`,
  drafts: "INVOICES#draft",
  open: (shard: number) => `INVOICES#open#${shard}`,
  settled: (month: string) => `INVOICES#settled#${month}`,
  freePayments: (shard: number) => `PAYMENTS#free#${shard}`,
  usedPayments: (month: string) => `PAYMENTS#used#${month}`,
  freeCreditNotes: (shard: number) => `CREDIT-NOTES#free#${shard}`,
  usedCreditNotes: (month: string) => `CREDIT-NOTES#used#${month}`,
  rates: (currency: string) => `RATES#${currency}`,
  revaluations: "REVALUATIONS",
  invoicesOfDeal: (dealId: string) => `INVOICES-OF-DEAL#${dealId}`,
};

export const financeSettingsEntity = entity<FinanceSettings, unknown>({
  name: "finance-settings",
  schema: FinanceSettings,
  key: () => ({ pk: "", sk: "FINANCE-SETTINGS" }),
});

export const exchangeRateEntity = entity<ExchangeRate, { readonly currency: string; readonly day: Day }>({
  name: "exchange-rate",
  schema: ExchangeRate,
  key: ({ currency, day }) => ({ pk: financePartitions.rates(currency), sk: `RATE#${day}` }),
});

export const revaluationEntity = entity<Revaluation, { readonly month: Month }>({
  name: "revaluation",
  schema: Revaluation,
  key: ({ month }) => ({ pk: financePartitions.revaluations, sk: month }),
});

export const seriesCountEntity = entity<SeriesCount, { readonly code: string; readonly period: string }>({
  name: "number-series-count",
  schema: SeriesCount,
  key: ({ code, period }) => ({ pk: `SERIES#${code}`, sk: `COUNT#${period}` }),
});

const dayOf = ({ state, dueOn, issuedOn, createdAt }: Invoice): string =>
  (state === "draft" ? createdAt : state === "open" ? dueOn : issuedOn) ?? "";

export const invoiceEntity = entity<Invoice, { readonly id: string }>({
  name: "invoice",
  schema: Invoice,
  key: ({ id }) => ({ pk: `INVOICE#${id}`, sk: "INVOICE" }),
  indexes: (invoice) => {
    const { id, state, clientId, dealId, issuedOn = "" } = invoice;
    const sk = `${dayOf(invoice)}#${id}`;
    const partition = {
      draft: financePartitions.drafts,
      open: financePartitions.open(shardOf(id)),
      settled: financePartitions.settled(issuedOn.slice(0, 7)),
    };
    return {
      client: { pk: financePartitions.client(clientId), sk: `INVOICE#${state}#${sk}` },
      list: { pk: partition[state], sk },
      // No invoice is looked up by an owner of its own: the index is free for the deal.
      ...(dealId === undefined ? {} : { owner: { pk: financePartitions.invoicesOfDeal(dealId), sk: id } }),
    };
  },
});

export const paymentEntity = entity<Payment, { readonly id: string }>({
  name: "payment",
  schema: Payment,
  key: ({ id }) => ({ pk: `PAYMENT#${id}`, sk: "PAYMENT" }),
  indexes: ({ id, clientId, paidOn, leftMinor }) => {
    const sk = `${paidOn}#${id}`;
    const free = leftMinor > 0;
    return {
      client: { pk: financePartitions.client(clientId), sk: `PAYMENT#${free ? "free" : "used"}#${sk}` },
      list: {
        pk: free
          ? financePartitions.freePayments(shardOf(id))
          : financePartitions.usedPayments(paidOn.slice(0, 7)),
        sk,
      },
    };
  },
});

export const creditNoteEntity = entity<CreditNote, { readonly id: string }>({
  name: "credit-note",
  schema: CreditNote,
  key: ({ id }) => ({ pk: `CREDIT-NOTE#${id}`, sk: "CREDIT-NOTE" }),
  indexes: ({ id, clientId, issuedOn, leftMinor }) => {
    const sk = `${issuedOn}#${id}`;
    const free = leftMinor > 0;
    return {
      client: { pk: financePartitions.client(clientId), sk: `CREDIT-NOTE#${free ? "free" : "used"}#${sk}` },
      list: {
        pk: free
          ? financePartitions.freeCreditNotes(shardOf(id))
          : financePartitions.usedCreditNotes(issuedOn.slice(0, 7)),
        sk,
      },
    };
  },
});

const Claim = z.object({
  version: z.int(),
  issuer: z.string(),
  number: z.string(),
  documentId: z.string(),
});

/** Says that a number is taken, and by which document. Our own documents have the issuer `own`, a supplier's the supplier. */
export const documentNumberEntity = entity<
  z.infer<typeof Claim>,
  { readonly issuer: string; readonly number: string }
>({
  name: "document-number",
  schema: Claim,
  key: ({ issuer, number }) => ({ pk: `DOCUMENT-NUMBER#${issuer}#${number}`, sk: "CLAIM" }),
});

const Reference = z.object({ version: z.int(), reference: z.string(), paymentId: z.string() });

/** Says that a payment with this reference is there. */
export const paymentReferenceEntity = entity<z.infer<typeof Reference>, { readonly reference: string }>({
  name: "payment-reference",
  schema: Reference,
  key: ({ reference }) => ({ pk: `PAYMENT-REFERENCE#${reference}`, sk: "CLAIM" }),
});

const Removed = z.object({ version: z.literal(1), id: z.string(), expiresAtSeconds: z.int() });

/** That a draft was removed; it carries the event of it. */
export const removedDraftEntity = entity<z.infer<typeof Removed>, { readonly id: string }>({
  name: "removed-draft",
  schema: Removed,
  key: ({ id }) => ({ pk: `INVOICE#${id}`, sk: "REMOVED" }),
  expiresAt: ({ expiresAtSeconds }) => expiresAtSeconds,
});

/** Another document took the number at the same moment: the next one is tried. */
export class NumberTaken extends StaleWrite {}

/** Takes a number: the count of the series goes up in the transaction of the document, or not at all. */
export const countWrite = (count: SeriesCount): Write => ({
  ...(count.version === 1 ? create : update)(seriesCountEntity, count),
  otherwise: () => new NumberTaken(),
});

/** Claims the number of a document. */
export const numberClaim = (issuer: string, number: string, documentId: string): Write =>
  create(documentNumberEntity, { version: 1, issuer, number, documentId }, () => {
    return new Failure("invoice.number-taken", {
      fields: [{ pointer: "/number", reason: "stands on another document of the supplier" }],
    });
  });

/** Gives a reference free again, of a payment that was taken back. */
export const referenceRelease = (reference: string, paymentId: string): Write =>
  remove(paymentReferenceEntity, { version: 1, reference, paymentId });

export const referenceClaim = (reference: string, paymentId: string): Write =>
  create(paymentReferenceEntity, { version: 1, reference, paymentId }, () => {
    return new Failure("payment.reference-taken", {
      fields: [{ pointer: "/reference", reason: "stands on another payment" }],
    });
  });
