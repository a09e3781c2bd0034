import { exactNumber } from "../../domain/kernel/money.ts";
import type { Day, Month } from "../../domain/kernel/time.ts";
import {
  type Breach,
  type DayAmount,
  extremesFrom,
  firstBreach,
  isStrain,
  laterDay,
  sumOfDays,
} from "../../domain/ledger/days.ts";
import type { GuardChange } from "../../domain/ledger/effects.ts";
import { Shortage } from "../../domain/ledger/errors.ts";
import { daysOf } from "../../domain/ledger/pages.ts";
import { mapParallel } from "../kit/parallel.ts";
import { count, counterOf, type Terms } from "../kit/table/counter.ts";
import type { Item } from "../kit/table/item.ts";
import { mostItemsInTransaction, type Store, type Write, WriteConflict } from "../kit/table/store.ts";
import { pageOf, shardsOf } from "./pages.ts";
import { guardEntityName, guardKey, ledgerPartitions, pageKey } from "./store.ts";

/**
 * The guard of a constrained account knows the last day on which anything counts (`lastDay`). What counts on that day or
 * later changes no balance but that of the end, which the guard holds by itself: nothing is read. What counts on an
 * earlier day is held against each day from its own on: they are read at one moment with the guard (`seeGuards`), and the
 * guard is written only if neither its last day nor its earlier days (`backdated`) changed since. What was read never
 * refuses by itself, for it may be old: the write refuses, in its place among the others (`postingWrites`).
 */

/** A guard is not as it was thought to be: earlier days have to be looked at, or looked at again. */
export class GuardMoved extends WriteConflict {}

/** How a guard stood when the days of its account were looked at. */
interface SeenGuard {
  /** `undated`: it was written before guards knew their last day. */
  readonly is: "absent" | "undated" | "dated";
  /** The last day on which anything counts; absent: nothing was posted. */
  readonly lastDay: Day | undefined;
  readonly backdated: bigint;
  /** What the change would break on a day before the last. */
  readonly shortage: Shortage | undefined;
}
export type SeenGuards = ReadonlyMap<string, SeenGuard>;

export const noneSeen: SeenGuards = new Map();

export const guardName = ({ account, commodity }: Pick<GuardChange, "account" | "commodity">): string =>
  `${account} ${commodity}`;

/** Whether the guard is as the write needs it, which says the same as a condition (`dayConditions`). */
const isAsNeeded = (
  { days: [first], wasChanged }: GuardChange,
  seen: SeenGuard | undefined,
  standing: Item | undefined,
): boolean => {
  const lastDay = standing?.lastDay?.S;
  if (!first) return true;
  if (!seen) return standing ? lastDay !== undefined && lastDay <= first.day : !wasChanged;
  if (seen.is === "absent") return standing === undefined;
  if (seen.is === "undated") return standing !== undefined && lastDay === undefined;
  return lastDay === seen.lastDay && counterOf(standing, "backdated") === seen.backdated;
};

const dayConditions = (
  { days: [first], wasChanged }: GuardChange,
  seen: SeenGuard | undefined,
  { name, value }: Terms,
): string[] => {
  if (!first) return [];
  if (!seen) {
    const isLast = `${name("lastDay")} <= ${value(first.day)}`;
    return [wasChanged ? isLast : `(attribute_not_exists(pk) OR ${isLast})`];
  }
  if (seen.is === "absent") return ["attribute_not_exists(pk)"];
  if (seen.is === "undated") return ["attribute_exists(pk)", `attribute_not_exists(${name("lastDay")})`];
  const backdated = name("backdated");
  return [
    `${name("lastDay")} = ${value(seen.lastDay ?? "")}`,
    seen.backdated === 0n
      ? `attribute_not_exists(${backdated})`
      : `${backdated} = ${value(Number(seen.backdated))}`,
  ];
};

/** Holds of no item. */
const never = ["attribute_exists(pk)", "attribute_not_exists(pk)"] as const;

