import * as z from "zod";

/** An email address as somebody wrote it. */
export const EmailAddress = z
  .string()
  .trim()
  .max(254, { abort: true })
  .regex(z.regexes.email, "is not an email address")
  .meta({ examples: ["ana.popescu@example.com"] });

/** The domain of an address is the same in any case; what stands before it is the receiver's own affair. */
export const emailAddress = (text: string): string => {
  const at = text.lastIndexOf("@");
  return text.slice(0, at) + text.slice(at).toLowerCase();
};

/** Under which an address is looked for: nobody searches for capitals. */
export const emailLookup = (text: string): string => text.trim().toLowerCase();
