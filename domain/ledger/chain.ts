import type { Transaction } from "./transaction.ts";

/**
 * A value as the one text that stands for it: keys in order, nothing that is undefined, no white space. Two
 * values have the same text exactly when they say the same.
 */
export const canonicalText = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${canonicalText(inner)}`).join(",")}}`;
};

/** SHA-256 of a text, as an argument: the domain knows no crypto. */
export type Digest = (text: string) => string;

/** The hash of a transaction: of all that it says but the hash itself, its place in the chain included. */
export const hashOf = (transaction: Omit<Transaction, "hash">, digest: Digest): string =>
  digest(canonicalText({ ...transaction, hash: undefined }));

/** The end of a chain: what the next transaction is chained to. */
export interface ChainEnd {
  readonly chain: number;
  readonly seq: number;
  /** Empty before the first transaction. */
  readonly hash: string;
}

/** A transaction before it has its place in a chain. */
export type Unchained = Omit<Transaction, "chain" | "seq" | "previousHash" | "hash">;

/** Transactions in their places behind the end of a chain, in their order. */
export const chained = (end: ChainEnd, transactions: readonly Unchained[], digest: Digest): Transaction[] => {
  let { seq, hash } = end;
  return transactions.map((one) => {
    const placed = { ...one, chain: end.chain, seq: ++seq, previousHash: hash };
    hash = hashOf(placed, digest);
    return { ...placed, hash };
  });
};
