import { type Account, controlOf } from "../../domain/ledger/account.ts";
import { fromItem, type Item } from "../kit/table/item.ts";
import { mostItemsInTransaction, StaleWrite, type Store } from "../kit/table/store.ts";
import type { Known } from "./known.ts";
import { accountEntity, type Head, headKey, headOf } from "./store.ts";

/** What a posting is built on: the end of its chain, and accounts as they stand as long as its epoch does. */
export interface View {
  readonly head: Head;
  /** Those that are there. */
  readonly accounts: ReadonlyMap<string, Account>;
}

const mostLooks = 5;

const accountIn = (item: Item | undefined): Account[] => (item?.record ? [fromItem<Account>(item)] : []);

/**
 * The end of a chain, and accounts that are valid in its epoch: from memory where they are known, else in one
 * read. An account counts as read in an epoch when it was read at one moment with a head, or after it.
 * @param paths accounts that are posted to, or opened
 */
export const looked = async (
  store: Store,
  known: Known,
  chain: number,
  paths: readonly string[],
): Promise<View> => {
  const keyOf = (path: string) => accountEntity.key({ path });
  const absent = new Set<string>();
  let absentIn = -1;
  for (let look = 0; look < mostLooks; look++) {
    const head = known.head(chain);
    const current = head !== undefined && head.epoch === known.epoch;
    if (absentIn !== known.epoch) absent.clear();
    const missing = paths.filter((path) => !known.account(path) && !absent.has(path));
    if (current && missing.length === 0) {
      const accounts = paths.flatMap((path) => known.account(path) ?? []);
      return { head, accounts: new Map(accounts.map((account) => [account.path, account])) };
    }
    // What was found not to be there may be there by now; then opening it fails, and we look again.
    if (current) {
      const { epoch } = known;
      const items = await store.batchGet(missing.map(keyOf));
      const found = items.flatMap(accountIn);
      known.learnAccounts(found, epoch);
      absentIn = epoch;
      for (const path of missing) if (!found.some((account) => account.path === path)) absent.add(path);
    } else {
      const some = missing.slice(0, mostItemsInTransaction - 1);
      const [headItem, ...items] = await store.moment([headKey(chain), ...some.map(keyOf)]);
      const read = headOf(chain, headItem);
      known.learnHead(read);
      const found = items.flatMap(accountIn);
      known.learnAccounts(found, read.epoch);
      absentIn = read.epoch;
      for (const path of some) if (!found.some((account) => account.path === path)) absent.add(path);
    }
  }
  throw new StaleWrite();
};

/** What a posting has to know of, for accounts that are posted to and some that it may open. */
export const pathsFor = (posted: Iterable<string>, opened: ReadonlySet<string>): string[] => {
  const paths = new Set<string>();
  for (const path of posted) {
    paths.add(path);
    const control = opened.has(path) ? controlOf(path) : undefined;
    if (control !== undefined) paths.add(control);
  }
  return [...paths];
};
