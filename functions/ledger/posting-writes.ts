import { Failure } from "../../domain/kernel/errors.ts";
import type { Account } from "../../domain/ledger/account.ts";
import { type Accounts, effectsOf, type GuardChange } from "../../domain/ledger/effects.ts";
import { Shortage } from "../../domain/ledger/errors.ts";
import type { Posting, Transaction } from "../../domain/ledger/transaction.ts";
import { count, counterOf } from "../kit/table/counter.ts";
import type { Item } from "../kit/table/item.ts";
import { create, StaleWrite, type Write, WriteConflict } from "../kit/table/store.ts";
import { type HeldCommodity, heldCommodityWrite } from "./commodities.ts";
import {
  accountEntity,
  guardEntityName,
  guardKey,
  type Head,
  headWrite,
  heldWrite,
  lineWrite,
  pageWrite,
  reversalEntity,
  transactionEntity,
  turnoverWrite,
} from "./store.ts";

/** The chain has moved on since its head was read. */
export class LostChain extends StaleWrite {
  /** The head as it stands now. */
  readonly standing: Item | undefined;

  constructor(standing: Item | undefined) {
    super();
    this.standing = standing;
  }
}

/** A transaction of this id is there already. */
export class SeenBefore extends Error {}

const refusal = (change: GuardChange, standing: Item | undefined): Error => {
  const { account, commodity, available: change_, mayGoBelowZero, brought, limit } = change;
  const available = Number(counterOf(standing, "available"));
  if (!mayGoBelowZero && available + change_ < 0)
    return new Shortage("ledger.insufficient", { account, commodity, available, needed: -change_ });
  const room = standing?.room === undefined ? (limit ?? 0) : Number(counterOf(standing, "room"));
  return new Shortage("ledger.limit-exceeded", { account, commodity, available: room, needed: brought });
};

/** The balance that a constrained account is held to, exact at every moment. */
export const guardWrite = (change: GuardChange): Write => {
  const { account, commodity, settled, available, brought, mayGoBelowZero, limit } = change;
  return count(
    {
      entity: guardEntityName,
      key: guardKey(account, commodity),
      add: Object.fromEntries(Object.entries({ settled, available }).filter(([, amount]) => amount !== 0)),
      ...(limit === undefined ? {} : { from: { room: { begin: limit, add: -brought } } }),
      atLeast: {
        ...(!mayGoBelowZero && available < 0 ? { available: -available } : {}),
        ...(limit !== undefined && brought > 0 ? { room: brought } : {}),
      },
    },
    (standing) => refusal(change, standing),
  );
};

export interface PostingPlan {
  readonly transactions: readonly Transaction[];
  readonly accounts: Accounts;
  /** Accounts that were not there. */
  readonly opened: readonly Account[];
  /** What the pending transactions reserve that are settled by it. */
  readonly released: readonly (readonly Posting[])[];
  readonly head: Head;
  /** What common and control accounts have for the first time. */
  readonly commodities: readonly HeldCommodity[];
  /** The caller's records. */
  readonly own: readonly Write[];
}

/**
 * The items of a posting. Their order is that of the answers: a repetition is told before a lost chain, a lost
 * chain before a shortage, and a shortage before what the caller's own records refuse.
 */
export const postingWrites = (plan: PostingPlan): Write[] => {
  const { transactions, accounts, opened, released, head, commodities, own } = plan;
  const effects = effectsOf(transactions, accounts, released);
  return [
    ...transactions.map((transaction) =>
      create(transactionEntity, transaction, () => new SeenBefore(transaction.id)),
    ),
    headWrite(head, (standing) => new LostChain(standing)),
    ...transactions.flatMap(({ id, reverses }) =>
      reverses === undefined
        ? []
        : [
            create(reversalEntity, { id: reverses, version: 1, by: id }, () => {
              return new Failure("ledger.reversed-already", { detail: `${reverses} is reversed already.` });
            }),
          ],
    ),
    // Somebody opened it at the same moment: we look again and find it.
    ...opened.map((account) => create(accountEntity, account, () => new WriteConflict())),
    ...effects.guards.map(guardWrite),
    ...own,
    ...effects.lines.map(lineWrite),
    ...effects.pages.map(pageWrite),
    ...commodities.map(heldCommodityWrite),
    ...effects.held.map(heldWrite),
    ...effects.turnover.map(turnoverWrite),
  ];
};
