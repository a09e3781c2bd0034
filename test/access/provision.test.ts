import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Settings } from "../../domain/settings/settings.ts";
import { memberEntity, settingsEntity, tenantEntity } from "../../functions/kit/records.ts";
import { newMeter } from "../../functions/kit/table/database.ts";
import { Store, update } from "../../functions/kit/table/store.ts";
import { withClaims } from "../../functions/pre-token/pre-token.ts";
import { provision } from "../../functions/provision/provision.ts";
import { startGround, type TestGround } from "./ground.ts";
import { signIn } from "./sign-in.ts";

let ground: TestGround;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.stop());

const order = (email: string) => ({ name: "Exemplu SRL", adminEmail: email, adminName: "Ana" });
describe("provision", () => {
  it("makes a tenant with settings that are valid and an admin who may sign in", async () => {
    const made = await provision({ ...order("first@example.com"), preset: "light", currency: "RON" }, ground);
    const store = new Store(ground.database(newMeter()), made.tenantId);
    const tenant = await store.get(tenantEntity, {});
    expect(tenant).toMatchObject({ currency: "RON", timeZone: "Europe/Bucharest", country: "RO" });
    expect(tenant?.features).toEqual(["clients", "deals"]);
    expect(Settings.parse(await store.get(settingsEntity, {})).dealTypes.map(({ kind }) => kind)).toEqual([
      "process",
      "manual",
      "simple",
    ]);
    expect(await store.get(memberEntity, { id: made.adminMemberId })).toMatchObject({
      role: "admin",
      status: "active",
    });
    const event = await withClaims(signIn("First@Example.com"), ground);
    expect(
      event.response.claimsAndScopeOverrideDetails?.accessTokenGeneration?.claimsToAddOrOverride,
    ).toEqual({ tenant: made.tenantId, member: made.adminMemberId });
  });

  it("calls an admin without a name by the address, however long it is", async () => {
    const email = `${"a".repeat(60)}@${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.com`;
    const made = await provision({ name: "X", adminEmail: email }, ground);
    const store = new Store(ground.database(newMeter()), made.tenantId);
    expect((await store.get(memberEntity, { id: made.adminMemberId }))?.name).toBe("a".repeat(60));
  });

  it("gives the same result for the same order, one after another and at once", async () => {
    const made = await Promise.all(
      Array.from({ length: 4 }, () => provision(order("again@example.com"), ground)),
    );
    made.push(await provision(order("again@example.com"), ground));
    expect(new Set(made.map((one) => JSON.stringify(one))).size).toBe(1);
  });

  it("refuses an address that belongs to another order, in any case of letters", async () => {
    await provision(order("taken@example.com"), ground);
    await expect(provision({ ...order("TAKEN@example.com"), name: "Other" }, ground)).rejects.toMatchObject({
      code: "member.email-taken",
    });
  });

  it("names what is wrong with an order", async () => {
    await expect(
      provision({ name: "X", adminEmail: "no", timeZone: "Mars/Olympus", country: "XX" }, ground),
    ).rejects.toThrow(/\/adminEmail.*\/timeZone.*\/country/);
  });
});

describe("pre-token", () => {
  it("gives no token to an address that is unknown, unverified or missing", async () => {
    await provision(order("unverified@example.com"), ground);
    for (const event of [signIn("nobody@example.com"), signIn("unverified@example.com", "false"), signIn("")])
      await expect(withClaims(event, ground)).rejects.toThrow("may not sign in");
  });

  it("gives no token to a dismissed member", async () => {
    const made = await provision(order("gone@example.com"), ground);
    const store = new Store(ground.database(newMeter()), made.tenantId);
    const member = await store.get(memberEntity, { id: made.adminMemberId });
    if (!member) throw new Error("no member");
    await store.write([update(memberEntity, { ...member, version: 2, status: "dismissed" })], "chg_1");
    await expect(withClaims(signIn("gone@example.com"), ground)).rejects.toThrow("may not sign in");
  });
});
