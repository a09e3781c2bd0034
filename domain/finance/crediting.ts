import { amountText } from "../kernel/currency.ts";
import { Failure } from "../kernel/errors.ts";
import { shareOf, sumMinor } from "../kernel/money.ts";
import { quantityText } from "../kernel/quantity.ts";
import type { Day, Instant } from "../kernel/time.ts";
import { exchangeDifference, type Leg } from "./booking.ts";
import type { CreditLine, CreditLineInput, CreditNote, NewCreditNote } from "./credit.ts";
import { type Invoice, type Issued, withOpen } from "./invoice.ts";
import { type BookAmounts, counterLegs, splitBook } from "./issue.ts";
import { addCredit, type LineCredit, readLineCredit } from "./line-credit.ts";
import type { Line } from "./lines.ts";
import { freeLeg, oppositeLegs, settledLegs } from "./money.ts";

interface Circumstances {
  readonly id: string;
  readonly transactionId: string;
  readonly number: string;
  readonly issuedOn: Day;
  readonly now: Instant;
}

export interface Credited {
  readonly note: CreditNote;
  readonly invoice: Issued;
  readonly legs: Leg[];
}

/** What credit notes took back of each line until now. */
const readLineCredits = ({ lines, credited, pricesIncludeTax }: Invoice): LineCredit[] =>
  lines.map((line, at) => readLineCredit({ ...line, pricesIncludeTax }, credited, at));

/** The lines that are named; all where none are. @throws request.invalid */
const inputsOf = (invoice: Invoice, { lines }: NewCreditNote): readonly CreditLineInput[] => {
  const inputs = lines ?? invoice.lines.map((_, line) => ({ line }));
  const places = inputs.map(({ line }) => line);
  const twice = places.findIndex((line, at) => places.indexOf(line) < at);
  if (twice >= 0)
    throw new Failure("request.invalid", {
      fields: [{ pointer: `/lines/${twice}/line`, reason: "names a line twice" }],
    });
  return inputs;
};

/** Refuses more than what is left of a line. @throws credit-note.exceeds-left */
const checkLeft = (
  line: Line,
  before: LineCredit,
  { quantity = 0, netMinor = 0 }: CreditLineInput,
  { pointer, currency }: { readonly pointer: string; readonly currency: string },
): void => {
  const refuse = (field: string, reason: string) =>
    new Failure("credit-note.exceeds-left", { fields: [{ pointer: `${pointer}/${field}`, reason }] });
  const piecesLeft = line.quantity - before.quantity;
  const inUnits = (pieces: number) => quantityText(pieces, line.scale);
  if (quantity > piecesLeft)
    throw refuse(
      "quantity",
      `is more than ${inUnits(piecesLeft)}, which is left of the ${inUnits(line.quantity)} invoiced; a price cut names no quantity`,
    );
  const leftMinor = line.netMinor - before.netMinor;
  if (netMinor > leftMinor)
    throw refuse("netMinor", `is more than ${amountText(leftMinor, currency)}, which is left of the line`);
};

interface CreditedLine {
  readonly line: CreditLine;
  /** What credit notes took back of it then. */
  readonly after: LineCredit;
}

/** What is taken back of a line; nothing where nothing of it is left. @throws credit-note.exceeds-left */
const creditLine = (
  { lines, currency, pricesIncludeTax }: Invoice,
  before: LineCredit | undefined,
  input: CreditLineInput,
  pointer: string,
): CreditedLine[] => {
  const line = lines[input.line];
  if (!line || !before)
    throw new Failure("credit-note.exceeds-left", {
      fields: [
        { pointer: `${pointer}/line`, reason: `is no line of the invoice, which has ${lines.length}` },
      ],
    });
  checkLeft(line, before, input, { pointer, currency });
  if (before.netMinor + before.taxMinor === line.totalMinor) return [];
  const after = addCredit({ ...line, pricesIncludeTax }, before, input);
  const netMinor = after.netMinor - before.netMinor;
  const taxMinor = after.taxMinor - before.taxMinor;
  return [
    {
      after,
      line: {
        line: input.line,
        description: line.description,
        ...(line.productId === undefined ? {} : { productId: line.productId }),
        ...(input.quantity === undefined ? {} : { quantity: input.quantity }),
        taxId: line.taxId,
        percent: line.percent,
        ...{ netMinor, taxMinor, totalMinor: netMinor + taxMinor },
      },
    },
  ];
};

