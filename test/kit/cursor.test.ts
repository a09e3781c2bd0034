import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure } from "../../domain/kernel/errors.ts";
import { cursorsFor } from "../../functions/kit/table/cursor.ts";

const position = fc.array(
  fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
  {
    minLength: 1,
    maxLength: 3,
  },
);
const query = fc.dictionary(fc.string(), fc.string(), { maxKeys: 4 });
const settings = { seed: 20261123, numRuns: 300 };

const codeOf = (open: () => unknown): string | undefined => {
  try {
    open();
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
  return undefined;
};

describe("a cursor", () => {
  test("opens for its own tenant and query to the position that was sealed", () => {
    fc.assert(
      fc.property(fc.string(), query, position, (tenant, asked, sealed) => {
        const cursor = cursorsFor(tenant, asked).seal(sealed);
        expect(cursor).toMatch(/^[\w-]+$/);
        expect(cursorsFor(tenant, asked).open(cursor)).toEqual(sealed);
      }),
      settings,
    );
  });

  test("is refused for another tenant and for another query", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        query,
        query,
        position,
        (tenant, other, asked, otherwise, sealed) => {
          const cursor = cursorsFor(tenant, asked).seal(sealed);
          if (tenant !== other)
            expect(codeOf(() => cursorsFor(other, asked).open(cursor))).toBe("request.cursor-mismatch");
          if (JSON.stringify(asked) !== JSON.stringify(otherwise))
            expect(codeOf(() => cursorsFor(tenant, otherwise).open(cursor))).toBe("request.cursor-mismatch");
        },
      ),
      settings,
    );
  });

  test("that was made up is refused, whatever it is", () => {
    const madeUp = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString("base64url")),
    );
    fc.assert(
      fc.property(madeUp, (cursor) => {
        expect(codeOf(() => cursorsFor("ten_1", ["list"]).open(cursor))).toBe("request.cursor-mismatch");
      }),
      settings,
    );
  });
});
