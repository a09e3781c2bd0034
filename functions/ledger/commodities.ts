import * as z from "zod";
import type { Page } from "../../domain/kernel/page.ts";
import { controlOf } from "../../domain/ledger/account.ts";
import type { Transaction } from "../../domain/ledger/transaction.ts";
import { entity } from "../kit/table/entity.ts";
import { toItem } from "../kit/table/item.ts";
import { StaleWrite, type Store, type Write } from "../kit/table/store.ts";

const Held = z.object({ version: z.literal(1), account: z.string(), commodity: z.string() });
type Held = z.infer<typeof Held>;
export type HeldCommodity = Pick<Held, "account" | "commodity">;

/**
 * Access pattern: the commodities that a common or control account ever had, in the account's own partition. Those of a
 * member account are among those of its control account, so that nothing is written for it.
 */
export const heldCommodityEntity = entity<Held, HeldCommodity>({
  name: "ledger-commodity",
  schema: Held,
  key: ({ account, commodity }) => ({ pk: `LEDGER#${account}`, sk: `COMMODITY#${commodity}` }),
});

/** Says that an account has a commodity; to say it again changes nothing, so that it has no condition. */
export const heldCommodityWrite = (held: HeldCommodity): Write => ({
  entity: heldCommodityEntity.name,
  key: heldCommodityEntity.key(held),
  otherwise: () => new StaleWrite(),
  build: (tenantId, TableName, { changeId }) => ({
    Put: { TableName, Item: toItem(tenantId, heldCommodityEntity, { version: 1, ...held }, { changeId }) },
  }),
});

/** What an instance of the Lambda knows to be written down already. It is never taken away. */
export interface KnownCommodities {
  holds(account: string, commodity: string): boolean;
}

/** The commodities that transactions bring, or reserve, to common and control accounts, and that may not be written down yet. */
export const newCommodities = (
  transactions: readonly Transaction[],
  known: KnownCommodities,
): HeldCommodity[] => {
  const found = new Map<string, HeldCommodity>();
  for (const posting of transactions.flatMap(({ postings }) => postings)) {
    const account = controlOf(posting.account) ?? posting.account;
    const { commodity } = posting;
    if (!known.holds(account, commodity)) found.set(`${account} ${commodity}`, { account, commodity });
  }
  return [...found.values()];
};

/** A page of the commodities that an account, or the control account of a member, ever had; in their order. */
export const commoditiesOf = async (
  store: Store,
  path: string,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<string>> => {
  const pk = `LEDGER#${controlOf(path) ?? path}`;
  const { items, next } = await store.list<Held>({ pk, beginsWith: "COMMODITY#", ...page });
  return { items: items.map(({ commodity }) => commodity), ...(next === undefined ? {} : { next }) };
};

/** The next commodity that a common or control account ever had; the first behind "". */
export const commodityBehind = async (
  store: Store,
  path: string,
  commodity: string,
): Promise<string | undefined> => {
  const { items } = await store.list<Held>({
    pk: `LEDGER#${path}`,
    between: [`COMMODITY#${commodity === "" ? "" : `${commodity}!`}`, "COMMODITY#~"],
    limit: 1,
  });
  return items[0]?.commodity;
};
