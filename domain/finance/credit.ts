import * as z from "zod";
import { Id } from "../kernel/id.ts";
import { MinorAmount } from "../kernel/money.ts";
import { Quantity } from "../kernel/quantity.ts";
import { Format, Line, Text } from "../kernel/text.ts";
import { Day, Instant } from "../kernel/time.ts";
import { Side } from "./accounts.ts";
import { Party } from "./invoice.ts";
import { mostLines } from "./lines.ts";
import { freeMoney } from "./money.ts";
import { RateText } from "./rates.ts";
import { Percent } from "./tax.ts";

/** What is taken back of a line: pieces of it, a cut of its price, pieces at a price of their own, or all that is left. */
export const CreditLineInput = z.strictObject({
  line: z
    .int()
    .min(0)
    .max(mostLines - 1)
    .meta({ description: "The place of the invoice's line, from 0" }),
  quantity: Quantity.optional().meta({
    description:
      "Pieces that are taken back. Without a net each comes to its share of what all pieces come to that are left: at the invoice's price, or what a price cut made of it",
  }),
  netMinor: z.int().min(1).optional().meta({
    description:
      "Without tax. With a quantity it is what these pieces come to; without one it cuts the price of all pieces that are left",
  }),
});
export type CreditLineInput = z.infer<typeof CreditLineInput>;

export const NewCreditNote = z.strictObject({
  lines: z
    .array(CreditLineInput)
    .min(1)
    .max(mostLines)
    .optional()
    .meta({ description: "All that is left of the invoice where none are given" }),
  reason: Text.min(1).max(500),
  issuedOn: Day.optional().meta({ description: "Today where none is given; not in the future" }),
  series: Format(10, z.regex(/^[A-Z]{1,10}$/))
    .optional()
    .meta({
      description: "The first active series of credit notes where none is given",
      examples: ["CN"],
    }),
  number: Line.min(1).max(60).optional().meta({ description: "Of a supplier's credit note" }),
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
