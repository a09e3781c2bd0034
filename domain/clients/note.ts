import * as z from "zod";
import { Id } from "../kernel/id.ts";
import { Text } from "../kernel/text.ts";
import { Instant } from "../kernel/time.ts";

const text = Text.min(1).max(10_000);

export const NoteText = z.strictObject({ text });
export type NoteText = z.infer<typeof NoteText>;

/** A free note on a client. Of a removed one nothing is left but that it was there. */
export const Note = z
  .object({
    id: Id("note"),
    version: z.int().min(1),
    clientId: Id("client"),
    text: z.string(),
    authorId: Id("member"),
    createdAt: Instant,
    updatedAt: Instant,
    removedAt: Instant.optional(),
  })
  .meta({ id: "Note" });
export type Note = z.infer<typeof Note>;

/** The note with another text; whose it is stays. */
export const changedNote = (note: Note, { text: after }: NoteText, now: Instant): Note => ({
  ...note,
  version: note.version + 1,
  text: after,
  updatedAt: now,
});

/** The note without its text. Its item stays for a while, for it carries the event into the stream. */
export const removedNote = (note: Note, now: Instant): Note => ({
  ...changedNote(note, { text: "" }, now),
  removedAt: now,
});
