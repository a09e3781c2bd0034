import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { accessRoutes } from "../../functions/access/routes.ts";
import { clientOf } from "../../functions/client.ts";
import { clientRoutes } from "../../functions/clients/routes.ts";
import { dealRoutes } from "../../functions/deals/routes.ts";
import { settingsRoutes } from "../../functions/settings/routes.ts";
import { newTenant, stackUrl, tokenFor } from "../support/client.ts";

const routes = { ...accessRoutes, ...settingsRoutes, ...clientRoutes, ...dealRoutes };
const as = (token: string) => clientOf(routes, { baseUrl: stackUrl(), token });

const company = async () => {
  const { token, adminMemberId } = await newTenant();
  const admin = as(token);
  const hire = async (role: "manager" | "head") => {
    const email = `${randomUUID()}@test.example`;
    const { id } = await admin.inviteMember({ body: { email, name: "Ana", role } });
    return { id, email, call: as(await tokenFor(email)) };
  };
  return { admin, adminMemberId, hire };
};

describe("on the whole stack", () => {
  it("a dismissed member is refused at the next request and sign-in, and clients and open deals pass on", async () => {
    const { admin, hire } = await company();
    const [leaving, taking] = [await hire("manager"), await hire("manager")];
    expect((await leaving.call.readMe()).member.id).toBe(leaving.id);
    const clients: string[] = [];
    const deals: string[] = [];
    for (let n = 0; n < 3; n++) {
      const client = await leaving.call.createClient({ body: { name: `Client ${n}` } });
      const deal = await leaving.call.createDeal({
        body: { title: `Deal ${n}`, typeId: "sale", clientId: client.id },
      });
      clients.push(client.id);
      deals.push(deal.id);
    }

    const params = { memberId: leaving.id };
    await admin.dismissMember({ params, body: { handOverTo: taking.id } });
    await expect(leaving.call.readMe()).rejects.toMatchObject({
      status: 401,
      code: "access.unauthenticated",
    });
    await expect(
      admin.createClient({ body: { name: "For nobody", ownerId: leaving.id } }),
    ).rejects.toMatchObject({ status: 422, code: "member.not-assignable" });

    await expect
      .poll(async () => (await admin.readMember({ params })).handover)
      .toMatchObject({ to: taking.id, status: "done", clients: 3, deals: 3 });
    for (const clientId of clients)
      expect((await taking.call.readClient({ params: { clientId } })).ownerId).toBe(taking.id);
    for (const dealId of deals)
      expect((await taking.call.readDeal({ params: { dealId } })).ownerId).toBe(taking.id);
    await expect.poll(() => tokenFor(leaving.email).catch(String)).toContain("answered 403");

    await admin.reinstateMember({ params });
    const token = () => tokenFor(leaving.email).catch(() => undefined);
    await expect.poll(token).toBeDefined();
    expect((await leaving.call.readMe()).member.status).toBe("active");
  });

  it("an address of another company's member is invited alike, and its person goes between the two", async () => {
    const [here, there] = [await company(), await company()];
    const ana = await here.hire("manager");
    const [again, fresh] = await Promise.all(
      [ana.email, `${randomUUID()}@test.example`].map((email) =>
        there.admin.inviteMember({ body: { email, name: "Ana", role: "head" } }),
      ),
    );
    const told = (member: object | undefined) => Object.keys(member ?? {}).sort();
    expect(told(again)).toEqual(told(fresh));
    expect(again).toMatchObject({ status: "active", version: 1 });
    await expect(
      there.admin.inviteMember({ body: { email: ana.email, name: "Ana", role: "head" } }),
    ).rejects.toMatchObject({ status: 409, code: "member.email-taken" });

    const { items } = await ana.call.listMyCompanies();
    expect(items.map(({ memberId, isEntered }) => [memberId, isEntered])).toEqual([
      [ana.id, true],
      [again?.id, false],
    ]);
    expect((await as(await tokenFor(ana.email)).readMe()).member.id).toBe(ana.id);
    await ana.call.enterCompany({ params: { tenantId: items[1]?.tenantId ?? "" } });
    expect((await as(await tokenFor(ana.email)).readMe()).member).toMatchObject({
      id: again?.id,
      role: "head",
    });
    // The token that she has is still for the company that it was given for.
    expect((await ana.call.readMe()).member.id).toBe(ana.id);
  });

  it("a stage in which a deal stands is not removed, and an inactive loss reason is not used", async () => {
    const { admin } = await company();
    const { dealTypes, lossReasons } = await admin.readSettings();
    const deal = await admin.createDeal({ body: { title: "Deal", typeId: "sale", stageId: "interest" } });
    const without = dealTypes.map((type) => ({
      ...type,
      stages: type.stages.filter(({ id }) => id !== "interest"),
    }));
    await expect(admin.setDealTypes({ body: { dealTypes: without } })).rejects.toMatchObject({
      code: "settings.stage-in-use",
    });
    await admin.setLossReasons({
      body: { lossReasons: lossReasons.map((reason) => ({ ...reason, active: reason.id !== "price" })) },
    });
    await expect(
      admin.loseDeal({ params: { dealId: deal.id }, body: { reasonId: "price" } }),
    ).rejects.toMatchObject({ code: "deal.loss-reason-inactive" });
    await admin.loseDeal({ params: { dealId: deal.id }, body: { reasonId: "other" } });
    expect((await admin.setDealTypes({ body: { dealTypes: without } })).dealTypes[0]?.stages).toHaveLength(3);
  });
});
