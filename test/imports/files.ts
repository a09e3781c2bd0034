import iconv from "iconv-lite";
import type { Encoding } from "../../domain/imports/decode.ts";
import { Format } from "../../domain/imports/format.ts";
import { type TableRow, tableReader } from "../../domain/imports/reader.ts";
import { EncodingSurvey } from "../../domain/imports/survey.ts";

/** Bytes of a text as another program would write them (iconv-lite, not our own decoder). */
export const encode = (text: string, encoding: Encoding, mark: boolean): Uint8Array =>
  iconv.encode(text, encoding, { addBOM: mark && encoding.startsWith("utf") });

export const cellText = (cell: string, separator: string): string =>
  cell === "" || /["\n\r]/.test(cell) || cell.includes(separator) || cell !== cell.trim()
    ? `"${cell.replaceAll('"', '""')}"`
    : cell;

export const csvText = (rows: readonly (readonly string[])[], separator: string, lineBreak: string): string =>
  rows.map((row) => row.map((cell) => cellText(cell, separator)).join(separator) + lineBreak).join("");

/** Reads bytes in pieces of a size. */
export const readAll = (bytes: Uint8Array, format: unknown = {}, pieceBytes = 100_000) => {
  const stated = Format.parse(format);
  const survey = new EncodingSurvey();
  for (let at = 0; at < bytes.length; at += pieceBytes) survey.push(bytes.subarray(at, at + pieceBytes));
  const guess = survey.end();
  const encoding = stated.encoding ?? guess.encoding;
  const reader = tableReader(stated, encoding);
  const rows: TableRow[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes)
    for (const row of reader.push(bytes.subarray(at, at + pieceBytes))) rows.push(row);
  for (const row of reader.end()) rows.push(row);
  return { rows, shape: reader.shape(), encoding, guess };
};

export const readText = (text: string, format: unknown = {}) =>
  readAll(new TextEncoder().encode(text), format);

export const cellsOf = (rows: readonly TableRow[]): (readonly string[])[] =>
  rows.flatMap((row) => ("cells" in row ? [row.cells] : []));

export const faultsOf = (rows: readonly TableRow[]) =>
  rows.flatMap((row) => ("faults" in row ? row.faults : []));
