import { Failure, notFound } from "../../domain/kernel/errors.ts";
import { pagingOf } from "../../domain/kernel/page.ts";
import { newOrder } from "../../domain/orders/change.ts";
import {
  accepted,
  newQuote,
  type Quote,
  type QuoteRecord,
  quoteOn,
  rejected,
  revised,
  sent,
} from "../../domain/orders/quote.ts";
import { isService, type Product } from "../../domain/products/product.ts";
import { happened } from "../../events/event.ts";
import {
  orderDrafted,
  quoteAccepted,
  quoteDrafted,
  quoteRejected,
  quoteRevised,
  quoteSent,
} from "../../events/orders.ts";
import { todayOf } from "../finance/ground.ts";
import { type Context, checkVersion } from "../kit/context.ts";
import { runParallel } from "../kit/parallel.ts";
import type { RequestOf } from "../kit/route.ts";
import type { Handlers } from "../kit/serve.ts";
import { fromItem } from "../kit/table/item.ts";
import { siftedPage } from "../kit/table/sifted.ts";
import { create, update } from "../kit/table/store.ts";
import { productEntity } from "../products/store.ts";
import { reachedOf } from "./access.ts";
import { checkDeal, checkPlaced, pricedOf } from "./drafting.ts";
import { idOfNumber, withNumber } from "./numbers.ts";
import type { quoteRoutes } from "./quote-routes.ts";
import { quoteEditionEntity, quoteEntity, quotePartitions, quotePrefix } from "./quote-store.ts";
import { orderEntity } from "./store.ts";

const doingOf = (context: Context) => ({ today: todayOf(context), now: context.now });

/** @throws record.not-found where there is none, and where the member's right does not reach it */
const loadQuote = async (context: Context, id: string): Promise<QuoteRecord> => {
  const quote = await context.store.get(quoteEntity, { id });
  if (!quote || !(await reachedOf(context, [quote])).has(quote)) throw notFound();
  return quote;
};

/** The quote in the version that the request may name. */
const standing = async (context: Context, id: string): Promise<QuoteRecord> => {
  const quote = await loadQuote(context, id);
  checkVersion(context, quote);
  return quote;
};

type Wanted = RequestOf<typeof quoteRoutes.listQuotes>["query"];

const partOf = ({ client, deal, state = "sent" }: Wanted) => {
  if (deal !== undefined) return { index: "owner", pk: quotePartitions.deal(deal) } as const;
  return client === undefined
    ? ({ index: "list", pk: quotePartitions.state(state === "expired" ? "sent" : state) } as const)
    : ({ index: "client", pk: quotePartitions.client(client), beginsWith: quotePrefix } as const);
};

/** The products of a quote's lines. */
const productsOf = async (
  { store }: Pick<Context, "store">,
  { lines }: QuoteRecord,
): Promise<ReadonlyMap<string, Product>> => {
  const ids = lines.flatMap(({ productId }) => (productId === undefined ? [] : [{ id: productId }]));
  const found = await store.getAll(productEntity, ids);
  return new Map(found.flatMap((product) => (product ? [[product.id, product]] : [])));
};

/** The quote of a number, where it is what else is wanted. */
const ofNumber = async (context: Context, number: string, { client, deal, state }: Wanted) => {
  const id = await idOfNumber(context.store, number);
  const record = id === undefined ? undefined : await context.store.get(quoteEntity, { id });
  if (!record) return { items: [] };
  const quote = quoteOn(record, todayOf(context));
  const fits =
    (client === undefined || client === quote.clientId) &&
    (deal === undefined || deal === quote.dealId) &&
    (state === undefined || state === quote.state);
  return { items: fits ? [...(await reachedOf(context, [quote]))] : [] };
};

