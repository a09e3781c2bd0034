import * as z from "zod";
import { Id } from "../../domain/kernel/id.ts";
import { PageQuery, pageOf, queryInteger } from "../../domain/kernel/page.ts";
import { Order } from "../../domain/orders/order.ts";
import {
  mostEditions,
  NewQuote,
  Quote,
  QuoteAcceptance,
  QuoteRejection,
  QuoteRevision,
  QuoteState,
} from "../../domain/orders/quote.ts";
import { route } from "../kit/route.ts";

const params = z.strictObject({ quoteId: Id("quote") });
const reads = { feature: "orders", permission: "order:read" } as const;
const writes = { feature: "orders", permission: "order:write" } as const;
const path = "/v1/quotes/{quoteId}";
const pricing = [
  "reference.unknown",
  "deal.closed",
  "product.inactive",
  "invoice.line-invalid",
  "deal.discount-exceeds-line",
  "money.overflow",
] as const;

export const quoteRoutes = {
  createQuote: route({
    ...writes,
    method: "POST",
    path: "/v1/quotes",
    summary: "Draw up a quote for a client, with prices and taxes of today",
    body: NewQuote,
    status: 201,
    output: Quote,
    versioned: true,
    failures: pricing,
  }),
  listQuotes: route({
    ...reads,
    method: "GET",
    path: "/v1/quotes",
    summary: "Quotes from the last: of a client, of a deal, or all of a state",
    description:
      "Those whose client or deal the member's right reaches. Without client, deal and state: those that were sent. A page " +
      "may hold fewer than `limit` while `next` says that more follow.",
    query: z.strictObject({
      ...PageQuery,
      client: Id("client").optional(),
      deal: Id("deal").optional(),
      number: z.string().max(60).optional().meta({ description: "The one that has this number" }),
      state: QuoteState.optional(),
    }),
    status: 200,
    output: pageOf(Quote),
  }),
  readQuote: route({
    ...reads,
    method: "GET",
    path,
    summary: "A quote, in its present edition or as a former one was sent",
    params,
    query: z.strictObject({
      edition: queryInteger(1, mostEditions)
        .optional()
        .meta({ description: "The present one where nothing is said" }),
    }),
    status: 200,
    output: Quote,
    versioned: true,
  }),
  reviseQuote: route({
    ...writes,
    method: "PUT",
    path,
    summary: "Offer anew: other lines and another last day, with prices and taxes of today",
    description:
      "A draft is replaced; of one that was sent this is the next edition, and the former stays to be read.",
    params,
    body: QuoteRevision,
    status: 200,
    output: Quote,
    versioned: true,
    failures: [...pricing, "quote.accepted", "limit.exceeded"],
  }),
  sendQuote: route({
    ...writes,
    method: "POST",
    path: `${path}/sending`,
    summary: "State that a quote was sent: from now on it may be accepted, until its last day",
    params,
    status: 200,
    output: Quote,
    versioned: true,
    failures: ["quote.not-draft"],
  }),
  acceptQuote: route({
    ...writes,
    method: "POST",
    path: `${path}/acceptance`,
    summary: "State that a quote was accepted: its order is made with it, at the prices of the quote",
    params,
    body: QuoteAcceptance,
    status: 201,
    output: Order,
    versioned: true,
    failures: ["quote.not-sent", "quote.expired", "reference.unknown", "deal.closed", "order.line-invalid"],
  }),
  rejectQuote: route({
    ...writes,
    method: "POST",
    path: `${path}/rejection`,
    summary: "State that a quote was rejected, and why",
    params,
    body: QuoteRejection,
    status: 200,
    output: Quote,
    versioned: true,
    failures: ["quote.not-sent"],
  }),
};
