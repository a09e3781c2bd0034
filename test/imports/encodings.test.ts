import * as fc from "fast-check";
import iconv from "iconv-lite";
import { describe, expect, it } from "vitest";
import type { Encoding } from "../../domain/imports/decode.ts";
import { detectSeparator } from "../../domain/imports/separator.ts";
import { EncodingSurvey } from "../../domain/imports/survey.ts";
import { cellsOf, encode, readAll } from "./files.ts";

const seed = 20261201;

const surveyOf = (bytes: Uint8Array, pieceBytes = 7) => {
  const survey = new EncodingSurvey();
  for (let at = 0; at < bytes.length; at += pieceBytes) survey.push(bytes.subarray(at, at + pieceBytes));
  return survey.end();
};

/** Words of one language, as they stand in lists of companies and places. */
const texts: readonly (readonly [string, Encoding, string])[] = [
  ["French", "windows-1252", "Hélène Bœuf Frères Crème Îles Père Château Noël Évêque Façade Théâtre Légère"],
  ["Spanish", "windows-1252", "Muñoz Peña García Núñez Pérez Ibáñez Coruña Cañada Señalización Niño Añil"],
  ["Portuguese", "windows-1252", "São João Conceição Gonçalves Guimarães Açores Estação Construções Irmãos"],
  ["Norwegian", "windows-1252", "Bjørn Åse Ålesund Sørensen Kjær Håkon Tromsø Rødgrød Fløte Blåbær"],
  ["German", "windows-1252", "Müller Straße Größe Übermaß Köln Bäckerei Schön Grüße Höfe"],
  ["Romanian", "windows-1250", "Ţesătoria Dănilă Ştefan Brăila Piaţa Bucureşti Mureş Îmbrăcăminte Câmpulung"],
  ["Polish", "windows-1250", "Łódź Kraków Świętokrzyskie Żółć Gdańsk Wałęsa Książka Spółka Usługi"],
  ["Czech", "windows-1250", "Dvořák Novák Černý Příbram Jiří Kovářová Plzeň Růžička Šťastný"],
  ["Hungarian", "windows-1250", "Győr Erdős Szűcs Árpád Fűtő Könyvesbolt Gyűjtő Hűtő Erdő"],
  ["Russian", "windows-1251", "Иванов Москва Общество Ромашка ответственностью Пётр Ёлка"],
  ["Ukrainian", "windows-1251", "Київ Львів Їжак Ґанок Товариство обмеженою відповідальністю"],
  ["Czech", "iso-8859-2", "Dvořák Novák Šimek Žižka Příbram Růžička Šťastný Tomáš Lukáš"],
  ["Polish", "iso-8859-2", "Łódź Świętokrzyskie Żółć Gdańsk Wałęsa Książka Usługi Śląsk Kąty"],
  ["French", "iso-8859-15", "Bœuf Hélène Œuvre Frères Cœur Sœur Évêque Façade Théâtre Légère"],
];

describe("the encoding of a file that no mapping states", () => {
  it.each(texts)("is found out from the words: %s in %s", (_, encoding, words) => {
    const bytes = encode(words.split(" ").join("\n"), encoding, false);
    const guess = surveyOf(bytes);
    expect(guess.isCertain).toBe(true);
    expect(new TextDecoder(guess.encoding).decode(bytes)).toBe(words.split(" ").join("\n"));
    expect(guess.words).toHaveLength(3);
    for (const word of guess.words) expect(words.split(" ")).toContain(word);
  });

  it("is asked for rather than read wrong, whatever words a file has of a language", () => {
    const sample = fc.constantFrom(...texts).chain(([, encoding, words]) =>
      fc.record({
        encoding: fc.constant(encoding),
        words: fc.shuffledSubarray(words.split(" "), { minLength: 1 }),
      }),
    );
    fc.assert(
      fc.property(sample, fc.integer({ min: 1, max: 9 }), ({ encoding, words }, pieceBytes) => {
        const text = words.join("\n");
        const guess = surveyOf(encode(text, encoding, false), pieceBytes);
        if (guess.isCertain)
          expect(new TextDecoder(guess.encoding).decode(encode(text, encoding, false))).toBe(text);
        else expect(guess.alternative?.words).not.toEqual(guess.words);
      }),
      { seed, numRuns: 2_000 },
    );
  });

  it("is uncertain where two languages read a word each, and shows both readings", () => {
    expect(surveyOf(iconv.encode("Hélène\nFrères", "windows-1252"))).toEqual({
      encoding: "windows-1250",
      isCertain: false,
      words: ["Hélčne", "Frčres"],
      alternative: { encoding: "windows-1252", words: ["Hélène", "Frères"] },
    });
  });

  it("is judged by the whole file, not by its beginning", () => {
    const plain = "name\nplain\n".repeat(20_000);
    const late = `${plain}Bœuf\nFrères\nHélène\nNoël\nFaçade\n`;
    expect(surveyOf(iconv.encode(late, "windows-1252"), 65_536)).toMatchObject({
      encoding: "windows-1252",
      isCertain: true,
      words: ["Bœuf", "Frères", "Hélène"],
    });
    expect(surveyOf(iconv.encode(`${plain}Țesătoria\n`, "utf-8"), 65_536)).toEqual({
      encoding: "utf-8",
      isCertain: true,
      words: ["Țesătoria"],
    });
  });

  it("stays UTF-8 where one character of many is broken, so that one cell is at fault", () => {
    const whole = new TextEncoder().encode(`${"Țesătoria Dănilă\n".repeat(50)}`);
    expect(surveyOf(Uint8Array.from([...whole, 0xe9, 0x0a]))).toMatchObject({
      encoding: "utf-8",
      isCertain: true,
    });
  });
});

describe("a stated encoding", () => {
  it.each<Encoding>(["windows-1252", "iso-8859-1", "iso-8859-15"])("reads French in %s", (encoding) => {
    const { rows } = readAll(encode("name\nHélène & Frères\n", encoding, false), { encoding });
    expect(cellsOf(rows)).toEqual([["Hélène & Frères"]]);
  });

  it("reads Cyrillic in windows-1251 and Czech in iso-8859-2", () => {
    const read = (text: string, encoding: Encoding) =>
      cellsOf(readAll(encode(`name\n${text}\n`, encoding, false), { encoding }).rows);
    expect(read("Ромашка", "windows-1251")).toEqual([["Ромашка"]]);
    expect(read("Žižka", "iso-8859-2")).toEqual([["Žižka"]]);
  });
});

describe("a tie between separators in the header", () => {
  it.each([
    ["decimals", "name,code;price\nCoffee;1,50\nTea;12,40\n", ";"],
    ["rows without a comma", "name, first;city\nPopescu Ion;Iași\nIonescu;Cluj\n", ";"],
    ["words with a comma and a space", "name, first;city\nPopescu, Ion;Iași\nIonescu, Ana;Cluj\n", ";"],
    ["rows without a semicolon", "name;code,price\nCoffee,150\nTea,1240\n", ","],
    ["no rows", "name;code,price\n", ","],
  ])("is decided by the rows: %s", (_, text, separator) => {
    expect(detectSeparator(text)).toBe(separator);
  });
});
