import * as z from "zod";

/** A point in time, UTC, to the millisecond: `2026-11-23T18:00:00.000Z`. Sorts as text. */
export const Instant = z.iso.datetime({ precision: 3 });
export type Instant = string;

/** A calendar day: `2026-11-23`. */
export const Day = z.iso.date();
export type Day = string;

/** A calendar month: `2026-11`. */
export const Month = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])$/)
  .meta({ examples: ["2026-11"] });
export type Month = string;

/** The clock, as an argument: milliseconds since the epoch. */
export type Clock = () => number;

export const instantOf = (ms: number): Instant => new Date(ms).toISOString();
export const millisecondsOf = (instant: Instant): number => Date.parse(instant);

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

/** The month that it is at an instant in an IANA time zone. */
export const monthIn = (instant: Instant, timeZone: string): Month => dayIn(instant, timeZone).slice(0, 7);
