import { beforeAll, describe, expect, it } from "vitest";
import type { Deal } from "../../domain/deals/deal.ts";
import { type Dimension, dimensions } from "../../domain/deals/sums.ts";
import { mostAmount } from "../../domain/kernel/money.ts";
import { settle } from "../support/client.ts";
import { type Company, company, daysAgo, failure } from "./company.ts";

type Call = Company["admin"];
type Query = Parameters<Call["summarizeDeals"]>[0]["query"];

/** A generator whose numbers are the same in every run. */
const numbers = (seed: number) => {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

let here: Company;
let api: Call;
let deals: Deal[];
let people: { id: string; call: Call }[];
let teams: string[];
let clients: string[];
let products: string[];

/** A history of every kind of change, made over HTTP; the deals as they are at its end. */
const grow = async (): Promise<Deal[]> => {
  const upTo = numbers(20_261_123);
  const pick = <T>(all: readonly T[]): T => {
    const one = all[upTo(all.length)];
    if (one === undefined) throw new Error("nothing to pick from");
    return one;
  };
  const begun: Deal[] = [];
  for (let n = 0; n < 45; n++) {
    const typeId = pick(["sale", "project", "order"]);
    const registeredAt = daysAgo(30 + upTo(150));
    const items = Array.from({ length: upTo(4) }, () => ({
      productId: pick(products),
      quantity: 1 + upTo(9),
      unitPriceMinor: upTo(100_000),
    }));
    begun.push(
      await api.createDeal({
        body: {
          title: `Deal ${n}`,
          typeId,
          ownerId: pick(people).id,
          registeredAt,
          currency: pick(["EUR", "EUR", "RON"]),
          items,
          ...(upTo(3) === 0 ? {} : { clientId: pick(clients) }),
          ...(upTo(3) === 0 ? {} : { estimatedAmountMinor: upTo(1_000_000) }),
          ...(upTo(3) === 0 ? { manualProbabilityPercent: upTo(101) } : {}),
          ...(typeId !== "sale" && upTo(3) === 0
            ? { outcome: { state: "won" as const, at: daysAgo(upTo(30)) } }
            : {}),
          ...(upTo(5) === 0 && typeId === "sale"
            ? { outcome: { state: "lost" as const, reasonId: "price", at: daysAgo(upTo(30)) } }
            : {}),
        },
      }),
    );
  }
  const ended: Deal[] = [];
  for (const begin of begun) {
    let deal: Deal = begin;
    const params = { dealId: deal.id };
    if (deal.state !== "open" && upTo(2) === 0) deal = await api.reopenDeal({ params });
    if (deal.state === "open" && deal.typeId === "sale")
      deal = await api.moveDeal({ params, body: { stageId: "qualified" } });
    if (deal.state === "open" && deal.typeId === "project")
      deal = await api.moveDeal({ params, body: { stageId: pick(["idea", "scoping", "tender"]) } });
    if (deal.state === "open" && upTo(3) === 0)
      deal = await api.changeDeal({ params, body: { items: null, estimatedAmountMinor: upTo(5_000) } });
    if (upTo(4) === 0) deal = await api.changeDeal({ params, body: { ownerId: pick(people).id } });
    if (deal.state === "open" && upTo(4) === 0)
      deal = await api.loseDeal({ params, body: { reasonId: "other" } });
    ended.push(await api.readDeal({ params }));
  }
  return ended;
};

beforeAll(async () => {
  here = await company();
  api = here.admin;
  teams = [await here.team("West"), await here.team("East")];
  people = [];
  for (const team of [...teams, undefined])
    people.push(await here.hire("manager", team), await here.hire("manager", team));
  clients = [];
  for (const name of ["Știință SRL", "Brânză SA", "Acme"])
    clients.push((await api.createClient({ body: { name } })).id);
  products = [];
  for (const code of ["A", "B", "C"])
    products.push((await api.createProduct({ body: { code, name: `Product ${code}` } })).id);
  deals = await grow();
  await settle();
});

/** The share of a deal in each of its places, by the definition in words. */
const sharesOf = (deal: Deal, by: Dimension, product: string | undefined): [string, number][] => {
  const ofProduct = (productId: string) =>
    (deal.items ?? [])
      .filter((item) => item.productId === productId)
      .reduce((sum, item) => sum + item.totalMinor, 0);
  const whole = product === undefined ? (deal.amountMinor ?? 0) : ofProduct(product);
  const keys = {
    stage: `${deal.typeId}/${deal.stageId ?? "-"}`,
    owner: deal.ownerId,
    team: deal.teamId ?? "-",
    client: deal.clientId ?? "-",
    "registered-month": deal.registeredMonth,
    "closed-month": deal.closedMonth ?? "-",
  };
  if (by !== "product") return [[keys[by], whole]];
  if (!deal.items) return product === undefined ? [["-", whole]] : [];
  const named = [...new Set(deal.items.map(({ productId }) => productId))];
  return named.filter((id) => product === undefined || id === product).map((id) => [id, ofProduct(id)]);
};

const figures = (shares: readonly (readonly [Deal, number])[]) => {
  const states = (state: string) => shares.filter(([deal]) => deal.state === state);
  const amounts = [...new Set(shares.map(([{ currency }]) => currency))].sort().map((currency) => {
    const sum = (state: string, weigh: (deal: Deal) => number) =>
      states(state).reduce(
        (all, [deal, share]) => all + (deal.currency === currency ? share * weigh(deal) : 0),
        0,
      );
    const percent = ({ probability }: Deal) => probability.manualPercent ?? probability.standardPercent;
    return {
      currency,
      openMinor: sum("open", () => 1),
      weightedMinor: Math.floor((sum("open", percent) + 50) / 100),
      wonMinor: sum("won", () => 1),
      lostMinor: sum("lost", () => 1),
    };
  });
  return {
    count: shares.length,
    open: states("open").length,
    won: states("won").length,
    lost: states("lost").length,
    amounts: amounts.filter(({ openMinor, wonMinor, lostMinor }) => openMinor + wonMinor + lostMinor > 0),
  };
};

/** The summary as a person with all deals on paper would make it. */
const modelled = (all: readonly Deal[], by: Dimension, filter: (deal: Deal) => boolean, product?: string) => {
  const rows = new Map<string, [Deal, number][]>();
  const left = all
    .filter(filter)
    .filter((deal) => product === undefined || deal.items?.some((item) => item.productId === product));
  for (const deal of left)
    for (const [key, share] of sharesOf(deal, by, product))
      rows.set(key, [...(rows.get(key) ?? []), [deal, share]]);
  const whole = left.map((deal) => [deal, sharesOf(deal, "owner", product)[0]?.[1] ?? 0] as const);
  return {
    rows: [...rows]
      .map(([key, shares]) => ({ key, ...figures(shares) }))
      .sort((a, b) => (a.key < b.key ? -1 : 1)),
    totals: figures(whole),
  };
};

const asked = async (query: Query, call: Call = api) => {
  const { rows, totals } = await call.summarizeDeals({ query });
  return {
    rows: rows.map(({ label: _, ...row }) => row).sort((a, b) => (a.key < b.key ? -1 : 1)),
    totals,
  };
};

const any = () => true;

describe("the summary", () => {
  it("has deals of every state, type, currency and team to count", () => {
    for (const [value, least] of [
      [new Set(deals.map(({ state }) => state)), 3],
      [new Set(deals.map(({ typeId }) => typeId)), 3],
      [new Set(deals.map(({ currency }) => currency)), 2],
      [new Set(deals.map(({ teamId }) => teamId)), 3],
      [new Set(deals.map(({ registeredMonth }) => registeredMonth)), 4],
    ] as const)
      expect(value.size).toBeGreaterThanOrEqual(least);
  });

  it("from the kept sums is what a person would count, by every dimension and in every state", async () => {
    for (const by of dimensions) {
      expect(await asked({ by })).toEqual(modelled(deals, by, any));
      for (const state of ["open", "won", "lost"] as const)
        expect(await asked({ by, state })).toEqual(modelled(deals, by, (deal) => deal.state === state));
    }
  });

  it("computed from the deals is the same as from the kept sums", async () => {
    // A filter that leaves everything has to be counted from the deals.
    for (const by of dimensions)
      expect(await asked({ by, registeredFrom: "2000-01" })).toEqual(await asked({ by }));
  });

  it("is exact over any combination of filters", async () => {
    const [first, second] = [deals[0], deals[1]];
    if (!first || !second) throw new Error("no deals");
    const month = first.registeredMonth;
    const closedMonth = deals.find((deal) => deal.closedMonth)?.closedMonth ?? "";
    const [client, product, team] = [clients[0] ?? "", products[1] ?? "", teams[0] ?? ""];
    const cases: [Partial<Query>, (deal: Deal) => boolean, string?][] = [
      [{ type: "sale" }, (deal) => deal.typeId === "sale"],
      [{ stage: "tender" }, (deal) => deal.stageId === "tender"],
      [
        { type: "sale", stage: "qualified", state: "open" },
        (deal) => deal.stageId === "qualified" && deal.state === "open",
      ],
      [{ owner: first.ownerId }, (deal) => deal.ownerId === first.ownerId],
      [
        { owner: first.ownerId, type: "project" },
        (deal) => deal.ownerId === first.ownerId && deal.typeId === "project",
      ],
      [{ team }, (deal) => deal.teamId === team],
      [{ team, owner: first.ownerId }, (deal) => deal.teamId === team && deal.ownerId === first.ownerId],
      [{ client }, (deal) => deal.clientId === client],
      [{ client, state: "lost" }, (deal) => deal.clientId === client && deal.state === "lost"],
      [{ product }, any, product],
      [{ product, team, state: "open" }, (deal) => deal.teamId === team && deal.state === "open", product],
      [{ registeredFrom: month, registeredTo: month }, (deal) => deal.registeredMonth === month],
      [{ closedFrom: closedMonth, closedTo: closedMonth }, (deal) => deal.closedMonth === closedMonth],
      [{ closedFrom: closedMonth }, (deal) => (deal.closedMonth ?? "") >= closedMonth],
      [
        { owner: second.ownerId, closedTo: closedMonth },
        (deal) =>
          deal.ownerId === second.ownerId &&
          deal.closedMonth !== undefined &&
          deal.closedMonth <= closedMonth,
      ],
      [{ state: "open", closedFrom: closedMonth }, () => false],
    ];
    for (const [filter, belongs, of] of cases)
      for (const by of ["stage", "owner", "product", "closed-month"] as const)
        expect([filter, await asked({ by, ...filter })]).toEqual([filter, modelled(deals, by, belongs, of)]);
  });

  it("shows to each member what they and their team own", async () => {
    const [person] = people;
    if (!person) throw new Error("nobody");
    const head = await here.hire("head", teams[0]);
    for (const by of ["stage", "owner", "client"] as const) {
      expect(await asked({ by }, person.call)).toEqual(
        modelled(deals, by, (deal) => deal.ownerId === person.id),
      );
      expect(await asked({ by, state: "open" }, head.call)).toEqual(
        modelled(deals, by, (deal) => deal.teamId === teams[0] && deal.state === "open"),
      );
    }
    expect(await asked({ by: "stage", owner: people[1]?.id }, person.call)).toEqual(
      modelled([], "stage", any),
    );
    expect(await asked({ by: "stage", team: teams[1] }, head.call)).toEqual(modelled([], "stage", any));
  });

  it("names its rows and orders them, page by page", async () => {
    const byOwner = await api.summarizeDeals({ query: { by: "owner", sort: "open" } });
    expect(byOwner.rows.every(({ label }) => label === "manager Ș")).toBe(true);
    const open = byOwner.rows.map(
      ({ amounts }) => amounts.find(({ currency }) => currency === "EUR")?.openMinor ?? 0,
    );
    expect(open).toEqual([...open].sort((a, b) => b - a));
    const pages = [];
    let cursor: string | undefined;
    do {
      const page = await api.summarizeDeals({ query: { by: "owner", sort: "open", limit: 2, cursor } });
      expect(page.totals).toEqual(byOwner.totals);
      pages.push(...page.rows);
      cursor = page.next;
    } while (cursor !== undefined);
    expect(pages).toEqual(byOwner.rows);
    const stages = (await api.summarizeDeals({ query: { by: "stage", type: "project" } })).rows;
    expect(stages.map(({ label }) => label)).toEqual(["Idea", "Scoping", "Tender"]);
    const byClient = (await api.summarizeDeals({ query: { by: "client" } })).rows;
    expect(byClient.map(({ label }) => label).sort()).toEqual([
      "Acme",
      "Brânză SA",
      "Știință SRL",
      undefined,
    ]);
  });

  it("says up to which change it is counted", async () => {
    const last = deals
      .map(({ updatedAt }) => updatedAt)
      .sort()
      .at(-1);
    expect((await api.summarizeDeals({ query: { by: "stage" } })).asOf).toBe(last);
    expect((await api.summarizeDeals({ query: { by: "stage", registeredFrom: "2000-01" } })).asOf).toBe(last);
    const empty = await company();
    expect(await empty.admin.summarizeDeals({ query: { by: "stage" } })).toEqual({
      rows: [],
      totals: { count: 0, open: 0, won: 0, lost: 0, amounts: [] },
    });
  });

  it("counts the largest deals there can be exactly, and takes none that others could not be summed with", async () => {
    const own = await company();
    const deal = (typeId: string, estimatedAmountMinor: number) =>
      own.admin.createDeal({ body: { title: "Much", typeId, estimatedAmountMinor } });
    for (const typeId of ["sale", "project"]) await deal(typeId, mostAmount);
    await expect(deal("sale", mostAmount + 1)).rejects.toMatchObject(failure("money.overflow", 422));
    await settle();
    const { totals } = await own.admin.summarizeDeals({ query: { by: "owner" } });
    expect(totals.amounts).toMatchObject([{ currency: "EUR", openMinor: 2 * mostAmount }]);
  });

  it("orders by the currency that was asked for, and by one that is there where the tenant's is not", async () => {
    const own = await company();
    const amounts = [
      ["2026-01", "USD", 100],
      ["2026-02", "USD", 300],
      ["2026-03", "RON", 200],
    ] as const;
    for (const [month, currency, estimatedAmountMinor] of amounts)
      await own.admin.createDeal({
        body: {
          title: month,
          typeId: "sale",
          currency,
          estimatedAmountMinor,
          registeredAt: `${month}-15T00:00:00.000Z`,
        },
      });
    await settle();
    const keys = async (query: { currency?: string }) =>
      (
        await own.admin.summarizeDeals({ query: { by: "registered-month", sort: "open", ...query } })
      ).rows.map(({ key }) => key);
    expect(await keys({ currency: "USD" })).toEqual(["2026-02", "2026-01", "2026-03"]);
    expect(await keys({})).toEqual(["2026-03", "2026-01", "2026-02"]);
  });

  it("refuses what it does not know", async () => {
    await expect(
      api.summarizeDeals({ query: { by: "stage", owner: "somebody", closedTo: "2026-13" } }),
    ).rejects.toMatchObject(failure("request.invalid", 400, "/query/closedTo", "/query/owner"));
  });
});
