import { Failure } from "../kernel/errors.ts";
import { allocate, dividedHalfAwayFromZero, exactNumber, sumMinor } from "../kernel/money.ts";
import type { Day, Instant } from "../kernel/time.ts";
import type { Leg } from "./booking.ts";
import type { CreditLine, CreditLineInput, CreditNote, NewCreditNote } from "./credit.ts";
import { type Invoice, type Issued, withOpen } from "./invoice.ts";
import { type BookedLine, counterLegs, discountWeight } from "./issue.ts";
import { freeLeg, oppositeLegs, settledLegs } from "./money.ts";
import { bookShare } from "./settlement.ts";

/** The share of a whole that belongs to a part, rounded a half away from zero. */
const shareOf = (whole: number, part: number, of: number): number =>
  of === 0 ? 0 : exactNumber(dividedHalfAwayFromZero(BigInt(whole) * BigInt(part), BigInt(of)));

/**
 * The share of what comes between two marks on the way from nothing to all: shares that follow one another sum to the
 * whole exactly, whatever the steps.
 */
export const between = (whole: number, from: number, to: number, of: number): number =>
  shareOf(whole, to, of) - shareOf(whole, from, of);

const refuse = (at: number, field: string, reason: string) =>
  new Failure("credit-note.exceeds-left", { fields: [{ pointer: `/lines/${at}/${field}`, reason }] });

/** How much of a line's quantity credit notes took back before. */
const quantityBefore = (invoice: Invoice, line: number): number => invoice.credited?.quantities?.[line] ?? 0;

/** The net that an input takes back of its line. */
const netOf = (invoice: Invoice, input: CreditLineInput, at: number): number => {
  const line = invoice.lines[input.line];
  if (!line) throw refuse(at, "line", `is no line of the invoice, which has ${invoice.lines.length}`);
  const left = line.netMinor - (invoice.credited?.lines[input.line] ?? 0);
  const { netMinor, quantity } = input;
  const before = quantityBefore(invoice, input.line);
  // At a net of its own a quantity is what is said of it: part of it may have been credited for another reason.
  const quantityLeft = line.quantity - (netMinor === undefined ? before : 0);
  if (quantity !== undefined && quantity > quantityLeft)
    throw refuse(
      at,
      "quantity",
      `is more than ${quantityLeft}, which is left of the ${line.quantity} invoiced`,
    );
  const wished =
    netMinor ??
    (quantity === undefined ? left : between(line.netMinor, before, before + quantity, line.quantity));
  if (wished > left)
    throw refuse(
      at,
      netMinor === undefined ? "quantity" : "netMinor",
      `comes to ${wished}, and ${left} of the line is left`,
    );
  return wished;
};

/** What quantity of a line an input takes back: all that is left where it names neither quantity nor net. */
const quantityOf = (invoice: Invoice, { line, quantity, netMinor }: CreditLineInput): number => {
  const before = quantityBefore(invoice, line);
  const left = (invoice.lines[line]?.quantity ?? 0) - before;
  return Math.min(left, quantity ?? (netMinor === undefined ? left : 0));
};

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

/** The lines that are named; all where none are. */
const inputsOf = (invoice: Invoice, { lines }: NewCreditNote): readonly CreditLineInput[] =>
  lines ?? invoice.lines.map((_, line) => ({ line }));

const creditLines = (invoice: Invoice, inputs: readonly CreditLineInput[]): CreditLine[] => {
  const places = inputs.map(({ line }) => line);
  const twice = places.findIndex((line, at) => places.indexOf(line) < at);
  if (twice >= 0)
    throw new Failure("request.invalid", {
      fields: [{ pointer: `/lines/${twice}/line`, reason: "names a line twice" }],
    });
  return inputs.flatMap((one, at) => {
    const netMinor = netOf(invoice, one, at);
    const line = invoice.lines[one.line];
    if (!line || netMinor === 0) return [];
    const before = invoice.credited?.lines[one.line] ?? 0;
    const taxMinor = between(line.taxMinor, before, before + netMinor, line.netMinor);
    return [
      {
        line: one.line,
        description: line.description,
        ...(line.productId === undefined ? {} : { productId: line.productId }),
        ...(one.quantity === undefined ? {} : { quantity: one.quantity }),
        taxId: line.taxId,
        percent: line.percent,
        netMinor,
        taxMinor,
        totalMinor: netMinor + taxMinor,
      },
    ];
  });
};

/** What all credit notes together take back. */
const creditedThen = (
  invoice: Issued,
  inputs: readonly CreditLineInput[],
  lines: readonly CreditLine[],
  sums: Sums,
): Omit<Credits, "bookMinor"> => {
  const before = creditedBefore(invoice);
  return {
    netMinor: before.netMinor + sums.netMinor,
    taxMinor: before.taxMinor + sums.taxMinor,
    totalMinor: before.totalMinor + sums.totalMinor,
    lines: before.lines.map((sum, at) => sum + (lines.find(({ line }) => line === at)?.netMinor ?? 0)),
    quantities: before.lines.map((_, at) => {
      const input = inputs.find(({ line }) => line === at);
      return quantityBefore(invoice, at) + (input ? quantityOf(invoice, input) : 0);
    }),
  };
};

