import { CsvError, parse } from "csv-parse/sync";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvBounds, csvReader } from "../../domain/imports/csv.ts";
import type { Encoding } from "../../domain/imports/decode.ts";
import { cellsOf, csvText, encode, faultsOf, readAll, readText } from "./files.ts";

const seed = 20261123;

/** Characters that Windows-1250 has too, with everything that a separated file finds difficult. */
const character = fc.constantFrom(..."abzAZ059 ,;\t\"'\n.-+=@ăâîşţŞŢáőßčž€".split(""));
const cell = fc.string({ unit: character, maxLength: 12 }).map((text) => text.replaceAll("\r", ""));
const table = fc.integer({ min: 1, max: 6 }).chain((columns) =>
  fc.array(
    fc
      .array(cell, { minLength: columns, maxLength: columns })
      .filter((row) => row.some((each) => each.trim() !== "")),
    { minLength: 1, maxLength: 30 },
  ),
);
const headerFor = (rows: readonly (readonly string[])[]): string[] =>
  Array.from({ length: rows[0]?.length ?? 0 }, (_, at) => `column ${at + 1}`);

describe("a table written in any encoding, separator and line break", () => {
  it("reads back cell by cell, whatever the pieces in which it arrives, and says what it was", () => {
    fc.assert(
      fc.property(
        table,
        fc.constantFrom<Encoding>("utf-8", "utf-16le", "utf-16be", "windows-1250"),
        fc.boolean(),
        fc.constantFrom(",", ";", "\t"),
        fc.constantFrom("\n", "\r\n"),
        fc.integer({ min: 1, max: 50 }),
        (rows, encoding, mark, separator, lineBreak, pieceBytes) => {
          const bytes = encode(csvText([headerFor(rows), ...rows], separator, lineBreak), encoding, mark);
          const read = readAll(bytes, { encoding, separator }, pieceBytes);
          expect(faultsOf(read.rows)).toEqual([]);
          expect(cellsOf(read.rows)).toEqual(rows);
        },
      ),
      { seed, numRuns: 300 },
    );
  });

  it("is recognised without being told: by its mark, by its zeros, by its bytes", () => {
    const text = csvText(
      [
        ["nume", "oraș", "sumă"],
        ["Ştefan Ţuţu", "Iaşi", "1,50"],
      ],
      ";",
      "\r\n",
    ).replaceAll("ș", "ş");
    for (const mark of [true, false])
      for (const encoding of ["utf-8", "utf-16le", "utf-16be", "windows-1250"] as const) {
        const { rows, shape, guess } = readAll(encode(text, encoding, mark));
        expect(guess).toMatchObject({ encoding, isCertain: true });
        expect(shape?.separator).toBe(";");
        expect(cellsOf(rows)).toEqual([["Ştefan Ţuţu", "Iaşi", "1,50"]]);
      }
  });

  it("is read across windows and pieces with the right line numbers", () => {
    const rows = Array.from({ length: 30_000 }, (_, at) => [
      `row ${at}`,
      at % 7 === 0 ? "two\nlines" : "one",
      "ț".repeat(at % 5),
    ]);
    const bytes = encode(csvText([["a", "b", "c"], ...rows], ",", "\r\n"), "utf-8", true);
    const read = readAll(bytes, {}, 65_537);
    expect(cellsOf(read.rows)).toEqual(rows);
    let line = 2;
    for (const [at, row] of read.rows.entries()) {
      expect(row.line).toBe(line);
      line += at % 7 === 0 ? 2 : 1;
    }
  });

  it("may begin with sep=, with lines before the header, or have no header at all", () => {
    expect(cellsOf(readText("sep=;\na,x;b\n1;2\n").rows)).toEqual([["1", "2"]]);
    expect(readText("Report\r\nof May\r\na,b\r\n1,2\r\n", { skipLines: 2 }).rows).toEqual([
      { line: 4, cells: ["1", "2"] },
    ]);
    expect(readText("1,2\n3,4", { columns: ["a", "b"] }).rows).toEqual([
      { line: 1, cells: ["1", "2"] },
      { line: 2, cells: ["3", "4"] },
    ]);
  });

  it("may have empty lines and trailing separators", () => {
    expect(readText("a,b\n\n1,2,,\n , \n3,4\n").rows).toEqual([
      { line: 3, cells: ["1", "2", "", ""] },
      { line: 5, cells: ["3", "4"] },
    ]);
  });
});

describe("separated text", () => {
  it("is read as csv-parse reads it, the second opinion, wherever that can read it", () => {
    const piece = fc.constantFrom("a", "b c", '"', '""', ",", "\n", "\r\n", "\r", "\n\n", "é", "\t");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (pieces, pushed) => {
        const text = pieces.join("");
        const reader = csvReader(",", true, 1);
        const records = [];
        for (let at = 0; at < text.length; at += pushed)
          records.push(...reader.push(text.slice(at, at + pushed)));
        records.push(...reader.end());
        const options = {
          relax_column_count: true,
          skip_empty_lines: true,
          record_delimiter: ["\r\n", "\n", "\r"],
        };
        let theirs: string[][];
        try {
          theirs = parse(text, options);
        } catch (error) {
          if (!(error instanceof CsvError)) throw error;
          expect(records.some((record) => "broken" in record)).toBe(true);
          return;
        }
        expect(records.map((record) => ("cells" in record ? record.cells : record.broken))).toEqual(theirs);
      }),
      { seed, numRuns: 2_000 },
    );
  });
});

