import * as z from "zod";
import { Failure } from "../kernel/errors.ts";
import { Id } from "../kernel/id.ts";
import { dividedHalfAwayFromZero, exactNumber, MinorAmount, sumMinor } from "../kernel/money.ts";
import { Quantity } from "../kernel/quantity.ts";
import { Day, Instant } from "../kernel/time.ts";
import { claimPath, Side, signOf } from "./accounts.ts";
import type { Leg } from "./booking.ts";
import { type Invoice, type Issued, Party } from "./invoice.ts";
import { type BookedLine, counterLegs } from "./issue.ts";
import { mostLines } from "./lines.ts";
import { freeLeg, freeMoney } from "./money.ts";
import { RateText } from "./rates.ts";
import { bookShare } from "./settlement.ts";
import { Percent } from "./tax.ts";

/** What is taken back of a line: so much of its quantity, so much of its net, or all that is left of it. */
export const CreditLineInput = z.strictObject({
  line: z
    .int()
    .min(0)
    .max(mostLines - 1)
    .meta({ description: "The place of the invoice's line, from 0" }),
  quantity: Quantity.optional(),
  netMinor: z.int().min(1).optional().meta({ description: "Without tax; instead of a quantity" }),
});
export type CreditLineInput = z.infer<typeof CreditLineInput>;

export const NewCreditNote = z.strictObject({
  lines: z
    .array(CreditLineInput)
    .min(1)
    .max(mostLines)
    .optional()
    .meta({ description: "All that is left of the invoice where none are given" }),
  reason: z.string().trim().min(1).max(500),
  issuedOn: Day.optional().meta({ description: "Today where none is given; not in the future" }),
  series: z
    .string()
    .regex(/^[A-Z]{1,10}$/)
    .optional()
    .meta({
      description: "The first active series of credit notes where none is given",
      examples: ["CN"],
    }),
  number: z.string().trim().min(1).max(60).optional().meta({ description: "Of a supplier's credit note" }),
});
export type NewCreditNote = z.infer<typeof NewCreditNote>;

export const CreditLine = z.object({
  line: z.int(),
  description: z.string(),
  productId: Id("product").optional(),
  quantity: Quantity.optional(),
  taxId: z.string(),
  percent: Percent,
  netMinor: MinorAmount,
  taxMinor: MinorAmount,
  totalMinor: MinorAmount,
});
export type CreditLine = z.infer<typeof CreditLine>;

/** Takes an invoice back, whole or in part, at the rate and taxes of the invoice. */
export const CreditNote = z
  .object({
    id: Id("creditNote"),
    version: z.int().min(1),
    side: Side,
    invoiceId: Id("invoice"),
    invoiceNumber: z.string(),
    clientId: Id("client"),
    counterpartyId: Id("counterparty").optional(),
    dealId: Id("deal").optional(),
    party: Party.optional(),
    number: z.string(),
    issuedOn: Day,
    reason: z.string(),
    lines: z.array(CreditLine).max(mostLines),
    netMinor: MinorAmount,
    taxMinor: MinorAmount,
    totalMinor: MinorAmount,
    rate: RateText.optional(),
    book: z.object({ totalMinor: z.int(), taxMinor: z.int(), discountMinor: z.int() }),
    settledMinor: MinorAmount.meta({ description: "What it took from the open amount of its invoice" }),
    settledBookMinor: MinorAmount.meta({ description: "The same in the tenant's currency" }),
    ...freeMoney,
    transactionId: z.string().optional(),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: "CreditNote" });
export type CreditNote = z.infer<typeof CreditNote>;

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