interface Sums {
  readonly netMinor: number;
  readonly taxMinor: number;
  readonly totalMinor: number;
}

type Credits = NonNullable<Invoice["credited"]>;

const creditedBefore = (invoice: Invoice): Credits =>
  invoice.credited ?? {
    netMinor: 0,
    taxMinor: 0,
    totalMinor: 0,
    bookMinor: 0,
    lines: invoice.lines.map(() => 0),
    quantities: invoice.lines.map(() => 0),
  };

/** What a credit note takes from what is open, what it leaves free, and what both stand in the books with. */
interface Parts {
  readonly settledMinor: number;
  readonly settledBookMinor: number;
  readonly leftMinor: number;
  readonly leftBookMinor: number;
  readonly book: CreditNote["book"];
}

/**
 * The discount, in the tenant's currency, of what credit notes took back: each line's own, by its share that is taken
 * back. When all of the invoice is, that of lines that cost nothing too.
 */
const discountOf = (
  { lines, netMinor, book, pricesIncludeTax }: Issued,
  credits: Pick<Credits, "netMinor" | "lines">,
): bigint => {
  if (book.discountMinor === 0) return 0n;
  if (credits.netMinor === netMinor) return BigInt(book.discountMinor);
  const ofLines = allocate(
    book.discountMinor,
    lines.map((line) => discountWeight(line, pricesIncludeTax)),
  );
  return lines.reduce(
    (sum, line, at) => sum + BigInt(shareOf(ofLines[at] ?? 0, credits.lines[at] ?? 0, line.netMinor)),
    0n,
  );
};

/**
 * What is open still is taken back with what it stands in the books with; what was paid, with its share of the whole at
 * the invoice's rate, so that all credit notes of an invoice together come to its worth.
 */
const partsOf = (invoice: Issued, { totalMinor }: Sums, after: Omit<Credits, "bookMinor">): Parts => {
  const before = creditedBefore(invoice);
  const settledMinor = Math.min(invoice.openMinor, totalMinor);
  const settledBookMinor = settledMinor === 0 ? 0 : bookShare(invoice, settledMinor);
  const leftMinor = totalMinor - settledMinor;
  const { book } = invoice;
  const due = shareOf(book.totalMinor, after.totalMinor, invoice.totalMinor) - (before.bookMinor ?? 0);
  const leftBookMinor = leftMinor === 0 ? 0 : Math.max(0, due - settledBookMinor);
  return {
    settledMinor,
    settledBookMinor,
    leftMinor,
    leftBookMinor,
    book: {
      totalMinor: settledBookMinor + leftBookMinor,
      taxMinor: between(book.taxMinor, before.taxMinor, after.taxMinor, invoice.taxMinor),
      discountMinor: exactNumber(discountOf(invoice, after) - discountOf(invoice, before)),
    },
  };
};

/** What a credit note moves: the opposite of its share of the invoice. */
const creditLegs = (
  invoice: Issued,
  lines: readonly CreditLine[],
  { settledMinor, settledBookMinor, leftMinor, leftBookMinor, book }: Parts,
  tenantCurrency: string,
): Leg[] => {
  const { side, clientId, currency } = invoice;
  const booked: BookedLine[] = lines.map(({ line: at, ...line }) => {
    const sold = invoice.lines[at];
    return {
      ...line,
      costAccount: sold?.costAccount,
      revenueAccount: sold?.revenueAccount,
      discountMinor: shareOf(sold?.discountMinor ?? 0, line.netMinor, sold?.netMinor ?? 0),
    };
  });
  return [
    ...settledLegs(invoice, [{ currency, amountMinor: settledMinor, amountBookMinor: settledBookMinor }]),
    freeLeg({ side, clientId }, currency, { amountMinor: leftMinor, bookMinor: leftBookMinor }, 1),
    ...oppositeLegs(counterLegs(invoice, booked, book, tenantCurrency)),
  ];
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
  const inputs = inputsOf(invoice, input);
  const lines = creditLines(invoice, inputs);
  const netMinor = sumMinor(lines.map((line) => line.netMinor));
  const taxMinor = sumMinor(lines.map((line) => line.taxMinor));
  const sums = { netMinor, taxMinor, totalMinor: netMinor + taxMinor };
  if (sums.totalMinor === 0)
    throw new Failure("credit-note.exceeds-left", {
      detail: "Nothing of the invoice is left to be credited.",
    });
  const after = creditedThen(invoice, inputs, lines, sums);
  const parts = partsOf(invoice, sums, after);
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
      lines,
      ...sums,
      ...(rate === undefined ? {} : { rate }),
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
        ...after,
        bookMinor: (creditedBefore(invoice).bookMinor ?? 0) + parts.book.totalMinor,
      },
    },
    legs: creditLegs(invoice, lines, parts, tenantCurrency),
  };
};
