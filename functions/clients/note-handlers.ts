import { changedNote, type Note, removedNote } from "../../domain/clients/note.ts";
import { notFound } from "../../domain/kernel/errors.ts";
import { pagingOf } from "../../domain/kernel/page.ts";
import { clientNoted, clientNoteRemoved } from "../../events/clients.ts";
import { happened } from "../../events/event.ts";
import { type Context, checkVersion } from "../kit/context.ts";
import { runParallel } from "../kit/parallel.ts";
import type { Handlers } from "../kit/serve.ts";
import { fromItem } from "../kit/table/item.ts";
import { siftedPage } from "../kit/table/sifted.ts";
import { create, update } from "../kit/table/store.ts";
import { loadClient } from "./access.ts";
import type { clientRoutes } from "./routes.ts";
import { noteEntity, partitions } from "./store.ts";

type Routes = Pick<typeof clientRoutes, "addNote" | "listNotes" | "changeNote" | "removeNote">;

const noted = ({ id, clientId, authorId }: Note) => ({ clientId, noteId: id, authorId });

/** @throws record.not-found */
const loadNote = async (
  context: Context,
  { clientId, noteId }: { readonly clientId: string; readonly noteId: string },
): Promise<Note> => {
  const [, note] = await runParallel([
    () => loadClient(context, clientId),
    () => context.store.get(noteEntity, { id: noteId, clientId }),
  ]);
  if (!note || note.removedAt) throw notFound();
  return note;
};

/** Notes do not change the client: whoever edits it is not disturbed by what others jot down. */
export const noteHandlers: Handlers<Routes> = {
  async addNote({ params, body }, context) {
    const client = await loadClient(context, params.clientId);
    const { now, member, newId, save } = context;
    const note: Note = {
      id: newId("note"),
      version: 1,
      clientId: client.id,
      text: body.text,
      authorId: member.id,
      createdAt: now,
      updatedAt: now,
    };
    return save({
      writes: [create(noteEntity, note)],
      happened: [happened(clientNoted, noted(note))],
      answer: note,
    });
  },

  async listNotes({ params, query }, context) {
    await loadClient(context, params.clientId);
    return siftedPage(
      context.store,
      {
        pk: partitions.client(params.clientId),
        beginsWith: "NOTE#",
        newestFirst: true,
        ...pagingOf(query),
      },
      async (items) =>
        items.map((item) => fromItem<Note>(item)).map((note) => (note.removedAt ? undefined : note)),
    );
  },

  async changeNote({ params, body }, context) {
    const note = await loadNote(context, params);
    checkVersion(context, note);
    const changed = changedNote(note, body, context.now);
    return context.save({
      writes: [update(noteEntity, changed)],
      happened: [happened(clientNoted, noted(changed))],
      answer: changed,
    });
  },

  async removeNote({ params }, context) {
    const note = await loadNote(context, params);
    const removed = removedNote(note, context.now);
    return context.save({
      writes: [update(noteEntity, removed)],
      happened: [happened(clientNoteRemoved, noted(removed))],
      answer: undefined,
    });
  },
};
