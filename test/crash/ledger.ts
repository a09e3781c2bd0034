import type { Api } from "./process.ts";
import { each, found } from "./reading.ts";

/** A sale that a writer posted, under the id that it chose. */
export interface MadeSale {
  readonly id: string;
  readonly clientId: string;
  readonly amountMinor: number;
  isAnswered: boolean;
}

export const saleBody = ({ id, clientId, amountMinor }: MadeSale) => {
  const receivable = `clients:${clientId}:deposit`;
  return {
    id,
    kind: "sale",
    effectiveOn: "2026-06-01",
    links: { clientId },
    postings: [
      { account: receivable, commodity: "EUR", amount: amountMinor },
      { account: "revenue", commodity: "EUR", amount: -amountMinor },
    ],
    opens: [{ path: receivable, type: "asset" as const }],
  };
};

const isThere = async (api: Api, transactionId: string): Promise<boolean> =>
  (await found(() => api.readTransaction({ params: { transactionId } }))) !== undefined;

const naturalOf = async (api: Api, account: string): Promise<number> => {
  const { items } = await api.listLedgerBalances({ query: { account, commodity: "EUR" } });
  return items[0]?.natural ?? 0;
};

const mostParts = 10_000;

/** The first thing that verification finds wrong, going through all of the ledger. */
const altered = async (api: Api): Promise<string[]> => {
  let cursor: string | undefined;
  for (let part = 0; part < mostParts; part++) {
    const found = await api.verifyLedger({ body: cursor === undefined ? {} : { cursor } });
    if (found.fault) return [`verify: ${JSON.stringify(found.fault)}`];
    if (found.done) return [];
    cursor = found.next;
  }
  return ["verify comes to no end"];
};

export interface Sold {
  /** Ids of the sales that are in the ledger. */
  readonly ids: readonly string[];
  readonly sumMinor: number;
  readonly faults: readonly string[];
}

/** Answered sales are there, the others whole or not at all; their accounts say the same, and nothing was altered. */
export const soldOf = async (api: Api, sales: readonly MadeSale[]): Promise<Sold> => {
  const faults: string[] = [];
  const there: MadeSale[] = [];
  await each(sales, async (sale) => {
    if (await isThere(api, sale.id)) there.push(sale);
    else if (sale.isAnswered) faults.push(`${sale.id} was answered and is not there`);
  });
  const sumMinor = there.reduce((all, { amountMinor }) => all + amountMinor, 0);
  const natural = there.length > 0 ? await naturalOf(api, "clients:*:deposit") : 0;
  if (natural !== sumMinor) faults.push(`clients:*:deposit is at ${natural} instead of ${sumMinor}`);
  const clients = Map.groupBy(there, ({ clientId }) => clientId);
  await each(clients, async ([clientId, own]) => {
    const { revenue, sales: count } = await api.readClientTurnover({
      ...{ params: { clientId }, query: { currency: "EUR", year: 2026 } },
    });
    const sum = own.reduce((all, { amountMinor }) => all + amountMinor, 0);
    if (revenue < sum || count < own.length)
      faults.push(`turnover of ${clientId} is ${revenue} by ${count} instead of ${sum} by ${own.length}`);
  });
  return { ids: there.map(({ id }) => id), sumMinor, faults: [...faults, ...(await altered(api))] };
};

/** What the bank has is what is in the purses. */
export const bankFaults = async (api: Api, heldMinor: number): Promise<string[]> => {
  const natural = await naturalOf(api, "bank");
  return natural === heldMinor ? [] : [`bank is at ${natural} instead of ${heldMinor}`];
};

/** Per commodity everything sums to zero. */
export const bookFaults = async (api: Api, commodities: readonly string[]): Promise<string[]> => {
  const faults: string[] = [];
  for (const commodity of new Set(commodities)) {
    const { debit, credit, steady, next } = await api.readTrialBalance({ query: { commodity, limit: 200 } });
    if (debit !== credit || !steady || next !== undefined)
      faults.push(`the books in ${commodity}: ${debit} and ${credit}${steady ? "" : ", not steady"}`);
  }
  return faults;
};
