import { CsvError, parse } from "csv-parse/sync";
import type { Separator } from "./separator.ts";

/** Bounds of one row. 32,767 characters is what a spreadsheet holds in a cell. */
export const csvBounds = { rowBytes: 262_144, cellCharacters: 32_767, columns: 1_000 } as const;

/** Text is parsed in pieces of at least this size. */
const windowBytes = 65_536;

export type CsvRecord =
  | { readonly line: number; readonly cells: readonly string[] }
  | { readonly line: number; readonly broken: string; readonly text: string };

export interface CsvReader {
  readonly push: (text: string) => CsvRecord[];
  readonly end: () => CsvRecord[];
}

const lineFeed = 10;
const carriageReturn = 13;

const join = (one: Uint8Array, other: Uint8Array): Uint8Array => {
  if (one.length === 0) return other;
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
};

/** Where the line that begins at `from` is over (behind its line break), or undefined if it is not. */
const lineEnd = (bytes: Uint8Array, from: number): number | undefined => {
  for (let at = from; at < bytes.length; at++) {
    if (bytes[at] === lineFeed) return at + 1;
    if (bytes[at] === carriageReturn) return bytes[at + 1] === lineFeed ? at + 2 : at + 1;
  }
  return undefined;
};

const countLines = (bytes: Uint8Array, from: number, to: number): number => {
  let lines = 0;
  for (let at = from; at < to; at++) {
    if (bytes[at] === lineFeed) lines++;
    else if (bytes[at] === carriageReturn && bytes[at + 1] !== lineFeed) lines++;
  }
  return lines;
};

/** Where the next row begins: behind the empty lines. */
const skipBlank = (bytes: Uint8Array, from: number): number => {
  let at = from;
  while (bytes[at] === lineFeed || bytes[at] === carriageReturn) at++;
  return at;
};

const reasons: Readonly<Record<string, string>> = {
  CSV_INVALID_CLOSING_QUOTE: "a quoted cell goes on behind its closing quote",
  INVALID_OPENING_QUOTE: "a quote stands inside a cell that does not begin with one",
  CSV_QUOTE_NOT_CLOSED: "a quote is opened and never closed",
};

const tooLong = `is longer than ${csvBounds.rowBytes} bytes`;

/** The first line of a row that cannot be read, or as much of it as a report can use. */
const startOf = (bytes: Uint8Array, start: number): string =>
  new TextDecoder()
    .decode(bytes.subarray(start, Math.min(lineEnd(bytes, start) ?? bytes.length, start + 1_000)))
    .trimEnd();

interface Found {
  readonly cells: readonly string[];
  readonly end: number;
}

/** All rows up to the end of the bytes or to the first that cannot be read, and why it cannot. */
const parseWindow = (
  bytes: Uint8Array,
  separator: Separator,
  quoted: boolean,
): { found: Found[]; error?: string } => {
  const found: Found[] = [];
  try {
    parse(bytes, {
      delimiter: separator,
      quote: quoted ? '"' : null,
      escape: quoted ? '"' : null,
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (cells: string[], { bytes: end }) => {
        found.push({ cells, end });
        return null;
      },
    });
    return { found };
  } catch (error) {
    if (error instanceof CsvError) return { found, error: error.code };
    throw error;
  }
};

/**
 * A streaming reader of separated text. It reads with csv-parse and adds what an import needs beyond it: the
 * line on which each row begins, bounds, and going on at the next line after a row that cannot be read.
 * @param firstLine the number of the first line of the text
 */
export const csvReader = (separator: Separator, quoted: boolean, firstLine: number): CsvReader => {
  const encoder = new TextEncoder();
  let rest: Uint8Array = new Uint8Array(0);
  let line = firstLine;
  let skipping = false;

  /** Gives up the line that begins at `from`; answers where to go on. */
  const abandonLine = (bytes: Uint8Array, from: number): number => {
    const end = lineEnd(bytes, from);
    skipping = end === undefined;
    if (end !== undefined) line++;
    return end ?? bytes.length;
  };

  const read = (text: string, final: boolean): CsvRecord[] => {
    const records: CsvRecord[] = [];
    let bytes = join(rest, encoder.encode(text));
    rest = bytes;
    if (bytes.length < windowBytes && !final) return records;
    // A carriage return at the end may be the first half of a line break.
    const held = !final && bytes[bytes.length - 1] === carriageReturn ? 1 : 0;
    const whole = bytes;
    bytes = whole.subarray(0, whole.length - held);

    while (bytes.length > 0) {
      if (skipping) {
        const end = lineEnd(bytes, 0);
        if (end !== undefined) line++;
        skipping = end === undefined;
        bytes = bytes.subarray(end ?? bytes.length);
        continue;
      }
      const { found, error } = parseWindow(bytes, separator, quoted);
      let from = 0;
      for (const { cells, end } of found) {
        // The last row of the window may go on in the next one.
        if (end >= bytes.length && !final) break;
        const start = skipBlank(bytes, from);
        line += countLines(bytes, from, start);
        records.push(
          end - start > csvBounds.rowBytes
            ? { line, broken: tooLong, text: startOf(bytes, start) }
            : { line, cells },
        );
        line += countLines(bytes, start, end);
        from = end;
      }
      const start = skipBlank(bytes, from);
      const open = error === undefined || error === "CSV_QUOTE_NOT_CLOSED";
      const over = bytes.length - start > csvBounds.rowBytes;
      if (open && (start >= bytes.length || (!final && !over))) {
        bytes = bytes.subarray(final ? bytes.length : from);
        break;
      }
      line += countLines(bytes, from, start);
      const broken = error === undefined ? tooLong : (reasons[error] ?? "cannot be read");
      records.push({ line, broken, text: startOf(bytes, start) });
      bytes = bytes.subarray(abandonLine(bytes, start));
    }
    rest = join(bytes.slice(), whole.subarray(whole.length - held));
    return records;
  };

  /** Long texts are read piece by piece, so that no window is longer than the bounds say. */
  const push = (text: string): CsvRecord[] => {
    const records: CsvRecord[] = [];
    for (let at = 0; at < text.length; ) {
      let to = Math.min(at + windowBytes, text.length);
      const last = text.charCodeAt(to - 1);
      if (to < text.length && last >= 0xd800 && last < 0xdc00) to--;
      for (const record of read(text.slice(at, to), false)) records.push(record);
      at = to;
    }
    return records;
  };

  return { push, end: () => read("", true) };
};
