import * as z from "zod";

/** How much of a wrong value a report repeats, in characters. */
const shownLength = 200;

/** What is wrong with one row: enough to find it in the file and to put it right. */
export const RowFault = z.strictObject({
  line: z.int().min(1).meta({ description: "The line of the file on which the row begins, from 1" }),
  column: z.string().optional().meta({ description: "The header of the column; absent: the row as a whole" }),
  value: z.string().meta({ description: `What stands there, at most ${shownLength} characters of it` }),
  reason: z.string(),
});
export type RowFault = z.infer<typeof RowFault>;

/** A value as a report shows it: without control characters and not longer than a line. */
export const shown = (value: string): string => {
  const start = value.length > shownLength ? `${value.slice(0, shownLength - 1)}…` : value;
  return start.replace(/\p{Cc}/gu, "\u{FFFD}");
};

export const rowFault = (
  line: number,
  column: string | undefined,
  value: string,
  reason: string,
): RowFault => ({
  line,
  ...(column === undefined ? {} : { column: shown(column) }),
  value: shown(value),
  reason,
});
