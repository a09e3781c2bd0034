import { exactNumber, sumMinor } from "../kernel/money.ts";

/** What stands on one account (or on all members of a control account) in one commodity. */
export interface TrialRow<Type extends string = string> {
  readonly account: string;
  readonly type: Type;
  /** Debit positive. */
  readonly balance: bigint;
}

export interface Sides {
  readonly debit: number;
  readonly credit: number;
}

/** A balance in the column it belongs to. @throws money.overflow */
export const sidesOf = (balance: bigint): Sides => ({
  debit: balance > 0n ? exactNumber(balance) : 0,
  credit: balance < 0n ? exactNumber(-balance) : 0,
});

export interface TypeSides<Type extends string = string> extends Sides {
  readonly type: Type;
}

export interface TrialBalance<Type extends string = string> extends Sides {
  readonly accounts: readonly (Sides & { readonly account: string; readonly type: Type })[];
  /** By type, these accounts and those of the parts before. */
  readonly types: readonly TypeSides<Type>[];
}

/** Sums of both sides, each exact. @throws money.overflow */
const added = (parts: readonly Sides[]): Sides => ({
  debit: sumMinor(parts.map(({ debit }) => debit)),
  credit: sumMinor(parts.map(({ credit }) => credit)),
});

/**
 * A part of the trial balance of one commodity: its accounts that are not at zero, and the sums by type and over
 * all, parts before it included. In the last part debit and credit are equal, where every transaction balances and
 * every account is among the rows.
 * @param before the sums by type of the part before
 * @throws money.overflow
 */
export const trialBalanceOf = <Type extends string>(
  rows: readonly TrialRow<Type>[],
  before: readonly TypeSides<Type>[] = [],
): TrialBalance<Type> => {
  const accounts = rows
    .filter(({ balance }) => balance !== 0n)
    .map(({ account, type, balance }) => ({ account, type, ...sidesOf(balance) }));
  const all = [...before, ...accounts];
  const types = [...new Set(all.map(({ type }) => type))].sort();
  return {
    ...added(all),
    accounts,
    types: types.map((type) => ({ type, ...added(all.filter((one) => one.type === type)) })),
  };
};
