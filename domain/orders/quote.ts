import * as z from "zod";
import { Line, Totals } from "../finance/lines.ts";
import { Currency } from "../kernel/currency.ts";
import { Failure } from "../kernel/errors.ts";
import { Id } from "../kernel/id.ts";
import { Text } from "../kernel/text.ts";
import { Day, Instant } from "../kernel/time.ts";
import { mainPlace, PlaceCode } from "../stock/warehouse.ts";
import { mostLines, NewOrder, NewOrderLine } from "./order.ts";

/** `expired` is not kept: it is a quote that was sent and whose last day has passed. */
const keptStates = ["draft", "sent", "accepted", "rejected"] as const;
export const QuoteState = z.enum([...keptStates, "expired"]);
export type QuoteState = z.infer<typeof QuoteState>;

/** How often a quote may be made anew. */
export const mostEditions = 100;

const lines = z
  .array(NewOrderLine.omit({ warehouseId: true, place: true }))
  .min(1)
  .max(mostLines)
  .refine(
    (some) => new Set(some.map(({ productId }) => productId)).size === some.length,
    "names a product twice",
  );
const validUntil = Day.meta({ description: "The last day on which it may be accepted; not in the past" });

/** What makes a quote: a draft until it is sent. */
export const NewQuote = z.strictObject({ ...NewOrder.shape, lines, validUntil });
export type NewQuote = z.infer<typeof NewQuote>;

/** What a quote offers anew; with prices and taxes of today. */
export const QuoteRevision = z.strictObject({ lines, validUntil, memo: NewOrder.shape.memo });
export type QuoteRevision = z.infer<typeof QuoteRevision>;

export const QuoteRejection = z.strictObject({ reason: Text.min(1).max(500) });

/** What accepts a quote. */
export const QuoteAcceptance = z.strictObject({
  warehouseId: Id("warehouse")
    .optional()
    .meta({ description: "Where the order's goods lie; not needed for services" }),
  place: PlaceCode.default(mainPlace),
});

const { lines: _, ...totals } = Totals.shape;
const { lines: __, ...head } = NewOrder.shape;

/** A quote as it is kept. */
export const QuoteRecord = z.object({
  id: Id("quote"),
  version: z.int().min(1),
  number: z
    .string()
    .optional()
    .meta({ description: "Unique, by year", examples: ["QUO-2026-000017"] }),
  edition: z.int().min(1).meta({ description: "Counts up when one that was sent is made anew" }),
  ...head,
  state: z.enum(keptStates),
  currency: Currency,
  pricesIncludeTax: z.boolean(),
  lines: z.array(Line).max(mostLines),
  ...totals,
  validUntil,
  sentAt: Instant.optional(),
  closedAt: Instant.optional().meta({ description: "When it was accepted or rejected" }),
  rejectedFor: z.string().optional(),
  orderId: Id("order").optional().meta({ description: "Made when it was accepted" }),
  createdBy: z.string(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type QuoteRecord = z.infer<typeof QuoteRecord>;

/** A quote as it is shown on a day. */
export const Quote = QuoteRecord.extend({ state: QuoteState }).meta({ id: "Quote" });
export type Quote = z.infer<typeof Quote>;

export const quoteOn = (quote: QuoteRecord, today: Day): Quote => ({
  ...quote,
  state: quote.state === "sent" && quote.validUntil < today ? "expired" : quote.state,
});

interface Doing {
  readonly today: Day;
  readonly now: Instant;
}

/** @throws request.invalid */
const checkDay = (day: Day, today: Day): void => {
  if (day < today)
    throw new Failure("request.invalid", {
      fields: [{ pointer: "/validUntil", reason: `lies before ${today}` }],
    });
};

/** A draft. @throws request.invalid where its last day has passed */
export const newQuote = (
  { lines: _, currency: __, ...input }: NewQuote,
  currency: Currency,
  sums: Totals,
  { id, number, by, today, now }: Doing & Pick<QuoteRecord, "id" | "number"> & { readonly by: string },
): QuoteRecord => {
  checkDay(input.validUntil, today);
  return {
    ...{ id, number, version: 1, edition: 1, ...input, state: "draft", currency, ...sums },
    ...{ createdBy: by, createdAt: now, updatedAt: now },
  };
};

const next = (quote: QuoteRecord, change: Partial<QuoteRecord>, now: Instant): QuoteRecord => ({
  ...quote,
  ...change,
  version: quote.version + 1,
  updatedAt: now,
});

/** The quote offered anew, as a draft; what was sent already stays as an edition of its own. @throws quote.accepted */
export const revised = (
  quote: QuoteRecord,
  { validUntil: until, memo }: QuoteRevision,
  sums: Totals,
  { today, now }: Doing,
): QuoteRecord => {
  if (quote.state === "accepted") throw new Failure("quote.accepted");
  checkDay(until, today);
  const edition = quote.state === "draft" ? quote.edition : quote.edition + 1;
  if (edition > mostEditions)
    throw new Failure("limit.exceeded", { detail: `It has ${mostEditions} editions.` });
  const { sentAt: _, closedAt: __, rejectedFor: ___, ...kept } = quote;
  return next(
    kept,
    { ...sums, validUntil: until, edition, state: "draft", ...(memo === undefined ? {} : { memo }) },
    now,
  );
};

/** @throws quote.not-draft, request.invalid where its last day has passed */
export const sent = (quote: QuoteRecord, { today, now }: Doing): QuoteRecord => {
  if (quote.state !== "draft") throw new Failure("quote.not-draft");
  checkDay(quote.validUntil, today);
  return next(quote, { state: "sent", sentAt: now }, now);
};

/** @throws quote.not-sent */
const checkSent = ({ state }: QuoteRecord): void => {
  if (state !== "sent") throw new Failure("quote.not-sent");
};

/** @throws quote.not-sent */
export const rejected = (quote: QuoteRecord, reason: string, { now }: Doing): QuoteRecord => {
  checkSent(quote);
  return next(quote, { state: "rejected", rejectedFor: reason, closedAt: now }, now);
};

/** @throws quote.not-sent, quote.expired */
export const accepted = (quote: QuoteRecord, orderId: string, { today, now }: Doing): QuoteRecord => {
  checkSent(quote);
  if (quote.validUntil < today)
    throw new Failure("quote.expired", { detail: `It was valid until ${quote.validUntil}.` });
  return next(quote, { state: "accepted", orderId, closedAt: now }, now);
};
