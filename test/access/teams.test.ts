import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callerOn, idOf, openCompany, unknownId } from "./fixture.ts";
import { startGround, type TestGround } from "./ground.ts";

/**
 * A ground on which something else is done once, just before a member is read and after all lists that are being read then.
 */
const interrupted = (ground: TestGround, memberId: string, meanwhile: () => Promise<unknown>): TestGround => {
  let isDone = false;
  return {
    ...ground,
    database: (meter) => {
      const database = ground.database(meter);
      const underWay = new Set<Promise<unknown>>();
      return {
        ...database,
        query: (input) => {
          const answer = database.query(input);
          underWay.add(answer);
          return answer;
        },
        get: async (key) => {
          if (!isDone && key.pk?.S?.endsWith(memberId)) {
            isDone = true;
            await new Promise((resolve) => setImmediate(resolve));
            await Promise.all(underWay);
            await meanwhile();
          }
          return database.get(key);
        },
      };
    },
  };
};

let ground: TestGround;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.stop());

const open = async () => {
  const company = await openCompany(ground);
  const read = async (teamId: string) =>
    (await company.admin({ route: "GET /v1/teams/{teamId}", params: { teamId } })).body;
  const change = (teamId: string, body: unknown) =>
    company.admin({ route: "PATCH /v1/teams/{teamId}", params: { teamId }, body });
  const changeMember = (memberId: string, body: unknown) =>
    company.admin({ route: "PATCH /v1/members/{memberId}", params: { memberId }, body });
  const remove = (teamId: string) =>
    company.admin({ route: "DELETE /v1/teams/{teamId}", params: { teamId } });
  return { ...company, read, change, changeMember, remove };
};

describe("a team", () => {
  it("counts its active members as they come, move, go and return", async () => {
    const { team, invite, read, changeMember, dismiss, admin, adminMemberId } = await open();
    const [west, east] = [await team("West"), await team("East")];
    const memberId = await invite({ teamId: west });
    await invite({ teamId: west });
    expect((await read(west)).members).toBe(2);
    await changeMember(memberId, { teamId: east });
    expect([(await read(west)).members, (await read(east)).members]).toEqual([1, 1]);
    await dismiss(memberId, adminMemberId);
    expect((await read(east)).members).toBe(0);
    await admin({ route: "POST /v1/members/{memberId}/reinstatement", params: { memberId } });
    await changeMember(memberId, { teamId: null });
    expect((await read(east)).members).toBe(0);
  });

  it("counts rightly when many come at the same moment", async () => {
    const { team, invite, read } = await open();
    const teamId = await team();
    await Promise.all(Array.from({ length: 4 }, () => invite({ teamId })));
    expect((await read(teamId)).members).toBe(4);
  });

  it("is deleted only when it has no active members, and does not come back by a member who joins meanwhile", async () => {
    const { team, invite, remove, admin, changeMember } = await open();
    const teamId = await team();
    const memberId = await invite({ teamId });
    expect(await remove(teamId)).toMatchObject({ status: 409, body: { code: "team.not-empty" } });
    await changeMember(memberId, { teamId: null });
    const [removal, joining] = await Promise.all([remove(teamId), changeMember(memberId, { teamId })]);
    expect([
      [204, 422],
      [409, 200],
    ]).toContainEqual([removal.status, joining.status]);
    const there = await admin({ route: "GET /v1/teams/{teamId}", params: { teamId } });
    expect(there.status).toBe(removal.status === 204 ? 404 : 200);
  });

  it("is left by its dismissed member, who returns without a team when it is gone", async () => {
    const { team, invite, remove, dismiss, admin, adminMemberId } = await open();
    const teamId = await team();
    const memberId = await invite({ teamId });
    await dismiss(memberId, adminMemberId);
    expect((await remove(teamId)).status).toBe(204);
    const back = await admin({
      route: "POST /v1/members/{memberId}/reinstatement",
      params: { memberId },
    });
    expect(back.status).toBe(200);
    expect(back.body).not.toHaveProperty("teamId");
  });
});

