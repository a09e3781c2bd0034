import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import type { PatternText } from "./collect.ts";

const file = path.join(import.meta.dirname, "safe.json");

/** The patterns that were found safe: the time that they take grows no faster than the text. */
export const readSafePatterns = (): ReadonlySet<PatternText> =>
  new Set(z.array(z.string()).parse(JSON.parse(readFileSync(file, "utf8"))));

export const writeSafePatterns = (patterns: Iterable<PatternText>): void =>
  writeFileSync(file, `${JSON.stringify([...patterns].toSorted(), null, 2)}\n`);
