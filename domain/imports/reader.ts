import { Failure } from "../kernel/errors.ts";
import { type CsvReader, type CsvRecord, csvBounds, csvReader } from "./csv.ts";
import { characterFault, type Decoder, decoderFor, type Encoding } from "./decode.ts";
import { type RowFault, rowFault } from "./fault.ts";
import type { Format } from "./format.ts";
import { detectSeparator, type Separator, statedSeparator } from "./separator.ts";

/** The names of the columns, as far as they can be used: not empty, and standing in one place only. */
export interface Header {
  readonly names: readonly string[];
  readonly places: ReadonlyMap<string, number>;
  /** Names that stand in the header more than once. */
  readonly repeated: ReadonlySet<string>;
}

export type TableRow =
  | { readonly line: number; readonly cells: readonly string[]; readonly repeat?: number }
  | { readonly line: number; readonly faults: readonly RowFault[] };

/** What was stated or found out about the file. */
export interface FileShape {
  readonly separator: Separator;
  readonly header: Header;
}

export interface TableReader {
  /** Rows that are complete with these bytes. @throws Failure if the file as a whole cannot be used */
  readonly push: (bytes: Uint8Array) => TableRow[];
  readonly end: () => TableRow[];
  /** Known once the first row or the end of the file was read. */
  readonly shape: () => FileShape | undefined;
}

/** @throws Failure import.header-invalid */
const headerOf = (cells: readonly string[]): Header => {
  if (cells.length > csvBounds.columns)
    throw new Failure("import.header-invalid", {
      detail: `The header has ${cells.length} columns; at most ${csvBounds.columns} can be read.`,
    });
  const names = cells.map((cell) => cell.normalize("NFC").trim());
  const places = new Map<string, number>();
  const repeated = new Set<string>();
  for (const [place, name] of names.entries()) {
    if (name === "") continue;
    if (places.has(name)) repeated.add(name);
    else places.set(name, place);
  }
  return { names, places, repeated };
};

const isBlank = (cells: readonly string[]): boolean => cells.every((cell) => cell.trim() === "");

/** A row as it was read, with everything that is wrong with its form. Absent: an empty row. */
const tableRow = (record: CsvRecord, header: Header, encoding: Encoding): TableRow | undefined => {
  const { line } = record;
  if ("broken" in record) return { line, faults: [rowFault(line, undefined, record.text, record.broken)] };
  if (isBlank(record.cells)) return undefined;
  const expected = header.names.length;
  const { cells } = record;
  // Spreadsheets like to end rows with separators; only a surplus cell that holds something is wrong.
  if (cells.length < expected || !isBlank(cells.slice(expected)))
    return {
      line,
      faults: [
        rowFault(
          line,
          undefined,
          cells.join(" | "),
          `has ${cells.length} cells where the header has ${expected}`,
        ),
      ],
    };
  const faults: RowFault[] = [];
  for (const [place, cell] of cells.entries()) {
    const reason =
      cell.length > csvBounds.cellCharacters
        ? `is longer than ${csvBounds.cellCharacters} characters`
        : characterFault(cell, encoding);
    if (reason) faults.push(rowFault(line, header.names[place] || undefined, cell, reason));
  }
  return faults.length > 0 ? { line, faults } : { line, cells };
};

/** How many bytes of a file are looked at to find the separator that the mapping does not say. */
const sampleBytes = 65_536;

const concat = (pieces: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
};

/** Leaves out the lines before the header. */
const lineSkipper = (lines: number): ((text: string) => string) => {
  let left = lines;
  let afterReturn = false;
  return (text) => {
    let at = 0;
    while (left > 0 && at < text.length) {
      const character = text[at++];
      if (character === "\r" || (character === "\n" && !afterReturn)) left--;
      afterReturn = character === "\r";
    }
    if (left === 0 && afterReturn && text[at] === "\n") at++;
    if (at < text.length) afterReturn = false;
    return text.slice(at);
  };
};

/**
 * Reads a file given as bytes, piece by piece, as a table: finds out the separator where the format does not say it, takes
 * the header, numbers the lines and reports every row whose form is wrong.
 * @param encoding as the format states it, or as a survey of the whole file found it
 */
export const tableReader = (format: Format, encoding: Encoding): TableReader => {
  const skip = lineSkipper(format.skipLines);
  const pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let opened: Decoder | undefined;
  let csv: CsvReader | undefined;
  let separator: Separator = ",";
  let header: Header | undefined = format.columns && headerOf(format.columns);

  const rowsOf = (records: readonly CsvRecord[]): TableRow[] => {
    const rows: TableRow[] = [];
    for (const record of records) {
      if (!header) {
        if ("broken" in record)
          throw new Failure("import.header-invalid", { detail: `The header ${record.broken}.` });
        if (isBlank(record.cells)) continue;
        header = headerOf(record.cells);
        continue;
      }
      const row = tableRow(record, header, encoding);
      if (row) rows.push(row);
    }
    return rows;
  };

  const readText = (text: string): TableRow[] => {
    let rest = skip(text);
    if (!csv) {
      if (rest === "") return [];
      const stated = statedSeparator(rest);
      separator = format.separator ?? stated?.separator ?? detectSeparator(rest);
      csv = csvReader(separator, format.quoted, format.skipLines + (stated ? 2 : 1));
      rest = rest.slice(stated?.length ?? 0);
    }
    return rowsOf(csv.push(rest));
  };

  const open = (): { decoder: Decoder; rows: TableRow[] } => {
    const sample = concat(pending.splice(0));
    const decoder = decoderFor(encoding, sample);
    opened = decoder;
    return { decoder, rows: readText(decoder.push(sample)) };
  };

  return {
    push: (bytes) => {
      if (opened) return readText(opened.push(bytes));
      pending.push(bytes);
      pendingBytes += bytes.length;
      return pendingBytes < sampleBytes ? [] : open().rows;
    },
    end: () => {
      const { decoder, rows } = opened ? { decoder: opened, rows: [] } : open();
      for (const row of readText(decoder.end())) rows.push(row);
      if (csv) for (const row of rowsOf(csv.end())) rows.push(row);
      if (!header) throw new Failure("import.empty");
      return rows;
    },
    shape: () => (opened && header ? { separator, header } : undefined),
  };
};
