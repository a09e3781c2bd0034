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
