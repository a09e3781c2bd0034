import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Failure } from "../../domain/kernel/errors.ts";
import { checkSizes, itemBytes, mostItemBytes } from "../../functions/kit/table/size.ts";

const seed = 20_261_201;

/** The bytes of an item by the developer guide, from the values that it was made of. */
const bytesByTheGuide = (value: unknown): number => {
  if (typeof value === "string") return new TextEncoder().encode(value).length;
  if (typeof value === "boolean" || value === null) return 1;
  const inner = Object.values(value ?? {}).map(bytesByTheGuide);
  const names = Array.isArray(value)
    ? 0
    : Object.keys(value ?? {}).reduce((n, name) => n + bytesByTheGuide(name), 0);
  return 3 + inner.length + names + inner.reduce((sum, bytes) => sum + bytes, 0);
};

const asAttribute = (value: unknown): AttributeValue => {
  if (typeof value === "string") return { S: value };
  if (typeof value === "boolean") return { BOOL: value };
  if (value === null) return { NULL: true };
  if (Array.isArray(value)) return { L: value.map(asAttribute) };
  return {
    M: Object.fromEntries(Object.entries(value ?? {}).map(([name, inner]) => [name, asAttribute(inner)])),
  };
};

test("an item of texts, lists and maps has the bytes that the guide says", () => {
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.string({ unit: "grapheme" }), tie("value"), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(value, (one) => {
      expect(itemBytes({ ab: asAttribute(one) })).toBe(2 + bytesByTheGuide(one));
    }),
    { seed, numRuns: 2_000 },
  );
});

test("a number has a byte for two digits, one more, and one for a sign", () => {
  // 38 digits are the most: 20 bytes, and 21 with a sign.
  for (const [N, least] of [
    ["0", 1],
    ["7", 2],
    ["-7", 3],
    ["1234", 3],
    ["-12345678901234567890123456789012345678", 21],
  ] as const) {
    expect(itemBytes({ n: { N } })).toBeGreaterThanOrEqual(1 + least);
    expect(itemBytes({ n: { N } })).toBeLessThanOrEqual(1 + least + 2);
  }
});

const refusalOf = (sizes: readonly number[]): Failure | undefined => {
  try {
    // The name of the attribute is a byte.
    checkSizes(sizes.map((bytes) => ({ entity: "deal", item: { a: { S: "x".repeat(bytes - 1) } } })));
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  return undefined;
};

test("an item of 400 kB is written and one of a byte more is not", () => {
  expect(refusalOf([mostItemBytes])).toBeUndefined();
  expect(refusalOf([1_000, mostItemBytes + 1])).toMatchObject({
    code: "record.too-large",
    detail: "The record deal would have 401 kB; a record has at most 400 kB. Shorten its texts and lists.",
  });
});

test("items of 4 MB are written at once and a byte more is not", () => {
  const four = [...Array<number>(10).fill(mostItemBytes), 98_304];
  expect(refusalOf(four)).toBeUndefined();
  expect(refusalOf([...four, 1])).toMatchObject({ code: "record.too-large" });
});
