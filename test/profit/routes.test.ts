import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { Figures } from "../../domain/profit/profit.ts";
import { clientOf, itemsOf } from "../../functions/client.ts";
import { allRoutes } from "../../functions/routes.ts";
import { newTenant, settle, stackUrl, tokenFor } from "../support/client.ts";

const as = (token: string) => clientOf(allRoutes, { baseUrl: stackUrl(), token });
type Api = ReturnType<typeof as>;

const figures = [
  "revenueMinor",
  "discountsMinor",
  "costOfGoodsMinor",
  "timeMinor",
  "otherMinor",
  "profitMinor",
] as const;
type Sums = Record<(typeof figures)[number], number>;
const nothing = (): Sums => ({
  revenueMinor: 0,
  discountsMinor: 0,
  costOfGoodsMinor: 0,
  timeMinor: 0,
  otherMinor: 0,
  profitMinor: 0,
});
const only = (one: Figures): Sums => {
  const sums = nothing();
  for (const name of figures) sums[name] = one[name];
  return sums;
};
const added = (all: readonly Sums[]): Sums => {
  const sums = nothing();
  for (const one of all) for (const name of figures) sums[name] += one[name];
  return sums;
};

/** What an account is to the profit, and whether a debit of it adds to the figure (cost) or takes from it (revenue). */
const meaning = {
  revenue: ["revenueMinor", -1],
  discounts: ["discountsMinor", 1],
  "cost-of-goods": ["costOfGoodsMinor", 1],
  "labour-cost": ["timeMinor", 1],
  "other-cost": ["otherMinor", 1],
  "exchange-differences": ["otherMinor", 1],
  commission: ["otherMinor", 1],
} as const;
type Account = keyof typeof meaning;
const accounts = Object.keys(meaning).filter((name): name is Account => name in meaning);

/** A posting as an independent model keeps it. */
interface Kept {
  readonly clientId: string | undefined;
  readonly counterpartyId: string | undefined;
  readonly productId: string | undefined;
  readonly month: string;
  readonly account: Account;
  readonly amount: number;
}

const sumsOf = (kept: readonly Kept[]): Sums => {
  const sums = nothing();
  for (const { account, amount } of kept) {
    const [figure, sign] = meaning[account];
    sums[figure] += sign * amount;
    sums.profitMinor -= amount;
  }
  return sums;
};

/** A history over two years: sales, discounts, costs, income without a name, reversals; some of it of no client. */
const history = async () => {
  const tenant = await newTenant({ currency: "EUR" });
  const api = as(tenant.token);
  await api.openAccount({ body: { path: "commission", type: "income", mayGoBelowZero: true } });
  const parties = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const { id } = await api.createClient({
        body: { name: `Client ${randomUUID()}`, counterparties: [{ legalName: "Client SRL" }] },
      });
      const whole = await api.readClient({ params: { clientId: id } });
      return { clientId: id, counterpartyId: whole.counterparties[0]?.id };
    }),
  );
  const products = await Promise.all(
    [1, 2].map((n) => api.createProduct({ body: { code: `P${n}`, name: `Product ${n}` } })),
  );
  const moves = fc.sample(
    fc.record({
      party: fc.option(fc.nat(4), { nil: undefined, freq: 5 }),
      product: fc.option(fc.nat(1), { nil: undefined }),
      named: fc.boolean(),
      account: fc.constantFrom(...accounts),
      amount: fc.integer({ min: -50_000, max: 50_000 }).filter((amount) => amount !== 0),
      day: fc.constantFrom("2025-03-31", "2025-12-31", "2026-01-01", "2026-05-15", "2026-05-31"),
      reversed: fc.boolean(),
    }),
    { seed: 20_261_123, numRuns: 60 },
  );
  const kept: Kept[] = [];
  const post = async (
    { party, product, named, account, amount, day, reversed }: (typeof moves)[number],
    n: number,
  ) => {
    const { clientId, counterpartyId } = party === undefined ? {} : (parties[party] ?? {});
    const productId = product === undefined ? undefined : products[product]?.id;
    const about = { clientId, counterpartyId: named ? counterpartyId : undefined, productId };
    const links = Object.fromEntries(Object.entries(about).filter(([, id]) => id !== undefined));
    const id = `move-${n}`;
    await api.postTransaction({
      body: {
        id,
        effectiveOn: day,
        ...(Object.keys(links).length > 0 ? { links } : {}),
        postings: [
          { account, commodity: "EUR", amount },
          { account: "bank", commodity: "EUR", amount: -amount },
        ],
      },
    });
    kept.push({ ...about, month: day.slice(0, 7), account, amount });
    if (!reversed || n % 3 > 0) return;
    await api.reverseTransaction({
      params: { transactionId: id },
      body: { id: `${id}-back`, effectiveOn: "2026-05-31" },
    });
    kept.push({ ...about, month: "2026-05", account, amount: -amount });
  };
  for (let at = 0; at < moves.length; at += 6)
    await Promise.all(moves.slice(at, at + 6).map((move, n) => post(move, at + n)));
  // Working time, by the flow that posts it.
  const { id: positionId } = await api.createPosition({
    body: { name: "Fitter", rates: [{ hourlyRateMinor: 4_000 }] },
  });
  await api.setMemberPosts({ params: { memberId: tenant.adminMemberId }, body: { posts: [{ positionId }] } });
  for (const [n, { clientId }] of parties.entries()) {
    const entry = await api.postTime({ body: { on: "2026-05-15", minutes: 50 + n, clientId } });
    kept.push({
      ...{ clientId, counterpartyId: undefined, productId: undefined, month: "2026-05" },
      ...{ account: "labour-cost", amount: entry.costMinor ?? 0 },
    });
  }
  return { api, parties, products, kept };
};

