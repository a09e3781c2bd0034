import type { CreditNote } from "../../domain/finance/credit.ts";
import { asIssued, type Issued, withOpen } from "../../domain/finance/invoice.ts";
import { documentDay } from "../../domain/finance/issue.ts";
import { deallocated, oppositeLegs } from "../../domain/finance/money.ts";
import { isIntact, type Payment, paymentLegs, settledByItself } from "../../domain/finance/payment.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { opposite, type Transaction } from "../../domain/ledger/transaction.ts";
import { happened } from "../../events/event.ts";
import { allocationReversed } from "../../events/finance.ts";
import type { Context } from "../kit/context.ts";
import { update, type Write } from "../kit/table/store.ts";
import type { PostingRequest } from "../ledger/posting.ts";
import { invoiceLink, linksOf } from "./allocating.ts";
import { postingRequest, todayOf } from "./ground.ts";
import { carriedOut } from "./issuing.ts";
import { invoiceEntity } from "./store.ts";

/** Takes back what a payment or credit note settled of an invoice. */
export const deallocate = async <Source extends Payment | CreditNote>(
  context: Context,
  source: Source,
  order: { readonly invoiceId: string; readonly on?: string | undefined; readonly memo?: string | undefined },
  sourceWrite: (source: Source) => Write,
): Promise<Source> => {
  const { tenant, now, store } = context;
  const on = documentDay(order.on, todayOf(context), "/on");
  const settles = source.allocations.some(({ invoiceId }) => invoiceId === order.invoiceId);
  const invoice = settles ? await store.get(invoiceEntity, { id: order.invoiceId }) : undefined;
  if (!invoice)
    throw new Failure("allocation.nothing", {
      fields: [{ pointer: "/invoiceId", reason: "names no invoice that it settles" }],
    });
  const back = deallocated(source, asIssued(invoice), on, { tenantCurrency: tenant.currency, now });
  const request = postingRequest(
    back.legs,
    {
      id: `${source.id}:${context.newId("change")}`,
      kind: "allocation-reversal",
      effectiveOn: on,
      memo: order.memo,
      links: { ...linksOf(source), invoiceId: invoice.id },
    },
    tenant.currency,
  );
  const { id: sourceId, clientId, side, currency, leftMinor } = back.source;
  const taken = back.source.allocations.filter((one, at) => one !== source.allocations[at]);
  return carriedOut(context, request, {
    writes: [sourceWrite(back.source), update(invoiceEntity, withOpen(invoice, back.invoice, now))],
    happened: [
      happened(allocationReversed, { sourceId, clientId, side, currency, leftMinor, allocations: taken }),
    ],
    answer: back.source,
  });
};

/** What takes a payment back: the opposite of what was posted with it, or of what still stands of that. */
export const reversalRequest = (
  { tenant }: Context,
  payment: Payment,
  posted: Transaction,
  reopened: readonly Issued[],
  { on, memo }: { readonly on: string; readonly memo?: string | undefined },
): PostingRequest | undefined => {
  const about = {
    id: `${payment.id}:reversal`,
    kind: "payment-reversal",
    effectiveOn: on,
    links: { ...linksOf(payment), ...invoiceLink(reopened) },
  };
  if (isIntact(payment))
    return {
      transaction: {
        ...about,
        ...(memo === undefined ? {} : { memo }),
        postings: posted.postings.map(opposite),
      },
      reverses: posted.id,
    };
  const currencyOf = new Map(reopened.map(({ id, currency }) => [id, currency]));
  const settlements = settledByItself(payment).map((one) => ({
    ...one,
    currency: currencyOf.get(one.invoiceId) ?? payment.currency,
  }));
  const legs = oppositeLegs(paymentLegs(payment, settlements, tenant.currency));
  return postingRequest(legs, { ...about, memo }, tenant.currency);
};
