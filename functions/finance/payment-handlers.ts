import type { CreditNote } from "../../domain/finance/credit.ts";
import type { Issued } from "../../domain/finance/invoice.ts";
import { asIssued, withOpen } from "../../domain/finance/invoice.ts";
import { checkNotBefore, documentDay } from "../../domain/finance/issue.ts";
import { allocationLegs, spent, withSpent } from "../../domain/finance/money.ts";
import {
  checkReversible,
  newPayment,
  type Payment,
  paymentLegs,
  refunded,
  settledByItself,
  withRate,
} from "../../domain/finance/payment.ts";
import { reopened } from "../../domain/finance/settlement.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { exactNumber } from "../../domain/kernel/money.ts";
import { type Happened, happened } from "../../events/event.ts";
import { moneyAllocated, paymentRecorded, paymentReversed } from "../../events/finance.ts";
import { type Context, checkVersion } from "../kit/context.ts";
import { runParallel } from "../kit/parallel.ts";
import type { Handlers } from "../kit/serve.ts";
import { create, update, type Write } from "../kit/table/store.ts";
import { transactionEntity } from "../ledger/store.ts";
import {
  checkAllocationsFit,
  invoiceLink,
  invoicesToSettle,
  linksOf,
  type WishedAllocation,
} from "./allocating.ts";
import { checkReached, loadNamed, postingRequest, ratesOn, todayOf } from "./ground.ts";
import { carriedOut, settledEvents } from "./issuing.ts";
import { paymentsPage } from "./lists.ts";
import { loadCreditNote, loadPayment } from "./load.ts";
import type { paymentRoutes } from "./payment-routes.ts";
import { creditNoteEntity, invoiceEntity, paymentEntity, referenceClaim, referenceRelease } from "./store.ts";
import { deallocate, reversalRequest } from "./taking-back.ts";

const invoiceWrites = (
  invoices: readonly Issued[],
  now: string,
): { readonly writes: Write[]; readonly happened: Happened[] } => {
  const after = invoices.map((invoice) => withOpen(invoice, invoice, now));
  return { writes: after.map((invoice) => update(invoiceEntity, invoice)), happened: settledEvents(after) };
};

/** The day since which there is the money. */
const dayOf = (source: Payment | CreditNote): string =>
  "paidOn" in source ? source.paidOn : source.issuedOn;

/** Settles invoices with what is left of a payment or credit note. */
const allocate = async <Source extends Payment | CreditNote>(
  context: Context,
  source: Source,
  order: { readonly allocations: readonly WishedAllocation[]; readonly on?: string | undefined },
  sourceWrite: (source: Source) => Write,
): Promise<Source> => {
  const { tenant, now } = context;
  const on = documentDay(order.on, todayOf(context), "/on");
  checkNotBefore(on, dayOf(source), "/on");
  checkAllocationsFit(source.allocations.length, order.allocations);
  const wishes = await invoicesToSettle(context, source, order.allocations);
  const currencies = [source.currency, ...wishes.map(({ invoice }) => invoice.currency)];
  const rates = await ratesOn(context, currencies, on);
  const transactionId = `${source.id}:${context.newId("change")}`;
  const result = spent(source, wishes, rates, transactionId);
  const after = withSpent(source, result, now);
  const { writes, happened: settled } = invoiceWrites(result.invoices, now);
  const request = postingRequest(
    allocationLegs(source, result.settlements, tenant.currency),
    {
      id: transactionId,
      kind: "allocation",
      effectiveOn: on,
      links: { ...linksOf(source), ...invoiceLink(result.invoices) },
    },
    tenant.currency,
  );
  const { clientId, side, currency, leftMinor } = after;
  const told = happened(moneyAllocated, {
    sourceId: source.id,
    clientId,
    side,
    currency,
    leftMinor,
    allocations: [...result.allocations],
  });
  return carriedOut(context, request, {
    writes: [sourceWrite(after), ...writes],
    happened: [told, ...settled],
    answer: after,
  });
};

