import * as z from "zod";
import { Address } from "../clients/counterparty.ts";
import { Currency } from "../kernel/currency.ts";
import { Failure } from "../kernel/errors.ts";
import { Id } from "../kernel/id.ts";
import { MinorAmount } from "../kernel/money.ts";
import { Country } from "../kernel/place.ts";
import { Format, Line, Text } from "../kernel/text.ts";
import { Day, Instant } from "../kernel/time.ts";
import { Side } from "./accounts.ts";
import { LineInput, mostLines, Totals } from "./lines.ts";
import { RateText } from "./rates.ts";

export const invoiceStates = ["draft", "open", "settled"] as const;
export const InvoiceState = z.enum(invoiceStates);
export type InvoiceState = z.infer<typeof InvoiceState>;

/** Who a document was issued to, as it was on that day. */
export const Party = z
  .object({
    legalName: z.string(),
    taxId: z.string().optional(),
    country: Country.optional(),
    iban: z.string().optional(),
    address: Address.optional(),
  })
  .meta({ id: "DocumentParty" });
export type Party = z.infer<typeof Party>;

const memo = Text.min(1).max(1000);

const named = {
  counterpartyId: Id("counterparty").optional(),
  dealId: Id("deal").optional(),
  contractId: Id("contract").optional(),
  memo: memo.optional(),
};

/** What makes a draft. */
export const NewInvoice = z.strictObject({
  side: Side.default("sale"),
  clientId: Id("client"),
  ...named,
  currency: Currency.optional().meta({ description: "The tenant's where none is given" }),
  pricesIncludeTax: z.boolean().default(false),
  lines: z.array(LineInput).min(1).max(mostLines),
});
export type NewInvoice = z.infer<typeof NewInvoice>;

/** What may be changed of a draft; `null` takes a value away, lines are replaced as a whole. */
export const InvoiceChange = z.strictObject({
  counterpartyId: named.counterpartyId.nullable(),
  dealId: named.dealId.nullable(),
  contractId: named.contractId.nullable(),
  memo: memo.nullable().optional(),
  currency: Currency.optional().meta({ description: "Lines without a price need the product's in it" }),
  pricesIncludeTax: z.boolean().optional(),
  lines: z.array(LineInput).min(1).max(mostLines).optional(),
});
export type InvoiceChange = z.infer<typeof InvoiceChange>;

/** What issues a draft. */
export const IssueOrder = z.strictObject({
  issuedOn: Day.optional().meta({ description: "Today where none is given; not in the future" }),
  dueOn: Day.optional().meta({ description: "By the settings where none is given" }),
  series: Format(10, z.regex(/^[A-Z]{1,10}$/))
    .optional()
    .meta({ description: "The first active series of invoices where none is given", examples: ["INV"] }),
  number: Line.min(1)
    .max(60)
    .optional()
    .meta({ description: "Of a supplier's document; our own get theirs from the series" }),
  rate: RateText.optional().meta({ description: "The rate of the day of issue where none is given" }),
});
export type IssueOrder = z.infer<typeof IssueOrder>;

/** What all pieces of a line come to that were not credited before its last price cut. */
const PiecesLeft = z
  .object({
    fromQuantity: z
      .int()
      .min(0)
      .meta({ description: "How many pieces were credited before the last price cut" }),
    amountMinor: MinorAmount.meta({
      description: "What all others come to, in the terms of the price: with tax where it includes it",
    }),
  })
  .meta({ id: "PiecesLeft" });
export type PiecesLeft = z.infer<typeof PiecesLeft>;