describe("the head of a team", () => {
  it("joins it, and is known as its head", async () => {
    const { team, invite, change, read, admin } = await open();
    const teamId = await team();
    const headId = await invite({ role: "head" });
    expect(await change(teamId, { name: "North", headId })).toMatchObject({
      status: 200,
      body: { name: "North", headId, members: 1 },
    });
    expect(await read(teamId)).toMatchObject({ headId, members: 1, version: 2 });
    const member = await admin({ route: "GET /v1/members/{memberId}", params: { memberId: headId } });
    expect(member.body.teamId).toBe(teamId);
  });

  it("is head of one team, though two are made at once", async () => {
    const plain = await openCompany(ground);
    const headId = await plain.invite({ role: "head" });
    const make = (by: typeof plain.admin, name: string) =>
      by({ route: "POST /v1/teams", body: { name, headId } });
    const here = interrupted(ground, headId, () => make(plain.admin, "First"));
    const second = await make(callerOn(here, plain), "Second");
    expect(second).toMatchObject({ status: 409, body: { code: "member.heads-team" } });
    const teams = (await plain.admin({ route: "GET /v1/teams" })).body.items;
    expect(teams).toMatchObject([{ name: "First", headId, members: 1 }]);
  });

  it("leaves its team without one when it is dismissed in the moment in which it becomes head", async () => {
    const plain = await openCompany(ground);
    const headId = await plain.invite({ role: "head" });
    const here = interrupted(ground, headId, () =>
      plain.admin({ route: "POST /v1/teams", body: { name: "First", headId } }),
    );
    const gone = await plain.dismiss(headId, plain.adminMemberId, callerOn(here, plain));
    expect(gone.status).toBe(202);
    const teams = (await plain.admin({ route: "GET /v1/teams" })).body.items;
    expect(teams).toMatchObject([{ name: "First", members: 0 }]);
    expect(teams).not.toMatchObject([{ headId }]);
  });

  it("can be named when the team is made, and taken away", async () => {
    const { invite, change, admin } = await open();
    const headId = await invite({ role: "head" });
    const made = await admin({ route: "POST /v1/teams", body: { name: "South", headId } });
    expect(made.body).toMatchObject({ headId, members: 1, version: 1 });
    const bare = await change(idOf(made), { headId: null });
    expect(bare.body).not.toHaveProperty("headId");
    expect(bare.body.members).toBe(1);
  });

  it("has the role head or admin, works here, and exists", async () => {
    const { team, invite, change, dismiss, adminMemberId } = await open();
    const teamId = await team();
    const gone = await invite({ role: "head" });
    await dismiss(gone, adminMemberId);
    expect((await change(teamId, { headId: await invite() })).body.code).toBe("team.head-unfit");
    expect((await change(teamId, { headId: gone })).body.code).toBe("member.not-assignable");
    expect((await change(teamId, { headId: unknownId("member") })).body.code).toBe("reference.unknown");
    expect((await change(teamId, { headId: adminMemberId })).body).toMatchObject({ members: 0 });
  });

  it("neither leaves the team nor the role while the team has no other", async () => {
    const { team, invite, change, changeMember } = await open();
    const [west, east] = [await team("West"), await team("East")];
    const headId = await invite({ role: "head" });
    await change(west, { headId });
    expect((await changeMember(headId, { role: "manager" })).body.code).toBe("member.heads-team");
    expect((await changeMember(headId, { teamId: east })).body.code).toBe("member.heads-team");
    expect((await change(east, { headId })).body.code).toBe("member.heads-team");
    await change(west, { headId: null });
    expect((await changeMember(headId, { role: "manager", teamId: east })).status).toBe(200);
  });

  it("who is dismissed leaves the team without one, also when named at the same moment", async () => {
    for (let round = 0; round < 6; round++) {
      const { team, invite, change, read, dismiss, adminMemberId } = await open();
      const teamId = await team();
      const headId = await invite({ role: "head" });
      const [, dismissal] = await Promise.all([change(teamId, { headId }), dismiss(headId, adminMemberId)]);
      expect(dismissal.status).toBe(202);
      const after = await read(teamId);
      expect(after).not.toHaveProperty("headId");
      expect(after.members).toBe(0);
    }
  });
});

describe("rights over teams", () => {
  it("are the admin's alone; every role may read", async () => {
    const { as, invite, team } = await open();
    const teamId = await team();
    const member = as(await invite({ role: "head" }));
    expect((await member({ route: "GET /v1/teams" })).body.items).toMatchObject([{ id: teamId }]);
    for (const call of [
      { route: "POST /v1/teams", body: { name: "Mine" } },
      { route: "PATCH /v1/teams/{teamId}", params: { teamId }, body: { name: "Mine" } },
      { route: "DELETE /v1/teams/{teamId}", params: { teamId } },
    ])
      expect((await member(call)).status).toBe(403);
  });

  it("do not reach into another company, nor to what is not there", async () => {
    const [mine, theirs] = [await open(), await open()];
    for (const teamId of [await theirs.team(), unknownId("team"), "team_1"]) {
      const params = { teamId };
      expect((await mine.admin({ route: "GET /v1/teams/{teamId}", params })).status).toBe(404);
      expect((await mine.change(teamId, { name: "Mine" })).status).toBe(404);
      expect((await mine.remove(teamId)).status).toBe(404);
    }
  });

  it("are no help to a body that is wrong", async () => {
    const { admin, team, change } = await open();
    expect((await admin({ route: "POST /v1/teams", body: {} })).status).toBe(400);
    expect((await change(await team(), { headId: "me" })).body.errors).toMatchObject([
      { pointer: "/headId" },
    ]);
  });
});
