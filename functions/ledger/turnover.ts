import { pageSize } from "../../domain/kernel/page.ts";
import { dayIn } from "../../domain/kernel/time.ts";
import { type TurnoverSums, turnoverShards } from "../../domain/ledger/effects.ts";
import { type Turnover, turnoverOf } from "../../domain/ledger/turnover.ts";
import { loadClient, loadCounterparty } from "../clients/access.ts";
import type { Context } from "../kit/context.ts";
import { found } from "../kit/found.ts";
import type { Handlers } from "../kit/serve.ts";
import { mergedItems } from "../kit/table/merged.ts";
import { productEntity } from "../products/store.ts";
import { numbersOf } from "./pages.ts";
import type { ledgerReadRoutes } from "./reads-routes.ts";
import { ledgerPartitions, turnoverKey } from "./store.ts";

type Dimension = TurnoverSums["dimension"];

interface Asked {
  readonly year?: number | undefined;
  readonly currency?: string | undefined;
}

const periodOf = ({ tenant, now }: Context, { year, currency }: Asked) => ({
  year: year ?? Number(dayIn(now, tenant.timeZone).slice(0, 4)),
  currency: currency ?? tenant.currency,
});

/** The figures of a year. What was never sold has turned over nothing. */
const turnoverShown = async (
  context: Context,
  dimension: Dimension,
  id: string,
  asked: Asked,
): Promise<Turnover> => {
  const { year, currency } = periodOf(context, asked);
  const key = turnoverKey({ dimension, id, year: String(year), currency });
  const [item] = await context.store.batchGet([key]);
  return turnoverOf(year, currency, item ? numbersOf(item) : []);
};

/** A page of what was turned over by all clients or products in a year, by id. */
const turnoverPage = async (
  context: Context,
  dimension: Dimension,
  asked: Asked & { readonly limit?: number | undefined; readonly cursor?: string | undefined },
) => {
  const { store } = context;
  const { year, currency } = periodOf(context, asked);
  const prefix = `${year}#${currency}#`;
  const [behind] = asked.cursor === undefined ? [] : store.cursors.open(asked.cursor);
  const { found, more } = await mergedItems(store, {
    pks: Array.from({ length: turnoverShards }, (_, shard) => ledgerPartitions.turnover(dimension, shard)),
    between: [`${prefix}${behind === undefined ? "" : `${behind}!`}`, `${prefix}~`],
    limit: asked.limit ?? pageSize.standard,
  });
  const items = found.map(({ sk, item }) => {
    const { revenue, margin, sales } = turnoverOf(year, currency, numbersOf(item));
    return { id: sk.slice(prefix.length), revenue, margin, sales };
  });
  const last = items.at(-1);
  return { items, ...(more && last ? { next: store.cursors.seal([last.id]) } : {}) };
};

export const turnoverHandlers: Pick<
  Handlers<typeof ledgerReadRoutes>,
  | "listClientTurnover"
  | "listProductTurnover"
  | "readClientTurnover"
  | "readCounterpartyTurnover"
  | "readProductTurnover"
> = {
  listClientTurnover: ({ query }, context) => turnoverPage(context, "client", query),
  listProductTurnover: ({ query }, context) => turnoverPage(context, "product", query),

  async readClientTurnover({ params, query }, context) {
    await loadClient(context, params.clientId);
    return turnoverShown(context, "client", params.clientId, query);
  },

  async readCounterpartyTurnover({ params, query }, context) {
    await loadCounterparty(context, params.counterpartyId);
    return turnoverShown(context, "counterparty", params.counterpartyId, query);
  },

  async readProductTurnover({ params, query }, context) {
    await found(context.store.get(productEntity, { id: params.productId }));
    return turnoverShown(context, "product", params.productId, query);
  },
};
