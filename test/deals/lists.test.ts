import { beforeAll, describe, expect, it } from "vitest";
import { type Company, company, daysAgo, failure } from "./company.ts";

let here: Company;
let api: Company["admin"];
beforeAll(async () => {
  here = await company();
  api = here.admin;
});

type Call = Company["admin"];
const made = (input: Record<string, unknown> = {}, call: Call = api) =>
  call.createDeal({ body: { title: "Roof", typeId: "sale", ...input } });

interface PageOf<Item> {
  readonly items: readonly Item[];
  readonly next?: string | undefined;
}
/** All items of a list, and that no page is larger than asked. */
const paged = async <Item>(
  limit: number,
  read: (cursor: string | undefined) => Promise<PageOf<Item>>,
): Promise<Item[]> => {
  const items: Item[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < 100; page++) {
    const answer = await read(cursor);
    expect(answer.items.length).toBeLessThanOrEqual(limit);
    items.push(...answer.items);
    cursor = answer.next;
    if (cursor === undefined) return items;
  }
  throw new Error("the list has no end");
};
const ids = (deals: readonly { id: string }[]) => deals.map(({ id }) => id);
const sorted = (deals: readonly { id: string }[]) => ids(deals).sort();

describe("the lists of deals", () => {
  it("hold every deal once, page by page, in whatever state, stage and month", async () => {
    const own = await company();
    const deals = [];
    for (let n = 0; n < 24; n++) {
      const typeId = ["sale", "project", "order"][n % 3] ?? "";
      const outcome =
        n % 4 === 2
          ? { registeredAt: daysAgo(400), outcome: { state: "lost", reasonId: "price", at: daysAgo(10 * n) } }
          : n % 3 === 2 && n % 4 === 1
            ? { registeredAt: daysAgo(400), outcome: { state: "won", at: daysAgo(10 * n) } }
            : { registeredAt: daysAgo(n) };
      deals.push(await made({ typeId, ...outcome }, own.admin));
    }
    for (const limit of [1, 5, 200])
      expect(
        sorted(await paged(limit, (cursor) => own.admin.listDeals({ query: { limit, cursor } }))),
      ).toEqual(sorted(deals));
    for (const state of ["open", "won", "lost"] as const) {
      const listed = await paged(3, (cursor) => own.admin.listDeals({ query: { limit: 3, state, cursor } }));
      expect(sorted(listed)).toEqual(sorted(deals.filter((deal) => deal.state === state)));
      if (state !== "open") {
        const closed = listed.map(({ closedAt }) => closedAt);
        expect(closed).toEqual([...closed].sort().reverse());
      }
    }
    expect(sorted((await own.admin.listDeals({ query: { type: "project", limit: 200 } })).items)).toEqual(
      sorted(deals.filter(({ typeId }) => typeId === "project")),
    );
  });

  it("by owner and team hold what belongs to them, the most urgent of a stage first", async () => {
    const team = await here.team("East");
    const [ana, dan] = [await here.hire("manager", team), await here.hire("manager", team)];
    const head = await here.hire("head", team);
    const stranger = await here.hire("manager");
    const late = await made({ registeredAt: daysAgo(30) }, ana.call);
    const later = await made({ registeredAt: daysAgo(3) }, ana.call);
    const soon = await made({ registeredAt: daysAgo(10) }, ana.call);
    const dans = await made({}, dan.call);
    const won = await made({ typeId: "order", outcome: { state: "won", at: daysAgo(1) } }, ana.call);

    const list = async (call: Call, query: Record<string, string>) =>
      ids((await call.listDeals({ query })).items);
    expect(await list(api, { owner: ana.id, state: "open" })).toEqual(ids([late, soon, later]));
    expect(await list(ana.call, {})).toEqual(ids([late, soon, later, won]));
    expect(await list(ana.call, { owner: dan.id })).toEqual([]);
    expect(await list(head.call, { owner: dan.id })).toEqual([dans.id]);
    expect((await list(head.call, {})).sort()).toEqual(sorted([late, soon, later, won, dans]));
    expect((await list(api, { team, state: "open" })).sort()).toEqual(sorted([late, soon, later, dans]));
    expect(await list(api, { team, owner: dan.id })).toEqual([dans.id]);
    expect(await list(stranger.call, {})).toEqual([]);
    expect(await list(stranger.call, { team })).toEqual([]);
  });

  it("of a client show to each member what they may see", async () => {
    const ana = await here.hire("manager");
    const dan = await here.hire("manager");
    const client = await ana.call.createClient({ body: { name: "Shared" } });
    const first = await made(
      { clientId: client.id, participantIds: [dan.id], registeredAt: daysAgo(2) },
      ana.call,
    );
    const second = await made({ clientId: client.id, registeredAt: daysAgo(1) }, ana.call);
    const list = async (call: Call) => ids((await call.listDeals({ query: { client: client.id } })).items);
    expect(await list(ana.call)).toEqual(ids([second, first]));
    expect(await list(dan.call)).toEqual([first.id]);
  });

  it("refuse a cursor of another query", async () => {
    const own = await company();
    for (let n = 0; n < 3; n++) await made({}, own.admin);
    const { next } = await own.admin.listDeals({ query: { limit: 1 } });
    const mismatch = failure("request.cursor-mismatch", 400);
    expect(next).toBeDefined();
    await expect(
      own.admin.listDeals({ query: { limit: 1, state: "open", cursor: next } }),
    ).rejects.toMatchObject(mismatch);
    await expect(api.listDeals({ query: { limit: 1, cursor: next } })).rejects.toMatchObject(mismatch);
    await expect(api.listDeals({ query: { cursor: "nonsense" } })).rejects.toMatchObject(mismatch);
    await expect(own.admin.readDealBoard({ query: { type: "sale", cursor: next } })).rejects.toMatchObject(
      mismatch,
    );
  });
});

