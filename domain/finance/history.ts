import { sumMinor } from "../kernel/money.ts";
import type { Day } from "../kernel/time.ts";
import type { Side } from "./accounts.ts";
import type { AgedItem } from "./ageing.ts";
import type { CreditNote } from "./credit.ts";
import { asIssued, type Invoice } from "./invoice.ts";
import type { Allocation } from "./money.ts";
import type { Payment } from "./payment.ts";

/** Whose a document is, beside what is open of it. */
export interface Whose {
  readonly side: Side;
  readonly clientId: string;
  readonly counterpartyId: string | undefined;
}

/** Documents of any clients: drafts, refunds and what was taken back may be among them. */
export interface Documents {
  readonly invoices: readonly Invoice[];
  readonly payments: readonly Payment[];
  readonly creditNotes: readonly CreditNote[];
}

/** From the day on which something counts to the day from which it does not any more. */
interface Span {
  readonly from: Day;
  readonly until: Day | undefined;
}

const countsOn = ({ from, until }: Span, day: Day): boolean =>
  from <= day && (until === undefined || day < until);

/** What stands of an amount now and did not at the end of a day: the amount, or below zero where it was taken back since. */
const changedSince = (span: Span, amountMinor: number, day: Day): number =>
  amountMinor * (Number(span.until === undefined) - Number(countsOn(span, day)));

const earlier = (one: Day | undefined, other: Day | undefined): Day | undefined =>
  one === undefined || (other !== undefined && other < one) ? other : one;

const spanOf = ({ on, reversedOn }: Allocation, sourceReversedOn?: Day): Span => ({
  from: on,
  until: earlier(reversedOn, sourceReversedOn),
});

/** An amount in its currency, and by the books. */
type Amounts = readonly [amountMinor: number, bookMinor: number];

/** What was taken from documents after a day, by their ids. */
class TakenSince {
  readonly #sums = new Map<string, Amounts>();
  readonly #day: Day;

  constructor(day: Day) {
    this.#day = day;
  }

  add(id: string, span: Span, [amountMinor, bookMinor]: Amounts): void {
    const [amount, book] = this.#of(id);
    this.#sums.set(id, [
      sumMinor([amount, changedSince(span, amountMinor, this.#day)]),
      sumMinor([book, changedSince(span, bookMinor, this.#day)]),
    ]);
  }

  /** What there was of a document of which so much is there now. */
  before(id: string, [amountMinor, bookMinor]: Amounts): Amounts {
    const [amount, book] = this.#of(id);
    return [sumMinor([amountMinor, amount]), sumMinor([bookMinor, book])];
  }

  #of(id: string): Amounts {
    return this.#sums.get(id) ?? [0, 0];
  }
}

const whoseOf = ({ side, clientId, counterpartyId }: Whose | Invoice | Payment | CreditNote): Whose => ({
  side,
  clientId,
  counterpartyId,
});

/** What is free of money now; of a payment that was taken back, what was free when it was. */
const leftOf = (source: Payment | CreditNote): Amounts => {
  const { leftMinor, leftBookMinor, allocations } = source;
  if (!("paidOn" in source) || source.reversedOn === undefined) return [leftMinor, leftBookMinor];
  const standing = allocations.filter(({ reversedOn }) => reversedOn === undefined);
  const left = (whole: number, of: (one: Allocation) => number) =>
    sumMinor([whole, ...standing.map((one) => 0 - of(one))]);
  return [
    left(source.amountMinor, ({ sourceMinor }) => sourceMinor),
    left(source.bookMinor, ({ sourceBookMinor }) => sourceBookMinor),
  ];
};

/**
 * What of the documents was open and what money was free at the end of a day, by the days that the documents bear: what
 * the ledger's balances as of that day say of the accounts. What came after the day is taken back from what is there now,
 * so that these documents suffice: all that are open or free now, all that anything happened to after the day, and the
 * money by which it did.
 */
export const openOn = ({ invoices, payments, creditNotes }: Documents, day: Day): (AgedItem & Whose)[] => {
  const ofInvoice = new TakenSince(day);
  const ofSource = new TakenSince(day);
  for (const source of [...payments, ...creditNotes]) {
    const reversedOn = "paidOn" in source ? source.reversedOn : undefined;
    for (const one of source.allocations) {
      ofInvoice.add(one.invoiceId, spanOf(one, reversedOn), [one.amountMinor, one.amountBookMinor]);
      ofSource.add(source.id, spanOf(one), [one.sourceMinor, one.sourceBookMinor]);
    }
  }
  for (const { invoiceId, issuedOn: from, settledMinor, settledBookMinor } of creditNotes)
    ofInvoice.add(invoiceId, { from, until: undefined }, [settledMinor, settledBookMinor]);
  for (const { sourceId, paidOn: from, amountMinor, sourceBookMinor = 0 } of payments)
    if (sourceId !== undefined)
      ofSource.add(sourceId, { from, until: undefined }, [amountMinor, sourceBookMinor]);

  const claims = invoices
    .filter(({ state, issuedOn }) => state !== "draft" && issuedOn !== undefined && issuedOn <= day)
    .map(asIssued)
    .map((invoice) => {
      const [openMinor, openBookMinor] = ofInvoice.before(invoice.id, [
        invoice.openMinor,
        invoice.openBookMinor,
      ]);
      const { currency, dueOn } = invoice;
      return {
        ...{ kind: "claim" as const, ...whoseOf(invoice) },
        ...{ currency, dueOn, openMinor, openBookMinor },
      };
    });
  const money = [
    ...payments.filter(
      ({ kind, paidOn: from, reversedOn: until }) => kind === "payment" && countsOn({ from, until }, day),
    ),
    ...creditNotes.filter(({ issuedOn }) => issuedOn <= day),
  ].map((one) => {
    const [leftMinor, leftBookMinor] = ofSource.before(one.id, leftOf(one));
    return {
      ...{ kind: "free" as const, ...whoseOf(one) },
      ...{ currency: one.currency, leftMinor, leftBookMinor },
    };
  });
  return [
    ...claims.filter(({ openMinor }) => openMinor !== 0),
    ...money.filter(({ leftMinor }) => leftMinor !== 0),
  ];
};
