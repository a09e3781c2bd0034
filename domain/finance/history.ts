import type { Day } from "../kernel/time.ts";
import type { Side } from "./accounts.ts";
import type { AgedItem } from "./ageing.ts";
import type { CreditNote } from "./credit.ts";
import { asIssued, type Invoice } from "./invoice.ts";
import type { Payment } from "./payment.ts";

/** Whose a document is, beside what is open of it. */
export interface Whose {
  readonly side: Side;
  readonly clientId: string;
  readonly counterpartyId: string | undefined;
}

/** All documents of a client: drafts, refunds and what was taken back may be among them. */
export interface Documents {
  readonly invoices: readonly Invoice[];
  readonly payments: readonly Payment[];
  readonly creditNotes: readonly CreditNote[];
}

interface Sum {
  readonly amountMinor: bigint;
  readonly bookMinor: bigint;
}

/** Amounts by a document, as they were taken from it. */
class Taken {
  readonly #sums = new Map<string, Sum>();

  add(id: string, amountMinor: number, bookMinor: number): void {
    const sum = this.of(id);
    this.#sums.set(id, {
      amountMinor: sum.amountMinor + BigInt(amountMinor),
      bookMinor: sum.bookMinor + BigInt(bookMinor),
    });
  }

  of(id: string): Sum {
    return this.#sums.get(id) ?? { amountMinor: 0n, bookMinor: 0n };
  }

  /** What is left of an amount, in its currency and by the books. */
  left(id: string, amountMinor: number, bookMinor: number): readonly [number, number] {
    const { amountMinor: amount, bookMinor: book } = this.of(id);
    return [Number(BigInt(amountMinor) - amount), Number(BigInt(bookMinor) - book)];
  }
}

const whoseOf = ({ side, clientId, counterpartyId }: Whose | Invoice | Payment | CreditNote): Whose => ({
  side,
  clientId,
  counterpartyId,
});

/**
 * What of the documents was open and what money was free at the end of a day, by the days that the documents bear: what
 * the ledger's balances as of that day say of the accounts.
 */
export const openOn = ({ invoices, payments, creditNotes }: Documents, day: Day): (AgedItem & Whose)[] => {
  const counted = payments.filter(
    ({ paidOn, reversedOn }) => paidOn <= day && !(reversedOn && reversedOn <= day),
  );
  const notes = creditNotes.filter(({ issuedOn }) => issuedOn <= day);
  const ofInvoice = new Taken();
  const ofSource = new Taken();
  for (const source of [...counted, ...notes])
    for (const one of source.allocations)
      if (one.on <= day && !(one.reversedOn && one.reversedOn <= day)) {
        ofInvoice.add(one.invoiceId, one.amountMinor, one.amountBookMinor);
        ofSource.add(source.id, one.sourceMinor, one.sourceBookMinor);
      }
  for (const note of notes) {
    ofInvoice.add(note.invoiceId, note.settledMinor, note.settledBookMinor);
    ofSource.add(note.id, note.settledMinor, note.settledBookMinor);
  }
  for (const { sourceId, amountMinor, sourceBookMinor = 0 } of counted)
    if (sourceId !== undefined) ofSource.add(sourceId, amountMinor, sourceBookMinor);

  const claims = invoices
    .filter(({ state, issuedOn }) => state !== "draft" && issuedOn !== undefined && issuedOn <= day)
    .map(asIssued)
    .map((invoice): AgedItem & Whose => {
      const [openMinor, openBookMinor] = ofInvoice.left(
        invoice.id,
        invoice.totalMinor,
        invoice.book.totalMinor,
      );
      const { currency, dueOn } = invoice;
      return { kind: "claim", ...whoseOf(invoice), currency, dueOn, openMinor, openBookMinor };
    });
  const money = [
    ...counted
      .filter(({ kind }) => kind === "payment")
      .map((one) => ({ one, whole: one.amountMinor, book: one.bookMinor })),
    ...notes.map((one) => ({ one, whole: one.totalMinor, book: one.book.totalMinor })),
  ].map(({ one, whole, book }): AgedItem & Whose => {
    const [leftMinor, leftBookMinor] = ofSource.left(one.id, whole, book);
    return { kind: "free", ...whoseOf(one), currency: one.currency, leftMinor, leftBookMinor };
  });
  return [
    ...claims.filter((item) => item.kind === "claim" && item.openMinor !== 0),
    ...money.filter((item) => item.kind === "free" && item.leftMinor !== 0),
  ];
};
