import * as z from "zod";
import { Id } from "../kernel/id.ts";
import { Instant } from "../kernel/time.ts";

const text = z.string().trim().min(1).max(10_000);

export const NoteText = z.strictObject({ text });
export type NoteText = z.infer<typeof NoteText>;

/** A free note on a client. */
export const Note = z
  .object({
    id: Id("note"),
    version: z.int().min(1),
    clientId: Id("client"),
    text,
    authorId: Id("member"),
    createdAt: Instant,
    updatedAt: Instant,
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
