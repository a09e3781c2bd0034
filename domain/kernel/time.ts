import * as z from "zod";
import { Format } from "./text.ts";

/** A point in time, UTC, to the millisecond: `2026-11-23T18:00:00.000Z`. Sorts as text. */
export const Instant = Format(24, z.iso.datetime({ precision: 3 }));
export type Instant = string;

/** A calendar day: `2026-11-23`. */
export const Day = Format(10, z.iso.date());
export type Day = string;

/** A calendar month: `2026-11`. */
export const Month = Format(7, z.regex(/^\d{4}-(0[1-9]|1[0-2])$/)).meta({ examples: ["2026-11"] });
export type Month = string;

/** The clock, as an argument: milliseconds since the epoch. */
export type Clock = () => number;

export const instantOf = (ms: number): Instant => new Date(ms).toISOString();
export const millisecondsOf = (instant: Instant): number => Date.parse(instant);

const hourMs = 3_600_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** The day that it is at an instant in an IANA time zone. */
export const dayIn = (instant: Instant, timeZone: string): Day => {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-CA", {
      timeZone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    });
    formats.set(timeZone, format);
  }
  return format.format(millisecondsOf(instant));
};

/**
 * The instant at which a day begins in an IANA time zone. It is searched for: whatever the
 * clocks do that night, the days of a zone follow one another.
 */
export const startOfDay = (day: Day, timeZone: string): Instant => {
  const midnightUtc = millisecondsOf(`${day}T00:00:00.000Z`);
  // No zone is further from UTC than 15 hours.
  let before = midnightUtc - 15 * hourMs;
  let from = midnightUtc + 15 * hourMs;
  while (from - before > 1) {
    const middle = Math.floor((before + from) / 2);
    if (dayIn(instantOf(middle), timeZone) < day) before = middle;
    else from = middle;
  }
  return instantOf(from);
};

/** The month that it is at an instant in an IANA time zone. */
export const monthIn = (instant: Instant, timeZone: string): Month => dayIn(instant, timeZone).slice(0, 7);