const periods = [
  { from: "2025-01", to: "2026-12" },
  { from: "2025-12", to: "2026-01" },
  { from: "2026-05", to: "2026-05" },
];
const within =
  ({ from, to }: { from: string; to: string }) =>
  (one: Kept) =>
    from <= one.month && one.month <= to;

const allClients = async (api: Api, query: { from: string; to: string }, limit: number) => {
  const found = new Map<string, Sums>();
  for await (const { clientId, ...rest } of itemsOf((cursor) =>
    api.listClientProfits({ query: { ...query, limit, cursor } }),
  )) {
    expect(found.has(clientId), clientId).toBe(false);
    found.set(clientId, only(rest));
  }
  return found;
};

describe("profit of a generated history", () => {
  let past: Awaited<ReturnType<typeof history>>;
  beforeAll(async () => {
    past = await history();
  });

  test.each(periods)("of each client, counterparty and product is that of the model: %o", async (query) => {
    const { api, parties, products, kept } = past;
    const inside = kept.filter(within(query));
    for (const { clientId, counterpartyId = "" } of parties) {
      const profit = await api.readClientProfit({ params: { clientId }, query });
      expect(only(profit)).toEqual(sumsOf(inside.filter((one) => one.clientId === clientId)));
      expect(added(profit.months.map(only))).toEqual(only(profit));
      const signed = await api.readCounterpartyProfit({ params: { counterpartyId }, query });
      expect(only(signed)).toEqual(sumsOf(inside.filter((one) => one.counterpartyId === counterpartyId)));
    }
    for (const { id: productId } of products) {
      const profit = await api.readProductProfit({ params: { productId }, query });
      expect(only(profit)).toEqual(sumsOf(inside.filter((one) => one.productId === productId)));
    }
  });

  test.each(periods)(
    "of a client is divided by product and by counterparty without rest: %o",
    async (query) => {
      const { api, parties, kept } = past;
      const inside = kept.filter(within(query));
      for (const { clientId } of parties) {
        const own = inside.filter((one) => one.clientId === clientId);
        for (const [by, idOf] of [
          ["product", (one: Kept) => one.productId],
          ["counterparty", (one: Kept) => one.counterpartyId],
        ] as const) {
          const profit = await api.readClientProfit({ params: { clientId }, query: { ...query, by } });
          expect(profit.steady).toBe(true);
          const parts = new Map((profit.parts ?? []).map(({ id, ...rest }) => [id, only(rest)]));
          expect(parts).toEqual(
            new Map(
              [...Map.groupBy(own, idOf)]
                .map(([id, of]) => [id, sumsOf(of)] as const)
                .filter(([, sums]) => Object.values(sums).some((amount) => amount !== 0)),
            ),
          );
          expect(added([...parts.values()])).toEqual(only(profit));
          expect(only(profit)).toEqual(sumsOf(own));
        }
      }
    },
  );

  test("as it was known before anything was posted is nothing, and today what it is", async () => {
    const { api, parties } = past;
    const query = { from: "2025-01", to: "2026-12" };
    const params = { clientId: parties[0]?.clientId ?? "" };
    const [known, whole, company] = await Promise.all([
      api.readClientProfit({ params, query: { ...query, knownAt: "2026-01-31" } }),
      api.readClientProfit({ params, query: { ...query, knownAt: "2100-01-01" } }),
      api.readCompanyProfit({ query: { ...query, knownAt: "2026-01-31" } }),
    ]);
    expect([only(known), only(company)]).toEqual([nothing(), nothing()]);
    expect(only(whole)).toEqual(only(await api.readClientProfit({ params, query })));
    expect(whole.profitMinor).not.toBe(0);
  });

  test.each(periods)(
    "summed over clients, with what is of no client, ties to the company: %o",
    async (query) => {
      const { api, kept } = past;
      const company = await api.readCompanyProfit({ query });
      const clients = await allClients(api, query, 2);
      const ofNobody = sumsOf(kept.filter(within(query)).filter(({ clientId }) => clientId === undefined));
      expect(added([...clients.values(), ofNobody])).toEqual(only(company));
      expect(company.profitMinor).toBe(
        -company.accounts.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
      );
      expect(await allClients(api, query, 200)).toEqual(clients);
    },
  );

  test("of all time ties to income and expense in the trial balance", async () => {
    const { api } = past;
    const query = { from: "2025-01", to: "2026-12" };
    const { types } = await api.readTrialBalance({ query: { limit: 200 } });
    const earned = types
      .filter(({ type }) => type === "income" || type === "expense")
      .reduce((sum, { debit, credit }) => sum + credit - debit, 0);
    expect((await api.readCompanyProfit({ query })).profitMinor).toBe(earned);
  });

  test("in a currency in which nothing was posted is nothing", async () => {
    const { api, parties } = past;
    const query = { from: "2025-01", to: "2026-12", currency: "RON" };
    const params = { clientId: parties[0]?.clientId ?? "" };
    expect(only(await api.readClientProfit({ params, query }))).toEqual(nothing());
    expect((await api.listClientProfits({ query })).items).toEqual([]);
  });
});

