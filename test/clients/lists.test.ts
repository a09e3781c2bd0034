import { beforeAll, describe, expect, test } from "vitest";
import { settle } from "../support/client.ts";
import { company, failure, forbidden, namesOf } from "./company.ts";

let own: Awaited<ReturnType<typeof company>>;
let ana: Awaited<ReturnType<typeof own.hire>>;
let dan: Awaited<ReturnType<typeof own.hire>>;
let head: Awaited<ReturnType<typeof own.hire>>;
let marketer: Awaited<ReturnType<typeof own.hire>>;
let betatechId: string;

beforeAll(async () => {
  own = await company();
  const west = await own.team("West");
  const east = await own.team("East");
  [ana, dan, head, marketer] = [
    await own.hire("manager", west),
    await own.hire("manager", east),
    await own.hire("head", west),
    await own.hire("marketer"),
  ];
  const betatech = await ana.api.createClient({
    body: {
      name: "Betatech",
      tags: ["Știri", "vip"],
      externalId: "ERP/17",
      contacts: [
        { name: "Ion", phones: ["0721 234 567"], emails: ["Ion@Betatech.Example"] },
        { name: "Maria", phones: ["0721234567"] },
      ],
      counterparties: [{ legalName: "Betatech SA", taxId: "RO 1234567" }],
    },
  });
  betatechId = betatech.id;
  await ana.api.createClient({ body: { name: "Știință și Țară SRL", tags: ["vip"], parentId: betatech.id } });
  await dan.api.createClient({
    body: { name: "Hightech Țăndărei", tags: ["VIP"], contacts: [{ name: "I", phones: ["+40721234567"] }] },
  });
  await own.admin.createClient({ body: { name: "Ana Banana", ownerId: dan.id } });
  await settle();
});

