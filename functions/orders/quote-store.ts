import { QuoteRecord } from "../../domain/orders/quote.ts";
import { entity } from "../kit/table/entity.ts";

/** Access patterns: a quote by id; those of a client, of a deal, and of a state, from the last; its former editions. */
export const quotePartitions = {
  quote: (id: string) => `QUOTE#${id}`,
  client: (clientId: string) => `CLIENT#${clientId}`,
  deal: (dealId: string) => `QUOTES-OF-DEAL#${dealId}`,
  state: (state: string) => `QUOTES#${state}`,
};
/** Sort keys of a client's quotes, and of the editions of a quote, begin so. */
export const quotePrefix = "QUOTE#";
const editionPrefix = "EDITION#";

export const quoteEntity = entity<QuoteRecord, { readonly id: string }>({
  name: "quote",
  schema: QuoteRecord,
  key: ({ id }) => ({ pk: quotePartitions.quote(id), sk: "QUOTE" }),
  indexes: ({ id, state, clientId, dealId }) => ({
    client: { pk: quotePartitions.client(clientId), sk: `${quotePrefix}${id}` },
    list: { pk: quotePartitions.state(state), sk: id },
    // No quote is looked up by an owner of its own: the index is free for the deal.
    ...(dealId === undefined ? {} : { owner: { pk: quotePartitions.deal(dealId), sk: id } }),
  }),
});

/** A quote as it was sent, when it was offered anew. */
export const quoteEditionEntity = entity<QuoteRecord, { readonly id: string; readonly edition: number }>({
  name: "quote-edition",
  schema: QuoteRecord,
  key: ({ id, edition }) => ({
    pk: quotePartitions.quote(id),
    sk: `${editionPrefix}${String(edition).padStart(4, "0")}`,
  }),
});
