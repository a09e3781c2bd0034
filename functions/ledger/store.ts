import { createHash } from "node:crypto";
import * as z from "zod";
import type { Day } from "../../domain/kernel/time.ts";
import { Account, clientOfPath, controlOf } from "../../domain/ledger/account.ts";
import type { Digest } from "../../domain/ledger/chain.ts";
import {
  chains,
  type HeldSums,
  type PageSums,
  type StatementLine,
  type TurnoverSums,
  turnoverShardOf,
} from "../../domain/ledger/effects.ts";
import { PeriodLock } from "../../domain/ledger/lock.ts";
import { Links, Transaction } from "../../domain/ledger/transaction.ts";
import { count } from "../kit/table/counter.ts";
import { entity, type Key } from "../kit/table/entity.ts";
import { type Item, itemKey, toItem } from "../kit/table/item.ts";
import { StaleWrite, type Write } from "../kit/table/store.ts";

/**
 * Access patterns: a transaction by the caller's id; the transactions of a chain in order (index `list`), those of a
 * client by day of effect (index `client`); the ends of the chains; an account by path; common and control accounts by path, the members of a control account
 * by path (index `list`), those of a client (index `client`); the statement of an account by effective day; its
 * pages by month; its guard; what is reserved on it; the turnover of a year and currency by client, counterparty or product.
 */

/** SHA-256, in base64url. */
export const sha256: Digest = (text) => createHash("sha256").update(text).digest("base64url");

/** How many transactions of a chain lie in one partition of the index. */
export const chainBlock = 10_000;
/** A number of a chain as a sort key. */
export const seqText = (seq: number) => String(seq).padStart(12, "0");

export const ledgerPartitions = {
  chain: (chain: number, seq: number) => `LEDGER-CHAIN#${chain}#${Math.floor(seq / chainBlock)}`,
  /** Common and control accounts. */
  accounts: "LEDGER-ACCOUNTS",
  membersOf: (control: string) => `LEDGER-ACCOUNTS#${control}`,
  ofClient: (clientId: string) => `CLIENT#${clientId}`,
  lines: (path: string, commodity: string, shard: string) => `LEDGER#${path}#${commodity}#${shard}`,
  /** Pages and guard of an account and commodity. */
  balance: (path: string, commodity: string) => `LEDGER#${path}#${commodity}`,
  turnover: (dimension: TurnoverSums["dimension"], shard: number) => `TURNOVER#${dimension}#${shard}`,
};

/** Before the day of effect of a transaction, among what belongs to its client. */
export const clientTransactionPrefix = "LEDGER-TX#";

export const transactionEntity = entity<Transaction, { readonly id: string }>({
  name: "ledger-transaction",
  schema: Transaction,
  key: ({ id }) => ({ pk: `LEDGER-TX#${id}`, sk: "TX" }),
  indexes: ({ id, chain, seq, effectiveOn, links }) => ({
    list: { pk: ledgerPartitions.chain(chain, seq), sk: seqText(seq) },
    ...(links?.clientId === undefined
      ? {}
      : {
          client: {
            pk: ledgerPartitions.ofClient(links.clientId),
            sk: `${clientTransactionPrefix}${effectiveOn}#${id}`,
          },
        }),
  }),
});

const Reversal = z.object({ id: z.string(), version: z.literal(1), by: z.string() });

/** Says that a transaction is reversed, and by which. */
export const reversalEntity = entity<z.infer<typeof Reversal>, { readonly id: string }>({
  name: "ledger-reversal",
  schema: Reversal,
  key: ({ id }) => ({ pk: `LEDGER-TX#${id}`, sk: "REVERSED" }),
});

export const accountEntity = entity<Account, { readonly path: string }>({
  name: "ledger-account",
  schema: Account,
  key: ({ path }) => ({ pk: `LEDGER#${path}`, sk: "ACCOUNT" }),
  indexes: ({ path }) => {
    const [control, clientId] = [controlOf(path), clientOfPath(path)];
    return {
      list: {
        pk: control === undefined ? ledgerPartitions.accounts : ledgerPartitions.membersOf(control),
        sk: path,
      },
      ...(clientId === undefined
        ? {}
        : { client: { pk: ledgerPartitions.ofClient(clientId), sk: `LEDGER-ACCOUNT#${path}` } }),
    };
  },
});

const Line = z.object({
  version: z.literal(1),
  account: z.string(),
  commodity: z.string(),
  shard: z.string(),
  transactionId: z.string(),
  n: z.int(),
  amount: z.int(),
  effectiveOn: z.string(),
  insertedAt: z.string(),
  insertedOn: z.string(),
  kind: z.string(),
  memo: z.string().optional(),
  links: Links.optional(),
});
type LineRecord = StatementLine & { readonly version: 1 };

/** A line of a statement. Sort keys of the shards of an account never are the same. */
export const lineEntity = entity<LineRecord, LineRecord>({
  name: "ledger-line",
  schema: Line,
  key: ({ account, commodity, shard, effectiveOn, insertedAt, transactionId, n }) => ({
    pk: ledgerPartitions.lines(account, commodity, shard),
    sk: `POSTING#${effectiveOn}#${insertedAt}#${transactionId}#${n}`,
  }),
});

/** Access pattern: the lock of the periods of a tenant. */
export const periodLockEntity = entity<PeriodLock, unknown>({
  name: "ledger-lock",
  schema: PeriodLock,
  key: () => ({ pk: "LEDGER-LOCK", sk: "LOCK" }),
});

