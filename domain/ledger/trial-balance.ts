import { exactNumber } from "../kernel/money.ts";

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

/** The columns of several balances, each added up by itself. @throws money.overflow */
export const sumOfSides = (balances: Iterable<bigint>): Sides => {
  let debit = 0n;
  let credit = 0n;
  for (const balance of balances)
    if (balance > 0n) debit += balance;
    else credit -= balance;
  return { debit: exactNumber(debit), credit: exactNumber(credit) };
};

export interface TrialBalance<Type extends string = string> extends Sides {
  readonly accounts: readonly (Sides & { readonly account: string; readonly type: Type })[];
  readonly types: readonly (Sides & { readonly type: Type })[];
}

/**
 * The trial balance of one commodity: its accounts that are not at zero, the sums by type and over all. Debit and
 * credit are equal where every transaction balances and every account is among the rows.
 * @throws money.overflow
 */
export const trialBalanceOf = <Type extends string>(rows: readonly TrialRow<Type>[]): TrialBalance<Type> => {
  const moved = rows.filter(({ balance }) => balance !== 0n);
  const types = [...new Set(moved.map(({ type }) => type))].sort();
  return {
    ...sumOfSides(moved.map(({ balance }) => balance)),
    accounts: moved.map(({ account, type, balance }) => ({ account, type, ...sidesOf(balance) })),
    types: types.map((type) => ({
      type,
      ...sumOfSides(moved.filter((row) => row.type === type).map(({ balance }) => balance)),
    })),
  };
};
