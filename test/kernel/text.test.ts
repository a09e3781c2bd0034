import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Line, Text, textPatterns, visibleText } from "../../domain/kernel/text.ts";

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

  test("takes the joiners, marks and selectors that names need", () => {
    for (const name of [
      "می\u200cخواهم",
      "👩\u200d🏭",
      "❤\ufe0f",
      "🏴\u{e0067}\u{e0062}\u{e007f}",
      "א\u200fב",
      "co\u00adop",
    ])
      for (const schema of [Line, Text]) expect(schema.safeParse(name).data).toBe(name);
  });

  test("takes nothing that changes its direction", () => {
    for (const code of [0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069])
      for (const schema of [Line, Text])
        expect(schema.safeParse(around(code)).error?.issues[0]?.message).toBe(
          "holds a character that changes the direction of text",
        );
  });

  test("has a visible character", () => {
    for (const unseen of [
      "\u200d",
      "\u200c \u200c",
      "\u00ad",
      "\u3164",
      "\u2800",
      "\ufe0f",
      "\u{e0041}",
      "\u115f\u1160",
    ])
      for (const schema of [Line.min(1), Text.min(1), Line])
        expect(schema.safeParse(unseen).error?.issues[0]?.message).toBe("has no visible character");
    for (const nothing of ["\u200b", " \u2060 ", "\ufeff\ufeff"]) {
      expect(Line.min(1).safeParse(nothing).success).toBe(false);
      expect(Line.safeParse(nothing).data).toBe("");
    }
  });

  test("loses what copying leaves in it", () => {
    expect(Line.parse("\ufeffAc\u200bme\u2060 ")).toBe("Acme");
    expect(Text.parse("one\u200b\ntwo\u200b\n")).toBe("one\ntwo");
  });

  test("that its pattern allows is taken, and what is kept the pattern allows", () => {
    const tricky = fc.constantFrom(
      ..." \t\n\0\u0085\u00a0\u00ad\u200b\u200d\u200f\u202e\u2028\u2066\u2800\ufe0fa1é",
    );
    const text = fc.array(fc.oneof(tricky, fc.string({ unit: "binary", maxLength: 1 })), { maxLength: 5 });
    for (const [schema, pattern] of [
      [Line.min(1), new RegExp(textPatterns.line, "u")],
      [Text.min(1), new RegExp(textPatterns.text, "u")],
    ] as const)
      fc.assert(
        fc.property(
          text.map((parts) => parts.join("")).filter((one) => one.isWellFormed()),
          (one) => {
            const kept = schema.safeParse(one);
            if (pattern.test(one)) expect(kept.data).toBeDefined();
            if (kept.success) expect(kept.data).toMatch(pattern);
          },
        ),
        { seed, numRuns: 5_000 },
      );
  });

  test("of former times is shown without what is refused today", () => {
    expect(visibleText("a\u202egpj.exe")).toBe("a gpj.exe");
    expect(visibleText("\u200d")).toBe("?");
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(Line.min(1).safeParse(visibleText(text)).success).toBe(true);
      }),
      { seed, numRuns: 2_000 },
    );
  });
});
