import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memberEntity } from "../../functions/kit/records.ts";
import { freshEmail, idOf, openCompany, unknownId } from "./fixture.ts";
import { startGround, type TestGround } from "./ground.ts";

let ground: TestGround;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.stop());

const readMember = "GET /v1/members/{memberId}";
const changeMember = "PATCH /v1/members/{memberId}";
const reinstate = "POST /v1/members/{memberId}/reinstatement";

describe("GET /v1/me", () => {
  it("tells each role its rights with their scope, and the features", async () => {
    const { as, invite } = await openCompany(ground);
    const me = await as(await invite({ role: "head" }))({ route: "GET /v1/me" });
    expect(me.status).toBe(200);
    expect(me.body.rights).toMatchObject({ "client:read": "team", "product:read": "all" });
    expect(me.body.rights).not.toHaveProperty("member:write");
    expect(me.body.features).toContain("deals");
    expect(me.body).toMatchObject({ member: { role: "head" }, tenant: { currency: "EUR" } });
  });

  it("answers nobody who is not a member", async () => {
    const { as } = await openCompany(ground);
    expect(await as(unknownId("member"))({ route: "GET /v1/me" })).toMatchObject({
      status: 401,
      body: { code: "access.unauthenticated" },
    });
  });
});

describe("inviting", () => {
  it("makes a member whose requests are answered at once, with the address in small letters", async () => {
    const { admin, as } = await openCompany(ground);
    const email = freshEmail();
    const invited = await admin({
      route: "POST /v1/members",
      body: { email: email.toUpperCase(), name: "Ana", role: "marketer" },
    });
    expect(invited).toMatchObject({
      status: 201,
      body: { email, status: "active" },
      headers: { etag: '"1"' },
    });
    expect((await as(idOf(invited))({ route: "GET /v1/me" })).status).toBe(200);
  });

  it("repeated under the same key answers the same; repeated without one is refused", async () => {
    const { admin } = await openCompany(ground);
    const call = {
      route: "POST /v1/members",
      body: { email: freshEmail(), name: "Ana", role: "manager" },
      headers: { "idempotency-key": "k1" },
    };
    const first = await admin(call);
    const second = await admin(call);
    expect(second.body).toEqual(first.body);
    expect(second.headers["idempotency-replayed"]).toBe("true");
    expect(await admin({ ...call, headers: {} })).toMatchObject({
      status: 409,
      body: { code: "member.email-taken", errors: [{ pointer: "/email" }] },
    });
  });

  it("takes the longest name, whatever its letters unfold into", async () => {
    const { admin, store } = await openCompany(ground);
    const name = "ﷺ".repeat(200);
    const invited = await admin({
      route: "POST /v1/members",
      body: { email: freshEmail(), name, role: "manager" },
    });
    expect(invited).toMatchObject({ status: 201, body: { name } });
    // DynamoDB takes sort keys up to 1024 bytes; emulators take longer ones.
    const member = await store.get(memberEntity, { id: idOf(invited) });
    const sortKey = member && memberEntity.indexes?.(member).list?.sk;
    expect(Buffer.byteLength(sortKey ?? "")).toBeLessThanOrEqual(1024);
    expect(sortKey).toMatch(/^active#/);
  });

  it("names every wrong field, and a team that is not there", async () => {
    const { admin } = await openCompany(ground);
    const wrong = await admin({
      route: "POST /v1/members",
      body: { email: "no", name: " ", role: "king", more: 1 },
    });
    expect(wrong).toMatchObject({ status: 400, body: { code: "request.invalid" } });
    expect(wrong.body.errors).toHaveLength(4);
    const homeless = await admin({
      route: "POST /v1/members",
      body: { email: freshEmail(), name: "Ana", role: "manager", teamId: unknownId("team") },
    });
    expect(homeless).toMatchObject({
      status: 422,
      body: { code: "reference.unknown", errors: [{ pointer: "/teamId" }] },
    });
  });
});

describe("rights over members", () => {
  it("are the admin's alone; every role may read", async () => {
    const { as, invite, adminMemberId } = await openCompany(ground);
    for (const role of ["head", "manager", "marketer", "accountant", "warehouse", "auditor"]) {
      const member = as(await invite({ role }));
      const params = { memberId: adminMemberId };
      expect((await member({ route: readMember, params })).status).toBe(200);
      for (const call of [
        { route: "POST /v1/members", body: { email: freshEmail(), name: "X", role: "admin" } },
        { route: changeMember, params, body: { role: "manager" } },
        { route: "POST /v1/members/{memberId}/dismissal", params, body: { handOverTo: adminMemberId } },
        { route: reinstate, params },
      ])
        expect(await member(call)).toMatchObject({ status: 403, body: { code: "access.forbidden" } });
    }
  });

  it("do not reach into another company", async () => {
    const [mine, theirs] = await Promise.all([openCompany(ground), openCompany(ground)]);
    const params = { memberId: theirs.adminMemberId };
    for (const call of [
      { route: readMember, params },
      { route: changeMember, params, body: { name: "Mine now" } },
      { route: reinstate, params },
      { route: "POST /v1/members/{memberId}/dismissal", params, body: { handOverTo: mine.adminMemberId } },
    ])
      expect(await mine.admin(call)).toMatchObject({ status: 404, body: { code: "record.not-found" } });
  });
});

describe("lists of members", () => {
  it("page by name without regard to case and diacritics, by team and by state", async () => {
    const company = await openCompany(ground);
    const teamId = await company.team();
    const gone = await company.invite({ name: "Zoe", teamId });
    for (const name of ["Știrbu", "stan", "Ștefan"]) await company.invite({ name, teamId });
    await company.dismiss(gone, company.adminMemberId);
    const list = async (query: Record<string, string>) => {
      const names: unknown[] = [];
      let cursor: string | undefined;
      for (let pages = 0; pages < 10; pages++) {
        const { body } = await company.admin({
          route: "GET /v1/members",
          query: { ...query, limit: "2", ...(cursor ? { cursor } : {}) },
        });
        if (!Array.isArray(body.items)) throw new Error(JSON.stringify(body));
        names.push(...body.items.map((item: { name: string }) => item.name));
        cursor = typeof body.next === "string" ? body.next : undefined;
        if (!cursor) break;
      }
      return names;
    };
    expect(await list({ teamId, status: "active" })).toEqual(["stan", "Ștefan", "Știrbu"]);
    expect(await list({ teamId })).toEqual(["stan", "Ștefan", "Știrbu", "Zoe"]);
    expect(await list({ status: "dismissed" })).toEqual(["Zoe"]);
  });

  it("refuse a state that there is not", async () => {
    const { admin } = await openCompany(ground);
    expect(await admin({ route: "GET /v1/members", query: { status: "ill" } })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "/query/status" }] },
    });
  });
});

