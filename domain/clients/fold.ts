/** Letters that Unicode does not take apart into a letter and a mark. */
const others: Readonly<Record<string, string>> = {
  ß: "ss",
  ł: "l",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  æ: "ae",
  œ: "oe",
  ı: "i",
  ħ: "h",
  ŧ: "t",
  ŋ: "n",
  ĸ: "k",
};
const otherLetters = new RegExp(`[${Object.keys(others).join("")}]`, "gu");

/** What stands inside words without parting them: O'Brien, S.R.L. */
const within = /['’‘ʼ`´.]/gu;

/**
 * A name in the form in which names are compared: small letters without diacritics, words parted by single
 * spaces. `Știință & Țară S.R.L.` becomes `stiinta tara srl`; ş with cedilla and ș with comma are one letter.
 */
export const folded = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(otherLetters, (letter) => others[letter] ?? letter)
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(within, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

/** The words of a name, folded. */
export const wordsOf = (name: string): string[] => folded(name).split(" ").filter(Boolean);
