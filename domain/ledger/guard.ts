import { Failure } from "../kernel/errors.ts";
import { exactNumber } from "../kernel/money.ts";
import type { Day } from "../kernel/time.ts";
import type { Account } from "./account.ts";
import { type Commodity, commodityText } from "./commodity.ts";
import { type Bounds, type DayAmount, firstDayOutside, sumOfDays } from "./days.ts";

/** What stands on an account in one commodity, in its natural balance. */
export interface Standing {
  readonly commodity: Commodity;
  readonly days: readonly DayAmount[];
  /** What pending transactions may take out, and bring in. */
  readonly taken: bigint;
  readonly brought: bigint;
}

/** The guard that a constrained account has in a commodity. */
export interface Guard {
  readonly commodity: Commodity;
  readonly settled: number;
  readonly available: number;
  readonly room?: number;
  /** Nothing that was posted counts on a later day. Absent where nothing was posted. */
  readonly lastDay?: Day;
}

const boundsOf = (account: Pick<Account, "mayGoBelowZero" | "limits">, commodity: Commodity): Bounds => ({
  mayGoBelowZero: account.mayGoBelowZero,
  limit: account.limits?.[commodity],
});

/** The bounds of an account that were not there, or were wider, before it was changed. */
const newBounds = (before: Account, after: Account, commodity: Commodity): Bounds => {
  const [was, is] = [boundsOf(before, commodity), boundsOf(after, commodity)];
  return {
    mayGoBelowZero: is.mayGoBelowZero || !was.mayGoBelowZero,
    limit: was.limit !== undefined && is.limit !== undefined && was.limit <= is.limit ? undefined : is.limit,
  };
};

/**
 * The guard by which an account is held to its constraints from now on. Constraints that are new have to hold on every
 * day of its past as well.
 * @throws ledger.account-in-use where it breaks them
 */
export const guardOf = (
  before: Account,
  account: Account,
  { commodity, days, taken, brought }: Standing,
): Guard => {
  const refuse = (says: string) =>
    new Failure("ledger.account-in-use", {
      detail: `${account.path} ${says}. Choose a constraint that allows it, or correct the account first.`,
    });
  const outside = firstDayOutside(newBounds(before, account, commodity), days);
  if (outside)
    throw refuse(`stood at ${commodityText(exactNumber(outside.balance), commodity)} on ${outside.day}`);
  const settled = sumOfDays(days);
  const available = settled - taken;
  const limit = account.limits?.[commodity];
  const room = limit === undefined ? undefined : BigInt(limit) - settled - brought;
  if ((!account.mayGoBelowZero && available < 0n) || (room !== undefined && room < 0n)) {
    const amount = (of: bigint) => commodityText(exactNumber(of), commodity);
    const reserved = [
      ...(taken === 0n ? [] : [`${amount(taken)} of it reserved`]),
      ...(brought === 0n ? [] : [`${amount(brought)} more announced`]),
    ];
    throw refuse([`stands at ${amount(settled)}`, ...reserved].join(", "));
  }
  const lastDay = days.at(-1)?.day;
  return {
    commodity,
    settled: exactNumber(settled),
    available: exactNumber(available),
    ...(room === undefined ? {} : { room: exactNumber(room) }),
    ...(lastDay === undefined ? {} : { lastDay }),
  };
};
