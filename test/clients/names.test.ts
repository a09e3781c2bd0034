import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { folded, wordsOf } from "../../domain/clients/fold.ts";
import { findingTerm, nameMatches, nameSearch, nameTerms } from "../../domain/clients/names.ts";

describe("folding", () => {
  test.each([
    ["Știință și Țară S.R.L.", "stiinta si tara srl"],
    ["ŞTIINŢĂ ŞI ŢARĂ SRL", "stiinta si tara srl"],
    ["Straße & Söhne", "strasse sohne"],
    ["STRASSE", "strasse"],
    ["Łódź – Øresund", "lodz oresund"],
    ["Đorđe Æther Œuvre Þór", "dorde aether oeuvre thor"],
    ["İstanbul Işık", "istanbul isik"],
    ["O’Brien's", "obriens"],
    ["Coca-Cola", "coca cola"],
    ["ΑΒΓ Ελλάς", "αβγ ελλας"],
    ["ﬁne Ⅳ", "fine iv"],
  ])("%s becomes %s", (name, expected) => {
    expect(folded(name)).toBe(expected);
  });

  test("a folded name is folded already", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), (name) => {
        expect(folded(folded(name))).toBe(folded(name));
      }),
      { seed: 20261123, numRuns: 1000 },
    );
  });
});

/** Whether a search finds a name by what the name is filed under. */
const finds = (name: string, part: string): boolean => {
  const search = nameSearch(part);
  return search !== undefined && findingTerm(name, search) !== undefined && nameMatches(name, search);
};

describe("search by a part of the name", () => {
  test.each([
    ["Betatech", "tech"],
    ["Betatech", "BETA"],
    ["Betatech SRL", "tech srl"],
    ["Betatech SRL", "srl betatech"],
    ["Știință și Țară", "tara"],
    ["Stiinta si Tara", "ȚARĂ"],
    ["3M România", "3m"],
    ["HP", "hp"],
    ["Rocket & Sons", "& rocket"],
    ["Întreprinderea Individuală Foarte Lungă Denumire", "individuala fo"],
    ["Donaudampfschifffahrtsgesellschaft", "donaudampfschifffahrtsgesell"],
    ["ana banana", "ana"],
  ])("%s is found by %s", (name, part) => {
    expect(finds(name, part)).toBe(true);
  });

  test.each([
    ["Betatech", "tach"],
    ["Betatech SRL", "betatech sa"],
    ["Betatech", "et"],
    ["Betatech", "&"],
    ["Donaudampfschifffahrtsgesellschaft", "donaudampfschifffahrtsverein"],
  ])("%s is not found by %s", (name, part) => {
    expect(finds(name, part)).toBe(false);
  });

  test("every part of three letters or more of a word finds the name, and once", () => {
    const word = fc.stringMatching(/^[a-zăâîșțß]{3,30}$/u);
    const names = fc.array(word, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(names, fc.nat(), fc.nat(30), fc.nat(30), (words, which, from, length) => {
        const name = words.join(" ");
        const own = wordsOf(name)[which % words.length] ?? "";
        const start = from % Math.max(1, own.length - 2);
        const part = own.slice(start, start + 3 + length);
        expect(finds(name, part.toUpperCase())).toBe(true);
        const search = nameSearch(part);
        const term = search && findingTerm(name, search);
        expect(
          nameTerms(name).filter((one) => one.term === term && one.drawer === search?.drawer),
        ).toHaveLength(1);
      }),
      { seed: 20261123, numRuns: 1000 },
    );
  });

  test("a name is filed under no more than it has letters, and no term is too long for a key", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-composite", minLength: 1, maxLength: 200 }), (text) => {
        const name = Array.from(text).slice(0, 200).join("");
        const terms = nameTerms(name);
        expect(terms.length).toBeLessThanOrEqual(Array.from(folded(name)).length);
        for (const { term, drawer } of terms) {
          expect(new TextEncoder().encode(term).length).toBeLessThanOrEqual(800);
          expect(term.startsWith(drawer)).toBe(true);
        }
      }),
      { seed: 20261123, numRuns: 500 },
    );
  });
});
