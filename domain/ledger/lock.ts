import * as z from "zod";
import { Failure } from "../kernel/errors.ts";
import { Text } from "../kernel/text.ts";
import { Day, Instant } from "../kernel/time.ts";
import { earliestDay } from "./transaction.ts";

/** Through which day the books are locked, and who did that. Version 0: they never were. */
export const PeriodLock = z
  .object({
    version: z.int().min(0),
    lockedThrough: Day.optional(),
    reason: z.string().optional(),
    changedAt: Instant.optional(),
    changedBy: z.string().optional(),
    setBackIn: z.int().optional().meta({ description: "The version in which it was last set back" }),
  })
  .meta({ id: "LedgerLock" });
export type PeriodLock = z.infer<typeof PeriodLock>;

export const PeriodLockOrder = z.strictObject({
  lockedThrough: Day.meta({ description: "The last day that is locked; not in the future" }),
  reason: Text.min(1).max(500).optional(),
});
export type PeriodLockOrder = z.infer<typeof PeriodLockOrder>;

export const neverLocked: PeriodLock = { version: 0 };

export interface LockSurroundings {
  /** The tenant's day. */
  readonly today: Day;
  readonly now: Instant;
  readonly memberId: string;
  /** Whether the member may set the lock back. */
  readonly mayGoBack: boolean;
}

/**
 * The lock as it is after an order. The same day again is no step back.
 * @throws ledger.lock-day for a day in the future or before 1900; ledger.lock-backwards
 */
export const lockedBy = (
  lock: PeriodLock,
  { lockedThrough, reason }: PeriodLockOrder,
  { today, now, memberId, mayGoBack }: LockSurroundings,
): PeriodLock => {
  if (lockedThrough > today || lockedThrough < earliestDay)
    throw new Failure("ledger.lock-day", {
      detail:
        lockedThrough > today
          ? `${lockedThrough} comes after today, ${today}.`
          : `${lockedThrough} lies before ${earliestDay}.`,
      fields: [
        {
          pointer: "/lockedThrough",
          reason: lockedThrough > today ? "lies in the future" : "lies before 1900",
        },
      ],
    });
  const isBack = lock.lockedThrough !== undefined && lockedThrough < lock.lockedThrough;
  if (isBack && !mayGoBack)
    throw new Failure("ledger.lock-backwards", {
      detail: `The books are locked through ${lock.lockedThrough}; setting that back takes the right ledger:unlock.`,
    });
  const version = lock.version + 1;
  const setBackIn = isBack ? version : lock.setBackIn;
  return {
    version,
    lockedThrough,
    ...(setBackIn === undefined ? {} : { setBackIn }),
    ...(reason === undefined ? {} : { reason }),
    changedAt: now,
    changedBy: memberId,
  };
};