export const quoteHandlers: Handlers<typeof quoteRoutes> = {
  async createQuote({ body }, context) {
    const { totals, currency } = await pricedOf(context, body);
    const id = context.newId("quote");
    return withNumber(context, "quote", id, ({ number, writes }) => {
      const about = { ...doingOf(context), id, number, by: context.member.id };
      const quote = newQuote(body, currency, totals, about);
      return context.save({
        writes: [create(quoteEntity, quote), ...writes],
        happened: [happened(quoteDrafted, quote)],
        answer: quote,
      });
    });
  },

  async listQuotes({ query }, context) {
    const { client, state } = query;
    if (query.number !== undefined) return ofNumber(context, query.number, query);
    const today = todayOf(context);
    return siftedPage<Quote>(
      context.store,
      { ...partOf(query), newestFirst: true, ...pagingOf(query) },
      async (items) => {
        const quotes = items.map((item) => quoteOn(fromItem<QuoteRecord>(item), today));
        const reached = await reachedOf(context, quotes);
        return quotes.map((quote) =>
          reached.has(quote) &&
          (client === undefined || client === quote.clientId) &&
          (state === undefined || state === quote.state)
            ? quote
            : undefined,
        );
      },
    );
  },

  async readQuote({ params, query: { edition } }, context) {
    const present = await loadQuote(context, params.quoteId);
    const quote =
      edition === undefined || edition === present.edition
        ? present
        : await context.store.get(quoteEditionEntity, { id: present.id, edition });
    if (!quote) throw notFound();
    return quoteOn(quote, todayOf(context));
  },

  async reviseQuote({ params, body }, context) {
    const before = await standing(context, params.quoteId);
    // Who reaches the quote by its deal may offer it anew, whosever the client is.
    const { totals } = await pricedOf(
      { ...context, scope: "all" },
      { ...before, lines: body.lines },
      before.dealId,
    );
    const quote = revised(before, body, totals, doingOf(context));
    return context.save({
      writes: [
        update(quoteEntity, quote),
        ...(quote.edition === before.edition ? [] : [create(quoteEditionEntity, { ...before, version: 1 })]),
      ],
      happened: [happened(quoteRevised, quote)],
      answer: quote,
    });
  },

  async sendQuote({ params }, context) {
    const quote = sent(await standing(context, params.quoteId), doingOf(context));
    return context.save({
      writes: [update(quoteEntity, quote)],
      happened: [happened(quoteSent, quote)],
      answer: quote,
    });
  },

  async acceptQuote({ params, body }, context) {
    const before = await standing(context, params.quoteId);
    const { now, member } = context;
    const id = context.newId("order");
    const quote = accepted(before, id, doingOf(context));
    const { clientId, counterpartyId, dealId, contractId, memo, currency, pricesIncludeTax } = quote;
    const [products] = await runParallel([
      () => productsOf(context, quote),
      () => checkDeal(context, dealId, dealId),
    ]);
    const isServed = (productId: string) => isService(products.get(productId) ?? {});
    const lines = quote.lines.flatMap(({ productId, quantity }) =>
      productId === undefined ? [] : [{ ...(isServed(productId) ? {} : body), productId, quantity }],
    );
    if (body.warehouseId === undefined && lines.some(({ productId }) => !isServed(productId)))
      throw new Failure("order.line-invalid", {
        fields: [{ pointer: "/warehouseId", reason: "is needed for goods" }],
      });
    const placed = lines.map((line, at) => ({ ...line, line: at }));
    await checkPlaced(context, placed, products);
    const { discountMinor, netMinor, taxMinor, totalMinor, taxes } = quote;
    const totals = { lines: quote.lines, taxes, discountMinor, netMinor, taxMinor, totalMinor };
    return withNumber(context, "order", id, ({ number, writes }) => {
      const order = {
        ...newOrder(
          { clientId, counterpartyId, dealId, contractId, memo, currency, pricesIncludeTax, lines },
          currency,
          totals,
          { id, number, by: member.id, now },
        ),
        quoteId: quote.id,
      };
      return context.save({
        writes: [update(quoteEntity, quote), create(orderEntity, order), ...writes],
        happened: [happened(quoteAccepted, quote), happened(orderDrafted, order)],
        answer: order,
      });
    });
  },

  async rejectQuote({ params, body }, context) {
    const quote = rejected(await standing(context, params.quoteId), body.reason, doingOf(context));
    return context.save({
      writes: [update(quoteEntity, quote)],
      happened: [happened(quoteRejected, quote)],
      answer: quote,
    });
  },
};
