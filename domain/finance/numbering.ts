import * as z from "zod";
import { Failure } from "../kernel/errors.ts";
import type { Day } from "../kernel/time.ts";
import type { FinanceSettings, Series, SeriesKind } from "./settings.ts";

/** How many numbers of a series are taken in a period: raised in the transaction that issues the document. */
export const SeriesCount = z.object({
  version: z.int().min(1),
  code: z.string(),
  period: z.string().meta({ description: "The year, or `all`" }),
  taken: z.int().min(1),
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

/**
 * The next number of a series, and the count with it taken. Codes are letters alone, so that no two series can come to
 * the same number.
 * @throws series.exhausted
 */
export const taken = (
  series: Series,
  day: Day,
  count: SeriesCount | undefined,
): { readonly number: string; readonly sequence: number; readonly count: SeriesCount } => {
  const period = periodOf(series, day);
  const sequence = (count?.taken ?? 0) + 1;
  if (sequence >= 1e10) throw new Failure("series.exhausted");
  const digits = String(sequence).padStart(series.digits, "0");
  return {
    number: [series.code, ...(series.yearly ? [period] : []), digits].join("-"),
    sequence,
    count: { version: (count?.version ?? 0) + 1, code: series.code, period, taken: sequence },
  };
};
