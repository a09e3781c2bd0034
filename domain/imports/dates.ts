import { type Day, type Instant, instantOf } from "../kernel/time.ts";

type Part = "year" | "month" | "day" | "hour" | "minute" | "second";
type Parts = Readonly<Record<Part, number>>;

const tokens: Readonly<Record<string, readonly [Part, string]>> = {
  YYYY: ["year", "\\d{4}"],
  YY: ["year", "\\d{2}"],
  MM: ["month", "\\d{2}"],
  M: ["month", "\\d{1,2}"],
  DD: ["day", "\\d{2}"],
  D: ["day", "\\d{1,2}"],
  HH: ["hour", "\\d{2}"],
  H: ["hour", "\\d{1,2}"],
  mm: ["minute", "\\d{2}"],
  ss: ["second", "\\d{2}"],
};
const tokenPattern = /YYYY|YY|MM|M|DD|D|HH|H|mm|ss/g;

/** How days, with or without a time, are written: `DD-MM-YYYY`, `YYYYMMDD`, `D.M.YYYY HH:mm`. */
export interface DateFormat {
  readonly text: string;
  readonly pattern: RegExp;
  readonly parts: readonly Part[];
  readonly shortYear: boolean;
}

const escaped = (literal: string): string => literal.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");

/** A format from its text, or undefined if it does not name year, month and day once each. */
export const dateFormat = (text: string): DateFormat | undefined => {
  const parts: Part[] = [];
  let pattern = "";
  let at = 0;
  for (const found of text.matchAll(tokenPattern)) {
    const token = tokens[found[0]];
    if (!token || parts.includes(token[0])) return undefined;
    pattern += `${escaped(text.slice(at, found.index))}(${token[1]})`;
    parts.push(token[0]);
    at = found.index + found[0].length;
  }
  const literals = text.replace(tokenPattern, "");
  const complete = (["year", "month", "day"] as const).every((part) => parts.includes(part));
  if (!complete || /[\p{L}\p{N}]/u.test(literals.replaceAll("T", "")) || text.length > 40) return undefined;
  return {
    text,
    pattern: new RegExp(`^${pattern}${escaped(text.slice(at))}$`),
    parts,
    shortYear: !text.includes("YYYY"),
  };
};

const isDay = (year: number, month: number, day: number): boolean => {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
};

const pad = (value: number, digits: number): string => String(value).padStart(digits, "0");

/** What a text says in this format, or the reason why it says nothing. Two digits of a year mean 1970 to 2069. */
const read = (text: string, format: DateFormat): Parts | string => {
  const found = format.pattern.exec(text);
  if (!found) return `is not written as ${format.text}`;
  const parts = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
  for (const [at, part] of format.parts.entries()) parts[part] = Number(found[at + 1]);
  if (format.shortYear) parts.year += parts.year < 70 ? 2000 : 1900;
  // Before 1900 and after 2200 there are no clients: such a day is a slip of the pen.
  if (parts.year < 1900 || parts.year > 2200) return "has a year outside 1900 to 2200";
  if (!isDay(parts.year, parts.month, parts.day)) return "is not a day of the calendar";
  if (parts.hour > 23 || parts.minute > 59 || parts.second > 59) return "is not a time of day";
  return parts;
};

/** The day that a text names, or the reason why it names none. */
export const parseDay = (text: string, format: DateFormat): { day: Day } | { reason: string } => {
  const parts = read(text, format);
  if (typeof parts === "string") return { reason: parts };
  return { day: `${pad(parts.year, 4)}-${pad(parts.month, 2)}-${pad(parts.day, 2)}` };
};

const zones = new Map<string, Intl.DateTimeFormat>();
const zoneFormat = (timeZone: string): Intl.DateTimeFormat => {
  let format = zones.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    zones.set(timeZone, format);
  }
  return format;
};

export const isTimeZone = (timeZone: string): boolean => {
  try {
    zoneFormat(timeZone);
    return true;
  } catch {
    return false;
  }
};

/** How far the zone's clocks are ahead of UTC at a moment, in milliseconds. */
const offsetMs = (ms: number, timeZone: string): number => {
  const parts: Record<string, number> = {};
  for (const { type, value } of zoneFormat(timeZone).formatToParts(ms)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000;
};

/**
 * The instant that a text names in a time zone; a day without a time is its beginning. Of a time that occurs
 * twice the first is meant; a time that is skipped is moved on by the length of the gap, as clocks do.
 */
export const parseInstant = (
  text: string,
  format: DateFormat,
  timeZone: string,
): { instant: Instant } | { reason: string } => {
  const parts = read(text, format);
  if (typeof parts === "string") return { reason: parts };
  const local = Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
  if (timeZone === "UTC") return { instant: instantOf(local) };
  const dayMs = 86_400_000;
  const candidates = [offsetMs(local - dayMs, timeZone), offsetMs(local + dayMs, timeZone)].map(
    (offset) => local - offset,
  );
  const [before = local, after = local] = candidates;
  const fits = candidates.filter((ms) => ms + offsetMs(ms, timeZone) === local);
  return { instant: instantOf(fits.length > 0 ? Math.min(...fits) : Math.max(before, after)) };
};
