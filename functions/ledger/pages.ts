import { controlOf } from "../../domain/ledger/account.ts";
import { chains } from "../../domain/ledger/effects.ts";
import type { LedgerPage } from "../../domain/ledger/pages.ts";
import type { Item } from "../kit/table/item.ts";

/** A page as it lies in the table. */
export interface StoredPage extends LedgerPage {
  readonly shard: string;
}

/** Every number of an item by its name, exactly. */
export const numbersOf = (item: Item): [string, bigint][] =>
  Object.entries(item).flatMap(([name, value]) =>
    value.N === undefined ? [] : [[name, BigInt(value.N)] as [string, bigint]],
  );

export const pageOf = (item: Item): StoredPage => {
  const [, month = "", shard = ""] = item.sk?.S?.split("#") ?? [];
  return { month, shard, counters: new Map(numbersOf(item)) };
};

/** The shards of an account: one for a member account, one per chain for all others. */
export const shardsOf = (path: string): string[] =>
  controlOf(path) === undefined ? Array.from({ length: chains }, (_, chain) => String(chain)) : ["-"];
