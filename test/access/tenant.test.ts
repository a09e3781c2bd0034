import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openCompany } from "./fixture.ts";
import { startGround, type TestGround } from "./ground.ts";

let ground: TestGround;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.stop());

const readTenant = "GET /v1/tenant";
const changeTenant = "PATCH /v1/tenant";

describe("the tenant", () => {
  it("is seen by every member and changed by an admin", async () => {
    const { admin, as, invite } = await openCompany(ground);
    const change = { name: "Știință SRL", timeZone: "Europe/Chisinau", country: "MD" };
    expect(await admin({ route: changeTenant, body: change })).toMatchObject({
      status: 200,
      body: { ...change, currency: "EUR", version: 2 },
    });
    const auditor = as(await invite({ role: "auditor" }));
    expect((await auditor({ route: readTenant })).body).toMatchObject(change);
    expect((await auditor({ route: changeTenant, body: change })).status).toBe(403);
  });

  it("switches features by preset or one by one, from the next request on", async () => {
    const { admin } = await openCompany(ground);
    const features = async () => (await admin({ route: "GET /v1/me" })).body.features;
    await admin({ route: changeTenant, body: { preset: "light" } });
    expect(await features()).toEqual(["clients", "deals"]);
    await admin({ route: changeTenant, body: { features: ["products", "products"] } });
    expect(await features()).toEqual(["products"]);
    await admin({ route: changeTenant, body: { preset: "full" } });
    expect(await features()).toEqual(expect.arrayContaining(["clients", "products", "deals", "imports"]));
  });

  it("keeps its currency, and takes no place that is not on earth", async () => {
    const { admin } = await openCompany(ground);
    const wrong = await admin({
      route: changeTenant,
      body: { currency: "USD", timeZone: "Mars/Olympus", country: "ZZ", features: ["flying"] },
    });
    expect(wrong.status).toBe(400);
    const pointers = Array.isArray(wrong.body.errors)
      ? wrong.body.errors.map((error: { pointer: string }) => error.pointer).sort()
      : [];
    expect(pointers).toEqual(["/country", "/currency", "/features/0", "/timeZone"]);
    const both = await admin({ route: changeTenant, body: { preset: "light", features: [] } });
    expect(both).toMatchObject({ status: 400, body: { errors: [{ pointer: "/preset" }] } });
    const offset = await admin({ route: changeTenant, body: { timeZone: "+02:00" } });
    expect(offset.status).toBe(400);
  });

  it("loses no change of two that are made at the same moment", async () => {
    const { admin } = await openCompany(ground);
    await Promise.all([
      admin({ route: changeTenant, body: { name: "New name" } }),
      admin({ route: changeTenant, body: { country: "MD" } }),
      admin({ route: "PUT /v1/settings/loss-reasons", body: { lossReasons: standardReasons } }),
    ]);
    expect((await admin({ route: readTenant })).body).toMatchObject({
      name: "New name",
      country: "MD",
      settingsVersion: 2,
    });
  });
});

const standardReasons = ["price", "competitor", "no-budget", "no-decision", "other", "weather"].map((id) => ({
  id,
  name: id,
}));
