import { describe, expect, test } from "vitest";
import * as z from "zod";
import { collectPatterns } from "./collect.ts";
import { readSafePatterns } from "./safe.ts";
import { runsUnbounded } from "./schemas.ts";

describe("The patterns of the product", async () => {
  const { all, schemas, unseen } = await collectPatterns();

  test("every pattern was found safe; npm run patterns looks at new ones", () => {
    const safe = readSafePatterns();
    expect([...all].filter(([pattern]) => !safe.has(pattern))).toEqual([]);
    expect([...safe].filter((pattern) => !all.has(pattern))).toEqual([]);
  });

  test("patterns made at run time are among them", () => {
    expect(unseen).toEqual([]);
    expect([...all.keys()]).toContain("/^cli_[0-9A-HJKMNP-TV-Z]{26}$/");
    expect([...all.keys()]).toContain("/^(\\d{4})\\-(\\d{2})\\-(\\d{2})$/");
  });

  test("every text schema checks the length before its pattern", () => {
    expect(schemas.length).toBeGreaterThan(1_000);
    const unbounded = schemas.filter(runsUnbounded);
    expect(unbounded.map((schema) => schema._zod.def)).toEqual([]);
  });
});

describe("A text schema", async () => {
  // Not at the top: the patterns of a module that was loaded before are not seen being made.
  const { Format } = await import("../../domain/kernel/text.ts");

  test("with a pattern before its length counts as unbounded", () => {
    for (const schema of [
      z.email(),
      z.iso.date(),
      z.string().regex(/a/).max(3),
      z.string().max(3).regex(/a/),
    ])
      expect(runsUnbounded(schema)).toBe(true);
    for (const schema of [Format(3, z.regex(/a/)), Format(9, z.email()), z.string().max(3)])
      expect(runsUnbounded(schema)).toBe(false);
  });

  test("does not run a pattern over a text that is too long", () => {
    let runs = 0;
    const watched = Object.assign(/^x*$/, {
      test: () => {
        runs++;
        return true;
      },
    });
    const { success, error } = Format(3, z.regex(watched)).safeParse("xxxx");
    expect([success, error?.issues.length, runs]).toEqual([false, 1, 0]);
    expect(Format(3, z.regex(watched)).safeParse("xxx").success).toBe(true);
    expect(runs).toBe(1);
  });
});