export const paymentHandlers: Handlers<typeof paymentRoutes> = {
  async createPayment({ body }, context) {
    const { tenant, now } = context;
    const currency = body.currency ?? tenant.currency;
    const paidOn = documentDay(body.paidOn, todayOf(context), "/paidOn");
    checkAllocationsFit(0, body.allocations);
    await loadNamed(context, body);
    const wishes = await invoicesToSettle(context, body, body.allocations);
    const currencies = [currency, ...wishes.map(({ invoice }) => invoice.currency)];
    const rates = withRate(await ratesOn(context, currencies, paidOn), currency, body.rate);
    const id = context.newId("payment");
    const unallocated = newPayment(body, { id, transactionId: id, rates, now });
    const result = spent(unallocated, wishes, rates, id);
    const payment = { ...withSpent(unallocated, result, now), version: 1 };
    const { writes, happened: settled } = invoiceWrites(result.invoices, now);
    const request = postingRequest(
      paymentLegs(payment, result.settlements, tenant.currency),
      {
        id,
        kind: payment.side === "sale" ? "payment" : "supplier-payment",
        effectiveOn: paidOn,
        memo: payment.memo,
        links: { ...linksOf(payment), ...invoiceLink(result.invoices) },
      },
      tenant.currency,
    );
    return carriedOut(context, request, {
      writes: [
        create(paymentEntity, payment),
        ...(payment.reference === undefined ? [] : [referenceClaim(payment.reference, id)]),
        ...writes,
      ],
      happened: [happened(paymentRecorded, payment), ...settled],
      answer: payment,
    });
  },

  listPayments({ query }, context) {
    return paymentsPage(context, query);
  },

  readPayment({ params }, context) {
    return loadPayment(context, params.paymentId);
  },

  async allocatePayment({ params, body }, context) {
    const payment = await loadPayment(context, params.paymentId);
    checkVersion(context, payment);
    return allocate(context, payment, body, (after) => update(paymentEntity, after));
  },

  async allocateCreditNote({ params, body }, context) {
    const note = await loadCreditNote(context, params.creditNoteId);
    checkVersion(context, note);
    return allocate(context, note, body, (after) => update(creditNoteEntity, after));
  },

  async deallocatePayment({ params, body }, context) {
    const payment = await loadPayment(context, params.paymentId);
    checkVersion(context, payment);
    if (payment.reversedOn !== undefined) throw new Failure("payment.reversed");
    return deallocate(context, payment, body, (after) => update(paymentEntity, after));
  },

  async deallocateCreditNote({ params, body }, context) {
    const note = await loadCreditNote(context, params.creditNoteId);
    checkVersion(context, note);
    return deallocate(context, note, body, (after) => update(creditNoteEntity, after));
  },

  async reversePayment({ params, body }, context) {
    const { store, now } = context;
    const payment = await loadPayment(context, params.paymentId);
    checkVersion(context, payment);
    checkReversible(payment);
    const on = documentDay(body.on, todayOf(context), "/on");
    checkNotBefore(on, payment.paidOn, "/on");
    const standing = settledByItself(payment);
    const [posted, invoices] = await runParallel([
      () => store.get(transactionEntity, { id: payment.transactionId }),
      () =>
        store.getAll(
          invoiceEntity,
          standing.map(({ invoiceId }) => ({ id: invoiceId })),
        ),
    ]);
    if (!posted) throw new Error(`payment ${payment.id} has no transaction`);
    const openAgain = invoices.flatMap((invoice, at) => {
      const back = standing[at];
      if (!invoice || !back) return [];
      return [withOpen(asIssued(invoice), reopened(invoice, [back]), now)];
    });
    const reversed: Payment = {
      ...payment,
      version: payment.version + 1,
      leftMinor: 0,
      leftBookMinor: 0,
      reversedOn: on,
      updatedAt: now,
    };
    const request = reversalRequest(context, payment, posted, openAgain, { on, memo: body.memo });
    return carriedOut(context, request, {
      writes: [
        update(paymentEntity, reversed),
        ...(payment.reference === undefined ? [] : [referenceRelease(payment.reference, payment.id)]),
        ...openAgain.map((invoice) => update(invoiceEntity, invoice)),
      ],
      happened: [happened(paymentReversed, reversed)],
      answer: reversed,
    });
  },

  async createRefund({ body }, context) {
    const { store, tenant, now } = context;
    const isPayment = body.sourceId.startsWith("pay_");
    const [ofPayment, ofNote] = await runParallel([
      () => (isPayment ? store.get(paymentEntity, { id: body.sourceId }) : undefined),
      () => (isPayment ? undefined : store.get(creditNoteEntity, { id: body.sourceId })),
    ]);
    const source = ofPayment ?? ofNote;
    const unknown = new Failure("reference.unknown", {
      fields: [{ pointer: "/sourceId", reason: "names no payment or credit note" }],
    });
    if (!source) throw unknown;
    await checkReached(context, source).catch((error: unknown) => {
      throw error instanceof Failure ? unknown : error;
    });
    const paidOn = documentDay(body.paidOn, todayOf(context), "/paidOn");
    checkNotBefore(paidOn, dayOf(source), "/paidOn");
    const rates = withRate(await ratesOn(context, [source.currency], paidOn), source.currency, body.rate);
    const id = context.newId("payment");
    const { refund, legs, left } = refunded(source, body, { id, transactionId: id, rates, now });
    const next = {
      ...left,
      version: source.version + 1,
      refundedMinor: exactNumber(BigInt(source.refundedMinor) + BigInt(refund.amountMinor)),
      updatedAt: now,
    };
    const request = postingRequest(
      legs,
      {
        id,
        kind: refund.side === "sale" ? "refund" : "supplier-refund",
        effectiveOn: paidOn,
        memo: refund.memo,
        links: linksOf(refund),
      },
      tenant.currency,
    );
    return carriedOut(context, request, {
      writes: [
        create(paymentEntity, refund),
        ...(ofPayment ? [update(paymentEntity, { ...ofPayment, ...next })] : []),
        ...(ofNote ? [update(creditNoteEntity, { ...ofNote, ...next })] : []),
        ...(refund.reference === undefined ? [] : [referenceClaim(refund.reference, id)]),
      ],
      happened: [happened(paymentRecorded, refund)],
      answer: refund,
    });
  },
};
