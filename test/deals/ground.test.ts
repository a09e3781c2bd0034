import type { DynamoDBRecord } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Deal } from "../../domain/deals/deal.ts";
import { figuresOf } from "../../domain/deals/summary.ts";
import { standardSettings } from "../../domain/settings/standard.ts";
import { computed } from "../../functions/deals/compute.ts";
import { dealHandlers } from "../../functions/deals/handlers.ts";
import { dealRoutes } from "../../functions/deals/routes.ts";
import { dealEntity } from "../../functions/deals/store.ts";
import { countersOf, sumKey } from "../../functions/deals/sums.ts";
import { memberEntity, tenantEntity } from "../../functions/kit/records.ts";
import { serve } from "../../functions/kit/serve.ts";
import { type Database, newMeter } from "../../functions/kit/table/database.ts";
import { toItem } from "../../functions/kit/table/item.ts";
import { create as createItem, Store } from "../../functions/kit/table/store.ts";
import { productEntity } from "../../functions/products/store.ts";
import { keepSums } from "../../functions/projector/sums.ts";
import { provision } from "../../functions/provision/provision.ts";
import { caller, startGround, type TestGround } from "../access/ground.ts";
import { dayMs } from "./company.ts";
import { idOf, product, deal as sample } from "./samples.ts";

let ground: TestGround;
/** The calls on the database since they were last looked at. */
let calls: string[] = [];

const watched = (database: Database): Database => ({
  ...database,
  get: (key) => {
    calls.push("get");
    return database.get(key);
  },
  batchGet: (keys) => {
    calls.push("batchGet");
    return database.batchGet(keys);
  },
  query: (input) => {
    calls.push("query");
    return database.query(input);
  },
  put: (input) => {
    calls.push("put");
    return database.put(input);
  },
  transact: (writes, token) => {
    calls.push(`transact ${writes.length}`);
    return database.transact(writes, token);
  },
});

beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.stop());

const office = async () => {
  const watchedGround = {
    ...ground,
    database: (meter: ReturnType<typeof newMeter>) => watched(ground.database(meter)),
  };
  const adminEmail = `${Math.floor(Number.MAX_SAFE_INTEGER * Math.random())}@example.com`;
  const { tenantId, adminMemberId: memberId } = await provision({ name: "Exemplu", adminEmail }, ground);
  const send = caller(serve(dealRoutes, dealHandlers, watchedGround));
  const call: (given: Parameters<typeof send>[1]) => ReturnType<typeof send> = (given) =>
    send({ tenantId, memberId }, given);
  const create = async (body: Record<string, unknown> = {}) =>
    (await call({ route: "POST /v1/deals", body: { title: "Roof", typeId: "sale", ...body } })).body;
  return { tenantId, memberId, call, create, store: new Store(ground.database(newMeter()), tenantId) };
};

describe("time", () => {
  it("makes a deal overdue when the limit of its stage has run out, not before", async () => {
    const { call, create } = await office();
    const deal = await create();
    const overdue = async () => {
      const { body } = await call({ route: "GET /v1/deals/overdue", query: { type: "sale" } });
      return Array.isArray(body.items) ? body.items.map(({ id }) => id) : body;
    };
    ground.advance(14 * dayMs);
    expect(await overdue()).toEqual([]);
    ground.advance(1);
    expect(await overdue()).toEqual([deal.id]);
    const moved = await call({
      route: "POST /v1/deals/{dealId}/moves",
      params: { dealId: String(deal.id) },
      body: { stageId: "qualified" },
    });
    expect(moved.body.moves).toEqual([
      expect.objectContaining({ from: "interest", to: "qualified", durationMs: 14 * dayMs + 1 }),
    ]);
    expect(await overdue()).toEqual([]);
    ground.advance(14 * dayMs + 1);
    expect(await overdue()).toEqual([deal.id]);
  });
});

describe("round trips", () => {
  it("after that of the principal: a read is one, a move two, a new deal one or with what it names two", async () => {
    const { call, create, memberId, store } = await office();
    await create(); // the settings are remembered from here on
    const during = async (run: () => Promise<unknown>) => {
      calls = [];
      await run();
      return calls;
    };
    const deal = await create();
    const params = { dealId: String(deal.id) };
    expect(await during(() => create())).toEqual(["batchGet", "put"]);
    await store.write([createItem(productEntity, product(1))], "change");
    const items = [{ productId: product(1).id, quantity: 1 }];
    expect(await during(() => create({ items }))).toEqual(["batchGet", "batchGet", "put"]);
    expect(await during(() => call({ route: "GET /v1/deals/{dealId}", params }))).toEqual([
      "batchGet",
      "get",
    ]);
    const move = { route: "POST /v1/deals/{dealId}/moves", params };
    expect(await during(() => call({ ...move, body: { stageId: "qualified" } }))).toEqual([
      "batchGet",
      "get",
      "put",
    ]);
    const withKey = { ...move, headers: { "idempotency-key": "k" }, body: { stageId: "proposal" } };
    expect(await during(() => call(withKey))).toEqual(["batchGet", "get", "transact 2"]);
    const list = { route: "GET /v1/deals", query: { owner: memberId, state: "open" } };
    expect(await during(() => call(list))).toEqual(["batchGet", "query"]);
    const summary = { route: "GET /v1/deals/summary", query: { by: "stage" } };
    expect(await during(() => call(summary))).toEqual(["batchGet", "query", "batchGet"]);
  });
});

describe("a computed summary", () => {
  it("reads up to its bound and says so beyond it", async () => {
    const { create, store, tenantId, memberId } = await office();
    for (let n = 0; n < 5; n++) await create();
    const [tenant, member] = await Promise.all([
      store.get(tenantEntity, {}),
      store.get(memberEntity, { id: memberId }),
    ]);
    if (!tenant || !member) throw new Error(`tenant ${tenantId} is gone`);
    const settings = async () => standardSettings();
    const context = { store, tenant, member, scope: "all" as const, now: tenant.createdAt, settings };
    const { tally } = await computed(context, "stage", { type: "sale" }, 5);
    expect(figuresOf(tally.total).count).toBe(5);
    await expect(computed(context, "stage", { type: "sale" }, 4)).rejects.toMatchObject({
      code: "limit.exceeded",
    });
  });
});

describe("the sums in the table", () => {
  it("are exact beyond 2^53", async () => {
    const { tenantId, store } = await office();
    const most = Number.MAX_SAFE_INTEGER;
    const deals: Deal[] = [1, 2, 3].map((n) => ({
      ...sample(),
      // Such amounts are not taken any more; what was taken once is counted.
      ...{ estimatedAmountMinor: most - n, amountMinor: most - n },
      id: idOf("deal", n),
    }));
    const recordOf = (deal: Deal): DynamoDBRecord => ({
      eventName: "INSERT",
      dynamodb: {
        NewImage: JSON.parse(JSON.stringify(toItem(tenantId, dealEntity, deal, { changeId: "c" }))),
      },
    });
    for (const deal of deals) await keepSums(ground.database(newMeter()), [recordOf(deal)]);
    const [row] = await store.batchGet([sumKey("stage", "sale/interest")]);
    const counters = countersOf(row ?? {});
    expect(counters.get("open#EUR")).toBe(3n * BigInt(most) - 6n);
    expect(counters.get("weighted#EUR")).toBe((3n * BigInt(most) - 6n) * 10n);
    expect(counters.get("n#open")).toBe(3n);
  });
});
