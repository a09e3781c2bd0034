import { beforeAll, describe, expect, test } from "vitest";
import { type Company, newCompany } from "./company.ts";
import { routeCalled, send } from "./send.ts";

let company: Company;
beforeAll(async () => {
  company = await newCompany();
});

describe("A statement", () => {
  test("of an unknown account with a bad cursor fails in that request alone", async () => {
    const ask = (query: Record<string, string>) =>
      send(routeCalled("readLedgerStatement"), {
        token: company.token,
        query: { commodity: "EUR", ...query },
      });
    for (let n = 0; n < 5; n++) {
      expect((await ask({ account: "nowhere", cursor: "bad" })).status).toBe(400);
      expect((await ask({ account: "bank" })).status).toBe(200);
    }
  });
});

describe("A client", () => {
  const create = (body: Record<string, unknown>) =>
    send(routeCalled("createClient"), { token: company.token, body: { name: "Acme", ...body } });

  test("with a website of 960 kB is refused before a pattern runs over it", async () => {
    for (const bytes of [120_000, 960_000]) {
      const refused = await create({ website: `P${".H".repeat(bytes / 2)}` });
      expect([refused.status, refused.code, refused.pointers]).toEqual([
        400,
        "request.invalid",
        ["/website"],
      ]);
    }
  });

  test("with a website of any usual form is made", async () => {
    for (const website of ["example.com", "https://www.example.com/a?b=c#d", "HTTP://știință.ro:8080/"])
      expect((await create({ website })).status, website).toBe(201);
    for (const website of ["example", "https://", ".com", "a b.com"])
      expect((await create({ website })).status, website).toBe(400);
  });

  test("with a name that cannot be seen or reads backwards is refused", async () => {
    for (const name of [
      "\u200b",
      "\u200d\u200d",
      "\u3164",
      "\u2800",
      "a\u202egpj.exe",
      "\u2067abc",
      "a\u0007b",
      "a\u2028b",
    ]) {
      const refused = await create({ name });
      expect([refused.status, refused.pointers], JSON.stringify(name)).toEqual([400, ["/name"]]);
    }
  });

  test("keeps joiners and loses what copying left in its name", async () => {
    const made = await create({ name: "\ufeffمی\u200cخواهم 👩\u200d🏭\u200b" });
    expect([made.status, made.json.name]).toEqual([201, "می\u200cخواهم 👩\u200d🏭"]);
  });

  test("with reserved names among its fields is refused by each name", async () => {
    for (const name of ["__proto__", "constructor", "prototype"]) {
      const refused = await send(routeCalled("createClient"), {
        token: company.token,
        rawBody: `{"name":"Acme","fields":{"${name}":{"a":1}}}`,
      });
      expect([refused.status, refused.pointers]).toEqual([400, [`/fields/${name}`]]);
    }
  });

  test("sent in another charset, media type or compressed answers 415", async () => {
    const forms: Record<string, string>[] = [
      { "content-type": "application/json; charset=utf-16" },
      { "content-type": 'application/json;charset="iso-8859-1"' },
      { "content-type": "text/html+json" },
      { "content-type": "application/json", "content-encoding": "gzip" },
    ];
    for (const headers of forms) {
      const refused = await send(routeCalled("createClient"), {
        token: company.token,
        body: { name: "Acme" },
        headers,
      });
      expect([refused.status, refused.code], JSON.stringify(headers)).toEqual([
        415,
        "request.unsupported-media-type",
      ]);
    }
  });
});

describe("A query", () => {
  test("with an unknown or reserved parameter is refused by its name", async () => {
    for (const name of ["__proto__", "constructor", "prototype", "unknown"])
      for (const route of ["listClients", "readSettings"]) {
        const refused = await send(routeCalled(route), { token: company.token, query: [[name, "1"]] });
        expect([refused.status, refused.pointers], `${route} ${name}`).toEqual([400, [`/query/${name}`]]);
      }
  });
});

describe("A declared field", () => {
  test("cannot have a name that every object has", async () => {
    for (const key of ["constructor", "toString", "valueOf", "hasOwnProperty"]) {
      const refused = await send(routeCalled("setFields"), {
        token: company.token,
        body: { client: [{ key, label: "A", type: "text" }] },
      });
      expect([refused.status, refused.pointers], key).toEqual([422, ["/client/0/key"]]);
    }
  });
});
