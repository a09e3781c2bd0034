import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { clientOf, itemsOf } from "../../functions/client.ts";
import { allRoutes } from "../../functions/routes.ts";
import { newTenant, settle, stackUrl, tokenFor } from "../support/client.ts";

const as = (token: string) => clientOf(allRoutes, { baseUrl: stackUrl(), token });
type Api = ReturnType<typeof as>;

const company = async () => {
  const tenant = await newTenant({ currency: "EUR" });
  const admin = as(tenant.token);
  const hire = async (
    role: "manager" | "head" | "marketer" | "accountant" | "auditor" | "warehouse",
    teamId?: string,
  ) => {
    const email = `${randomUUID()}@test.example`;
    const { id } = await admin.inviteMember({ body: { email, name: role, role, teamId } });
    await settle();
    return { id, api: as(await tokenFor(email)) };
  };
  const client = (ownerId?: string) =>
    admin.createClient({ body: { name: `Client ${randomUUID()}`, ...(ownerId ? { ownerId } : {}) } });
  const position = (rates: { hourlyRateMinor: number; validFrom?: string; validTo?: string }[]) =>
    admin.createPosition({ body: { name: `Position ${randomUUID()}`, rates } });
  return { ...tenant, admin, hire, client, position };
};

let own: Awaited<ReturnType<typeof company>>;
beforeAll(async () => {
  own = await company();
});

/** A member with a rate of 30.00 an hour, and a client of theirs. */
const worker = async (rate = 3000) => {
  const member = await own.hire("manager");
  const { id: positionId } = await own.position([{ hourlyRateMinor: rate }]);
  await own.admin.setMemberPosts({ params: { memberId: member.id }, body: { posts: [{ positionId }] } });
  return { ...member, positionId, clientId: (await own.client(member.id)).id };
};

const idsOf = async (api: Api, query: Parameters<Api["listTime"]>[0] = {}) => {
  const ids: string[] = [];
  for await (const { id } of itemsOf((cursor) => api.listTime({ query: { ...query.query, cursor } })))
    ids.push(id);
  return ids;
};

describe("positions", () => {
  test("have names that no other has, rates by day, and are seen by whoever may see rates", async () => {
    const name = `Engineer ${randomUUID()}`;
    const made = await own.admin.createPosition({ body: { name, rates: [{ hourlyRateMinor: 100 }] } });
    await expect(own.admin.createPosition({ body: { name: name.toUpperCase() } })).rejects.toMatchObject({
      status: 409,
      code: "people.position-name-taken",
    });
    const params = { positionId: made.id };
    await expect(
      own.admin.changePosition({
        params,
        body: {
          rates: [
            { hourlyRateMinor: 1, validTo: "2026-05-05" },
            { hourlyRateMinor: 2, validFrom: "2026-05-05" },
          ],
        },
      }),
    ).rejects.toMatchObject({ status: 422, code: "people.days-overlap" });
    const changed = await own.admin.changePosition({ params, body: { name: `Fitter ${randomUUID()}` } });
    expect(changed).toMatchObject({ version: 2, rates: [{ hourlyRateMinor: 100 }] });
    expect((await own.admin.createPosition({ body: { name } })).name).toBe(name);
    const { api } = await own.hire("manager");
    await expect(api.readPosition({ params })).rejects.toMatchObject({ status: 403 });
  });

  test("of a member are said by day; what they name has to be there", async () => {
    const { id: memberId } = await own.hire("manager");
    expect(await own.admin.readMemberPosts({ params: { memberId } })).toEqual({
      memberId,
      version: 0,
      posts: [],
    });
    await expect(
      own.admin.setMemberPosts({
        params: { memberId },
        body: { posts: [{ positionId: "pos_01JD8Z5T2V9Q4R6W8Y0A1B3C5D" }] },
      }),
    ).rejects.toMatchObject({
      status: 422,
      code: "reference.unknown",
      fields: [{ pointer: "/posts/0/positionId" }],
    });
  });
});

