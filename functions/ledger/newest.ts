import type { Day } from "../../domain/kernel/time.ts";
import type { Transaction } from "../../domain/ledger/transaction.ts";
import { mapParallel } from "../kit/parallel.ts";
import { fromItem } from "../kit/table/item.ts";
import type { Store } from "../kit/table/store.ts";
import { chainBlock, headKey, headKeys, headOf, ledgerPartitions, seqText } from "./store.ts";

const transactionsAPage = 500;

interface Reading {
  /** Is told how many transactions were read, and refuses too many. */
  readonly count: (read: number) => void;
  /** How many are read at once. */
  readonly limit?: number;
}

/** What is picked of the transactions of a chain that take effect after a day, from the newest on. */
const newestOfChain = async <Picked>(
  store: Store,
  chain: number,
  day: Day,
  pick: (transaction: Transaction) => Picked,
  { count, limit = transactionsAPage }: Reading,
): Promise<Picked[]> => {
  const [head] = await store.batchGet([headKey(chain)]);
  const picked: Picked[] = [];
  for (let { seq } = headOf(chain, head); seq > 0; ) {
    const firstOfBlock = Math.floor(seq / chainBlock) * chainBlock;
    const { items } = await store.items({
      index: "list",
      pk: ledgerPartitions.chain(chain, seq),
      between: [seqText(firstOfBlock), seqText(seq)],
      newestFirst: true,
      limit,
    });
    count(items.length);
    const transactions = items.map((item) => fromItem<Transaction>(item));
    picked.push(...transactions.filter(({ effectiveOn }) => effectiveOn > day).map(pick));
    if (transactions.some(({ insertedOn }) => insertedOn < day)) break;
    seq = (transactions.at(-1)?.seq ?? firstOfBlock) - 1;
  }
  return picked;
};

/**
 * What is picked of all transactions that take effect after a day. None takes effect after the day of its insertion, so that
 * each chain is read from its end back to the day.
 */
export const transactionsAfter = async <Picked>(
  store: Store,
  day: Day,
  pick: (transaction: Transaction) => Picked,
  reading: Reading,
): Promise<Picked[]> => {
  const picked = await mapParallel(headKeys, (_, chain) => newestOfChain(store, chain, day, pick, reading));
  return picked.flat();
};