describe("a wrong row", () => {
  it("is reported with its line, and all others are read", () => {
    const broken = fc.constantFrom(
      "only one cell",
      "a,b,c,d",
      '"x"y,b,c',
      'x"y,b,c',
      "a,\u0000,c",
      "a,b,\ufffd",
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant("1,2,3"), broken), { minLength: 1, maxLength: 60 }),
        (lines) => {
          const { rows } = readText(["x,y,z", ...lines].join("\n"), { separator: "," });
          expect(rows.map(({ line }) => line)).toEqual(lines.map((_, at) => at + 2));
          for (const [at, line] of lines.entries())
            expect("cells" in (rows[at] ?? {})).toBe(line === "1,2,3");
        },
      ),
      { seed, numRuns: 200 },
    );
  });

  it("names the column and the value of what could not be decoded", () => {
    const bytes = new Uint8Array([
      ...new TextEncoder().encode("name,city\nAna,Ia"),
      0xba,
      ...new TextEncoder().encode("i\nIon,Cluj\n"),
    ]);
    const { rows } = readAll(bytes, { encoding: "utf-8" });
    expect(rows).toEqual([
      {
        line: 2,
        faults: [
          {
            line: 2,
            column: "city",
            value: "Ia\ufffdi",
            reason: "has bytes that are not utf-8 (or were lost before)",
          },
        ],
      },
      { line: 3, cells: ["Ion", "Cluj"] },
    ]);
    const undefinedByte = readAll(new Uint8Array([97, 10, 0x81, 10]), { encoding: "windows-1250" });
    expect(faultsOf(undefinedByte.rows)).toMatchObject([
      { line: 2, column: "a", reason: "has the control character U+0081" },
    ]);
  });

  it("says by how much it differs from the header", () => {
    expect(faultsOf(readText("a,b,c\n1,2\n").rows)).toEqual([
      { line: 2, value: "1 | 2", reason: "has 2 cells where the header has 3" },
    ]);
  });
});

describe("hostile input", () => {
  it("a quote that is never closed costs its own line only", () => {
    const { rows } = readText(`a,b\n1,"open\n${"3,4\n".repeat(200_000)}`);
    expect(rows[0]).toMatchObject({
      line: 2,
      faults: [{ value: '1,"open', reason: "a quote is opened and never closed" }],
    });
    expect(rows).toHaveLength(200_001);
    expect(rows.at(-1)).toEqual({ line: 200_002, cells: ["3", "4"] });
  });

  it("a line of 10 MB is one fault, and what follows is read", () => {
    const { rows } = readText(`a,b\n1,${"x".repeat(10_000_000)}\n3,4\r\n5,6\n`);
    expect(rows).toMatchObject([
      { line: 2, faults: [{ line: 2, reason: `is longer than ${csvBounds.rowCharacters} characters` }] },
      { line: 3, cells: ["3", "4"] },
      { line: 4, cells: ["5", "6"] },
    ]);
  });

  it("a row or a cell just beyond the bounds is a fault too", () => {
    const long = `"${"y\n".repeat(csvBounds.rowCharacters / 2)}"`;
    const { rows } = readText(`a,b\n1,${long}\n3,${"z".repeat(csvBounds.cellCharacters + 1)}\n5,6\n`);
    expect(faultsOf(rows.slice(0, 1))).toMatchObject([
      { line: 2, reason: `is longer than ${csvBounds.rowCharacters} characters` },
    ]);
    expect(rows.at(-2)).toMatchObject({
      faults: [{ column: "b", reason: `is longer than ${csvBounds.cellCharacters} characters` }],
    });
    expect(rows.at(-1)).toMatchObject({ cells: ["5", "6"] });
  });

  it("5,000 columns are refused, whatever is in them", () => {
    expect(() => readText(`${Array.from({ length: 5_000 }, (_, at) => `c${at}`).join(",")}\n1\n`)).toThrow(
      "import.header-invalid",
    );
  });

  it("an empty file, a file of empty lines and one of empty cells are refused", () => {
    for (const text of ["", "\n\n\r\n", "\ufeff"]) expect(() => readText(text)).toThrow("import.empty");
    expect(() => readText('"",""\n , \n')).toThrow("import.empty");
  });

  it("a mark of another encoding than the mapping's is refused", () => {
    expect(() => readAll(encode("a,b\n", "utf-16le", true), { encoding: "utf-8" })).toThrow(
      "import.encoding-mismatch",
    );
  });

  it("any bytes at all are read to the end, with a row or a fault for what is there", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 3_000 }),
        fc.integer({ min: 1, max: 700 }),
        (bytes, pieceBytes) => {
          const whole = new Uint8Array([...new TextEncoder().encode("a,b\n"), ...bytes]);
          const inPieces = readAll(whole, { encoding: "utf-8", separator: "," }, pieceBytes);
          expect(inPieces.rows).toEqual(readAll(whole, { encoding: "utf-8", separator: "," }).rows);
        },
      ),
      { seed, numRuns: 200 },
    );
  });
});
