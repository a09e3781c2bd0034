import { claimPath, freePath, type Side, sides, signOf } from "../../domain/finance/accounts.ts";
import type { AgedItem } from "../../domain/finance/ageing.ts";
import type { CreditNote } from "../../domain/finance/credit.ts";
import { type Documents, openOn, type Whose } from "../../domain/finance/history.ts";
import type { Invoice } from "../../domain/finance/invoice.ts";
import type { Allocation } from "../../domain/finance/money.ts";
import type { Payment } from "../../domain/finance/payment.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { idPrefixes } from "../../domain/kernel/id.ts";
import type { Day } from "../../domain/kernel/time.ts";
import type { Context } from "../kit/context.ts";
import { mapParallel, runParallel } from "../kit/parallel.ts";
import type { VersionedRecord } from "../kit/table/entity.ts";
import { fromItem } from "../kit/table/item.ts";
import type { ListQuery, Store } from "../kit/table/store.ts";
import { commoditiesOf } from "../ledger/commodities.ts";
import { transactionsAfter } from "../ledger/newest.ts";
import { balanceIn } from "../ledger/reads-store.ts";
import { creditNoteEntity, financePartitions, financeShards, invoiceEntity, paymentEntity } from "./store.ts";

/** How many documents, and transactions of the ledger since a day gone by, one report reads at the most. */
export const mostRead = 50_000;
const documentsAPage = 1_000;
/** How often a past day is read again because something was recorded meanwhile. */
const mostReadings = 3;
/** There are fewer currencies than this. */
const mostCommodities = 300;

/** A document that is open, or money that is free, and whose it is. */
export type OpenItem = AgedItem & Whose;

type Part = Pick<ListQuery, "index" | "pk" | "beginsWith">;

/** Where documents lie: those of the tenant, or of a client. */
interface Places {
  readonly invoices: readonly Part[];
  readonly payments: readonly Part[];
  readonly creditNotes: readonly Part[];
}

const shardsOf = (pkOf: (shard: number) => string): Part[] =>
  financeShards.map((shard) => ({ index: "list", pk: pkOf(shard) }));

/** What is open and free of all clients. */
const openOfAll: Places = {
  invoices: shardsOf(financePartitions.open),
  payments: shardsOf(financePartitions.freePayments),
  creditNotes: shardsOf(financePartitions.freeCreditNotes),
};

const ofClient = (
  clientId: string,
  [invoices, payments, creditNotes]: readonly [string, string, string],
): Places => {
  const part = (beginsWith: string): Part[] => [
    { index: "client", pk: financePartitions.client(clientId), beginsWith },
  ];
  return { invoices: part(invoices), payments: part(payments), creditNotes: part(creditNotes) };
};
const openOfClient = (clientId: string): Places =>
  ofClient(clientId, ["INVOICE#open#", "PAYMENT#free#", "CREDIT-NOTE#free#"]);
// Drafts among them: one that is paid meanwhile goes from a place before to one behind, and is not missed.
const allOfClient = (clientId: string): Places =>
  ofClient(clientId, ["INVOICE#", "PAYMENT#", "CREDIT-NOTE#"]);

/** Counts what a report reads. @throws limit.exceeded */
type Count = (read: number) => void;

const countUpTo = (most: number, detail: string): Count => {
  let sum = 0;
  return (read) => {
    sum += read;
    if (sum > most) throw new Failure("limit.exceeded", { detail });
  };
};

/** Of records that changed their place in an index while it was read, each once, in its last version. */
const each = <R extends VersionedRecord & { readonly id: string }>(records: readonly R[]): R[] => {
  const found = new Map<string, R>();
  for (const record of records)
    if ((found.get(record.id)?.version ?? 0) < record.version) found.set(record.id, record);
  return [...found.values()];
};

const allOf = async <R extends VersionedRecord & { readonly id: string }>(
  store: Store,
  parts: readonly Part[],
  count: Count,
): Promise<R[]> => {
  const found = await mapParallel(parts, async (part) => {
    const records: R[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.items({ ...part, limit: documentsAPage, cursor });
      count(page.items.length);
      records.push(...page.items.map((item) => fromItem<R>(item)));
      cursor = page.next;
    } while (cursor !== undefined);
    return records;
  });
  return each(found.flat());
};

const documentsIn = async (store: Store, places: Places, count: Count): Promise<Documents> => {
  const [invoices, payments, creditNotes] = await runParallel([
    () => allOf<Invoice>(store, places.invoices, count),
    () => allOf<Payment>(store, places.payments, count),
    () => allOf<CreditNote>(store, places.creditNotes, count),
  ]);
  return { invoices, payments, creditNotes };
};

/** Behind every day: as of it, things are as they are now. */
const endOfDays: Day = "9999-12-31";

/** What is open and free now, of all clients or of one. @throws limit.exceeded */
export const openItemsNow = async (
  { store }: Pick<Context, "store">,
  clientId?: string,
): Promise<OpenItem[]> => {
  const count = countUpTo(
    mostRead,
    `More than ${mostRead} documents are open; ask for the balance of one client after the other.`,
  );
  const places = clientId === undefined ? openOfAll : openOfClient(clientId);
  return openOn(await documentsIn(store, places, count), endOfDays);
};

const isOfKind = (kind: "payment" | "creditNote" | "invoice", id: string): boolean =>
  id.startsWith(`${idPrefixes[kind]}_`);

/** Those of these ids that name a kind of document. */
const namesOf = (kind: "payment" | "creditNote" | "invoice", ids: Iterable<string | undefined>) =>
  [...new Set(ids)].flatMap((id) => (id !== undefined && isOfKind(kind, id) ? [{ id }] : []));

