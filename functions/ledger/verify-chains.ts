import { controlOf } from "../../domain/ledger/account.ts";
import { canonicalText, hashOf } from "../../domain/ledger/chain.ts";
import { linesOf, type StatementLine } from "../../domain/ledger/effects.ts";
import { isCounted, type Transaction } from "../../domain/ledger/transaction.ts";
import {
  type ChainFault,
  type ChainPlace,
  chainEndFault,
  followChain,
  type VerificationFault,
} from "../../domain/ledger/verify.ts";
import type { Key } from "../kit/table/entity.ts";
import { tableLayout } from "../kit/table/layout.ts";
import type { Store } from "../kit/table/store.ts";
import { heldCommodityEntity } from "./commodities.ts";
import { chainBlock, headKey, headOf, ledgerPartitions, lineEntity, seqText, sha256 } from "./store.ts";
import { besideFault } from "./verify-beside.ts";
import { itemsByKey, readable, twiceSeen, wait } from "./verify-record.ts";

/** Transactions that one step follows; they have up to thirty lines each. */
const transactionsAtOnce = 50;
/** An index shows what was written a moment ago a moment later. */
const mostLooks = 5;
const pauseMs = 200;

export interface ChainStep {
  readonly place: ChainPlace;
  /** The chain was followed to its head. */
  readonly isEnd: boolean;
  /** Those that it followed, each with the hash that it was written with. */
  readonly transactions: readonly Transaction[];
  readonly lines: number;
  readonly fault?: VerificationFault;
}

const details: Readonly<Record<ChainFault["kind"], string>> = {
  missing: "There is no transaction of this number, though the chain goes on behind it.",
  content: "The transaction does not have the content that it was written with.",
  replaced: "The transaction is not the one that what follows it was chained to.",
  surplus: "The transaction lies behind the end of its chain.",
};

const shown = (chain: number, fault: ChainFault): VerificationFault => ({
  ...fault,
  chain,
  detail: details[fault.kind],
});

/** A transaction as it lies in the table, with the number under which the chain names it. */
interface Placed {
  readonly seq: number;
  readonly id: string;
  /** Undefined where it is not there, or no transaction any more. */
  readonly transaction: Transaction | undefined;
  readonly isThere: boolean;
}

/**
 * The next transactions of a chain, without a gap, for those who do not look at their hashes; fewer than there are
 * where the index lags behind the head.
 */
export const transactionsBehind = async (
  store: Store,
  chain: number,
  seq: number,
  last: number,
): Promise<Transaction[]> => {
  const placed = await placedBehind(store, chain, { seq, hash: "" }, last);
  const isGapless = ({ seq: number }: Placed, at: number) => number === seq + 1 + at;
  const gap = placed.findIndex((one, at) => !one.transaction || !isGapless(one, at));
  return placed.slice(0, gap < 0 ? placed.length : gap).flatMap(({ transaction }) => transaction ?? []);
};

/** The next transactions of a chain: their ids and numbers from the index, what they say from the table itself. */
const placedBehind = async (
  store: Store,
  chain: number,
  { seq }: ChainPlace,
  last: number,
): Promise<Placed[]> => {
  // What lies in a block that is not its own is not found there.
  const endOfBlock = (Math.floor((seq + 1) / chainBlock) + 1) * chainBlock - 1;
  const { items } = await store.items({
    index: "list",
    pk: ledgerPartitions.chain(chain, seq + 1),
    between: [seqText(seq + 1), seqText(Math.min(last, endOfBlock))],
    limit: transactionsAtOnce,
  });
  const named = items.map((item) => ({
    seq: Number(item[tableLayout.indexes.list.sortKey]?.S),
    pk: (item.pk?.S ?? "").slice(`T#${store.tenantId}#`.length),
  }));
  const found = await store.batchGet(named.map(({ pk }): Key => ({ pk, sk: "TX" })));
  const byPk = new Map(found.map((item) => [item.pk?.S?.slice(`T#${store.tenantId}#`.length), item]));
  return named.map(({ seq: number, pk }) => {
    const item = byPk.get(pk);
    return {
      seq: number,
      id: pk.slice("LEDGER-TX#".length),
      transaction: readable<Transaction>(item),
      isThere: item !== undefined,
    };
  });
};