export const pageEntityName = "ledger-page";
export const pageKey = (page: Omit<PageSums, "add">): Key => ({
  pk: ledgerPartitions.balance(page.account, page.commodity),
  sk: `PAGE#${page.month}#${page.shard}`,
});

export const guardEntityName = "ledger-guard";
/**
 * A guard holds `settled`, `available` and, where the account has a limit in the commodity, `room`; `lastDay`, the last
 * day on which anything counts, and `backdated`, how many postings counted on an earlier day than that.
 */
export const guardKey = (path: string, commodity: string): Key => ({
  pk: ledgerPartitions.balance(path, commodity),
  sk: "GUARD",
});

export const heldEntityName = "ledger-held";
/** What pending transactions reserve on an account: `taken` and `brought`, in shards that are to be summed. */
export const heldKey = ({ account, commodity, shard }: Omit<HeldSums, "taken" | "brought">): Key => ({
  pk: ledgerPartitions.balance(account, commodity),
  sk: `HELD#${shard}`,
});

export const turnoverEntityName = "ledger-turnover";
export const turnoverKey = ({ dimension, id, year, currency }: Omit<TurnoverSums, "add">): Key => ({
  pk: ledgerPartitions.turnover(dimension, turnoverShardOf(id)),
  sk: `${year}#${currency}#${id}`,
});

/** The end of a chain, and what every posting to the chain has to know of the whole ledger. */
export interface Head {
  readonly chain: number;
  /** Counts every write of the head. */
  readonly version: number;
  readonly seq: number;
  readonly hash: string;
  /** Counts the changes of accounts: what was read of an account is good as long as it stands. */
  readonly epoch: number;
  readonly lockedThrough: Day | undefined;
  /** Whether the tenant has its chart of accounts. */
  readonly charted: boolean;
}

const headEntityName = "ledger-head";
export const headKey = (chain: number): Key => ({ pk: `LEDGER-CHAIN#${chain}`, sk: "HEAD" });
export const headKeys: readonly Key[] = Array.from({ length: chains }, (_, chain) => headKey(chain));

/** A head as it stands in the table; one that is not there is that of a chain without transactions. */
export const headOf = (chain: number, item: Item | undefined): Head => ({
  chain,
  version: Number(item?.version?.N ?? 0),
  seq: Number(item?.seq?.N ?? 0),
  hash: item?.hash?.S ?? "",
  epoch: Number(item?.epoch?.N ?? 0),
  lockedThrough: item?.lockedThrough?.S,
  charted: item?.charted?.BOOL ?? false,
});

/** Writes a head over the version before it. Its numbers are attributes of their own: `headTouches` adds to them. */
export const headWrite = (head: Head, otherwise: (standing?: Item) => Error): Write => ({
  entity: headEntityName,
  key: headKey(head.chain),
  otherwise,
  build: (tenantId, TableName, { changeId }) => ({
    Put: {
      TableName,
      Item: {
        ...itemKey(tenantId, headKey(head.chain)),
        entity: { S: headEntityName },
        changeId: { S: changeId },
        version: { N: String(head.version) },
        seq: { N: String(head.seq) },
        hash: { S: head.hash },
        epoch: { N: String(head.epoch) },
        charted: { BOOL: head.charted },
        ...(head.lockedThrough === undefined ? {} : { lockedThrough: { S: head.lockedThrough } }),
      },
      ...(head.version === 1
        ? { ConditionExpression: "attribute_not_exists(pk)" }
        : {
            ConditionExpression: "version = :version",
            ExpressionAttributeValues: { ":version": { N: String(head.version - 1) } },
          }),
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    },
  }),
});

/**
 * Sixteen writes that make every posting under way look again: at the accounts, at the lock. They go into the
 * transaction that changes an account or sets the lock, and fail for no posting that comes between.
 * @param lock sets the day through which the books are locked
 */
export const headTouches = (lock?: Day): Write[] =>
  headKeys.map((key) => ({
    entity: headEntityName,
    key,
    otherwise: () => new StaleWrite(),
    build: (tenantId, TableName) => ({
      Update: {
        TableName,
        Key: itemKey(tenantId, key),
        UpdateExpression: `${lock === undefined ? "" : "SET lockedThrough = :lock "}ADD version :one, epoch :one`,
        // Without a chart there is nothing yet to change or to lock.
        ConditionExpression: "attribute_exists(pk)",
        ExpressionAttributeValues: {
          ":one": { N: "1" },
          ...(lock === undefined ? {} : { ":lock": { S: lock } }),
        },
      },
    }),
  }));

/**
 * A line of a statement. It has no condition: its name is that of its transaction, which is not there yet when the
 * transaction is written.
 */
export const lineWrite = (line: StatementLine): Write => {
  const record: LineRecord = { version: 1, ...line };
  return {
    entity: lineEntity.name,
    key: lineEntity.key(record),
    otherwise: () => new StaleWrite(),
    build: (tenantId, TableName, { changeId }) => ({
      Put: { TableName, Item: toItem(tenantId, lineEntity, record, { changeId }) },
    }),
  };
};

const neverRefused = () => new StaleWrite();

export const pageWrite = ({ add, ...page }: PageSums): Write =>
  count({ entity: pageEntityName, key: pageKey(page), add }, neverRefused);

export const heldWrite = ({ taken, brought, ...place }: HeldSums): Write =>
  count({ entity: heldEntityName, key: heldKey(place), add: { taken, brought } }, neverRefused);

export const turnoverWrite = ({ add, ...place }: TurnoverSums): Write =>
  count({ entity: turnoverEntityName, key: turnoverKey(place), add }, neverRefused);
