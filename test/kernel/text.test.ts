import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Line, Text } from "../../domain/kernel/text.ts";

const seed = 20_261_124;
/** Two letters with a character between them. */
const around = (code: number) => `a${String.fromCodePoint(code)}b`;
const all = Array.from({ length: 0xa1 }, (_, code) => code);
const taken = (schema: typeof Line) => all.filter((code) => schema.safeParse(around(code)).success);

describe("text", () => {
  test("of one line takes no control character", () => {
    const printable = all.filter((code) => (code >= 0x20 && code < 0x7f) || code === 0xa0);
    expect(taken(Line)).toEqual(printable);
  });

  test("of several lines takes none but line breaks and tabs", () => {
    expect(taken(Text).filter((code) => code < 0x20)).toEqual([0x09, 0x0a, 0x0d]);
    expect(taken(Text).filter((code) => code >= 0x7f)).toEqual([0xa0]);
  });

  test("takes every other character as it is, but for spaces around it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        for (const schema of [Line, Text]) {
          expect(schema.safeParse(text).data).toBe(text.trim());
          expect(schema.safeParse(`  ${text}\n`).data).toBe(text.trim());
        }
      }),
      { seed },
    );
  });
});
