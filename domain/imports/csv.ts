import type { Separator } from "./separator.ts";

/** Bounds of one row. 32,767 characters is what a spreadsheet holds in a cell. */
export const csvBounds = { rowCharacters: 262_144, cellCharacters: 32_767, columns: 1_000 } as const;

/** Text is read in pieces of this size, so that a row that goes on is not looked at again with every byte. */
const pieceCharacters = 65_536;

export type CsvRecord =
  | { readonly line: number; readonly cells: readonly string[] }
  | { readonly line: number; readonly broken: string; readonly text: string };

export interface CsvReader {
  readonly push: (text: string) => CsvRecord[];
  readonly end: () => CsvRecord[];
}

const reasons = {
  openQuote: "a quote stands inside a cell that does not begin with one",
  closedQuote: "a quoted cell goes on behind its closing quote",
  noEnd: "a quote is opened and never closed",
  tooLong: `is longer than ${csvBounds.rowCharacters} characters`,
} as const;

const quote = 34;
const lineFeed = 10;
const carriageReturn = 13;

/** Where the line break at a place ends, or the place itself where there is none. */
const behindBreak = (text: string, at: number): number => {
  const code = text.charCodeAt(at);
  if (code === lineFeed) return at + 1;
  if (code !== carriageReturn) return at;
  return text.charCodeAt(at + 1) === lineFeed ? at + 2 : at + 1;
};

/** Where the line that begins at `from` is over, or undefined if it goes on. */
const lineEnd = (text: string, from: number): number | undefined => {
  for (let at = from; at < text.length; at++) {
    const end = behindBreak(text, at);
    if (end > at) return end;
  }
  return undefined;
};

/** The line that begins at a place, as much of it as a report can use. */
const lineAt = (text: string, at: number): string =>
  text.slice(at, Math.min(lineEnd(text, at) ?? text.length, at + 1_000)).trimEnd();

const breaksIn = (cell: string): number => cell.match(/\r\n|\n|\r/g)?.length ?? 0;

type Row =
  | { readonly cells: string[]; readonly end: number; readonly lines: number }
  | { readonly reason: string }
  /** It may go on with the next text. */
  | "open";

/** A quoted cell whose first character is at `from`: RFC 4180, a quote is doubled within. */
const quotedCell = (text: string, from: number): { cell: string; end: number } | undefined => {
  let cell = "";
  for (let at = from; ; ) {
    const found = text.indexOf('"', at);
    if (found < 0) return undefined;
    cell += text.slice(at, found);
    if (text.charCodeAt(found + 1) !== quote) return { cell, end: found + 1 };
    cell += '"';
    at = found + 2;
  }
};

/** One row from its first character on. */
const readRow = (text: string, from: number, separator: number, quoted: boolean, final: boolean): Row => {
  const cells: string[] = [];
  let lines = 1;
  let at = from;
  for (;;) {
    if (quoted && text.charCodeAt(at) === quote) {
      const found = quotedCell(text, at + 1);
      if (!found) return final ? { reason: reasons.noEnd } : "open";
      cells.push(found.cell);
      lines += breaksIn(found.cell);
      at = found.end;
    } else {
      const start = at;
      for (; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (code === separator || code === lineFeed || code === carriageReturn) break;
        if (quoted && code === quote) return { reason: reasons.openQuote };
      }
      cells.push(text.slice(start, at));
    }
    if (at === text.length) return final ? { cells, end: at, lines } : "open";
    const code = text.charCodeAt(at);
    if (code === separator) at++;
    else if (code === carriageReturn && at + 1 === text.length && !final) return "open";
    else {
      const end = behindBreak(text, at);
      return end > at ? { cells, end, lines } : { reason: reasons.closedQuote };
    }
  }
};

/**
 * A streaming reader of separated text. Beyond the format itself it knows the line on which each row begins, keeps to
 * its bounds, and goes on at the next line after a row that cannot be read.
 * @param firstLine the number of the first line of the text
 */
export const csvReader = (separator: Separator, quoted: boolean, firstLine: number): CsvReader => {
  const separatorCode = separator.charCodeAt(0);
  let rest = "";
  let unread = "";
  let line = firstLine;
  /** The rest of a line that was given up is being left out. */
  let skipping = false;

  /** Reads what can be read of the rest. */
  const read = (final: boolean): CsvRecord[] => {
    const records: CsvRecord[] = [];
    const text = rest;
    let at = 0;
    while (at < text.length) {
      // A carriage return at the end may be the first half of a line break.
      if (!final && at === text.length - 1 && text.charCodeAt(at) === carriageReturn) break;
      if (skipping) {
        const end = lineEnd(text, at);
        const half = end === text.length && text.charCodeAt(end - 1) === carriageReturn && !final;
        at = half ? end - 1 : (end ?? text.length);
        if (half || end === undefined) continue;
        skipping = false;
        line++;
        continue;
      }
      const blank = behindBreak(text, at);
      if (blank > at) {
        line++;
        at = blank;
        continue;
      }
      const row = readRow(text, at, separatorCode, quoted, final);
      const over = (row !== "open" && "end" in row ? row.end : text.length) - at > csvBounds.rowCharacters;
      if (row === "open" && !over) break;
      if (row !== "open" && "cells" in row) {
        records.push(
          over ? { line, broken: reasons.tooLong, text: lineAt(text, at) } : { line, cells: row.cells },
        );
        line += row.lines;
        at = row.end;
        continue;
      }
      // A row that is open for so long, over several lines, is so by a quote.
      const open = lineEnd(text, at) === undefined ? reasons.tooLong : reasons.noEnd;
      records.push({ line, broken: row === "open" ? open : row.reason, text: lineAt(text, at) });
      skipping = true;
    }
    rest = text.slice(at);
    return records;
  };

  const push = (text: string): CsvRecord[] => {
    const records: CsvRecord[] = [];
    for (let at = 0; at < text.length; at += pieceCharacters) {
      unread += text.slice(at, at + pieceCharacters);
      if (unread.length < pieceCharacters) break;
      rest += unread;
      unread = "";
      for (const record of read(false)) records.push(record);
    }
    return records;
  };

  return {
    push,
    end: () => {
      rest += unread;
      unread = "";
      return read(true);
    },
  };
};
