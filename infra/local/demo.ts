import { millisecondsOf } from "../../domain/kernel/time.ts";
import { clientOf } from "../../functions/client.ts";
import { allRoutes } from "../../functions/routes.ts";
import { demoClients } from "./demo/clients.ts";
import { demoDeals, type Made, type MadeClient } from "./demo/deals.ts";
import { type DemoMemberKey, demoMembers, demoTeams } from "./demo/people.ts";
import { demoProducts } from "./demo/products.ts";
import { demoFields } from "./demo/settings.ts";
import { type Api, each, key, seed } from "./demo-sending.ts";
import { makeTrade } from "./demo-trade.ts";

const clientCount = 300;

export interface DemoSettings {
  readonly baseUrl: string;
  readonly adminEmail: string;
  /** Gives an access token of a member by email address. */
  readonly tokenFor: (email: string) => Promise<string>;
  /** Told how far it has come. */
  readonly progress?: (text: string) => void;
}

const makePeople = async (admin: Api): Promise<Record<DemoMemberKey, string>> => {
  const ids: Partial<Record<string, string>> = {};
  const invite = async (name: DemoMemberKey, teamId?: string): Promise<string> => {
    const { team: _, ...member } = { team: undefined, ...demoMembers[name] };
    const made = await admin.inviteMember({
      body: { ...member, ...(teamId ? { teamId } : {}) },
      ...key(name),
    });
    return made.id;
  };
  const names = Object.keys(demoMembers).filter((name): name is DemoMemberKey => name in demoMembers);
  const heads = names.filter((name) => demoMembers[name].role === "head");
  const teamIds = new Map<string, string>();
  const teamOf = (name: DemoMemberKey) => ({ team: undefined, ...demoMembers[name] }).team;
  // One after the other: members of one team at once would be in each other's way.
  for (const name of heads) {
    const headId = await invite(name);
    ids[name] = headId;
    const team = teamOf(name);
    if (!team) continue;
    const made = await admin.createTeam({ body: { name: demoTeams[team], headId }, ...key(`team ${team}`) });
    teamIds.set(team, made.id);
  }
  for (const name of names) ids[name] ??= await invite(name, teamIds.get(teamOf(name) ?? ""));
  if (!isComplete(ids)) throw new Error("a member of the demo has no id");
  return ids;
};

const isComplete = (ids: Partial<Record<string, string>>): ids is Record<DemoMemberKey, string> =>
  Object.keys(demoMembers).every((name) => ids[name] !== undefined);

/**
 * Fills the demo tenant through the public API: members and teams, products, clients and deals with their pasts, stock,
 * orders, invoices and time, all from one seed and as of the moment the tenant was made. Every request has a key of its own, so that a demo
 * that was cut short is completed, not doubled, by the next start.
 */
export const makeDemo = async ({ baseUrl, adminEmail, tokenFor, progress = () => {} }: DemoSettings) => {
  const as = async (email: string): Promise<Api> =>
    clientOf(allRoutes, { baseUrl, token: await tokenFor(email) });
  const admin = await as(adminEmail);
  const { createdAt } = await admin.readTenant();
  const nowMs = millisecondsOf(createdAt);
  const year = new Date(nowMs).getUTCFullYear();

  progress("demo: members and products");
  const [members, settings, products] = await Promise.all([
    makePeople(admin),
    admin.setFields({ body: demoFields, ...key("fields") }),
    each(demoProducts(year), (body) => admin.createProduct({ body, ...key(body.code) })),
  ]);
  const apis = new Map<string, Api>();
  await each(Object.values(demoMembers), async ({ email }) => apis.set(email, await as(email)));
  const apiOf = (name: DemoMemberKey): Api => {
    const api = apis.get(demoMembers[name].email);
    if (!api) throw new Error(`${name} has no token`);
    return api;
  };

  const planned = demoClients(seed, clientCount, year);
  const clients: MadeClient[] = [];
  const makeClient = async (at: number): Promise<void> => {
    const plan = planned[at];
    if (!plan) return;
    const parent = plan.parent === undefined ? undefined : clients[plan.parent];
    const body = { ...plan.body, ...(parent ? { parentId: parent.id } : {}) };
    const api = apiOf(plan.owner);
    const made = await api.createClient({ body, ...key(`client ${at}`) });
    clients[at] = made;
    if (plan.note)
      await api.addNote({ params: { clientId: made.id }, body: { text: plan.note }, ...key(`note ${at}`) });
    if (at % 25 === 0) progress(`demo: ${at} of ${clientCount} clients`);
  };
  const places = [...planned.keys()];
  await each(
    places.filter((at) => planned[at]?.parent === undefined),
    makeClient,
  );
  await each(
    places.filter((at) => planned[at]?.parent !== undefined),
    makeClient,
  );

  const rules = { types: settings.dealTypes, reasonIds: settings.lossReasons.map(({ id }) => id) };
  const made: Made = { products, clients, members };
  const deals = demoDeals(seed, nowMs, rules, planned, made);
  const madeDeals = await each(deals, async ({ owner, body }, at) => {
    if (at % 25 === 0) progress(`demo: ${at} of ${deals.length} deals`);
    return apiOf(owner).createDeal({ body, ...key(`deal ${at}`) });
  });
  progress("demo: stock, orders and invoices");
  const dealIds = madeDeals.map(({ id }) => id);
  const { orders, invoices } = await makeTrade({ apiOf, admin, nowMs, deals, dealIds, ...made });
  progress(
    `demo: ${clients.length} clients, ${deals.length} deals, ${products.length} products, ${orders} orders, ${invoices} invoices`,
  );
};
