import { type Encoding, markOf } from "./decode.ts";
import { type EncodingGuess, guessByWords, sampleWordCount, WordCollector } from "./guess-encoding.ts";

/** How many bytes of a file are looked at for the zeros of UTF-16. */
const beginningBytes = 65_536;

/** Latin text in UTF-16 has a zero in nearly every second byte; which half says the order. */
const guessUtf16 = (beginning: Uint8Array): Encoding | undefined => {
  const zeros = [0, 0];
  for (const [at, byte] of beginning.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const most = beginning.length * 0.2;
  if (odd > most && even * 10 < odd) return "utf-16le";
  if (even > most && odd * 10 < even) return "utf-16be";
  return undefined;
};

/** The first different words of a text that have letters beyond ASCII. */
const sampleWords = (text: string): string[] => {
  const words = new Set<string>();
  for (const [word] of text.matchAll(/[\p{L}\p{M}]+/gu)) {
    if (/^[A-Za-z]+$/.test(word)) continue;
    words.add(word);
    if (words.size === sampleWordCount) break;
  }
  return [...words];
};

/**
 * Finds out the encoding of a file from all of its bytes: the byte order mark, else the zeros of UTF-16, else UTF-8 where its
 * characters are whole (some broken ones among many do not make it another encoding), else the one-byte encoding whose
 * letters make words (`guess-encoding.ts`).
 */
export class EncodingSurvey {
  readonly #beginning = new Uint8Array(beginningBytes);
  #beginningLength = 0;
  readonly #utf8 = new TextDecoder("utf-8");
  readonly #strictUtf8 = new TextDecoder("utf-8", { fatal: true });
  #isWholeUtf8 = true;
  readonly #words = new WordCollector();
  #wholeCharacters = 0;
  #brokenCharacters = 0;

  push(bytes: Uint8Array): void {
    const room = bytes.subarray(0, beginningBytes - this.#beginningLength);
    this.#beginning.set(room, this.#beginningLength);
    this.#beginningLength += room.length;
    this.#decode(bytes, true);
    this.#words.push(bytes);
  }

  #decode(bytes: Uint8Array, stream: boolean): void {
    this.#count(this.#utf8.decode(bytes, { stream }));
    if (!this.#isWholeUtf8) return;
    try {
      this.#strictUtf8.decode(bytes, { stream });
    } catch {
      this.#isWholeUtf8 = false;
    }
  }

  #count(text: string): void {
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 0xfffd) this.#brokenCharacters++;
      else if (code > 127) this.#wholeCharacters++;
    }
  }

  end(): EncodingGuess {
    this.#decode(new Uint8Array(0), false);
    const beginning = this.#beginning.subarray(0, this.#beginningLength);
    const sure = markOf(beginning) ?? guessUtf16(beginning);
    const isUtf8 = this.#isWholeUtf8 || this.#wholeCharacters > this.#brokenCharacters * 9;
    const words = this.#words.end();
    const encoding = sure ?? (isUtf8 || words.length === 0 ? "utf-8" : undefined);
    if (encoding === undefined) return guessByWords(words);
    const inBeginning = sampleWords(new TextDecoder(encoding).decode(beginning, { stream: true }));
    const anywhere = encoding === "utf-8" ? words.slice(0, sampleWordCount) : [];
    return {
      encoding,
      isCertain: true,
      words: inBeginning.length > 0 ? inBeginning : anywhere.map((word) => new TextDecoder().decode(word)),
    };
  }
}
