import * as z from "zod";

/**
 * Characters that no text may hold, as they stand between the brackets of a pattern. Control characters: nobody typed them,
 * and they hide or cut what is shown. Embeddings, overrides and isolates of direction: what is shown is in another order than
 * what is stored (U+202E turns `gpj.exe` into `exe.jpg`).
 */
const controlsInText = String.raw`\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f`;
const breaks = String.raw`\u0009\u000a\u000d\u2028\u2029`;
const controls = controlsInText + breaks;
const directions = String.raw`\u202a-\u202e\u2066-\u2069`;

/**
 * Characters that cannot be seen by themselves: spaces, joiners, marks, fillers, variation selectors, tags. Among others they
 * stay: Persian needs the non-joiner, emoji the joiner, a selector or tags.
 */
const unseen = [
  String.raw`\u0020\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u202f\u205f-\u2065`,
  String.raw`\u206a-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}`,
  String.raw`\u{e0000}-\u{e0fff}`,
].join("");

/** Characters without a width or a meaning of their own, which come with text that was copied. */
const leftovers = /[\u200b\u2060\ufeff]/g;

const forbiddenInLine = new RegExp(`[${controls}]`, "u");
const forbiddenInText = new RegExp(`[${controlsInText}]`, "u");
const forbiddenAnywhere = new RegExp(`[${controls}${directions}]`, "gu");
const direction = new RegExp(`[${directions}]`, "u");
const seen = new RegExp(`[^${unseen}${breaks}]`, "u");

const faultOf = (text: string, forbidden: RegExp, reason: string): string | undefined => {
  if (forbidden.test(text)) return reason;
  if (direction.test(text)) return "holds a character that changes the direction of text";
  return text === "" || seen.test(text) ? undefined : "has no visible character";
};

/** Why a text cannot stand on one line: a name, a number, a title. */
export const lineFault = (text: string): string | undefined =>
  faultOf(text, forbiddenInLine, "holds a line break, a tab or another control character");
/** Why a text cannot be one of several lines: a note, a reason, terms. */
export const textFault = (text: string): string | undefined =>
  faultOf(text, forbiddenInText, "holds a control character");

/** What is kept of a text: without leftovers of copying, and without spaces around it. */
export const cleanText = (text: string): string => text.replace(leftovers, "").trim();

/** A text without the characters that no text may hold, for one that was stored before they were refused. */
export const visibleText = (text: string): string => {
  const left = cleanText(text.replace(forbiddenAnywhere, " "));
  return seen.test(left) ? left : "?";
};

/** The patterns of texts with a visible character, as JSON Schema writes them. They hold with the flag `u`. */
export const textPatterns = {
  line: `^[${unseen}]*[^${unseen}${controls}${directions}][^${controls}${directions}]*$`,
  text: `^[${unseen}${breaks}]*[^${unseen}${breaks}${controlsInText}${directions}][^${controlsInText}${directions}]*$`,
} as const;

/**
 * A text of a form: a pattern, or a format of zod. Its length is checked first and ends the checks, so that no pattern ever
 * runs over more than `most` characters.
 */
export const Format = (most: number, form: z.core.$ZodCheck<string>) =>
  z.string().max(most, { abort: true }).check(form);

const textOf = (kind: keyof typeof textPatterns, faultIn: (text: string) => string | undefined) =>
  z
    .string()
    .overwrite(cleanText)
    .refine((text) => faultIn(text) === undefined, {
      error: ({ input }) => faultIn(String(input)),
      params: { rule: "text" },
    })
    .meta({ characters: kind });

/** One line of text. */
export const Line = textOf("line", lineFault);

/** A text of any number of lines. */
export const Text = textOf("text", textFault);