describe("a position that is inactive", () => {
  test("takes nobody in, and whoever has it keeps it and its rate", async () => {
    const { id: memberId, positionId } = await worker();
    const { id: otherId } = await own.hire("manager");
    await own.admin.changePosition({ params: { positionId }, body: { active: false } });
    await expect(
      own.admin.setMemberPosts({ params: { memberId: otherId }, body: { posts: [{ positionId }] } }),
    ).rejects.toMatchObject({
      status: 409,
      code: "people.position-inactive",
      fields: [{ pointer: "/posts/0/positionId" }],
    });
    const kept = await own.admin.setMemberPosts({
      params: { memberId },
      body: { posts: [{ positionId, validFrom: "2026-01-01" }] },
    });
    expect(kept.version).toBe(2);
  });
});

describe("time", () => {
  test("costs what the member's rate was on the day it was spent", async () => {
    const member = await own.hire("manager");
    const clientId = (await own.client(member.id)).id;
    const junior = await own.position([
      { hourlyRateMinor: 2000, validTo: "2026-03-31" },
      { hourlyRateMinor: 2500, validFrom: "2026-04-01", validTo: "2026-05-31" },
    ]);
    const senior = await own.position([{ hourlyRateMinor: 4000 }]);
    await own.admin.setMemberPosts({
      params: { memberId: member.id },
      body: {
        posts: [
          { positionId: junior.id, validFrom: "2026-01-01", validTo: "2026-06-30" },
          { positionId: senior.id, validFrom: "2026-07-01", validTo: "2026-07-31" },
          { positionId: senior.id, validFrom: "2026-08-01", hourlyRateMinor: 4444 },
        ],
      },
    });
    const cost = async (on: string) =>
      (await own.admin.postTime({ body: { on, minutes: 45, memberId: member.id, clientId } })).costMinor;
    expect(await cost("2026-03-31")).toBe(1500);
    expect(await cost("2026-04-01")).toBe(1875);
    expect(await cost("2026-07-01")).toBe(3000);
    expect(await cost("2026-08-01")).toBe(3333);
    for (const on of ["2025-12-31", "2026-06-01"])
      await expect(cost(on)).rejects.toMatchObject({ status: 409, code: "people.no-rate" });
    await expect(cost("2999-01-01")).rejects.toMatchObject({ status: 422, code: "ledger.effective-day" });
  });

  test("is not taken back on a day before it was spent", async () => {
    const { api, clientId } = await worker();
    const { id } = await api.postTime({ body: { on: "2026-06-10", minutes: 30, clientId } });
    const back = (effectiveOn: string) =>
      api.reverseTime({ params: { timeEntryId: id }, body: { effectiveOn } });
    await expect(back("2026-06-09")).rejects.toMatchObject({
      status: 400,
      fields: [{ pointer: "/effectiveOn" }],
    });
    expect(await back("2026-06-11")).toMatchObject({ reversal: { on: "2026-06-11" } });
  });

  test("of a day is never more than 1440 minutes, whoever posts at the same moment", async () => {
    const { id: memberId, api, clientId } = await worker();
    const post = (minutes: number) => api.postTime({ body: { on: "2026-06-01", minutes, clientId } });
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => post(400)));
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    for (const one of tries)
      if (one.status === "rejected")
        expect(one.reason).toMatchObject({ status: 409, code: "ledger.limit-exceeded" });
    await post(240);
    await expect(post(1)).rejects.toMatchObject({
      code: "ledger.limit-exceeded",
      detail:
        "manager has 0 minutes of 2026-06-01 left; 1 minute were entered. " +
        "Enter fewer, or first take back other time of that day.",
      fields: [{ pointer: "/minutes" }],
    });
    const entries = (await api.listTime({ query: { member: memberId } })).items;
    expect(entries.reduce((sum, { minutes }) => sum + minutes, 0)).toBe(1440);
  });

  test("of a day stays within 1440 minutes until the day on which some is taken back", async () => {
    const { api, clientId } = await worker();
    const post = (minutes: number) => api.postTime({ body: { on: "2026-06-01", minutes, clientId } });
    const { id: timeEntryId } = await post(1000);
    await api.reverseTime({ params: { timeEntryId }, body: { effectiveOn: "2026-06-05" } });
    await expect(post(441)).rejects.toMatchObject({
      status: 409,
      code: "ledger.limit-exceeded",
      detail: expect.stringContaining("has 440 minutes of 2026-06-01 left; 441 minutes were entered"),
    });
    const tries = await Promise.allSettled(Array.from({ length: 6 }, () => post(110)));
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
  });

  test("is taken back once, whoever tries at the same moment, and its minutes are free again", async () => {
    const { api, clientId } = await worker();
    const entry = await api.postTime({ body: { on: "2026-06-01", minutes: 1440, clientId } });
    const back = { params: { timeEntryId: entry.id }, body: { memo: "another client" } };
    const tries = await Promise.allSettled(Array.from({ length: 4 }, () => api.reverseTime(back)));
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const one of tries)
      if (one.status === "rejected")
        expect(one.reason).toMatchObject({ status: 409, code: "time.reversed-already" });
    expect((await api.readTime({ params: back.params })).reversal).toMatchObject({ on: "2026-06-01" });
    expect((await api.postTime({ body: { on: "2026-06-01", minutes: 1440, clientId } })).minutes).toBe(1440);
  });

  test("stands in the ledger: minutes from the members' days to the clients, cost with the client", async () => {
    const mine = await company();
    const { id: memberId } = await mine.hire("manager");
    const { id: positionId } = await mine.position([{ hourlyRateMinor: 1001 }]);
    await mine.admin.setMemberPosts({ params: { memberId }, body: { posts: [{ positionId }] } });
    const clients = [(await mine.client()).id, (await mine.client()).id];
    const entries = [];
    for (const [n, minutes] of [7, 59, 61, 200].entries())
      entries.push(
        await mine.admin.postTime({
          body: { on: `2026-06-0${1 + (n % 2)}`, minutes, memberId, clientId: clients[n % 2] },
        }),
      );
    const [first] = entries;
    await mine.admin.reverseTime({ params: { timeEntryId: first?.id ?? "" }, body: {} });
    const minutes = await mine.admin.readTrialBalance({ query: { commodity: "minute" } });
    expect(minutes.items).toEqual([
      { account: "clients:*:time", type: "time", debit: 320, credit: 0 },
      { account: "members:*:day:*", type: "liability", debit: 0, credit: 320 },
    ]);
    const cost = entries.slice(1).reduce((sum, { costMinor = 0 }) => sum + costMinor, 0);
    const money = await mine.admin.readTrialBalance();
    expect(money.items).toEqual([
      { account: "labour-absorbed", type: "liability", debit: 0, credit: cost },
      { account: "labour-cost", type: "expense", debit: cost, credit: 0 },
    ]);
    const query = { from: "2026-06", to: "2026-06" };
    expect((await mine.admin.readCompanyProfit({ query })).timeMinor).toBe(cost);
  });

  test("is not posted into a locked period, and the account of a day is opened by nobody else", async () => {
    const mine = await company();
    const { id: positionId } = await mine.position([{ hourlyRateMinor: 1000 }]);
    const memberId = mine.adminMemberId;
    await mine.admin.setMemberPosts({ params: { memberId }, body: { posts: [{ positionId }] } });
    const clientId = (await mine.client()).id;
    const post = (on: string) => mine.admin.postTime({ body: { on, minutes: 60, clientId } });
    const day = { path: `members:${memberId}:day:2026-06-01`, type: "liability" } as const;
    await expect(mine.admin.openAccount({ body: day })).rejects.toMatchObject({
      status: 409,
      code: "ledger.account-managed",
    });
    const entry = await post("2026-06-02");
    await mine.admin.setLedgerLock({ body: { lockedThrough: "2026-06-30" } });
    await expect(post("2026-06-03")).rejects.toMatchObject({ status: 409, code: "ledger.period-locked" });
    const params = { timeEntryId: entry.id };
    await expect(mine.admin.reverseTime({ params, body: {} })).rejects.toMatchObject({
      code: "ledger.period-locked",
    });
    const back = await mine.admin.reverseTime({ params, body: { effectiveOn: "2026-07-01" } });
    expect(back.reversal?.on).toBe("2026-07-01");
    const profit = await mine.admin.readClientProfit({
      params: { clientId },
      query: { from: "2026-06", to: "2026-07" },
    });
    expect(profit.months.map(({ month, timeMinor }) => [month, timeMinor])).toEqual([
      ["2026-06", 1000],
      ["2026-07", -1000],
    ]);
  });

  test("is posted for clients and deals that one sees, in one's own name or as far as the right reaches", async () => {
    const one = await worker();
    const other = await worker();
    const body = { on: "2026-06-01", minutes: 10 };
    await expect(one.api.postTime({ body: { ...body, clientId: other.clientId } })).rejects.toMatchObject({
      status: 422,
      code: "reference.unknown",
      fields: [{ pointer: "/clientId" }],
    });
    await expect(
      one.api.postTime({ body: { ...body, clientId: one.clientId, memberId: other.id } }),
    ).rejects.toMatchObject({ code: "reference.unknown", fields: [{ pointer: "/memberId" }] });
    await expect(one.api.postTime({ body })).rejects.toMatchObject({ status: 400 });
    const deal = await one.api.createDeal({
      body: { title: "A deal", typeId: "sale", clientId: one.clientId },
    });
    const entry = await one.api.postTime({ body: { ...body, dealId: deal.id } });
    expect(entry.clientId).toBe(one.clientId);
    await expect(
      own.admin.postTime({ body: { ...body, memberId: one.id, clientId: other.clientId, dealId: deal.id } }),
    ).rejects.toMatchObject({ code: "reference.unknown", fields: [{ pointer: "/clientId" }] });
    const loose = await one.api.createDeal({ body: { title: "No client", typeId: "sale" } });
    await expect(one.api.postTime({ body: { ...body, dealId: loose.id } })).rejects.toMatchObject({
      status: 422,
      code: "time.without-client",
    });
    expect(await idsOf(one.api, { query: { deal: deal.id } })).toEqual([entry.id]);
  });

  test("shows what it cost to whoever may see rates, and nothing to whoever may not", async () => {
    const { id, api, clientId } = await worker();
    const posted = await api.postTime({ body: { on: "2026-06-01", minutes: 60, clientId } });
    expect([posted.costMinor, posted.hourlyRateMinor]).toEqual([undefined, undefined]);
    const params = { timeEntryId: posted.id };
    expect(await api.readTime({ params })).toEqual(posted);
    const accountant = await own.hire("accountant");
    expect(await accountant.api.readTime({ params })).toMatchObject({
      costMinor: 3000,
      hourlyRateMinor: 3000,
    });
    const stranger = await worker();
    await expect(stranger.api.readTime({ params })).rejects.toMatchObject({ status: 404 });
    expect(await idsOf(stranger.api, { query: { member: id } })).toEqual([]);
    expect(await idsOf(stranger.api, { query: { client: clientId } })).toEqual([]);
    await expect(stranger.api.reverseTime({ params, body: {} })).rejects.toMatchObject({ status: 404 });
    const warehouse = await own.hire("warehouse");
    await expect(warehouse.api.listTime()).rejects.toMatchObject({ status: 403 });
  });

  test("is listed by the day, page by page, and what was done for a client by whomever", async () => {
    const { id, api, clientId } = await worker();
    const made = new Map<string, string>();
    for (const on of ["2026-06-03", "2026-06-01", "2026-06-04", "2026-06-02"])
      made.set(on, (await api.postTime({ body: { on, minutes: 10, clientId } })).id);
    const helper = await worker();
    const help = await own.admin.postTime({
      body: { on: "2026-06-05", minutes: 10, clientId, memberId: helper.id },
    });
    const inOrder = ["2026-06-04", "2026-06-03", "2026-06-02", "2026-06-01"].map((on) => made.get(on));
    expect(await idsOf(api, { query: { limit: 1 } })).toEqual(inOrder);
    expect(await idsOf(api, { query: { from: "2026-06-02", to: "2026-06-03" } })).toEqual(
      inOrder.slice(1, 3),
    );
    expect(await idsOf(api, { query: { client: clientId, limit: 2 } })).toEqual([help.id, ...inOrder]);
    expect(await idsOf(api, { query: { client: clientId, member: id } })).toEqual(inOrder);
  });
});