/** What a batch of several days may need of the balance between them, which its sum does not say. */
const betweenConditions = (
  { days, settled, mayGoBelowZero, limit }: GuardChange,
  lastDay: Day | undefined,
  { name, value }: Terms,
): string[] => {
  const [first] = days;
  if (!first || days.length === 1) return [];
  const { lowest, highest } = extremesFrom(days, lastDay ?? first.day);
  const conditions: string[] = [];
  if (!mayGoBelowZero && lowest < Math.min(0, settled))
    conditions.push(`${name("settled")} >= ${value(exactNumber(-lowest))}`);
  if (limit !== undefined && highest > Math.max(0, settled)) {
    const most = exactNumber(BigInt(limit) - highest);
    const isWithin = `${name("settled")} <= ${value(most)}`;
    conditions.push(most >= 0 ? `(attribute_not_exists(${name("settled")}) OR ${isWithin})` : isWithin);
  }
  return conditions;
};

const shortageOf = (
  { account, commodity, limit }: GuardChange,
  { kind, day, balance, change, possibleFrom }: Breach,
): Shortage => {
  const about = { account, commodity, on: day, possibleFrom };
  if (kind === "below-zero")
    return new Shortage("ledger.insufficient", {
      ...about,
      available: exactNumber(balance),
      needed: exactNumber(-change),
    });
  return new Shortage("ledger.limit-exceeded", {
    ...about,
    available: exactNumber(BigInt(limit ?? 0) - balance),
    needed: exactNumber(change),
  });
};

/** Why a guard refuses a change of it. */
const refusal = (change: GuardChange, seen: SeenGuard | undefined, standing: Item | undefined): Error => {
  const { account, commodity, available: change_, mayGoBelowZero, brought, limit, days } = change;
  if (!isAsNeeded(change, seen, standing)) return new GuardMoved();
  if (seen?.shortage) return seen.shortage;
  const available = Number(counterOf(standing, "available"));
  if (!mayGoBelowZero && change_ < 0 && available + change_ < 0)
    return new Shortage("ledger.insufficient", { account, commodity, available, needed: -change_ });
  const room = standing?.room === undefined ? (limit ?? 0) : Number(counterOf(standing, "room"));
  const shortOfRoom = () =>
    new Shortage("ledger.limit-exceeded", { account, commodity, available: room, needed: brought });
  if (limit !== undefined && brought > 0 && room < brought) return shortOfRoom();
  const fromEnd = days.map(({ day, amount }) => ({ day: laterDay(day, seen?.lastDay), amount }));
  const breach = firstBreach(change, counterOf(standing, "settled"), [], fromEnd);
  return breach ? shortageOf(change, breach) : new GuardMoved();
};

/** Writes the balance that a constrained account is held to, exact at every moment and on every day. */
export const guardWrite = (change: GuardChange, seen?: SeenGuard): Write => {
  const { account, commodity, settled, available, brought, mayGoBelowZero, limit, days } = change;
  const [first, last] = [days[0]?.day, days.at(-1)?.day];
  const lastDay = last === undefined ? undefined : laterDay(last, seen?.lastDay);
  const isBackdated = first !== undefined && seen?.lastDay !== undefined && first < seen.lastDay;
  const add = { settled, available, backdated: isBackdated ? 1 : 0 };
  return count(
    {
      entity: guardEntityName,
      key: guardKey(account, commodity),
      add: Object.fromEntries(Object.entries(add).filter(([, amount]) => amount !== 0)),
      ...(limit === undefined ? {} : { from: { room: { begin: limit, add: -brought } } }),
      ...(lastDay === undefined ? {} : { set: { lastDay } }),
      atLeast: {
        ...(!mayGoBelowZero && available < 0 ? { available: -available } : {}),
        ...(limit !== undefined && brought > 0 ? { room: brought } : {}),
      },
      conditions: (terms) => [
        ...dayConditions(change, seen, terms),
        ...betweenConditions(change, seen?.lastDay, terms),
        ...(seen?.shortage ? never : []),
      ],
    },
    (standing) => refusal(change, seen, standing),
  );
};

