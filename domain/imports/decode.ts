import { Failure } from "../kernel/errors.ts";

export const encodings = ["utf-8", "utf-16le", "utf-16be", "windows-1250"] as const;
export type Encoding = (typeof encodings)[number];

/** How many bytes of a file are looked at to guess what the mapping does not say. */
export const sampleBytes = 65_536;

const byteOrderMarks: readonly (readonly [Encoding, readonly number[]])[] = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];

const markOf = (bytes: Uint8Array): Encoding | undefined =>
  byteOrderMarks.find(([, mark]) => mark.every((byte, at) => bytes[at] === byte))?.[0];

/** Latin text in UTF-16 has a zero in nearly every second byte; which half says the order. */
const guessUtf16 = (sample: Uint8Array): Encoding | undefined => {
  const zeros = [0, 0];
  for (const [at, byte] of sample.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const most = sample.length * 0.2;
  if (odd > most && even * 10 < odd) return "utf-16le";
  if (even > most && odd * 10 < even) return "utf-16be";
  return undefined;
};

const isUtf8 = (sample: Uint8Array, complete: boolean): boolean => {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(sample, { stream: !complete });
    return true;
  } catch {
    return false;
  }
};

/**
 * The encoding of a file, from its first bytes: the byte order mark, else the zeros of UTF-16, else UTF-8 if
 * it is valid, else Windows-1250 (the one-byte encoding of this product's users).
 * @param complete whether the sample is the whole file, so that a cut sequence at its end counts as wrong
 */
export const detectEncoding = (sample: Uint8Array, complete: boolean): Encoding =>
  markOf(sample) ?? guessUtf16(sample) ?? (isUtf8(sample, complete) ? "utf-8" : "windows-1250");

export interface Decoder {
  /** The text of the next bytes; a sequence cut at their end is kept for the next call. */
  readonly push: (bytes: Uint8Array) => string;
  readonly end: () => string;
}

/**
 * A streaming decoder. What is no character of the encoding becomes U+FFFD (UTF-8, UTF-16) or a C1 control
 * (Windows-1250): neither occurs in honest text, and the reader reports each cell that holds one.
 * @throws Failure import.encoding-mismatch if the file's byte order mark contradicts what the mapping says
 */
export const decoderFor = (encoding: Encoding, sample: Uint8Array): Decoder => {
  const marked = markOf(sample);
  // The mark of UTF-8 or UTF-16 reads as three or two letters in Windows-1250, in theory; in files it is a mark.
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
