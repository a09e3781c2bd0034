import * as z from "zod";
import { Failure } from "../kernel/errors.ts";
import { Day } from "../kernel/time.ts";
import type { FinanceSettings, Series, SeriesKind } from "./settings.ts";

/** How many numbers of a series are taken in a period: raised in the transaction that issues the document. */
export const SeriesCount = z.object({
  version: z.int().min(1),
  code: z.string(),
  period: z.string().meta({ description: "The year, or `all`" }),
  taken: z.int().min(1),
  latest: z.object({ number: z.string(), day: Day }).optional().meta({
    description: "The document of the latest day; absent until the first since days are kept in order",
  }),
});
export type SeriesCount = z.infer<typeof SeriesCount>;

export const periodOf = ({ yearly }: Pick<Series, "yearly">, day: Day): string =>
  yearly ? day.slice(0, 4) : "all";

/** The active series of this code, or the first of the kind where none is named. @throws series.unknown */
export const seriesFor = (settings: FinanceSettings, kind: SeriesKind, code: string | undefined): Series => {
  const series = settings.series.find(
    (one) => one.kind === kind && one.active && (code === undefined || one.code === code),
  );
  if (!series)
    throw new Failure("series.unknown", {
      fields: [{ pointer: "/series", reason: `is no active series of kind ${kind}` }],
    });
  return series;
};

const numberOf = (series: Series, period: string, sequence: number): string =>
  [series.code, ...(series.yearly ? [period] : []), String(sequence).padStart(series.digits, "0")].join("-");

/** The number that was taken last. */
export const lastNumber = (series: Series, { period, taken }: SeriesCount): string =>
  numberOf(series, period, taken);

/**
 * The next number of a series, and the count with it taken. Codes are letters alone, so that no two series can come to
 * the same number. Numbers follow the days of their documents, unless the series allows earlier days.
 * @param pointer where the request states the day
 * @throws series.exhausted, series.day-before-last
 */
export const takeNumber = (
  series: Series,
  day: Day,
  count: SeriesCount | undefined,
  pointer = "/issuedOn",
): { readonly number: string; readonly count: SeriesCount } => {
  const period = periodOf(series, day);
  const sequence = (count?.taken ?? 0) + 1;
  if (sequence >= 1e10) throw new Failure("series.exhausted");
  const latest = count?.latest;
  const isEarlier = latest !== undefined && day < latest.day;
  if (isEarlier && !series.allowsEarlierDays)
    throw new Failure("series.day-before-last", {
      detail:
        `Series ${series.code} has ${latest.number} of ${latest.day}; the document is dated ${day}. Date it ${latest.day} or ` +
        "later, take a number of another series, or set `allowsEarlierDays` of the series in the finance settings.",
      fields: [{ pointer, reason: `lies before ${latest.day}` }],
    });
  const number = numberOf(series, period, sequence);
  return {
    number,
    count: {
      version: (count?.version ?? 0) + 1,
      code: series.code,
      period,
      taken: sequence,
      latest: isEarlier ? latest : { number, day },
    },
  };
};
