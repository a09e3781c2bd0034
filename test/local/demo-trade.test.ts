import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { standardSettings } from "../../domain/settings/standard.ts";
import { clientOf } from "../../functions/client.ts";
import { allRoutes } from "../../functions/routes.ts";
import { demoClients } from "../../infra/local/demo/clients.ts";
import { demoDeals } from "../../infra/local/demo/deals.ts";
import { type DemoMemberKey, demoMembers } from "../../infra/local/demo/people.ts";
import { demoProducts } from "../../infra/local/demo/products.ts";
import { type Api, each, seed } from "../../infra/local/demo-sending.ts";
import { makeTrade, type Trade } from "../../infra/local/demo-trade.ts";
import { newTenant, settle, stackUrl, tokenFor } from "../support/client.ts";

const apiOf = (token: string) => clientOf(allRoutes, { baseUrl: stackUrl(), token });
const clientCount = 12;
/** How many deals of each kind are enough for the orders. */
const mostDeals = 40;

/** A small company: everybody of the demo, a few clients, and deals of theirs that are won or open. */
const smallCompany = async (): Promise<Trade> => {
  const { token } = await newTenant({ country: "RO" });
  const admin = apiOf(token);
  const nowMs = Date.now();
  const { lossReasons, dealTypes } = standardSettings();
  const names = Object.keys(demoMembers).filter((name): name is DemoMemberKey => name in demoMembers);
  const apis = new Map<DemoMemberKey, Api>();
  const ids = new Map<DemoMemberKey, string>();
  for (const name of names) {
    const { role } = demoMembers[name];
    const email = `${name}-${randomUUID()}@test.example`;
    ids.set(name, (await admin.inviteMember({ body: { email, name, role } })).id);
    await settle();
    apis.set(name, apiOf(await tokenFor(email)));
  }
  const of =
    <V>(map: ReadonlyMap<DemoMemberKey, V>) =>
    (name: DemoMemberKey): V => {
      const value = map.get(name);
      if (value === undefined) throw new Error(`there is no ${name}`);
      return value;
    };
  const memberId = of(ids);
  const members = {
    ...{ ileana: memberId("ileana"), mihai: memberId("mihai"), ana: memberId("ana") },
    ...{ razvan: memberId("razvan"), ioana: memberId("ioana"), dan: memberId("dan") },
    ...{ zofia: memberId("zofia"), jurgen: memberId("jurgen"), sanda: memberId("sanda") },
    ...{ nora: memberId("nora"), toma: memberId("toma") },
  };
  const products = await each(demoProducts(new Date(nowMs).getUTCFullYear()), (body) =>
    admin.createProduct({ body }),
  );
  const planned = demoClients(seed, clientCount, 2026);
  const clients = await each(planned, ({ owner, body: { fields: _, contacts: __, ...body } }) =>
    of(apis)(owner).createClient({ body }),
  );
  const rules = { types: dealTypes, reasonIds: lossReasons.map(({ id }) => id) };
  const all = demoDeals(seed, nowMs, rules, planned, { products, clients, members });
  const won = all.filter(({ body }) => body.outcome?.state === "won").slice(0, mostDeals);
  const open = all.filter(({ body }) => !body.outcome && body.clientId && (body.history ?? []).length > 1);
  const deals = [...won, ...open.slice(0, mostDeals)];
  const made = await each(deals, ({ owner, body: { fields: _, ...body } }) =>
    of(apis)(owner).createDeal({ body: { ...body, contacts: [] } }),
  );
  const dealIds = made.map(({ id }) => id);
  return { admin, apiOf: of(apis), nowMs, deals, dealIds, products, clients, members };
};

test("the demo company trades through the API, in every state, and a start that is repeated doubles nothing", async () => {
  const trade = await smallCompany();
  const counts = await makeTrade(trade);
  const { admin } = trade;
  const books = async () => ({
    euro: (await admin.readTrialBalance({ query: { commodity: "EUR" } })).items,
    lei: (await admin.readTrialBalance({ query: { commodity: "RON" } })).items,
  });
  const before = await books();
  const states = await Promise.all(
    (["draft", "confirmed", "done", "cancelled"] as const).map(
      async (state) => (await admin.listOrders({ query: { state, limit: 200 } })).items.length,
    ),
  );
  expect(Math.min(...states)).toBeGreaterThan(0);
  expect(states.reduce((sum, count) => sum + count, 0)).toBe(counts.orders);
  const { totals } = await admin.readAgeing();
  for (const bucket of ["current", "days1To30", "days31To60", "days61To90", "over90"] as const)
    expect(totals.some((row) => row[bucket] > 0)).toBe(true);
  const { items: contracts } = await admin.listContracts();
  expect(contracts).toMatchObject([{ state: "active" }]);
  expect(contracts[0]?.consumedMinor).toBeGreaterThan(0);
  expect((await admin.listCreditNotes()).items.length).toBeGreaterThan(0);
  expect(before.euro.map(({ account }) => account)).toContain("labour-cost");

  expect(await makeTrade(trade)).toEqual(counts);
  expect(await books()).toEqual(before);
});
