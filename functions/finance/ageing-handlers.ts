import type { Side } from "../../domain/finance/accounts.ts";
import { type AgedItem, type Ageing, aged } from "../../domain/finance/ageing.ts";
import type { CreditNote } from "../../domain/finance/credit.ts";
import { openOn, type Whose } from "../../domain/finance/history.ts";
import type { Invoice } from "../../domain/finance/invoice.ts";
import type { Payment } from "../../domain/finance/payment.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { pageSize } from "../../domain/kernel/page.ts";
import type { Day } from "../../domain/kernel/time.ts";
import { loadClient } from "../clients/access.ts";
import type { Context } from "../kit/context.ts";
import { mapParallel, runParallel } from "../kit/parallel.ts";
import type { Handlers } from "../kit/serve.ts";
import { fromItem } from "../kit/table/item.ts";
import type { ListQuery } from "../kit/table/store.ts";
import type { ageingRoutes } from "./ageing-routes.ts";
import { reachedOf, todayOf } from "./ground.ts";
import { financePartitions, financeShards } from "./store.ts";

/** How many documents one report counts at the most. */
export const mostDocumentsCounted = 50_000;
const documentsAPage = 1_000;

type Part = Pick<ListQuery, "index" | "pk" | "beginsWith">;

/** A document of a client as it stands in a report. */
type Dated = AgedItem & Whose;

const claimOf = (invoice: Invoice): Dated => ({
  kind: "claim",
  side: invoice.side,
  clientId: invoice.clientId,
  counterpartyId: invoice.counterpartyId,
  currency: invoice.currency,
  dueOn: invoice.dueOn ?? "",
  openMinor: invoice.openMinor,
  openBookMinor: invoice.openBookMinor,
});

const freeOf = (money: Payment | CreditNote): Dated => ({
  kind: "free",
  side: money.side,
  clientId: money.clientId,
  counterpartyId: money.counterpartyId,
  currency: money.currency,
  leftMinor: money.leftMinor,
  leftBookMinor: money.leftBookMinor,
});

/** Reads all records of parts of the table. @throws limit.exceeded */
const reader = ({ store }: Pick<Context, "store">) => {
  let read = 0;
  return async <R>(part: Part): Promise<R[]> => {
    const found: R[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.items({ ...part, limit: documentsAPage, cursor });
      read += page.items.length;
      if (read > mostDocumentsCounted)
        throw new Failure("limit.exceeded", {
          detail: `More than ${mostDocumentsCounted} documents are open; ask for them client by client.`,
        });
      found.push(...page.items.map((item) => fromItem<R>(item)));
      cursor = page.next;
    } while (cursor !== undefined);
    return found;
  };
};

/** Of records that changed their place in an index while it was read, each once, in its last version. */
const each = <R extends { readonly id: string; readonly version: number }>(records: readonly R[]): R[] => {
  const found = new Map<string, R>();
  for (const record of records)
    if ((found.get(record.id)?.version ?? 0) < record.version) found.set(record.id, record);
  return [...found.values()];
};

/** What is open and free now. @throws limit.exceeded */
const documentsOf = async (
  context: Pick<Context, "store">,
  invoices: readonly Part[],
  money: readonly Part[],
): Promise<Dated[]> => {
  const allOf = reader(context);
  const [claims, free] = await runParallel([
    () => mapParallel(invoices, (part) => allOf<Invoice>(part)),
    () => mapParallel(money, (part) => allOf<Payment | CreditNote>(part)),
  ]);
  return [...each(claims.flat()).map(claimOf), ...each(free.flat()).map(freeOf)];
};

const partOf = (clientId: string, beginsWith: string): Part => ({
  index: "client",
  pk: financePartitions.client(clientId),
  beginsWith,
});

/** What was open and free of a client at the end of a day. @throws limit.exceeded */
const documentsAsOf = async (
  context: Pick<Context, "store">,
  clientId: string,
  day: Day,
): Promise<Dated[]> => {
  const allOf = reader(context);
  const [invoices, payments, creditNotes] = await runParallel([
    // Drafts among them: one that is paid meanwhile goes from a place before to one behind, and is not missed.
    () => allOf<Invoice>(partOf(clientId, "INVOICE#")),
    () => allOf<Payment>(partOf(clientId, "PAYMENT#")),
    () => allOf<CreditNote>(partOf(clientId, "CREDIT-NOTE#")),
  ]);
  return openOn({ invoices: each(invoices), payments: each(payments), creditNotes: each(creditNotes) }, day);
};

const none = "none";

/** Ageing by a key, in the order of the keys. */
const rowsOf = (
  documents: readonly Dated[],
  keyOf: (document: Dated) => string,
  on: string,
): { key: string; currencies: Ageing[] }[] =>
  [...Map.groupBy(documents, keyOf)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, own]) => ({ key, currencies: aged(own, on) }));

const byCounterparty = ({ counterpartyId }: Dated): string => counterpartyId ?? none;

export const ageingHandlers: Handlers<typeof ageingRoutes> = {
  async readAgeing({ query }, context) {
    const { side = "sale", by = "client", on = todayOf(context), limit = pageSize.standard } = query;
    const parts = (pkOf: (shard: number) => string): Part[] =>
      financeShards.map((shard) => ({ index: "list", pk: pkOf(shard) }));
    const all = await documentsOf(context, parts(financePartitions.open), [
      ...parts(financePartitions.freePayments),
      ...parts(financePartitions.freeCreditNotes),
    ]);
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
    };
  },

  async readClientMoney({ params, query }, context) {
    const { id: clientId } = await loadClient(context, params.clientId);
    const on = query.asOf ?? todayOf(context);
    const documents =
      query.asOf === undefined
        ? await documentsOf(
            context,
            [partOf(clientId, "INVOICE#open#")],
            [partOf(clientId, "PAYMENT#free#"), partOf(clientId, "CREDIT-NOTE#free#")],
          )
        : await documentsAsOf(context, clientId, query.asOf);
    const of = (side: Side) => {
      const own = documents.filter((document) => document.side === side);
      return { currencies: aged(own, on), counterparties: rowsOf(own, byCounterparty, on) };
    };
    return { clientId, on, sale: of("sale"), purchase: of("purchase") };
  },
};