/** A document by which a client owes us (`sale`), or we owe a client (`purchase`). */
export const Invoice = z
  .object({
    id: Id("invoice"),
    version: z.int().min(1),
    side: Side,
    state: InvoiceState,
    clientId: Id("client"),
    ...named,
    orderId: Format(30, z.regex(/^ord_[0-9A-HJKMNP-TV-Z]{26}$/))
      .optional()
      .meta({ description: "The order that it was made for", examples: ["ord_01JD8Z5T2V9Q4R6W8Y0A1B3C5D"] }),
    party: Party.optional().meta({ description: "The counterparty as it was on the day of issue" }),
    number: z.string().optional().meta({ description: "A draft has none" }),
    currency: Currency,
    pricesIncludeTax: z.boolean(),
    ...Totals.shape,
    issuedOn: Day.optional(),
    dueOn: Day.optional(),
    rate: RateText.optional().meta({ description: "Of the day of issue; absent in the tenant's currency" }),
    book: z
      .object({ totalMinor: z.int(), taxMinor: z.int(), discountMinor: z.int() })
      .optional()
      .meta({ description: "In the tenant's currency, at the rate of issue" }),
    openMinor: z.int().min(0).meta({ description: "What is neither paid nor credited yet" }),
    openBookMinor: z.int().min(0).meta({ description: "The same in the tenant's currency" }),
    roundingBillionths: z
      .int()
      .optional()
      .meta({
        description:
          "By how much payments in other currencies were worth more than what they settled, in billionths of the minor unit, so that " +
          "the last of them settles the document; absent: 0",
      }),
    credited: z
      .object({
        netMinor: z.int(),
        taxMinor: z.int(),
        totalMinor: z.int(),
        bookMinor: z.int().optional().meta({ description: "The total in the tenant's currency" }),
        lines: z.array(z.int()).meta({ description: "By line, without tax" }),
        quantities: z.array(z.int()).optional().meta({ description: "By line" }),
        taxes: z.array(z.int()).optional().meta({ description: "By line, the tax" }),
        pieces: z.array(PiecesLeft).optional().meta({ description: "By line" }),
      })
      .optional()
      .meta({ description: "What credit notes took back, as a whole and by line" }),
    transactionId: z
      .string()
      .optional()
      .meta({ description: "Of the ledger; absent where nothing was owed" }),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: "Invoice" });
export type Invoice = z.infer<typeof Invoice>;

/** An invoice that was issued: what an issued one has is there. */
export type Issued = Invoice & Required<Pick<Invoice, "number" | "issuedOn" | "dueOn" | "book">>;

/** A draft. */
export const draftOf = (
  input: Omit<NewInvoice, "lines" | "currency"> & Pick<Invoice, "orderId">,
  currency: Currency,
  totals: Totals,
  { id, now }: { readonly id: string; readonly now: Instant },
): Invoice => ({
  id,
  version: 1,
  ...input,
  state: "draft",
  currency,
  ...totals,
  openMinor: 0,
  openBookMinor: 0,
  createdAt: now,
  updatedAt: now,
});

/** Refuses what is no draft. @throws invoice.not-draft */
export const checkDraft = ({ state }: Invoice): void => {
  if (state !== "draft") throw new Failure("invoice.not-draft");
};

/** The invoice as an issued one. @throws invoice.not-issued */
export const asIssued = (invoice: Invoice): Issued => {
  const { number, issuedOn, dueOn, book } = invoice;
  if (number === undefined || issuedOn === undefined || dueOn === undefined || book === undefined)
    throw new Failure("invoice.not-issued");
  return { ...invoice, number, issuedOn, dueOn, book };
};

/** The draft after a change. @param totals absent where the lines stay as they are @throws invoice.not-draft */
export const changedDraft = (
  draft: Invoice,
  { lines: _, counterpartyId, dealId, contractId, memo: text, ...change }: InvoiceChange,
  totals: Totals | undefined,
  now: Instant,
): Invoice => {
  checkDraft(draft);
  const kept = <T>(before: T | undefined, after: T | null | undefined): T | undefined =>
    after === undefined ? before : (after ?? undefined);
  return {
    ...draft,
    ...change,
    ...totals,
    counterpartyId: kept(draft.counterpartyId, counterpartyId),
    dealId: kept(draft.dealId, dealId),
    contractId: kept(draft.contractId, contractId),
    memo: kept(draft.memo, text),
    version: draft.version + 1,
    updatedAt: now,
  };
};

/** The invoice when something of it was settled or credited, in its next version. */
export const withOpen = <I extends Invoice>(
  invoice: I,
  {
    openMinor,
    openBookMinor,
    roundingBillionths = invoice.roundingBillionths,
  }: Pick<Invoice, "openMinor" | "openBookMinor" | "roundingBillionths">,
  now: Instant,
): I => ({
  ...invoice,
  openMinor,
  openBookMinor,
  ...(roundingBillionths === undefined ? {} : { roundingBillionths }),
  state: openMinor === 0 ? "settled" : "open",
  version: invoice.version + 1,
  updatedAt: now,
});
