import type * as z from "zod";
import { visibleText } from "../../domain/kernel/text.ts";

/** Texts that were stored before a rule about their characters are at fault only here: what is sent is checked. */
const isAboutText = (issue: z.core.$ZodIssue): boolean =>
  (issue.code === "custom" && issue.params?.rule === "text") ||
  (issue.code === "too_small" && issue.origin === "string");

/** The value with the texts at some places changed. */
const withTexts = (value: unknown, paths: readonly (readonly PropertyKey[])[]): unknown => {
  if (paths.some((path) => path.length === 0)) return typeof value === "string" ? visibleText(value) : value;
  const under = (name: PropertyKey) => paths.filter(([first]) => first === name).map(([, ...rest]) => rest);
  const changed = (inner: unknown, name: PropertyKey) => {
    const inside = under(name);
    return inside.length === 0 ? inner : withTexts(inner, inside);
  };
  if (Array.isArray(value)) return value.map(changed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, changed(inner, name)]));
};

/**
 * An answer of the documented form. A text that was stored before its characters were checked is shown without those that are
 * refused today, so that old records stay readable.
 */
export const parseAnswer = <Output>(
  schema: z.ZodType<Output>,
  answer: unknown,
): z.ZodSafeParseResult<Output> => {
  const parsed = schema.safeParse(answer);
  if (parsed.success || !parsed.error.issues.every(isAboutText)) return parsed;
  return schema.safeParse(
    withTexts(
      answer,
      parsed.error.issues.map(({ path }) => path),
    ),
  );
};
