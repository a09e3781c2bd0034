import { Temporal } from "temporal-polyfill";
import { Unsupported } from "./resolve.ts";

/** The due times of a schedule, in milliseconds since the epoch. */
export interface Times {
  /** The last due time that is not after `nowMs`, or undefined if there was none since `sinceMs`. */
  lastDue(sinceMs: number, nowMs: number): number | undefined;
  /** The first due time after `nowMs`, or undefined if there is none any more. */
  nextDue(sinceMs: number, nowMs: number): number | undefined;
}

const unitsMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** A rate counts from when the schedule was made, which is itself no due time. */
const rate = (everyMs: number): Times => {
  const counted = (sinceMs: number, nowMs: number): number =>
    Math.max(0, Math.floor((nowMs - sinceMs) / everyMs));
  return {
    lastDue: (sinceMs, nowMs) => {
      const times = counted(sinceMs, nowMs);
      return times === 0 ? undefined : sinceMs + times * everyMs;
    },
    nextDue: (sinceMs, nowMs) => sinceMs + (counted(sinceMs, nowMs) + 1) * everyMs,
  };
};

/** One moment; one that had passed when the schedule was made never comes. */
const once = (atMs: number): Times => ({
  lastDue: (sinceMs, nowMs) => (sinceMs < atMs && atMs <= nowMs ? atMs : undefined),
  nextDue: (sinceMs, nowMs) => (sinceMs < atMs && nowMs < atMs ? atMs : undefined),
});

const wallClock = (text: string, timeZone: string, where: string): number => {
  try {
    return Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone).epochMilliseconds;
  } catch (error) {
    throw new Error(
      `${where}: at(${text}) in ${timeZone}: ${error instanceof Error ? error.message : error}`,
    );
  }
};

/**
 * Reads `rate(n minutes|hours|days)` and `at(yyyy-mm-ddThh:mm:ss)`.
 * @throws Unsupported for a cron expression: no library for it is among the dependencies
 */
export const timesOf = (expression: string, timeZone: string, where: string): Times => {
  const steady = /^rate\(([1-9]\d*) (minute|hour|day)(s?)\)$/.exec(expression);
  if (steady && (steady[1] === "1") === (steady[3] === "")) {
    const unit = steady[2] === "minute" || steady[2] === "hour" ? steady[2] : "day";
    return rate(Number(steady[1]) * unitsMs[unit]);
  }
  const moment = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(expression)?.[1];
  if (moment) return once(wallClock(moment, timeZone, where));
  if (expression.startsWith("cron(")) throw new Unsupported(where, `the cron expression ${expression}`);
  throw new Unsupported(where, `the schedule expression ${expression}`);
};
