import { Failure } from "../kernel/errors.ts";

/** By their WHATWG names, so that ISO-8859-1 is read as Windows-1252: its control signs are no text. */
export const encodings = [
  "utf-8",
  "utf-16le",
  "utf-16be",
  "windows-1250",
  "windows-1251",
  "windows-1252",
  "iso-8859-1",
  "iso-8859-2",
  "iso-8859-15",
] as const;
export type Encoding = (typeof encodings)[number];

const byteOrderMarks: readonly (readonly [Encoding, readonly number[]])[] = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];

/** The encoding that a byte order mark names. */
export const markOf = (bytes: Uint8Array): Encoding | undefined =>
  byteOrderMarks.find(([, mark]) => mark.every((byte, at) => bytes[at] === byte))?.[0];

export interface Decoder {
  /** The text of the next bytes; a sequence cut at their end is kept for the next call. */
  readonly push: (bytes: Uint8Array) => string;
  readonly end: () => string;
}

/**
 * A streaming decoder. What is no character of the encoding becomes U+FFFD (UTF-8, UTF-16) or a C1 control
 * (one-byte encodings): neither occurs in honest text, and the reader reports each cell that holds one.
 * @throws Failure import.encoding-mismatch if the file's byte order mark contradicts what the mapping says
 */
export const decoderFor = (encoding: Encoding, sample: Uint8Array): Decoder => {
  const marked = markOf(sample);
  // The mark of UTF-8 or UTF-16 reads as letters in a one-byte encoding, in theory; in files it is a mark.
  if (marked && marked !== encoding)
    throw new Failure("import.encoding-mismatch", {
      detail: `The file begins with the byte order mark of ${marked}, but the mapping says ${encoding}.`,
    });
  const decoder = new TextDecoder(encoding);
  return { push: (bytes) => decoder.decode(bytes, { stream: true }), end: () => decoder.decode() };
};

const undecodable = /\u{FFFD}|(?![\t\n\r])\p{Cc}/u;

/** Why a cell cannot be taken as it was read, or undefined if it can. */
export const characterFault = (cell: string, encoding: Encoding): string | undefined => {
  const found = undecodable.exec(cell)?.[0];
  if (found === undefined) return undefined;
  if (found === "\u{FFFD}") return `has bytes that are not ${encoding} (or were lost before)`;
  const code = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `has the control character U+${code}`;
};