describe("changing a member", () => {
  it("holds from the member's next request on", async () => {
    const { admin, as, invite } = await openCompany(ground);
    const memberId = await invite();
    const member = as(memberId);
    const invitation = { email: freshEmail(), name: "X", role: "manager" };
    expect((await member({ route: "POST /v1/members", body: invitation })).status).toBe(403);
    await admin({ route: changeMember, params: { memberId }, body: { role: "admin" } });
    expect((await member({ route: "POST /v1/members", body: invitation })).status).toBe(201);
  });

  it("with a stale If-Match is refused", async () => {
    const { admin, invite } = await openCompany(ground);
    const memberId = await invite();
    const change = (name: string, version: number) =>
      admin({
        route: changeMember,
        params: { memberId },
        body: { name },
        headers: { "if-match": `"${version}"` },
      });
    expect((await change("A", 1)).status).toBe(200);
    expect((await change("B", 1)).status).toBe(412);
    expect((await change("B", 2)).body).toMatchObject({ name: "B", version: 3 });
  });
});

describe("dismissal", () => {
  it("shuts the member out at the next request", async () => {
    const { as, invite, dismiss, adminMemberId } = await openCompany(ground);
    const memberId = await invite();
    expect((await as(memberId)({ route: "GET /v1/me" })).status).toBe(200);
    const dismissed = await dismiss(memberId, adminMemberId);
    expect(dismissed).toMatchObject({
      status: 202,
      body: { status: "dismissed", handover: { to: adminMemberId, status: "running", clients: 0, deals: 0 } },
    });
    expect((await as(memberId)({ route: "GET /v1/me" })).status).toBe(401);
  });

  it("is not of oneself, not twice, and not in favour of somebody who cannot take over", async () => {
    const { invite, dismiss, adminMemberId } = await openCompany(ground);
    const [memberId, gone] = [await invite(), await invite()];
    expect((await dismiss(adminMemberId, memberId)).body.code).toBe("member.self-dismissal");
    await dismiss(gone, adminMemberId);
    expect((await dismiss(gone, adminMemberId)).body.code).toBe("member.dismissed");
    expect(await dismiss(memberId, gone)).toMatchObject({
      status: 422,
      body: { code: "member.not-assignable", errors: [{ pointer: "/handOverTo" }] },
    });
    expect((await dismiss(memberId, memberId)).body.code).toBe("member.not-assignable");
    expect((await dismiss(memberId, unknownId("member"))).body.code).toBe("reference.unknown");
  });

  it("is undone by reinstatement, with team and role", async () => {
    const { admin, as, invite, team, dismiss, adminMemberId } = await openCompany(ground);
    const teamId = await team();
    const memberId = await invite({ teamId, role: "accountant" });
    expect((await admin({ route: reinstate, params: { memberId } })).body.code).toBe("member.not-dismissed");
    await dismiss(memberId, adminMemberId);
    expect((await admin({ route: changeMember, params: { memberId }, body: { name: "X" } })).body.code).toBe(
      "member.dismissed",
    );
    expect(await admin({ route: reinstate, params: { memberId } })).toMatchObject({
      status: 200,
      body: { status: "active", role: "accountant", teamId, handover: { status: "stopped" } },
    });
    expect((await as(memberId)({ route: "GET /v1/me" })).status).toBe(200);
    expect((await admin({ route: "GET /v1/teams/{teamId}", params: { teamId } })).body.members).toBe(1);
  });

  it("of somebody who is not there answers 404", async () => {
    const { dismiss, adminMemberId } = await openCompany(ground);
    expect((await dismiss(unknownId("member"), adminMemberId)).status).toBe(404);
  });
});

describe("the last active admin", () => {
  it("can be neither demoted nor dismissed", async () => {
    const { admin, adminMemberId: memberId } = await openCompany(ground);
    expect(
      await admin({ route: changeMember, params: { memberId }, body: { role: "manager" } }),
    ).toMatchObject({ status: 409, body: { code: "member.last-admin" } });
  });

  it("is left when admins dismiss and demote each other at the same moment", async () => {
    for (let round = 0; round < 8; round++) {
      const { as, invite, dismiss, adminMemberId, store } = await openCompany(ground);
      const admins = [adminMemberId, await invite({ role: "admin" }), await invite({ role: "admin" })];
      const successor = await invite();
      await Promise.all(
        admins.map((memberId, at) => {
          const other = admins[(at + 1) % admins.length] ?? "";
          return (at + round) % 2 === 0
            ? dismiss(other, successor, as(memberId))
            : as(memberId)({ route: changeMember, params: { memberId: other }, body: { role: "manager" } });
        }),
      );
      const members = await store.list<{ role: string; status: string }>({
        index: "list",
        pk: "MEMBERS",
        limit: 10,
      });
      const left = members.items.filter(({ role, status }) => role === "admin" && status === "active");
      expect(left.length).toBeGreaterThan(0);
    }
  });
});
