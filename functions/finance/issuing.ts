import type { CreditNote, NewCreditNote } from "../../domain/finance/credit.ts";
import { credited } from "../../domain/finance/crediting.ts";
import type { Invoice, Issued, IssueOrder } from "../../domain/finance/invoice.ts";
import { checkNotBefore, documentDay, issued, issueLegs } from "../../domain/finance/issue.ts";
import type { SeriesCount } from "../../domain/finance/numbering.ts";
import { withRate } from "../../domain/finance/payment.ts";
import type { FinanceSettings } from "../../domain/finance/settings.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { chanceIn } from "../../domain/kernel/id.ts";
import { type Happened, happened } from "../../events/event.ts";
import { creditNoteIssued, invoiceIssued, invoiceSettled } from "../../events/finance.ts";
import { counterpartyEntity } from "../clients/store.ts";
import { givenBackByNotes, takenByInvoice } from "../contracts/invoiced.ts";
import { again } from "../kit/again.ts";
import { runParallel } from "../kit/parallel.ts";
import { create, StaleWrite, update, type Write } from "../kit/table/store.ts";
import { type PostingContext, type PostingRequest, post } from "../ledger/posting.ts";
import { type Doing, financeSettingsOf, partyOn, postingRequest, ratesOn, todayOf } from "./ground.ts";
import { takeDocumentNumber } from "./numbers.ts";
import { countWrite, creditNoteEntity, invoiceEntity, NumberTaken } from "./store.ts";

/** What carries a change out: a route's context, or a subscriber's. */
export type Carrying = Doing & PostingContext;

const mostTries = 14;

/** Runs again while others take the number that was to be taken, a bounded number of times. @throws record.busy */
export const untilNumbered = <T>({ newId }: Pick<Doing, "newId">, run: () => Promise<T>): Promise<T> =>
  again(run, {
    most: mostTries,
    mayPass: (error) => error instanceof NumberTaken,
    pauseMs: (attempt) => (0.2 + chanceIn(newId("change"))) * Math.min(400, 5 * 2 ** attempt),
    atLast: () => new Failure("record.busy"),
  });

/** Posts a document with its writes; one that moves nothing is written without a transaction. */
export const carriedOut = async <Answer>(
  context: Carrying,
  request: PostingRequest | undefined,
  change: {
    readonly writes: readonly Write[];
    readonly happened: readonly Happened[];
    readonly answer: Answer;
    /** What another subject posts with it. */
    readonly requests?: readonly PostingRequest[];
  },
): Promise<Answer> => {
  const requests = [...(request ? [request] : []), ...(change.requests ?? [])];
  if (requests.length === 0) {
    await context.save(change);
    return change.answer;
  }
  try {
    const { answer } = await post(context, requests, {
      ...change,
      answer: (_, replay) => {
        if (replay) throw new StaleWrite();
        return change.answer;
      },
    });
    return answer;
  } catch (error) {
    // Another request did the like to the same records at the same moment: what is to be done now, they say.
    throw error instanceof Failure && error.code === "ledger.id-reused" ? new StaleWrite() : error;
  }
};

const linksOf = (
  { clientId, counterpartyId, dealId, contractId, orderId }: Invoice,
  invoiceId: string,
  documentId?: string,
) => ({
  clientId,
  ...(counterpartyId === undefined ? {} : { counterpartyId }),
  ...(dealId === undefined ? {} : { dealId }),
  ...(contractId === undefined ? {} : { contractId }),
  ...(orderId === undefined ? {} : { orderId }),
  invoiceId,
  ...(documentId === undefined ? {} : { documentId }),
});

/** What another subject writes, tells and answers together with a document. */
export interface Together<Answer> {
  /** Whether the draft is not in the table yet: it is written as issued, in its first version. */
  readonly fresh?: boolean;
  /** Below zero: so much less of its contract is held by the order that is invoiced by it. */
  readonly orderedMinor?: number;
  readonly writes?: readonly Write[];
  readonly happened?: readonly Happened[];
  readonly answer: (document: Issued) => Answer;
}

/**
 * Issues a draft: number, document and posting in one transaction, with whatever else belongs to the change. For the
 * routes of finance and for other subjects, which draft with `drafted` and issue with `fresh`.
 * @throws invoice.not-draft, invoice.number-needed, invoice.number-taken, series.unknown, series.day-before-last,
 * counterparty.not-linked, finance.rate-missing, finance.day-in-future, what `post` throws, and what the contract refuses
 */
export const issueDraft = <Answer>(
  context: Carrying,
  draft: Invoice,
  order: IssueOrder,
  { fresh = false, orderedMinor, writes = [], happened: more = [], answer }: Together<Answer>,
): Promise<Answer> =>
  untilNumbered(context, async () => {
    const { store, tenant, now } = context;
    const issuedOn = documentDay(order.issuedOn, todayOf(context), "/issuedOn");
    const [{ settings }, counterparty, dayRates] = await runParallel([
      () => financeSettingsOf(context),
      () =>
        draft.counterpartyId === undefined
          ? undefined
          : store.get(counterpartyEntity, { id: draft.counterpartyId }),
      () => ratesOn(context, [draft.currency], issuedOn),
    ]);
    const rates = withRate(dayRates, draft.currency, order.rate);
    const party = counterparty && partyOn(counterparty, draft.clientId, issuedOn);
    const { number, claim, count } = await takeDocumentNumber(store, {
      kind: "invoice",
      document: draft,
      id: draft.id,
      series: order.series,
      number: order.number,
      day: issuedOn,
      dayField: "/issuedOn",
      settings,
    });
    const { paymentDays } = settings;
    const next = issued(draft, order, { issuedOn, number, paymentDays, party, rates, now });
    const request = postingRequest(
      issueLegs(next, tenant.currency),
      {
        id: draft.id,
        kind: draft.side === "sale" ? "invoice" : "supplier-invoice",
        effectiveOn: issuedOn,
        memo: number,
        links: linksOf(draft, draft.id),
      },
      tenant.currency,
    );
    const document = {
      ...next,
      version: fresh ? 1 : next.version,
      ...(request ? { transactionId: request.transaction.id } : {}),
    };
    const { id: invoiceId, contractId, currency, netMinor } = document;
    const ofContract = await takenByInvoice(context, {
      ...{ contractId, currency, on: issuedOn, orderedMinor },
      documents: [{ invoiceId, netMinor, number }],
    });
    return carriedOut(context, request, {
      writes: [
        (fresh ? create : update)(invoiceEntity, document),
        ...(count ? [countWrite(count)] : []),
        claim,
        ...ofContract.writes,
        ...writes,
      ],
      happened: [happened(invoiceIssued, document), ...ofContract.happened, ...more],
      answer: answer(document),
    });
  });

