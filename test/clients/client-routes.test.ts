import { beforeAll, describe, expect, test } from "vitest";
import { as, company, failure, forbidden, nobody, notFound } from "./company.ts";

let own: Awaited<ReturnType<typeof company>>;
let west: string;
let ana: Awaited<ReturnType<typeof own.hire>>;
let dan: Awaited<ReturnType<typeof own.hire>>;
let head: Awaited<ReturnType<typeof own.hire>>;
let auditor: Awaited<ReturnType<typeof own.hire>>;
let warehouse: Awaited<ReturnType<typeof own.hire>>;

beforeAll(async () => {
  own = await company();
  west = await own.team("West");
  const east = await own.team("East");
  ana = await own.hire("manager", west);
  dan = await own.hire("manager", east);
  head = await own.hire("head", west);
  auditor = await own.hire("auditor");
  warehouse = await own.hire("warehouse");
});

const whole = {
  name: "  Știință și Țară SRL ",
  kind: "company" as const,
  tags: ["VIP", "vip", "export"],
  country: "RO",
  language: "ro",
  website: "stiinta.example/ro",
  contacts: [
    {
      name: "Ana Popescu",
      roles: ["decider" as const, "payer" as const],
      phones: ["0721 234 567", "+40 (721) 234-567"],
      emails: ["Ana.Popescu@EXAMPLE.com"],
      sharePercent: 60,
    },
  ],
  counterparties: [
    { legalName: "Știință și Țară S.R.L.", taxId: "ro 123-45.67", iban: "ro49 AAAA 1b31 0075 9384 0000" },
  ],
};