describe("GET /v1/clients without a search", () => {
  test("comes by last change, newest first, and reaches as far as the right", async () => {
    expect(await namesOf(ana.api)).toEqual(["Știință și Țară SRL", "Betatech"]);
    expect(await namesOf(head.api)).toEqual(["Știință și Țară SRL", "Betatech"]);
    expect(await namesOf(dan.api)).toEqual(["Ana Banana", "Hightech Țăndărei"]);
    expect(await namesOf(own.admin)).toEqual([
      "Ana Banana",
      "Hightech Țăndărei",
      "Știință și Țară SRL",
      "Betatech",
    ]);
  });

  test("by owner and by team, for whoever may see them", async () => {
    expect(await namesOf(own.admin, { owner: dan.id })).toEqual(["Ana Banana", "Hightech Țăndărei"]);
    expect(await namesOf(own.admin, { team: ana.teamId })).toEqual(["Știință și Țară SRL", "Betatech"]);
    expect(await namesOf(own.admin, { team: ana.teamId, owner: dan.id })).toEqual([]);
    expect(await namesOf(head.api, { owner: ana.id })).toEqual(["Știință și Țară SRL", "Betatech"]);
    for (const query of [{ owner: dan.id }, { team: dan.teamId }, { owner: dan.id, team: dan.teamId }]) {
      expect(await namesOf(ana.api, query)).toEqual([]);
      expect(await namesOf(head.api, query)).toEqual([]);
    }
  });

  test("of a head hold the team's clients and what is the head's own in another team, each once", async () => {
    const { admin, hire, team } = await company();
    const [east, west] = [await team("East"), await team("West")];
    const boss = await hire("head", east);
    const colleague = await hire("manager", west);
    await boss.api.createClient({ body: { name: "Own, of the East" } });
    await colleague.api.createClient({ body: { name: "Of the West" } });
    await admin.changeMember({ params: { memberId: boss.id }, body: { teamId: west } });
    await boss.api.createClient({ body: { name: "Own, of the West" } });
    const all = ["Own, of the West", "Of the West", "Own, of the East"];
    for (const limit of [1, 2, 200]) expect(await namesOf(boss.api, { limit })).toEqual(all);
    expect(await namesOf(boss.api, { team: west })).toEqual(["Own, of the West", "Of the West"]);
    expect(await namesOf(boss.api, { team: east })).toEqual(["Own, of the East"]);
  });

  test("pages over all shards follow one another without gap or repetition", async () => {
    const { admin } = await company();
    const names = Array.from({ length: 23 }, (_, n) => `Client ${n}`);
    for (const name of names) await admin.createClient({ body: { name } });
    const newestFirst = names.toReversed();
    for (const limit of [1, 4, 5, 200]) expect(await namesOf(admin, { limit })).toEqual(newestFirst);
    const oldest = (await admin.listClients({ query: { limit: 200 } })).items.at(-1);
    await admin.changeClient({ params: { clientId: oldest?.id ?? "" }, body: { country: "RO" } });
    expect(await namesOf(admin, { limit: 7 })).toEqual(["Client 0", ...newestFirst.slice(0, -1)]);
  });

  test("a cursor is good for its own query alone", async () => {
    const { next } = await own.admin.listClients({ query: { limit: 1 } });
    expect(next).toBeDefined();
    await expect(own.admin.listClients({ query: { cursor: next, owner: dan.id } })).rejects.toMatchObject(
      failure("request.cursor-mismatch", 400, "/query/cursor"),
    );
    await expect((await company()).admin.listClients({ query: { cursor: next } })).rejects.toMatchObject({
      code: "request.cursor-mismatch",
    });
  });

  test("wrong and contradicting parameters are named", async () => {
    await expect(own.admin.listClients({ query: { limit: 201, owner: "x" } })).rejects.toMatchObject({
      code: "request.invalid",
      fields: expect.arrayContaining([
        expect.objectContaining({ pointer: "/query/limit" }),
        expect.objectContaining({ pointer: "/query/owner" }),
      ]),
    });
    await expect(
      own.admin.listClients({ query: { phone: "0721234567", email: "a@b.example" } }),
    ).rejects.toMatchObject({ code: "request.invalid" });
    const warehouse = await own.hire("warehouse");
    await expect(warehouse.api.listClients()).rejects.toMatchObject(forbidden);
  });
});