/** Net, tax and total of what credit notes took back of all lines. */
const sumCredits = (credits: readonly Pick<LineCredit, "netMinor" | "taxMinor">[]) => {
  const netMinor = sumMinor(credits.map((one) => one.netMinor));
  const taxMinor = sumMinor(credits.map((one) => one.taxMinor));
  return { netMinor, taxMinor, totalMinor: sumMinor([netMinor, taxMinor]) };
};

/**
 * What was taken back of each line, as it is worth in the books: its share of what the line is worth, so that nothing is left when
 * all of the line is taken back. With the last of the invoice the discounts of lines that cost nothing go, too.
 * @param whole what the lines are worth
 */
const bookOfCredits = (
  invoice: Issued,
  whole: readonly BookAmounts[],
  credits: readonly LineCredit[],
): readonly BookAmounts[] => {
  if (sumCredits(credits).totalMinor === invoice.totalMinor) return whole;
  return invoice.lines.map((line, at) => {
    const { netMinor = 0, taxMinor = 0 } = credits[at] ?? {};
    const book = whole[at] ?? { netMinor: 0, taxMinor: 0, discountMinor: 0 };
    const discounted = invoice.pricesIncludeTax
      ? { part: netMinor + taxMinor, of: line.totalMinor }
      : { part: netMinor, of: line.netMinor };
    return {
      netMinor: shareOf(book.netMinor, netMinor, line.netMinor),
      taxMinor: shareOf(book.taxMinor, taxMinor, line.taxMinor),
      discountMinor: shareOf(book.discountMinor, discounted.part, discounted.of),
    };
  });
};

const subtractBook = (after: readonly BookAmounts[], before: readonly BookAmounts[]): BookAmounts[] =>
  after.map((one, at) => ({
    netMinor: one.netMinor - (before[at]?.netMinor ?? 0),
    taxMinor: one.taxMinor - (before[at]?.taxMinor ?? 0),
    discountMinor: one.discountMinor - (before[at]?.discountMinor ?? 0),
  }));

const sumBook = (amounts: readonly BookAmounts[]) => ({
  ...sumCredits(amounts),
  discountMinor: sumMinor(amounts.map((one) => one.discountMinor)),
});

/** What a credit note takes from what is open, and what it leaves free, each with what it stands in the books with. */
type Parts = Pick<CreditNote, "settledMinor" | "settledBookMinor" | "leftMinor" | "leftBookMinor">;

/**
 * What is open still is taken back first; what was paid becomes free money. Both are worth what was taken back. But a claim is zero
 * when its worth in the books is, and only then: the last of what is open takes all that it stands in the books with, and no
 * earlier part does.
 * @param dueMinor what the credit note is worth in the books
 */
const splitCredit = ({ openMinor, openBookMinor }: Issued, totalMinor: number, dueMinor: number): Parts => {
  const settledMinor = Math.min(openMinor, totalMinor);
  const leftMinor = totalMinor - settledMinor;
  const ofPart = Math.max(0, Math.min(dueMinor, openBookMinor - 1));
  const ofOpen = settledMinor === openMinor ? openBookMinor : ofPart;
  const settledBookMinor = settledMinor === 0 ? 0 : ofOpen;
  const leftBookMinor = leftMinor === 0 ? 0 : Math.max(0, dueMinor - settledBookMinor);
  return { settledMinor, settledBookMinor, leftMinor, leftBookMinor };
};

