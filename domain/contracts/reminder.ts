import { type Day, type Instant, instantOf, millisecondsOf, startOfDay } from "../kernel/time.ts";
import { nextContract } from "./change.ts";
import { type ContractRecord, lastDayOf } from "./contract.ts";

const dayMs = 86_400_000;

/** The day so many days before another. Days are counted in the calendar: no clock change makes one shorter. */
export const daysBefore = (day: Day, days: number): Day =>
  instantOf(millisecondsOf(`${day}T00:00:00.000Z`) - days * dayMs).slice(0, 10);

/** How many days lie between two days: 0 on the same day. */
export const daysUntil = (from: Day, to: Day): number =>
  (millisecondsOf(`${to}T00:00:00.000Z`) - millisecondsOf(`${from}T00:00:00.000Z`)) / dayMs;

export interface Reminder {
  /** The last day of the contract that it reminds of. */
  readonly endsOn: Day;
  /** The first day on which it is due. */
  readonly remindOn: Day;
}

/**
 * What a contract reminds of: its last day by itself. A draft, a contract without an end, and one that is terminated
 * (somebody decided that already) remind of nothing.
 */
export const reminderOf = (contract: ContractRecord): Reminder | undefined => {
  const endsOn = lastDayOf(contract);
  if (contract.signedOn === undefined || contract.termination || endsOn === undefined) return undefined;
  if (contract.remindDaysBefore === undefined) return undefined;
  return { endsOn, remindOn: daysBefore(endsOn, contract.remindDaysBefore) };
};

/**
 * The contract with the moment at which it will remind: the beginning of the day in the tenant's time zone. Of one
 * last day it reminds once, however often the day is changed and changed back; of a day that is past, not at all.
 */
export const withReminder = (contract: ContractRecord, today: Day, timeZone: string): ContractRecord => {
  const reminder = reminderOf(contract);
  const open = reminder && today <= reminder.endsOn && !contract.remindedOf.includes(reminder.endsOn);
  return { ...contract, remindAt: open ? startOfDay(reminder.remindOn, timeZone) : undefined };
};

/** How many last days are remembered; a contract that is prolonged more often forgets the first. */
const mostRemembered = 100;

/** What a contract says of its end when the moment has come, and the contract that has said it. */
export interface Reminded {
  readonly contract: ContractRecord;
  readonly endsOn: Day;
  readonly daysLeft: number;
}

/**
 * The reminder of a contract, or undefined where none is due: not yet, no more, or done. It is told by the contract
 * itself, as it stands, so that asking twice reminds once.
 */
export const reminded = (contract: ContractRecord, today: Day, now: Instant): Reminded | undefined => {
  const reminder = reminderOf(contract);
  if (!reminder || contract.remindAt === undefined || contract.remindAt > now) return undefined;
  const { endsOn } = reminder;
  if (today > endsOn || contract.remindedOf.includes(endsOn)) return undefined;
  const remindedOf = [...contract.remindedOf, endsOn].slice(-mostRemembered);
  return {
    contract: nextContract(contract, { remindAt: undefined, remindedOf }, now),
    endsOn,
    daysLeft: daysUntil(today, endsOn),
  };
};
