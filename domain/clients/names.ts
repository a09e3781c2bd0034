import { folded } from "./fold.ts";

/**
 * How a client is found by a part of its name. A name is filed under every ending of each of its words that
 * has at least three letters, so that a part of a word is the beginning of one of them: Betatech is filed
 * under betatech, etatech, tatech, atech, tech and ech. Endings are filed in drawers by their first letters.
 */
export const drawerLetters = 3;
const mostEndingLetters = 20;
/** A term is part of a sort key, which has at most 1,024 bytes. */
const mostNameLetters = 200;

export interface NameTerm {
  /** Its first three letters, or all of a shorter word. */
  readonly drawer: string;
  readonly term: string;
}

const lettersOf = (text: string): string[] => Array.from(text);
const drawerOf = (letters: readonly string[]): string => letters.slice(0, drawerLetters).join("");

/** A name as a whole: what two names have in common that are the same but for case and diacritics. */
export const wholeTerm = (name: string): string => lettersOf(folded(name)).slice(0, mostNameLetters).join("");

/**
 * What a name is filed under. The term that begins with its first letter is the whole folded name, so that the
 * beginning of a name and a name as a whole are found by the same terms.
 */
export const nameTerms = (name: string): NameTerm[] => {
  const whole = wholeTerm(name);
  if (whole === "") return [];
  const terms = new Map<string, NameTerm>();
  const file = (drawer: string, term: string) => terms.set(`${drawer} ${term}`, { drawer, term });
  for (const [at, word] of whole.split(" ").entries()) {
    const letters = lettersOf(word);
    file(drawerOf(letters), at === 0 ? whole : letters.slice(0, mostEndingLetters).join(""));
    for (let from = 1; from <= letters.length - drawerLetters; from++) {
      const ending = letters.slice(from, from + mostEndingLetters);
      file(drawerOf(ending), ending.join(""));
    }
  }
  return [...terms.values()];
};

/** What to look for in which drawer, and the words that a name found there has to have. */
export interface NameSearch {
  readonly drawer: string;
  /** Terms that begin so; undefined where the drawer itself is the word. */
  readonly term: string;
  readonly words: readonly string[];
}

/** How a part of a name is looked for: by its longest word, which parts the names best. */
export const nameSearch = (part: string): NameSearch | undefined => {
  const words = folded(part).split(" ").filter(Boolean);
  const longest = words.toSorted((a, b) => lettersOf(b).length - lettersOf(a).length)[0];
  if (longest === undefined) return undefined;
  const letters = lettersOf(longest);
  return { drawer: drawerOf(letters), term: letters.slice(0, mostEndingLetters).join(""), words };
};

/** Whether a name has all words of a search: as parts of its words, or as their beginnings if they are short. */
export const nameMatches = (name: string, { words }: NameSearch): boolean => {
  const own = folded(name).split(" ");
  return words.every((word) =>
    lettersOf(word).length < drawerLetters
      ? own.some((one) => one.startsWith(word))
      : own.some((one) => one.includes(word)),
  );
};

/** The one term by which a search finds a name, so that a name which has several is found once. */
export const findingTerm = (name: string, search: NameSearch): string | undefined =>
  nameTerms(name)
    .filter(({ drawer, term }) => drawer === search.drawer && term.startsWith(search.term))
    .map(({ term }) => term)
    .sort()[0];
