import * as z from "zod";

/** Control characters: nobody typed them, and they hide, reorder or cut what is shown, printed or exported. */
const controls = /\p{Cc}/u;
/** The same but for those that part lines and columns. */
const controlsInText = /[^\P{Cc}\t\n\r]/u;

/** Whether a text may stand on one line: a name, a number, a title. */
export const isLine = (text: string): boolean => !controls.test(text);
/** Whether a text may have several lines: a note, a reason, terms. */
export const isText = (text: string): boolean => !controlsInText.test(text);

/**
 * A text of a form: a pattern, or a format of zod. Its length is checked first and ends the checks, so that no pattern ever
 * runs over more than `most` characters.
 */
export const Format = (most: number, form: z.core.$ZodCheck<string>) =>
  z.string().max(most, { abort: true }).check(form);

/** One line of text, trimmed. */
export const Line = z
  .string()
  .trim()
  .refine(isLine, "holds a line break, a tab or another control character");

/** A text of any number of lines, trimmed. */
export const Text = z.string().trim().refine(isText, "holds a control character");