const monthsBetween = (from: Month, to: Month): Month[] => {
  const months: Month[] = [];
  for (let month = from; month <= to; ) {
    months.push(month);
    const [year = 0, number = 0] = month.split("-").map(Number);
    month = number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, "0")}`;
  }
  return months;
};

interface Moment {
  readonly guard: Item | undefined;
  readonly days: readonly DayAmount[];
}

const momentsAtOnce = 8;

const guardText = (guard: Item | undefined): string =>
  JSON.stringify(Object.entries(guard ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));

/** A guard, and what counts on each day of some months, as they stood at one moment. @throws GuardMoved */
const readMoment = async (
  store: Store,
  { account, commodity, type }: GuardChange,
  from: Month,
  to: Month,
): Promise<Moment> => {
  const guard = guardKey(account, commodity);
  const keys = monthsBetween(from, to).flatMap((month) =>
    shardsOf(account).map((shard) => pageKey({ account, commodity, month, shard })),
  );
  const most = mostItemsInTransaction - 1;
  const parts = Array.from({ length: Math.ceil(keys.length / most) }, (_, n) =>
    keys.slice(n * most, (n + 1) * most),
  );
  const items: Item[] = [];
  const guards: (Item | undefined)[] = [];
  for (let at = 0; at < parts.length; at += momentsAtOnce) {
    const some = parts.slice(at, at + momentsAtOnce);
    for (const [first, ...rest] of await mapParallel(some, (part) => store.moment([guard, ...part]))) {
      guards.push(first);
      items.push(...rest.filter((item) => item !== undefined));
    }
  }
  // Where one moment does not hold all of it, the guard has to be the same in each.
  if (guards.some((one) => guardText(one) !== guardText(guards[0]))) throw new GuardMoved();
  return { guard: guards[0], days: daysOf(items.map(pageOf), type) };
};

/** More than the shards of a common account have in fifty years. */
const mostPages = 10_000;

/** All days of an account, where its guard cannot say which of them matter. */
const readHistory = async (
  store: Store,
  { account, commodity, type }: GuardChange,
): Promise<readonly DayAmount[]> => {
  const pk = ledgerPartitions.balance(account, commodity);
  return daysOf((await store.collection(pk, mostPages, "PAGE#")).map(pageOf), type);
};

/** What a change breaks on the days before the last one, which the guard holds by itself. */
const shortageBefore = (
  lastDay: Day | undefined,
  change: GuardChange,
  opening: bigint,
  days: readonly DayAmount[],
): Shortage | undefined => {
  const breach = firstBreach(change, opening, days, change.days);
  return breach && breach.day < (lastDay ?? "") ? shortageOf(change, breach) : undefined;
};

/**
 * Looks at the guard of a change, and at the days that the change has an effect on.
 * @returns undefined where it needs no more than the guard itself
 * @throws GuardMoved
 */
const seeGuard = async (store: Store, change: GuardChange, today: Day): Promise<SeenGuard | undefined> => {
  const { account, commodity, days, wasChanged } = change;
  const [first, lastOwn] = [days[0]?.day, days.at(-1)?.day];
  if (first === undefined || lastOwn === undefined) return undefined;
  const strains = isStrain(change, days);
  const read = async (through: Day): Promise<Moment> => {
    if (strains) return readMoment(store, change, first.slice(0, 7), through.slice(0, 7));
    const [guard] = await store.batchGet([guardKey(account, commodity)]);
    return { guard, days: [] };
  };
  const reading = await read(laterDay(today, lastOwn));
  const lastDay = reading.guard?.lastDay?.S;
  if (lastDay === undefined) {
    if (!reading.guard && !wasChanged) return undefined;
    const history = await readHistory(store, change);
    const last = history.at(-1)?.day;
    const shortage = shortageBefore(last, change, 0n, history);
    return { is: reading.guard ? "undated" : "absent", lastDay: last, backdated: 0n, shortage };
  }
  if (lastDay <= first) return undefined;
  // The last day may lie beyond today, where the company has moved to another zone.
  const whole = strains && lastDay.slice(0, 7) > today.slice(0, 7) ? await read(lastDay) : reading;
  if (whole.guard?.lastDay?.S !== lastDay) throw new GuardMoved();
  const opening = counterOf(whole.guard, "settled") - sumOfDays(whole.days);
  const shortage = strains ? shortageBefore(lastDay, change, opening, whole.days) : undefined;
  return { is: "dated", lastDay, backdated: counterOf(whole.guard, "backdated"), shortage };
};

/** Looks at the guards of changes, and at the days before the last of their accounts. @throws GuardMoved */
export const seeGuards = async (
  store: Store,
  changes: readonly GuardChange[],
  today: Day,
): Promise<SeenGuards> => {
  const seen = new Map<string, SeenGuard>();
  try {
    const all = await mapParallel(changes, (change) => seeGuard(store, change, today));
    for (const [n, change] of changes.entries()) {
      const one = all[n];
      if (one) seen.set(guardName(change), one);
    }
    return seen;
  } catch (error) {
    // Somebody was just writing one of the items.
    throw error instanceof WriteConflict ? new GuardMoved() : error;
  }
};