describe("a client of whom all was taken back", () => {
  test("is not among those with whom anything was earned", async () => {
    const { token } = await newTenant({ currency: "EUR" });
    const api = as(token);
    const clients = await Promise.all(["A", "B", "C"].map((name) => api.createClient({ body: { name } })));
    for (const [n, { id: clientId }] of clients.entries())
      await api.postTransaction({
        body: {
          id: `sale-${n}`,
          links: { clientId },
          postings: [
            { account: "bank", commodity: "EUR", amount: 100 },
            { account: "revenue", commodity: "EUR", amount: -100 },
          ],
        },
      });
    for (const n of [0, 2])
      await api.reverseTransaction({
        params: { transactionId: `sale-${n}` },
        body: { id: `back-${n}` },
      });
    for (const limit of [1, 200]) {
      const found: string[] = [];
      for await (const { clientId } of itemsOf((cursor) =>
        api.listClientProfits({ query: { limit, cursor } }),
      ))
        found.push(clientId);
      expect(found).toEqual([clients[1]?.id]);
    }
  });
});

describe("who sees profit", () => {
  test("is who sees the client; that of all takes a right of its own", async () => {
    const tenant = await newTenant({ currency: "EUR" });
    const admin = as(tenant.token);
    const hire = async (role: "manager" | "accountant" | "marketer") => {
      const email = `${randomUUID()}@test.example`;
      const { id } = await admin.inviteMember({ body: { email, name: role, role } });
      await settle();
      return { id, api: as(await tokenFor(email)) };
    };
    const manager = await hire("manager");
    const clientOfAdmin = await admin.createClient({ body: { name: "Hers" } });
    const clientOfManager = await admin.createClient({ body: { name: "His", ownerId: manager.id } });
    const params = { clientId: clientOfManager.id };
    expect((await manager.api.readClientProfit({ params })).profitMinor).toBe(0);
    await expect(
      manager.api.readClientProfit({ params: { clientId: clientOfAdmin.id } }),
    ).rejects.toMatchObject({ status: 404 });
    const { listClientProfits, listProductProfits, readCompanyProfit } = manager.api;
    for (const call of [listClientProfits, listProductProfits, readCompanyProfit])
      await expect(call()).rejects.toMatchObject({ status: 403 });
    const accountant = await hire("accountant");
    expect((await accountant.api.readCompanyProfit()).profitMinor).toBe(0);
    const marketer = await hire("marketer");
    await expect(marketer.api.readClientProfit({ params })).rejects.toMatchObject({ status: 403 });
  });

  test("is told that a period ends before it begins, or is too long", async () => {
    const admin = as((await newTenant()).token);
    await expect(
      admin.readCompanyProfit({ query: { from: "2026-02", to: "2026-01" } }),
    ).rejects.toMatchObject({
      status: 400,
      fields: [{ pointer: "/query/to" }],
    });
    await expect(
      admin.readCompanyProfit({ query: { from: "2000-01", to: "2026-01" } }),
    ).rejects.toMatchObject({
      status: 422,
      code: "limit.exceeded",
    });
  });
});
