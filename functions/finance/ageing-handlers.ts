import type { Side } from "../../domain/finance/accounts.ts";
import { type Ageing, aged } from "../../domain/finance/ageing.ts";
import { pageSize } from "../../domain/kernel/page.ts";
import type { Day } from "../../domain/kernel/time.ts";
import { loadClient } from "../clients/access.ts";
import type { Context } from "../kit/context.ts";
import type { Handlers } from "../kit/serve.ts";
import type { ageingRoutes } from "./ageing-routes.ts";
import { reachedOf, todayOf } from "./ground.ts";
import { type OpenItem, openItemsNow, openItemsOn } from "./open-documents.ts";

const none = "none";

/** Ageing by a key, in the order of the keys. */
const rowsOf = (
  documents: readonly OpenItem[],
  keyOf: (document: OpenItem) => string,
  on: string,
): { key: string; currencies: Ageing[] }[] =>
  [...Map.groupBy(documents, keyOf)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, own]) => ({ key, currencies: aged(own, on) }));

const byCounterparty = ({ counterpartyId }: OpenItem): string => counterpartyId ?? none;

/** What was open and free at the end of a day; on today and days to come, what is now. */
const openItems = async (
  context: Context,
  on: Day,
  clientId?: string,
): Promise<{ readonly items: readonly OpenItem[]; readonly steady?: boolean }> =>
  on < todayOf(context)
    ? openItemsOn(context, on, { clientId })
    : { items: await openItemsNow(context, clientId) };

export const ageingHandlers: Handlers<typeof ageingRoutes> = {
  async readAgeing({ query }, context) {
    const { side = "sale", by = "client", on = todayOf(context), limit = pageSize.standard } = query;
    const { items: all, ...steady } = await openItems(context, on);
    const documents = await reachedOf(
      context,
      all.filter((document) => document.side === side),
    );
    const rows = rowsOf(documents, by === "client" ? ({ clientId }) => clientId : byCounterparty, on);
    const { cursors } = context.store;
    const [after = ""] = query.cursor === undefined ? [] : cursors.open(query.cursor);
    const rest = rows.filter(({ key }) => key > after);
    const items = rest.slice(0, limit);
    const last = items.at(-1);
    return {
      items,
      ...(rest.length > limit && last ? { next: cursors.seal([last.key]) } : {}),
      totals: aged(documents, on),
      ...steady,
    };
  },

  async readClientMoney({ params, query }, context) {
    const { id: clientId } = await loadClient(context, params.clientId);
    const on = query.asOf ?? todayOf(context);
    const { items, ...steady } = await openItems(context, on, clientId);
    const of = (side: Side) => {
      const own = items.filter((document) => document.side === side);
      return { currencies: aged(own, on), counterparties: rowsOf(own, byCounterparty, on) };
    };
    return { clientId, on, sale: of("sale"), purchase: of("purchase"), ...steady };
  },
};