/** What a credit note moves: the opposite of what the invoice moved for what is taken back, and what rounding left between them. */
const creditLegs = (
  invoice: Issued,
  amounts: readonly BookAmounts[],
  { settledMinor, settledBookMinor, leftMinor, leftBookMinor }: Parts,
  tenantCurrency: string,
): Leg[] => {
  const { side, clientId, currency, lines } = invoice;
  const legs = [
    ...settledLegs(invoice, [{ currency, amountMinor: settledMinor, amountBookMinor: settledBookMinor }]),
    freeLeg({ side, clientId }, currency, { amountMinor: leftMinor, bookMinor: leftBookMinor }, 1),
    ...oppositeLegs(counterLegs(side, lines, amounts, tenantCurrency)),
  ];
  return [...legs, ...exchangeDifference(legs, tenantCurrency)];
};

/**
 * A credit note of an issued invoice: at most what no other took back. It lowers what is open; what was paid already
 * becomes the client's free money.
 * @throws credit-note.exceeds-left, request.invalid, money.overflow
 */
export const credited = (
  invoice: Issued,
  input: NewCreditNote,
  { id, transactionId, number, issuedOn, now }: Circumstances,
  tenantCurrency: string,
): Credited => {
  const before = readLineCredits(invoice);
  const lines = inputsOf(invoice, input).flatMap((one, at) =>
    creditLine(invoice, before[one.line], one, `/lines/${at}`),
  );
  if (lines.length === 0)
    throw new Failure("credit-note.exceeds-left", {
      detail: "Nothing of these lines is left to be credited.",
    });
  const after = before.map((credit, at) => lines.find(({ line }) => line.line === at)?.after ?? credit);
  const sums = sumCredits(lines.map(({ line }) => line));
  const book = splitBook(invoice);
  const bookBefore = bookOfCredits(invoice, book, before);
  const bookAfter = bookOfCredits(invoice, book, after);
  const bookedMinor = invoice.credited?.bookMinor ?? sumBook(bookBefore).totalMinor;
  const parts = splitCredit(invoice, sums.totalMinor, sumBook(bookAfter).totalMinor - bookedMinor);
  const amounts = subtractBook(bookAfter, bookBefore);
  const bookMinor = sumMinor([parts.settledBookMinor, parts.leftBookMinor]);
  const { side, clientId, counterpartyId, dealId, party, rate, currency } = invoice;
  return {
    note: {
      id,
      version: 1,
      side,
      invoiceId: invoice.id,
      invoiceNumber: invoice.number,
      clientId,
      ...(counterpartyId === undefined ? {} : { counterpartyId }),
      ...(dealId === undefined ? {} : { dealId }),
      ...(party === undefined ? {} : { party }),
      number,
      issuedOn,
      reason: input.reason,
      lines: lines.map(({ line }) => line),
      ...sums,
      ...(rate === undefined ? {} : { rate }),
      book: {
        totalMinor: bookMinor,
        taxMinor: sumBook(amounts).taxMinor,
        discountMinor: sumBook(amounts).discountMinor,
      },
      ...parts,
      currency,
      allocations: [],
      refundedMinor: 0,
      transactionId,
      createdAt: now,
      updatedAt: now,
    },
    invoice: {
      ...withOpen(
        invoice,
        {
          openMinor: invoice.openMinor - parts.settledMinor,
          openBookMinor: invoice.openBookMinor - parts.settledBookMinor,
        },
        now,
      ),
      credited: {
        ...sumCredits(after),
        bookMinor: sumMinor([bookedMinor, bookMinor]),
        lines: after.map(({ netMinor }) => netMinor),
        quantities: after.map(({ quantity }) => quantity),
        taxes: after.map(({ taxMinor }) => taxMinor),
        pieces: after.map(({ pieces }) => pieces),
      },
    },
    legs: creditLegs(invoice, amounts, parts, tenantCurrency),
  };
};