/** What the chain is followed through. One that is no transaction any more, or names another place, has no good hash. */
const linkOf = ({ seq, id, transaction }: Placed) =>
  transaction?.seq === seq && transaction.id === id
    ? { ...transaction, whole: transaction }
    : { id, seq, previousHash: "", hash: "", whole: undefined };

/** Every line of the transactions stands in its account's statement as the transaction says. */
const lineFault = async (
  store: Store,
  lines: readonly StatementLine[],
): Promise<VerificationFault | undefined> => {
  const keyOf = (line: StatementLine) => lineEntity.key({ version: 1, ...line });
  const heldKeyOf = ({ account, commodity }: StatementLine) =>
    heldCommodityEntity.key({ account: controlOf(account) ?? account, commodity });
  const stored = await itemsByKey(store, [...lines.map(keyOf), ...lines.map(heldKeyOf)]);
  for (const line of lines) {
    const { transactionId, account, commodity, effectiveOn } = line;
    const about = { transactionId, account, commodity, effectiveOn };
    if (canonicalText(stored.record(keyOf(line))) !== canonicalText({ version: 1, ...line }))
      return {
        kind: "posting",
        ...about,
        detail: "The statement of the account does not have the posting as the transaction says it.",
      };
    if (!stored.item(heldKeyOf(line)))
      return { kind: "page", ...about, detail: "The account is not known to have the commodity." };
  }
  return undefined;
};

/** A transaction behind the head, if there is one: the head is read again, for it may have moved on. */
const surplusOf = async (store: Store, chain: number, seq: number): Promise<ChainFault | undefined> => {
  const [behind] = await placedBehind(store, chain, { seq, hash: "" }, 10 ** 12 - 1);
  if (!behind) return undefined;
  const [head] = await store.batchGet([headKey(chain)]);
  return behind.seq > headOf(chain, head).seq
    ? { kind: "surplus", seq: behind.seq, transactionId: behind.id }
    : undefined;
};

/** Follows a chain by one step, towards its head as it stands now. */
export const chainStep = async (store: Store, chain: number, from: ChainPlace): Promise<ChainStep> => {
  for (let look = 1; ; look++) {
    const [item] = await store.batchGet([headKey(chain)]);
    const head = headOf(chain, item);
    const placed = from.seq < head.seq ? await placedBehind(store, chain, from, head.seq) : [];
    const vanished = placed.find(({ isThere }) => !isThere);
    const links = placed.map(linkOf);
    const digest = (link: (typeof links)[number]) => (link.whole ? hashOf(link.whole, sha256) : "altered");
    const { place, fault } = followChain(from, links, digest);
    const isEnd = !fault && (place.seq === head.seq || placed.length === 0);
    const found =
      (fault && vanished?.seq === fault.seq ? { ...fault, kind: "missing" as const } : fault) ??
      (isEnd ? (chainEndFault(place, head) ?? (await surplusOf(store, chain, place.seq))) : undefined);
    // The index may not show the newest yet.
    if (found?.kind === "missing" && look < mostLooks) {
      await wait(pauseMs);
      continue;
    }
    // One that was replaced is no measure for anything.
    const inOrder = links.filter(({ seq }) => seq <= place.seq && seq !== found?.seq);
    const whole = inOrder.flatMap((link) => link.whole ?? []);
    const lines = whole.filter(isCounted).flatMap(linesOf);
    const first =
      (await twiceSeen(async () => (await lineFault(store, lines)) ?? (await besideFault(store, whole)))) ??
      (found && shown(chain, found));
    return { place, isEnd, transactions: whole, lines: lines.length, ...(first ? { fault: first } : {}) };
  }
};
