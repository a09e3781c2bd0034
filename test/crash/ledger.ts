import { ProblemError } from "../../functions/client.ts";
import type { Api } from "./process.ts";

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

const isThere = async (api: Api, transactionId: string): Promise<boolean> => {
  try {
    await api.readTransaction({ params: { transactionId } });
    return true;
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) return false;
    throw error;
  }
};

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
  readonly faults: readonly string[];
}

/** Answered sales are there, the others whole or not at all; balances say the same, and nothing was altered. */
export const soldOf = async (api: Api, sales: readonly MadeSale[]): Promise<Sold> => {
  const faults: string[] = [];
  const there: MadeSale[] = [];
  for (let at = 0; at < sales.length; at += 16)
    await Promise.all(
      sales.slice(at, at + 16).map(async (sale) => {
        if (await isThere(api, sale.id)) there.push(sale);
        else if (sale.isAnswered) faults.push(`${sale.id} was answered and is not there`);
      }),
    );
  const sum = there.reduce((all, { amountMinor }) => all + amountMinor, 0);
  for (const account of ["revenue", "clients:*:deposit"]) {
    const natural = there.length > 0 ? await naturalOf(api, account) : 0;
    if (natural !== sum) faults.push(`${account} is at ${natural} instead of ${sum}`);
  }
  return { ids: there.map(({ id }) => id), faults: [...faults, ...(await altered(api))] };
};
