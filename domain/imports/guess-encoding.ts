/**
 * Tells Windows-1250, -1251, -1252, ISO-8859-2 and -15 apart by the words of a file: the same byte is another letter in each, and
 * only the alphabet of the language that results says which is right. Pure; fed with bytes piece by piece.
 */
import type { Encoding } from "./decode.ts";

/** One-byte encodings that are guessed, the more usual first. ISO-8859-1 is Windows-1252 without its signs below 0xA0. */
const candidates = ["windows-1250", "windows-1252", "windows-1251", "iso-8859-2", "iso-8859-15"] as const;

/** Letters beyond a to z by language, in lower case, with the encodings that have them. */
const alphabets: readonly (readonly [string, readonly Encoding[]])[] = [
  ["ăâîşţșț", ["windows-1250", "iso-8859-2"]],
  ["ąćęłńóśźż", ["windows-1250", "iso-8859-2"]],
  ["áčďéěíňóřšťúůýž", ["windows-1250", "iso-8859-2"]],
  ["áäčďéíĺľňóôŕšťúýž", ["windows-1250", "iso-8859-2"]],
  ["áéíóöőúüű", ["windows-1250", "iso-8859-2"]],
  ["čćđšž", ["windows-1250", "iso-8859-2"]],
  ["äöüß", ["windows-1250", "windows-1252", "iso-8859-2", "iso-8859-15"]],
  ["àâæçéèêëîïôœùûüÿ", ["windows-1252", "iso-8859-15"]],
  ["áéíñóúüïç", ["windows-1252", "iso-8859-15"]],
  ["áâãàçéêíóôõú", ["windows-1252", "iso-8859-15"]],
  ["àèéìíîòóùú", ["windows-1252", "iso-8859-15"]],
  ["åäöæøéü", ["windows-1252", "iso-8859-15"]],
  ["áðéíóúýþæö", ["windows-1252", "iso-8859-15"]],
  ["áéëïíóöúè", ["windows-1252", "iso-8859-15"]],
  ["абвгдеёжзийклмнопрстуфхцчшщъыьэюя", ["windows-1251"]],
  ["абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", ["windows-1251"]],
  ["абвгдђежзијклљмнњопрстћуфхцчџш", ["windows-1251"]],
  ["абвгдеёжзійклмнопрстуўфхцчшыьэюя", ["windows-1251"]],
];

/** How many bytes of different words are kept; what a file has beyond them says nothing new. */
const mostWordBytes = 262_144;
/** How many words a guess is shown with. */
export const sampleWordCount = 3;

/** The encoding that explains a file best. */
export interface EncodingGuess {
  readonly encoding: Encoding;
  /** False where another encoding gives other words that are as likely. */
  readonly isCertain: boolean;
  /** Up to three words as the guess reads them. */
  readonly words: readonly string[];
  /** The next best encoding that reads other words, with the same words as it reads them. */
  readonly alternative?: { readonly encoding: Encoding; readonly words: readonly string[] };
}

const isAsciiLetter = (byte: number): boolean => (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);

/** Collects the words that hold a byte above 127: each once, from the whole file. */
export class WordCollector {
  readonly #words = new Map<string, Uint8Array>();
  #keptBytes = 0;
  #word: number[] = [];
  #hasHighByte = false;

  push(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte < 128 && !isAsciiLetter(byte)) this.#endWord();
      else if (this.#word.length < 64) {
        this.#word.push(byte);
        if (byte > 127) this.#hasHighByte = true;
      }
    }
  }

  #endWord(): void {
    if (this.#hasHighByte && this.#keptBytes < mostWordBytes) {
      const key = this.#word.join(",");
      if (!this.#words.has(key)) {
        this.#words.set(key, Uint8Array.from(this.#word));
        this.#keptBytes += this.#word.length;
      }
    }
    this.#word = [];
    this.#hasHighByte = false;
  }

  /** The words in the order in which they came. */
  end(): Uint8Array[] {
    this.#endWord();
    return [...this.#words.values()];
  }
}

/** Signs that stand beside words in honest text without a space between. */
const edgeSigns = new Set("«»„“”‘’‚‹›–—…€№°§©®\u00A0");

const withoutEdgeSigns = (word: string): string => {
  const letters = [...word];
  const isLetter = (letter: string) => !edgeSigns.has(letter);
  const from = letters.findIndex(isLetter);
  return from < 0 ? "" : letters.slice(from, letters.findLastIndex(isLetter) + 1).join("");
};

const latinLetters = "abcdefghijklmnopqrstuvwxyz";
const isCyrillic = (letters: string): boolean => /^\p{Script=Cyrillic}/u.test(letters);

/** Whether a word is made of letters of an alphabet (no word mixes scripts), and of capitals only where a word has them. */
const isWordOf = (word: string, alphabet: ReadonlySet<string>): boolean => {
  for (const letter of word.toLowerCase()) if (!alphabet.has(letter)) return false;
  const rest = word.slice(1);
  return word === word.toUpperCase() || rest === rest.toLowerCase();
};

interface Reading {
  readonly encoding: Encoding;
  readonly words: readonly string[];
  /** For each word whether the language that explains most of them explains it. */
  readonly explains: readonly boolean[];
}

const share = (of: readonly boolean[]): number => of.filter(Boolean).length / Math.max(of.length, 1);

const readAs = (encoding: Encoding, words: readonly Uint8Array[]): Reading => {
  const decoder = new TextDecoder(encoding);
  const texts = words.map((word) => decoder.decode(word));
  const bare = texts.map((text) => withoutEdgeSigns(text));
  const byLanguage = alphabets
    .filter(([, within]) => within.includes(encoding))
    .map(([letters]) => {
      const alphabet = new Set(isCyrillic(letters) ? letters : letters + latinLetters);
      return bare.map((word) => isWordOf(word, alphabet));
    });
  const explains = byLanguage.reduce((best, each) => (share(each) > share(best) ? each : best));
  return { encoding, words: texts, explains };
};

/** What share of the words that two encodings read differently the better one has to explain, and how much more than the other. */
const wellExplained = 0.6;
const clearLead = 0.2;

/** The one-byte encoding of a file by its words (at least one). */
export const guessByWords = (words: readonly Uint8Array[]): EncodingGuess => {
  const [best, ...others] = candidates
    .map((encoding) => readAs(encoding, words))
    .sort((a, b) => share(b.explains) - share(a.explains));
  if (!best) throw new Error("there is no encoding to choose from");
  const rivals = others.flatMap((other) => {
    const differing = best.words.flatMap((word, at) => (word === other.words[at] ? [] : [at]));
    if (differing.length === 0) return [];
    const mine = share(differing.map((at) => best.explains[at] ?? false));
    const its = share(differing.map((at) => other.explains[at] ?? false));
    return mine >= wellExplained && mine - its >= clearLead ? [] : [{ other, differing }];
  });
  const [rival] = rivals;
  if (!rival)
    return { encoding: best.encoding, isCertain: true, words: best.words.slice(0, sampleWordCount) };
  // The words in which the two differ show what is to be confirmed.
  const telling = rival.differing.slice(0, sampleWordCount);
  const read = (words: readonly string[]) => telling.map((at) => words[at] ?? "");
  return {
    encoding: best.encoding,
    isCertain: false,
    words: read(best.words),
    alternative: { encoding: rival.other.encoding, words: read(rival.other.words) },
  };
};