describe("POST /v1/clients", () => {
  test("a client is made whole, normalised, the caller's own and the caller's team's", async () => {
    const made = await ana.api.createClient({ body: whole });
    expect(made).toMatchObject({
      name: "Știință și Țară SRL",
      version: 1,
      ownerId: ana.id,
      teamId: west,
      tags: ["VIP", "export"],
      website: "https://stiinta.example/ro",
      contactCount: 1,
      counterpartyCount: 1,
      createdBy: ana.id,
    });
    expect(made.contacts[0]).toMatchObject({ phones: ["+40721234567"], emails: ["Ana.Popescu@example.com"] });
    expect(made.counterparties[0]).toMatchObject({
      taxId: "RO1234567",
      iban: "RO49AAAA1B31007593840000",
      links: [{ clientId: made.id, recordedBy: ana.id }],
    });
    expect(await ana.api.readClient({ params: { clientId: made.id } })).toEqual(made);
  });

  test("all faults of a whole client are named in one answer", async () => {
    await expect(
      own.admin.createClient({
        body: {
          name: "Faults",
          fields: { unknown: 1 },
          contacts: [
            { name: "A", phones: ["1234"] },
            { name: "B", phones: ["0721234567", "abc"], fields: { x: "y" } },
          ],
          counterparties: [
            { legalName: "L", iban: "RO00AAAA1B31007593840000", taxId: "--", validTo: "2001-01-01" },
          ],
        },
      }),
    ).rejects.toMatchObject({
      code: "client.invalid",
      status: 422,
      fields: expect.arrayContaining(
        [
          "/fields/unknown",
          "/contacts/0/phones/0",
          "/contacts/1/phones/1",
          "/contacts/1/fields/x",
          "/counterparties/0/iban",
          "/counterparties/0/taxId",
          "/counterparties/0/validTo",
        ].map((pointer) => expect.objectContaining({ pointer })),
      ),
    });
  });

  test("what is too much for one event is refused before it is written", async () => {
    const contacts = Array.from({ length: 20 }, (_, n) => ({
      name: "ț".repeat(200),
      position: "ș".repeat(200),
      emails: Array.from(
        { length: 10 },
        (_, m) => `${"a".repeat(60)}${n}-${m}@${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(50)}.example`,
      ),
    }));
    await expect(own.admin.createClient({ body: { name: "Much", contacts } })).rejects.toMatchObject(
      failure("limit.exceeded", 422),
    );
    expect(
      await own.admin.createClient({ body: { name: "Less", contacts: contacts.slice(0, 10) } }),
    ).toMatchObject({
      contactCount: 10,
    });
  });

  test("wrong types and unknown fields are named with their places", async () => {
    const body = JSON.parse(
      '{"name":"","tags":"x","country":"ZZ","colour":1,"contacts":[{"roles":["boss"]}]}',
    );
    await expect(own.admin.createClient({ body })).rejects.toMatchObject({
      code: "request.invalid",
      status: 400,
      fields: expect.arrayContaining(
        ["/name", "/tags", "/country", "/colour", "/contacts/0/name", "/contacts/0/roles/0"].map((pointer) =>
          expect.objectContaining({ pointer }),
        ),
      ),
    });
  });

  test("owner, team and parent have to be there, and the owner active", async () => {
    const body = { name: "References" };
    await expect(own.admin.createClient({ body: { ...body, ownerId: nobody("mem") } })).rejects.toMatchObject(
      failure("reference.unknown", 422, "/ownerId"),
    );
    await expect(own.admin.createClient({ body: { ...body, teamId: nobody("team") } })).rejects.toMatchObject(
      failure("reference.unknown", 422, "/teamId"),
    );
    await expect(
      own.admin.createClient({ body: { ...body, parentId: nobody("cli") } }),
    ).rejects.toMatchObject(failure("reference.unknown", 422, "/parentId"));
    const gone = await own.hire("manager");
    await own.admin.dismissMember({ params: { memberId: gone.id }, body: { handOverTo: ana.id } });
    await expect(own.admin.createClient({ body: { ...body, ownerId: gone.id } })).rejects.toMatchObject(
      failure("member.not-assignable", 422, "/ownerId"),
    );
  });

  test("a client that a manager may not see is no parent that could be named", async () => {
    const { id } = await dan.api.createClient({ body: { name: "Hidden parent" } });
    await expect(ana.api.createClient({ body: { name: "Child", parentId: id } })).rejects.toMatchObject(
      failure("reference.unknown", 422, "/parentId"),
    );
    expect(await own.admin.createClient({ body: { name: "Child", parentId: id } })).toMatchObject({
      parentId: id,
    });
  });

  test("the same key and body make one client, at one time too", async () => {
    const call = { body: { ...whole, name: "Once" }, idempotencyKey: "client-once" };
    const answers = await Promise.all([1, 2, 3].map(() => ana.api.createClient.answered(call)));
    expect(new Set(answers.map(({ answer }) => answer.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    await expect(ana.api.createClient({ ...call, body: { name: "Other" } })).rejects.toMatchObject(
      failure("idempotency.key-reused", 422),
    );
  });

  test("roles without the right are refused", async () => {
    for (const { api } of [auditor, warehouse])
      await expect(api.createClient({ body: { name: "No" } })).rejects.toMatchObject(forbidden);
  });
});

describe("GET /v1/clients/{clientId}", () => {
  test("own, team and all reach as far as they say; the rest is as if it were not there", async () => {
    const { id } = await ana.api.createClient({ body: { name: "Scoped" } });
    const params = { clientId: id };
    for (const { api } of [ana, head, auditor])
      expect(await api.readClient({ params })).toMatchObject({ id });
    await expect(dan.api.readClient({ params })).rejects.toMatchObject(notFound);
    await expect(warehouse.api.readClient({ params })).rejects.toMatchObject(forbidden);
    const stranger = (await company()).admin;
    await expect(stranger.readClient({ params })).rejects.toMatchObject(notFound);
    await expect(ana.api.readClient({ params: { clientId: nobody("cli") } })).rejects.toMatchObject(notFound);
    await expect(ana.api.readClient({ params: { clientId: "x" } })).rejects.toMatchObject(notFound);
  });

  test("a role without business with bank details does not see them", async () => {
    const marketer = await own.hire("marketer");
    const { id } = await ana.api.createClient({ body: { ...whole, name: "Masked" } });
    const { counterparties } = await marketer.api.readClient({ params: { clientId: id } });
    expect(counterparties).toHaveLength(1);
    expect(counterparties[0]).not.toHaveProperty("iban");
    expect(counterparties[0]).not.toHaveProperty("taxId");
    const counterpartyId = counterparties[0]?.id ?? "";
    expect(await marketer.api.readCounterparty({ params: { counterpartyId } })).not.toHaveProperty("iban");
    expect((await marketer.api.listCounterparties({ params: { clientId: id } })).items[0]).not.toHaveProperty(
      "taxId",
    );
  });
});

describe("PATCH /v1/clients/{clientId}", () => {
  test("a change touches what it names and takes away what is null", async () => {
    const { id } = await ana.api.createClient({ body: { ...whole, name: "Before" } });
    const params = { clientId: id };
    const changed = await ana.api.changeClient({
      params,
      body: { name: "After", language: null, tags: ["new"] },
    });
    expect(changed).toMatchObject({
      name: "After",
      tags: ["new"],
      country: "RO",
      version: 2,
      updatedBy: ana.id,
    });
    expect(changed).not.toHaveProperty("language");
    expect(await ana.api.readClient({ params })).toMatchObject({
      ...changed,
      contacts: [{ name: "Ana Popescu" }],
    });
  });

  test("a change under an old version is refused, and one under the present version is made", async () => {
    const made = await ana.api.createClient.answered({ body: { name: "Versions" } });
    expect(made.version).toBe(1);
    const params = { clientId: made.answer.id };
    await ana.api.changeClient({ params, body: { name: "Two" }, ifMatch: 1 });
    await expect(ana.api.changeClient({ params, body: { name: "Three" }, ifMatch: 1 })).rejects.toMatchObject(
      failure("record.stale", 412),
    );
    expect((await ana.api.readClient({ params })).name).toBe("Two");
  });

  test("changes that meet are all made, one after the other", async () => {
    const { id } = await ana.api.createClient({ body: { name: "Busy" } });
    const params = { clientId: id };
    await Promise.all([
      ana.api.changeClient({ params, body: { name: "Renamed" } }),
      ana.api.changeClient({ params, body: { country: "MD" } }),
      ana.api.addContact({ params, body: { name: "One" } }),
      ana.api.addContact({ params, body: { name: "Two" } }),
    ]);
    const after = await ana.api.readClient({ params });
    expect(after).toMatchObject({ name: "Renamed", country: "MD", version: 5, contactCount: 2 });
    expect(after.contacts.map(({ name }) => name).sort()).toEqual(["One", "Two"]);
  });

  test("a change that names nothing changes nothing", async () => {
    const made = await ana.api.createClient({ body: { name: "Untouched" } });
    const params = { clientId: made.id };
    expect(await ana.api.changeClient({ params, body: {} })).toMatchObject({ version: 1 });
    expect(await ana.api.readClient({ params })).toEqual(made);
  });

  test("a client passes to another member and their team, and out of sight", async () => {
    const { id } = await ana.api.createClient({ body: { name: "Passed on" } });
    const params = { clientId: id };
    expect(await ana.api.changeClient({ params, body: { ownerId: dan.id } })).toMatchObject({
      ownerId: dan.id,
      teamId: dan.teamId,
    });
    await expect(ana.api.readClient({ params })).rejects.toMatchObject(notFound);
    await expect(head.api.readClient({ params })).rejects.toMatchObject(notFound);
    expect(await dan.api.changeClient({ params, body: { teamId: null } })).not.toHaveProperty("teamId");
    await expect(dan.api.changeClient({ params, body: { ownerId: nobody("mem") } })).rejects.toMatchObject(
      failure("reference.unknown", 422, "/ownerId"),
    );
  });

  test("an archived client can be read and restored", async () => {
    const { id } = await ana.api.createClient({ body: { name: "Archived" } });
    const params = { clientId: id };
    const archived = await ana.api.changeClient({ params, body: { archived: true } });
    expect(archived.archivedAt).toBe(archived.updatedAt);
    const again = await ana.api.changeClient({ params, body: { archived: true, name: "Archived still" } });
    expect(again).toMatchObject({ archivedAt: archived.archivedAt, name: "Archived still" });
    expect(await ana.api.changeClient({ params, body: { archived: false } })).not.toHaveProperty(
      "archivedAt",
    );
  });

  test("no client becomes its own parent, however far up, and whoever asks at one time", async () => {
    const names = ["A", "B", "C"];
    const [a = "", b = "", c = ""] = await Promise.all(
      names.map(async (name) => (await own.admin.createClient({ body: { name } })).id),
    );
    const under = (clientId: string, parentId: string) =>
      own.admin.changeClient({ params: { clientId }, body: { parentId } });
    const cycle = failure("client.parent-cycle", 422, "/parentId");
    await expect(under(a, a)).rejects.toMatchObject(cycle);
    await under(a, b);
    await under(b, c);
    await expect(under(c, a)).rejects.toMatchObject(cycle);
    await own.admin.changeClient({ params: { clientId: a }, body: { parentId: null } });
    await own.admin.changeClient({ params: { clientId: b }, body: { parentId: null } });

    const round = await Promise.allSettled([under(a, b), under(b, c), under(c, a)]);
    expect(round.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
    for (const one of round) if (one.status === "rejected") expect(one.reason).toMatchObject(cycle);
  });

  test("roles and scopes that do not reach the client are refused, each in its way", async () => {
    const { id } = await ana.api.createClient({ body: { name: "Guarded" } });
    const call = { params: { clientId: id }, body: { name: "Taken" } };
    await expect(auditor.api.changeClient(call)).rejects.toMatchObject(forbidden);
    await expect(dan.api.changeClient(call)).rejects.toMatchObject(notFound);
    expect(await head.api.changeClient(call)).toMatchObject({ name: "Taken" });
  });
});

describe("additional fields", () => {
  test("what the tenant declared is demanded and checked on the way in and at changes", async () => {
    const { admin } = await company();
    await admin.setFields({
      body: {
        client: [
          {
            key: "industry",
            label: "Industry",
            type: "choice",
            choices: ["retail", "medical"],
            required: true,
          },
          { key: "founded", label: "Founded", type: "number" },
          { key: "broker", label: "Broker", type: "reference", references: "client" },
        ],
        contact: [{ key: "birthday", label: "Birthday", type: "date" }],
      },
    });
    await expect(admin.createClient({ body: { name: "None" } })).rejects.toMatchObject(
      failure("client.invalid", 422, "/fields/industry"),
    );
    await expect(
      admin.createClient({
        body: { name: "Unknown", fields: { industry: "retail", broker: nobody("cli") } },
      }),
    ).rejects.toMatchObject(failure("reference.unknown", 422, "/fields/broker"));
    const made = await admin.createClient({
      body: {
        name: "Declared",
        fields: { industry: "retail", founded: 1996 },
        contacts: [{ name: "C", fields: { birthday: "1980-02-29" } }],
      },
    });
    const params = { clientId: made.id };
    expect(
      (await admin.changeClient({ params, body: { fields: { founded: null, broker: made.id } } })).fields,
    ).toEqual({ industry: "retail", broker: made.id });
    await expect(admin.changeClient({ params, body: { fields: { industry: null } } })).rejects.toMatchObject(
      failure("client.invalid", 422, "/fields/industry"),
    );
    const contactId = made.contacts[0]?.id ?? "";
    await expect(
      admin.changeContact({ params: { ...params, contactId }, body: { fields: { birthday: "1981-02-29" } } }),
    ).rejects.toMatchObject(failure("client.invalid", 422, "/fields/birthday"));
  });
});

test("without a token nothing is answered", async () => {
  await expect(as("none").listClients()).rejects.toMatchObject({ status: 401 });
});
