import { Failure } from "../../domain/kernel/errors.ts";
import type { Account } from "../../domain/ledger/account.ts";
import type { Effects } from "../../domain/ledger/effects.ts";
import type { Transaction } from "../../domain/ledger/transaction.ts";
import type { Item } from "../kit/table/item.ts";
import { create, StaleWrite, type Write, WriteConflict } from "../kit/table/store.ts";
import { type HeldCommodity, heldCommodityWrite } from "./commodities.ts";
import { guardName, guardWrite, type SeenGuards } from "./guards.ts";
import {
  accountEntity,
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

export interface PostingPlan {
  readonly transactions: readonly Transaction[];
  readonly effects: Effects;
  /** The guards of whose accounts earlier days were looked at. */
  readonly seen: SeenGuards;
  /** Accounts that were not there. */
  readonly opened: readonly Account[];
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
  const { transactions, effects, seen, opened, head, commodities, own } = plan;
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
    ...effects.guards.map((change) => guardWrite(change, seen.get(guardName(change)))),
    ...own,
    ...effects.lines.map(lineWrite),
    ...effects.pages.map(pageWrite),
    ...commodities.map(heldCommodityWrite),
    ...effects.held.map(heldWrite),
    ...effects.turnover.map(turnoverWrite),
  ];
};