describe("the board", () => {
  it("shows the first of each stage, and each stage page by page", async () => {
    const own = await company();
    const deals = [];
    for (let n = 0; n < 7; n++) deals.push(await made({ registeredAt: daysAgo(n) }, own.admin));
    const moved = deals[3] ?? deals[0];
    if (!moved) throw new Error("no deals");
    await own.admin.moveDeal({ params: { dealId: moved.id }, body: { stageId: "qualified" } });
    const overview = await own.admin.readDealBoard({ query: { type: "sale", limit: 3 } });
    expect(overview.columns.map(({ stageId, items, more }) => [stageId, items.length, more])).toEqual([
      ["interest", 3, true],
      ["qualified", 1, false],
      ["proposal", 0, false],
      ["negotiation", 0, false],
    ]);
    const column = await paged(2, async (cursor) => {
      const { columns } = await own.admin.readDealBoard({
        query: { type: "sale", stage: "interest", limit: 2, cursor },
      });
      return columns[0] ?? { items: [] };
    });
    expect(ids(column)).toEqual(ids(deals.filter(({ id }) => id !== moved.id)).reverse());
  });

  it("has one column for a type without stages, and each member's own cards", async () => {
    const own = await company();
    const [ana, dan] = [await own.hire("manager"), await own.hire("manager")];
    const order = await made({ typeId: "order" }, ana.call);
    const board = async (call: Call) => {
      const { columns } = await call.readDealBoard({ query: { type: "order", stage: "-" } });
      return columns.map(({ stageId, items }) => [stageId, ids(items)]);
    };
    expect(await board(own.admin)).toEqual([["-", [order.id]]]);
    expect(await board(ana.call)).toEqual([["-", [order.id]]]);
    expect(await board(dan.call)).toEqual([["-", []]]);
    const mine = await own.admin.readDealBoard({ query: { type: "order", owner: dan.id } });
    expect(mine.columns[0]?.items).toEqual([]);
  });

  it("says which type or stage is not there", async () => {
    await expect(api.readDealBoard({ query: { type: "nothing" } })).rejects.toMatchObject(
      failure("reference.unknown", 422, "/query/type"),
    );
    await expect(api.readDealBoard({ query: { type: "sale", stage: "nothing" } })).rejects.toMatchObject(
      failure("reference.unknown", 422, "/query/stage"),
    );
    await expect(api.listOverdueDeals({ query: { type: "nothing" } })).rejects.toMatchObject(
      failure("reference.unknown", 422, "/query/type"),
    );
  });
});

describe("the overdue list", () => {
  it("holds the open deals past the limit of their stage, by stage and the longest overdue first", async () => {
    const own = await company();
    const ana = await own.hire("manager");
    const fresh = await made({ registeredAt: daysAgo(13) }, ana.call);
    const [a, b, c] = [
      await made({ registeredAt: daysAgo(20) }, ana.call),
      await made({ registeredAt: daysAgo(40) }, own.admin),
      await made(
        { registeredAt: daysAgo(90), history: [{ stageId: "qualified", at: daysAgo(60) }] },
        own.admin,
      ),
    ];
    await made(
      { registeredAt: daysAgo(90), outcome: { state: "lost", reasonId: "price", at: daysAgo(1) } },
      own.admin,
    );
    const overdue = (call: Call, limit = 50) =>
      paged(limit, (cursor) => call.listOverdueDeals({ query: { type: "sale", limit, cursor } }));
    for (const limit of [1, 2, 50]) expect(ids(await overdue(own.admin, limit))).toEqual(ids([b, a, c]));
    expect(ids(await overdue(ana.call))).toEqual([a.id]);
    // Moving on gives it a new limit.
    await own.admin.moveDeal({ params: { dealId: c.id }, body: { stageId: "proposal" } });
    expect(ids(await overdue(own.admin))).toEqual(ids([b, a]));
    expect(fresh.stageDueAt).toBeDefined();
    expect((await own.admin.listOverdueDeals({ query: { type: "project" } })).items).toEqual([]);
  });
});