describe("search", () => {
  test.each([
    ["tech", ["Betatech", "Hightech Țăndărei"]],
    ["BETA", ["Betatech"]],
    ["stiinta", ["Știință și Țară SRL"]],
    ["ŢARĂ", ["Știință și Țară SRL"]],
    ["tara sti", ["Știință și Țară SRL"]],
    ["ana", ["Ana Banana"]],
    ["tandarei hightech", ["Hightech Țăndărei"]],
    ["si", ["Știință și Țară SRL"]],
    ["betatech srl", []],
    ["???", []],
  ])("%s finds by a part of the name, each client once", async (q, names) => {
    expect((await namesOf(own.admin, { q })).sort()).toEqual([...names].sort());
    expect((await namesOf(own.admin, { q, limit: 1 })).sort()).toEqual([...names].sort());
  });

  test("finds only what the right reaches", async () => {
    expect(await namesOf(ana.api, { q: "tech" })).toEqual(["Betatech"]);
    expect(await namesOf(head.api, { q: "tech" })).toEqual(["Betatech"]);
    expect(await namesOf(dan.api, { q: "tech" })).toEqual(["Hightech Țăndărei"]);
    expect(await namesOf(dan.api, { taxId: "RO1234567" })).toEqual([]);
    expect(await namesOf(dan.api, { email: "ion@betatech.example" })).toEqual([]);
    expect(await namesOf((await company()).admin, { q: "tech" })).toEqual([]);
  });

  test.each(["0721 234 567", "+40721234567", "0040 721-234-567", "(0721) 234.567"])(
    "%s finds by phone, each client once",
    async (phone) => {
      expect((await namesOf(own.admin, { phone })).sort()).toEqual(["Betatech", "Hightech Țăndărei"]);
      expect((await namesOf(own.admin, { phone, limit: 1 })).sort()).toEqual([
        "Betatech",
        "Hightech Țăndărei",
      ]);
      expect(await namesOf(ana.api, { phone })).toEqual(["Betatech"]);
    },
  );

  test("finds by email in any case, by tax id with and without country letters, by external id", async () => {
    expect(await namesOf(own.admin, { email: "ION@betatech.example" })).toEqual(["Betatech"]);
    for (const taxId of ["RO1234567", "1234567", "ro 12.345-67"])
      expect(await namesOf(own.admin, { taxId })).toEqual(["Betatech"]);
    expect(await namesOf(own.admin, { taxId: "BG1234567" })).toEqual([]);
    expect(await namesOf(own.admin, { externalId: "ERP/17" })).toEqual(["Betatech"]);
    expect(await namesOf(own.admin, { phone: "nonsense" })).toEqual([]);
  });

  test("who does not see tax ids cannot search by them", async () => {
    expect(await namesOf(marketer.api, { q: "betatech" })).toEqual(["Betatech"]);
    expect(await namesOf(marketer.api, { taxId: "RO1234567" })).toEqual([]);
  });

  test("by tag in any case, by parent, and by several things at once", async () => {
    expect(await namesOf(own.admin, { tag: "Vip" })).toEqual([
      "Betatech",
      "Hightech Țăndărei",
      "Știință și Țară SRL",
    ]);
    expect(await namesOf(own.admin, { tag: "stiri" })).toEqual(["Betatech"]);
    expect(await namesOf(ana.api, { tag: "vip", limit: 1 })).toEqual(["Betatech", "Știință și Țară SRL"]);
    expect(await namesOf(own.admin, { parent: betatechId })).toEqual(["Știință și Țară SRL"]);
    expect(await namesOf(own.admin, { q: "tech", tag: "stiri" })).toEqual(["Betatech"]);
    expect(await namesOf(own.admin, { q: "tech", owner: dan.id })).toEqual(["Hightech Țăndărei"]);
    expect(await namesOf(own.admin, { phone: "0721234567", q: "beta" })).toEqual(["Betatech"]);
    expect(await namesOf(own.admin, { tag: "vip", team: dan.teamId })).toEqual(["Hightech Țăndărei"]);
  });

  test("follows renaming, reassignment, archiving, and the end of a contact", async () => {
    const { admin, hire } = await company();
    const other = await hire("manager");
    const { id, contacts } = await admin.createClient({
      body: { name: "Old name", tags: ["t"], contacts: [{ name: "C", emails: ["c@c.example"] }] },
    });
    const params = { clientId: id };
    await admin.changeClient({ params, body: { name: "New label", ownerId: other.id, tags: [] } });
    await settle();
    expect(await namesOf(admin, { q: "old" })).toEqual([]);
    expect(await namesOf(admin, { tag: "t" })).toEqual([]);
    expect(await namesOf(admin, { q: "label" })).toEqual(["New label"]);
    expect(await namesOf(other.api, { q: "label" })).toEqual(["New label"]);
    expect(await namesOf(admin, { email: "c@c.example" })).toEqual(["New label"]);

    await admin.changeClient({ params, body: { archived: true } });
    await settle();
    for (const query of [{}, { q: "label" }, { owner: other.id }, { email: "c@c.example" }])
      expect(await namesOf(admin, query)).toEqual([]);
    await admin.changeClient({ params, body: { archived: false } });
    await admin.removeContact({ params: { ...params, contactId: contacts[0]?.id ?? "" } });
    await settle();
    expect(await namesOf(admin, { q: "label" })).toEqual(["New label"]);
    expect(await namesOf(admin, { email: "c@c.example" })).toEqual([]);
  });
});
