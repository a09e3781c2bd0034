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
});