const changedAfter =
  (day: Day) =>
  ({ on, reversedOn = "" }: Pick<Allocation, "on" | "reversedOn">): boolean =>
    on > day || reversedOn > day;

/** Documents that anything happened to after a day, and the money by which it did. */
const documentsSince = async (store: Store, day: Day, count: Count): Promise<Documents> => {
  const links = await transactionsAfter(store, day, (transaction) => transaction.links ?? {}, { count });
  const ids = links.flatMap(({ documentId, invoiceId }) => [documentId, invoiceId]);
  const [paid, notes] = await runParallel([
    () => store.getAll(paymentEntity, namesOf("payment", ids)),
    () => store.getAll(creditNoteEntity, namesOf("creditNote", ids)),
  ]);
  const refunded = paid.flatMap((payment) => payment?.sourceId);
  const [refundedPayments, refundedNotes] = await runParallel([
    () => store.getAll(paymentEntity, namesOf("payment", refunded)),
    () => store.getAll(creditNoteEntity, namesOf("creditNote", refunded)),
  ]);
  const payments = [...paid, ...refundedPayments].flatMap((payment) => payment ?? []);
  const creditNotes = [...notes, ...refundedNotes].flatMap((note) => note ?? []);
  const isChanged = changedAfter(day);
  const settled = [
    ...ids,
    ...payments.flatMap(({ allocations, reversedOn = "" }) =>
      allocations.filter((one) => reversedOn > day || isChanged(one)).map(({ invoiceId }) => invoiceId),
    ),
    ...creditNotes.flatMap(({ allocations, invoiceId }) => [
      invoiceId,
      ...allocations.filter(isChanged).map((one) => one.invoiceId),
    ]),
  ];
  const invoices = await store.getAll(invoiceEntity, namesOf("invoice", settled));
  count(payments.length + creditNotes.length + invoices.length);
  return { invoices: invoices.flatMap((invoice) => invoice ?? []), payments, creditNotes };
};

/** What was open and free of all clients at the end of a day gone by: see `openOn`. */
const itemsOfAll = async (store: Store, day: Day, most: number): Promise<OpenItem[]> => {
  const count = countUpTo(
    most,
    `It takes more than ${most} documents and transactions to go back to ${day}: all that is open now and all that was posted ` +
      "since. Ask for a later day, or for the balance of one client after the other.",
  );
  // What is open first: what is settled meanwhile is then among what was posted since.
  const open = await documentsIn(store, openOfAll, count);
  const since = await documentsSince(store, day, count);
  return openOn(
    {
      invoices: each([...open.invoices, ...since.invoices]),
      payments: each([...open.payments, ...since.payments]),
      creditNotes: each([...open.creditNotes, ...since.creditNotes]),
    },
    day,
  );
};

const itemsOfClient = async (store: Store, clientId: string, day: Day, most: number): Promise<OpenItem[]> => {
  const count = countUpTo(
    most,
    `The client has more than ${most} documents. Read the balances of its accounts in the ledger.`,
  );
  return openOn(await documentsIn(store, allOfClient(clientId), count), day);
};

/** What items come to on the accounts of a side, by account and currency; debit above zero. */
const sumsOf = (items: readonly OpenItem[], side: Side, holder: string): Map<string, Map<string, bigint>> => {
  const [claims, free] = [new Map<string, bigint>(), new Map<string, bigint>()];
  for (const item of items) {
    if (item.side !== side) continue;
    const [sums, amount] = item.kind === "claim" ? [claims, item.openMinor] : [free, 0 - item.leftMinor];
    sums.set(item.currency, (sums.get(item.currency) ?? 0n) + BigInt(signOf(side) * amount));
  }
  return new Map([
    [claimPath(side, holder), claims],
    [freePath(side, holder), free],
  ]);
};

/** Whether items are what the ledger has on the accounts of clients at the end of the day, in each currency. */
const isAsPosted = async (
  store: Store,
  items: readonly OpenItem[],
  day: Day,
  holder: string,
): Promise<boolean> => {
  const accounts = sides.flatMap((side) => [...sumsOf(items, side, holder)]);
  const equal = await mapParallel(accounts, async ([path, sums]) => {
    const { items: posted } = await commoditiesOf(store, path, { limit: mostCommodities });
    const balances = await mapParallel([...new Set([...posted, ...sums.keys()])], async (currency) => {
      const balance = await balanceIn(store, path, currency, { asOf: day });
      return balance === (sums.get(currency) ?? 0n);
    });
    return balances.every(Boolean);
  });
  return equal.every(Boolean);
};

export interface PastItems {
  readonly items: readonly OpenItem[];
  /** Whether they are what the ledger says of that day; where not, something was recorded a moment ago. */
  readonly steady: boolean;
}

/**
 * What was open and free at the end of a day gone by, of all clients or of one, held against the ledger's balances as of
 * that day.
 * @param most how many documents and transactions may be read
 * @throws limit.exceeded
 */
export const openItemsOn = async (
  { store }: Pick<Context, "store">,
  day: Day,
  { clientId, most = mostRead }: { readonly clientId?: string | undefined; readonly most?: number } = {},
): Promise<PastItems> => {
  for (let reading = 1; ; reading++) {
    const items =
      clientId === undefined
        ? await itemsOfAll(store, day, most)
        : await itemsOfClient(store, clientId, day, most);
    const steady = await isAsPosted(store, items, day, clientId ?? "*");
    if (steady || reading === mostReadings) return { items, steady };
  }
};
