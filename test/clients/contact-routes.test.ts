import { beforeAll, describe, expect, test } from "vitest";
import { company, failure, forbidden, nobody, notFound } from "./company.ts";

let own: Awaited<ReturnType<typeof company>>;
let ana: Awaited<ReturnType<typeof own.hire>>;
let dan: Awaited<ReturnType<typeof own.hire>>;
let auditor: Awaited<ReturnType<typeof own.hire>>;
let params: { clientId: string };

beforeAll(async () => {
  own = await company();
  [ana, dan, auditor] = [await own.hire("manager"), await own.hire("manager"), await own.hire("auditor")];
});
const client = async (name: string) => ({ clientId: (await ana.api.createClient({ body: { name } })).id });

describe("contacts", () => {
  beforeAll(async () => {
    params = await client("With contacts");
  });

  test("a contact is added, changed and removed, and the client with it", async () => {
    const contact = await ana.api.addContact({
      params,
      body: { name: "Ana", roles: ["decider", "decider"], phones: ["0721 234 567"], emails: ["A@B.Example"] },
    });
    expect(contact).toMatchObject({ roles: ["decider"], phones: ["+40721234567"], emails: ["A@b.example"] });
    const path = { ...params, contactId: contact.id };
    const changed = await ana.api.changeContact({
      params: path,
      body: { position: "Director", phones: ["+4930901820"], sharePercent: 100 },
      ifMatch: 1,
    });
    expect(changed).toMatchObject({ name: "Ana", position: "Director", phones: ["+4930901820"], version: 2 });
    const whole = await ana.api.readClient({ params });
    expect(whole).toMatchObject({ contacts: [changed], contactCount: 1, version: 3 });
    expect(await ana.api.changeContact({ params: path, body: { position: null } })).not.toHaveProperty(
      "position",
    );
    await ana.api.removeContact({ params: path });
    expect(await ana.api.readClient({ params })).toMatchObject({ contacts: [], contactCount: 0 });
    await expect(ana.api.removeContact({ params: path })).rejects.toMatchObject(notFound);
  });

  test("a contact under an old version is not changed", async () => {
    const { id } = await ana.api.addContact({ params, body: { name: "Versions" } });
    const path = { ...params, contactId: id };
    await ana.api.changeContact({ params: path, body: { name: "Two" } });
    await expect(
      ana.api.changeContact({ params: path, body: { name: "3" }, ifMatch: 1 }),
    ).rejects.toMatchObject(failure("record.stale", 412));
  });

  test("a contact in the demanded version is changed, whatever else of its client changes meanwhile", async () => {
    const busy = await client("Changing");
    const made = await Promise.all(
      [1, 2, 3, 4].map((n) => ana.api.addContact({ params: busy, body: { name: `${n}` } })),
    );
    const changed = await Promise.all(
      made.map(({ id }) =>
        ana.api.changeContact({ params: { ...busy, contactId: id }, body: { position: "x" }, ifMatch: 1 }),
      ),
    );
    expect(changed.map(({ version }) => version)).toEqual([2, 2, 2, 2]);
    const [{ id } = { id: "" }] = made;
    const tries = await Promise.allSettled(
      [1, 2, 3].map((n) =>
        ana.api.changeContact({ params: { ...busy, contactId: id }, body: { position: `${n}` }, ifMatch: 2 }),
      ),
    );
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const one of tries)
      if (one.status === "rejected") expect(one.reason).toMatchObject(failure("record.stale", 412));
  });

  test("what is wrong is named with its place", async () => {
    await expect(ana.api.addContact({ params, body: { name: "X", phones: ["none"] } })).rejects.toMatchObject(
      failure("client.invalid", 422, "/phones/0"),
    );
    await expect(
      ana.api.addContact({ params, body: { name: "X", emails: ["no"], sharePercent: 101 } }),
    ).rejects.toMatchObject({
      code: "request.invalid",
      fields: expect.arrayContaining([
        expect.objectContaining({ pointer: "/emails/0" }),
        expect.objectContaining({ pointer: "/sharePercent" }),
      ]),
    });
  });

  test("no rights, no sight and no record are refused, each in its way", async () => {
    const { id } = await ana.api.addContact({ params, body: { name: "Guarded" } });
    const path = { ...params, contactId: id };
    await expect(auditor.api.addContact({ params, body: { name: "X" } })).rejects.toMatchObject(forbidden);
    await expect(auditor.api.removeContact({ params: path })).rejects.toMatchObject(forbidden);
    await expect(dan.api.addContact({ params, body: { name: "X" } })).rejects.toMatchObject(notFound);
    await expect(dan.api.changeContact({ params: path, body: { name: "X" } })).rejects.toMatchObject(
      notFound,
    );
    await expect(dan.api.removeContact({ params: path })).rejects.toMatchObject(notFound);
    const other = await client("Another");
    for (const wrong of [
      { ...params, contactId: nobody("con") },
      { ...other, contactId: id },
    ])
      await expect(ana.api.changeContact({ params: wrong, body: { name: "X" } })).rejects.toMatchObject(
        notFound,
      );
  });

  test("contacts that are added at one time are all there", async () => {
    const busy = await client("Busy");
    await Promise.all([1, 2, 3, 4].map((n) => ana.api.addContact({ params: busy, body: { name: `${n}` } })));
    const whole = await ana.api.readClient({ params: busy });
    expect(whole.contactCount).toBe(4);
    expect(whole.contacts).toHaveLength(4);
  });
});