/** That an invoice has nothing open any more. */
export const settledEvents = (invoices: readonly Invoice[]): Happened[] =>
  invoices
    .filter(({ state }) => state === "settled")
    .map(({ id, side, number = "", clientId, counterpartyId, dealId, orderId, currency, totalMinor }) =>
      happened(invoiceSettled, {
        id,
        side,
        number,
        clientId,
        counterpartyId,
        dealId,
        orderId,
        currency,
        totalMinor,
      }),
    );

/** A credit note that is to be issued, and its invoice as it stands. */
export interface CreditOrder {
  readonly invoice: Issued;
  readonly input: NewCreditNote;
}

interface PreparedNote {
  readonly note: CreditNote;
  readonly count: SeriesCount | undefined;
  readonly requests: readonly PostingRequest[];
  readonly writes: readonly Write[];
  readonly happened: readonly Happened[];
}

/** What the number of a credit note depends on. */
interface Numbering {
  readonly settings: FinanceSettings;
  /** Where the request states the day. */
  readonly dayField: string;
  /** Left by the note before it in the same change. */
  readonly countBefore?: SeriesCount | undefined;
}

/** A credit note, and what is written and posted with it. */
const prepareNote = async (
  context: Carrying,
  { invoice, input }: CreditOrder,
  { settings, dayField, countBefore }: Numbering,
): Promise<PreparedNote> => {
  const { tenant, now } = context;
  const issuedOn = documentDay(input.issuedOn, todayOf(context), dayField);
  checkNotBefore(issuedOn, invoice.issuedOn, dayField);
  const id = context.newId("creditNote");
  const { number, claim, count } = await takeDocumentNumber(context.store, {
    kind: "credit-note",
    document: invoice,
    id,
    series: input.series,
    number: input.number,
    day: issuedOn,
    dayField,
    settings,
    countBefore,
  });
  const about = { id, transactionId: id, number, issuedOn, now };
  const result = credited(invoice, input, about, tenant.currency);
  const request = postingRequest(
    result.legs,
    {
      id,
      kind: invoice.side === "sale" ? "credit-note" : "supplier-credit-note",
      effectiveOn: issuedOn,
      memo: number,
      links: linksOf(invoice, invoice.id, id),
    },
    tenant.currency,
  );
  const { transactionId: _, ...without } = result.note;
  const note: CreditNote = request ? result.note : without;
  return {
    note,
    count,
    requests: request ? [request] : [],
    writes: [create(creditNoteEntity, note), update(invoiceEntity, result.invoice), claim],
    happened: [
      happened(creditNoteIssued, note),
      ...(invoice.openMinor > 0 ? settledEvents([result.invoice]) : []),
    ],
  };
};

/**
 * Issues credit notes in one transaction with numbers, invoices and postings. Several are of invoices of one contract, and of one day
 * and series.
 */
export const issueCreditNotes = <Answer>(
  context: Carrying,
  [order, ...others]: readonly [CreditOrder, ...CreditOrder[]],
  {
    dayField = "/issuedOn",
    requests = [],
    orderedMinor,
    writes = [],
    happened: more = [],
    answer,
  }: {
    /** Where the request states the day of the credit note. */
    readonly dayField?: string;
    readonly requests?: readonly PostingRequest[];
    readonly orderedMinor?: number;
    readonly writes?: readonly Write[];
    readonly happened?: readonly Happened[];
    /** @param note the first of them */
    readonly answer: (note: CreditNote) => Answer;
  },
): Promise<Answer> =>
  untilNumbered(context, async () => {
    const { settings } = await financeSettingsOf(context);
    const first = await prepareNote(context, order, { settings, dayField });
    const all = [first];
    for (const other of others) {
      const countBefore = all.at(-1)?.count;
      all.push(await prepareNote(context, other, { settings, dayField, countBefore }));
    }
    const { contractId, currency } = order.invoice;
    const ofContract = await givenBackByNotes(context, {
      ...{ contractId, currency, on: first.note.issuedOn, orderedMinor },
      documents: all.map(({ note: { id: creditNoteId, invoiceId, netMinor, number } }) => ({
        ...{ invoiceId, creditNoteId, netMinor, number },
      })),
    });
    const count = all.at(-1)?.count;
    return carriedOut(context, undefined, {
      requests: [...all.flatMap((one) => one.requests), ...requests],
      writes: [
        // Before the numbers: where others took one, the count refuses first, and the next one is tried.
        ...(count ? [countWrite(count)] : []),
        ...all.flatMap((one) => one.writes),
        ...ofContract.writes,
        ...writes,
      ],
      happened: [...all.flatMap((one) => one.happened), ...ofContract.happened, ...more],
      answer: answer(first.note),
    });
  });