/** The net that an input takes back of its line. */
const netOf = (invoice: Invoice, input: CreditLineInput, at: number): number => {
  const line = invoice.lines[input.line];
  if (!line) throw refuse(at, "line", `is no line of the invoice, which has ${invoice.lines.length}`);
  const left = line.netMinor - (invoice.credited?.lines[input.line] ?? 0);
  const { netMinor, quantity } = input;
  if (netMinor !== undefined && quantity !== undefined)
    throw new Failure("request.invalid", {
      fields: [{ pointer: `/lines/${at}/netMinor`, reason: "cannot be given together with quantity" }],
    });
  if (quantity !== undefined && quantity > line.quantity)
    throw refuse(at, "quantity", `is more than ${line.quantity}, which was invoiced`);
  const wished =
    netMinor ?? (quantity === undefined ? left : shareOf(line.netMinor, quantity, line.quantity));
  // Quantities that are taken back one by one may round to a unit more than there is.
  const rounding = quantity === undefined ? 0 : 1;
  if (wished > left + rounding)
    throw refuse(
      at,
      netMinor === undefined ? "quantity" : "netMinor",
      `comes to ${wished}, and ${left} of the line is left`,
    );
  return Math.min(wished, left);
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

const creditLines = (invoice: Invoice, input: NewCreditNote): CreditLine[] => {
  const inputs: readonly CreditLineInput[] = input.lines ?? invoice.lines.map((_, line) => ({ line }));
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
  const lines = creditLines(invoice, input);
  const netMinor = sumMinor(lines.map((line) => line.netMinor));
  const taxMinor = sumMinor(lines.map((line) => line.taxMinor));
  const totalMinor = netMinor + taxMinor;
  if (totalMinor === 0)
    throw new Failure("credit-note.exceeds-left", {
      detail: "Nothing of the invoice is left to be credited.",
    });
  const before = invoice.credited ?? {
    netMinor: 0,
    taxMinor: 0,
    totalMinor: 0,
    lines: invoice.lines.map(() => 0),
  };
  const after = {
    netMinor: before.netMinor + netMinor,
    taxMinor: before.taxMinor + taxMinor,
    totalMinor: before.totalMinor + totalMinor,
    lines: before.lines.map((sum, at) => sum + (lines.find(({ line }) => line === at)?.netMinor ?? 0)),
  };
  const settledMinor = Math.min(invoice.openMinor, totalMinor);
  const settledBook = settledMinor === 0 ? 0 : bookShare(invoice, settledMinor);
  const leftMinor = totalMinor - settledMinor;
  // What is open still is taken back with what it stands in the books with; what was paid, with its share of the whole.
  const wholeShare = between(
    invoice.book.totalMinor,
    before.totalMinor,
    after.totalMinor,
    invoice.totalMinor,
  );
  const leftBookMinor = leftMinor === 0 ? 0 : Math.max(0, wholeShare - settledBook);
  const book = {
    totalMinor: settledBook + leftBookMinor,
    taxMinor: between(invoice.book.taxMinor, before.taxMinor, after.taxMinor, invoice.taxMinor),
    discountMinor: between(invoice.book.discountMinor, before.netMinor, after.netMinor, invoice.netMinor),
  };
  const openMinor = invoice.openMinor - settledMinor;
  const sign = signOf(invoice.side);
  const bookedLines: BookedLine[] = lines.map(({ line: at, ...line }) => {
    const { discountMinor = 0, netMinor: whole = 0, costAccount } = invoice.lines[at] ?? {};
    return { ...line, costAccount, discountMinor: shareOf(discountMinor, line.netMinor, whole) };
  });
  const against = counterLegs(invoice.side, bookedLines, book, tenantCurrency).map((leg) => ({
    ...leg,
    amountMinor: -leg.amountMinor,
    bookMinor: -leg.bookMinor,
  }));
  const { side, clientId, currency } = invoice;
  const legs: Leg[] = [
    {
      account: claimPath(side, clientId),
      currency,
      amountMinor: -sign * settledMinor,
      bookMinor: -sign * settledBook,
    },
    freeLeg(invoice, currency, { amountMinor: leftMinor, bookMinor: leftBookMinor }, 1),
    ...against,
  ];
  const { counterpartyId, dealId, party, rate } = invoice;
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
      netMinor,
      taxMinor,
      totalMinor,
      ...(rate === undefined ? {} : { rate }),
      book,
      settledMinor,
      settledBookMinor: settledBook,
      currency,
      leftMinor,
      leftBookMinor,
      allocations: [],
      refundedMinor: 0,
      transactionId,
      createdAt: now,
      updatedAt: now,
    },
    invoice: {
      ...invoice,
      version: invoice.version + 1,
      state: openMinor === 0 ? "settled" : "open",
      openMinor,
      openBookMinor: invoice.openBookMinor - settledBook,
      credited: after,
      updatedAt: now,
    },
    legs,
  };
};