describe("notes", () => {
  beforeAll(async () => {
    params = await client("With notes");
  });

  test("notes come newest first in pages, can be changed and removed, and leave the client's version alone", async () => {
    const texts = ["one", "two", "three", "four", "five"];
    const notes = [];
    for (const text of texts) notes.push(await ana.api.addNote({ params, body: { text } }));
    const [, second, third] = notes;
    await ana.api.removeNote({ params: { ...params, noteId: second?.id ?? "" } });
    const changed = await ana.api.changeNote({
      params: { ...params, noteId: third?.id ?? "" },
      body: { text: "third" },
      ifMatch: 1,
    });
    expect(changed).toMatchObject({ text: "third", version: 2, authorId: ana.id });
    const seen: string[] = [];
    for (let cursor: string | undefined, page = 0; page < 5; page++) {
      const { items, next } = await ana.api.listNotes({ params, query: { limit: 2, cursor } });
      seen.push(...items.map(({ text }) => text));
      cursor = next;
      if (!next) break;
    }
    expect(seen).toEqual(["five", "four", "third", "one"]);
    expect((await ana.api.readClient({ params })).version).toBe(1);
    await expect(
      ana.api.changeNote({ params: { ...params, noteId: second?.id ?? "" }, body: { text: "back" } }),
    ).rejects.toMatchObject(notFound);
    await expect(
      ana.api.changeNote({ params: { ...params, noteId: third?.id ?? "" }, body: { text: "x" }, ifMatch: 1 }),
    ).rejects.toMatchObject(failure("record.stale", 412));
  });

  test("no rights, no sight, no record and no text are refused, each in its way", async () => {
    const { id } = await ana.api.addNote({ params, body: { text: "Guarded" } });
    const path = { ...params, noteId: id };
    expect((await auditor.api.listNotes({ params })).items.length).toBeGreaterThan(0);
    await expect(auditor.api.addNote({ params, body: { text: "x" } })).rejects.toMatchObject(forbidden);
    await expect(auditor.api.removeNote({ params: path })).rejects.toMatchObject(forbidden);
    await expect(dan.api.listNotes({ params })).rejects.toMatchObject(notFound);
    await expect(dan.api.addNote({ params, body: { text: "x" } })).rejects.toMatchObject(notFound);
    await expect(dan.api.changeNote({ params: path, body: { text: "x" } })).rejects.toMatchObject(notFound);
    await expect(dan.api.removeNote({ params: path })).rejects.toMatchObject(notFound);
    await expect(
      ana.api.changeNote({ params: { ...params, noteId: nobody("note") }, body: { text: "x" } }),
    ).rejects.toMatchObject(notFound);
    await expect(ana.api.addNote({ params, body: { text: "  " } })).rejects.toMatchObject(
      failure("request.invalid", 400, "/text"),
    );
  });
});
