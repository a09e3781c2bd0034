import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { newId } from "../../domain/kernel/id.ts";
import { newProduct } from "../../domain/products/product.ts";
import { standardSettings } from "../../domain/settings/standard.ts";
import { newWarehouse } from "../../domain/stock/warehouse.ts";
import { systemEntropy } from "../../functions/kit/clock.ts";
import type { Database } from "../../functions/kit/table/database.ts";
import { entityName, type Item } from "../../functions/kit/table/item.ts";
import { create, Store, update } from "../../functions/kit/table/store.ts";
import { productEntity } from "../../functions/products/store.ts";
import {
  issue,
  postMovement,
  postOnce,
  receipt,
  type StockContext,
} from "../../functions/stock/movements.ts";
import { costEntity, levelEntity, warehouseEntity } from "../../functions/stock/store.ts";
import { databases, openTable, type TestTable, withFaults } from "../kit/databases.ts";
import { contextOn } from "../ledger/table.ts";

const made = "2026-11-23T10:00:00.000Z";
const atMs = Date.parse(made);
const ulid = (kind: Parameters<typeof newId>[0]) => newId(kind, atMs, systemEntropy);

describe.each(Object.entries(databases))("a flow that ships under an id of its own, on %s", (name, way) => {
  let table: TestTable | undefined;
  beforeAll(async () => {
    table = await openTable(way);
  });
  afterAll(async () => {
    await table?.stop();
  });
  beforeEach(({ skip }) => skip(!table, `${name} is not to be had on this machine`));
  const open = () => table?.open() ?? expect.fail("no table");

  /** A company with ten units that cost 1.00, and what a flow of its is given on a database. */
  const company = async () => {
    const tenantId = ulid("tenant");
    const on = (database: Database): StockContext => ({
      ...contextOn(database, tenantId, atMs),
      tenant: {
        ...{ id: tenantId, version: 1, name: "T", features: [], currency: "EUR", timeZone: "UTC" },
        ...{ country: "RO", settingsVersion: 1, createdAt: made, updatedAt: made },
      },
      settings: async () => standardSettings(),
    });
    const store = new Store(open(), tenantId);
    const warehouse = newWarehouse({ name: "W", places: [] }, ulid("warehouse"), made);
    const product = newProduct(
      { code: "P", name: "P", unit: { name: "piece", scale: 0 }, prices: [], active: true },
      ulid("product"),
      made,
    );
    await store.write([create(warehouseEntity, warehouse), create(productEntity, product)], ulid("change"));
    const spot = { productId: product.id, warehouseId: warehouse.id, place: "main" };
    const context = on(open());
    await postMovement(
      context,
      await receipt(context, { by: "system" }, [{ ...spot, quantity: 10, costMinor: 100 }]),
    );
    const ship = (database: Database, id: string, quantity = 7, effectiveOn?: string) => {
      const given = on(database);
      return postOnce(given, id, (own) =>
        issue(given, "shipment", { id: own, by: "system", effectiveOn }, [{ ...spot, quantity }]),
      );
    };
    const receive = async (effectiveOn: string, quantity: number) =>
      postMovement(
        context,
        await receipt(context, { by: "system", effectiveOn }, [{ ...spot, quantity, costMinor: 100 }]),
      );
    /** Level and cost as they were kept before 2026-12-01: without a day. */
    const forgetDays = async () => {
      const [level, cost] = await Promise.all([store.get(levelEntity, spot), store.get(costEntity, spot)]);
      if (!level || !cost) throw new Error("nothing lies there");
      const [{ movedOn: _, ...oldLevel }, { movedOn: __, ...oldCost }] = [level, cost];
      await store.write(
        [
          update(levelEntity, { ...oldLevel, version: level.version + 1 }),
          update(costEntity, { ...oldCost, version: cost.version + 1 }),
        ],
        ulid("change"),
      );
    };
    const standing = async () => ({
      onHand: (await store.get(levelEntity, spot))?.onHand,
      valueMinor: (await store.get(costEntity, spot))?.valueMinor,
    });
    return { ship, receive, forgetDays, standing };
  };

  test("ships once, however often and however many at once it comes", async () => {
    const { ship, standing } = await company();
    const id = ulid("stockDocument");
    const all = await Promise.all(Array.from({ length: 6 }, () => ship(open(), id)));
    const again = await ship(open(), id);
    for (const document of all) expect(document).toEqual(again);
    expect(again).toMatchObject({ id, valueMinor: 70 });
    expect(await standing()).toEqual({ onHand: 3, valueMinor: 30 });
  });

  test("ships once though the answer to its write was lost, and comes again", async () => {
    const { ship, standing } = await company();
    const id = ulid("stockDocument");
    let lost = false;
    const losing = withFaults(open(), (when) => {
      if (when === "before" || lost) return;
      lost = true;
      throw new Error("the answer was lost");
    });
    await ship(losing, id).catch(() => undefined);
    expect(lost).toBe(true);
    expect(await ship(losing, id)).toMatchObject({ id, valueMinor: 70 });
    expect(await standing()).toEqual({ onHand: 3, valueMinor: 30 });
  });

  test("ships nothing where its write never came, and all of it when it comes again", async () => {
    const { ship, standing } = await company();
    const id = ulid("stockDocument");
    const failing = withFaults(open(), (when) => {
      if (when === "before") throw new Error("the table is away");
    });
    await expect(ship(failing, id)).rejects.toThrow("the table is away");
    expect(await standing()).toEqual({ onHand: 10, valueMinor: 100 });
    await ship(open(), id);
    expect(await standing()).toEqual({ onHand: 3, valueMinor: 30 });
  });

  test("decides anew where a level was read before another's shipment, and its cost after it", async () => {
    const { ship, standing } = await company();
    const base = open();
    let between: Promise<unknown> | undefined;
    const torn: Database = {
      ...base,
      batchGet: async (keys) => {
        const before = await base.batchGet(keys);
        if (between) return before;
        between = ship(open(), ulid("stockDocument"), 7);
        await between;
        const after = await base.batchGet(keys);
        const isCost = (item: Item) => entityName(item) === costEntity.name;
        return [...before.filter((item) => !isCost(item)), ...after.filter(isCost)];
      },
    };
    await expect(ship(torn, ulid("stockDocument"), 4)).rejects.toMatchObject({
      code: "stock.insufficient",
      fields: [{ pointer: "/lines/0/quantity", reason: "is short by 1: 3 of 4 are available" }],
    });
    expect(await standing()).toEqual({ onHand: 3, valueMinor: 30 });
  });

  test("of flows that together want more than there is some are refused, and none takes a part", async () => {
    const { ship, standing } = await company();
    const tries = await Promise.allSettled([1, 2, 3, 4].map(() => ship(open(), ulid("stockDocument"), 4)));
    const refused = tries.filter((one) => one.status === "rejected");
    expect(refused).toHaveLength(2);
    for (const { reason } of refused)
      expect(reason).toMatchObject({
        code: "stock.insufficient",
        fields: [{ pointer: "/lines/0/quantity", reason: "is short by 2: 2 of 4 are available" }],
      });
    expect(await standing()).toEqual({ onHand: 2, valueMinor: 20 });
  });

  /** The database, and the partitions that it was asked to list. */
  const listing = (base: Database) => {
    const listed: string[] = [];
    const database: Database = {
      ...base,
      query: (input) => {
        listed.push(String(input.ExpressionAttributeValues?.[":pk"]?.S));
        return base.query(input);
      },
    };
    return { listed, database };
  };

  test("reads the past only for what is entered behind another movement", async () => {
    const { ship, receive } = await company();
    await receive("2026-11-20", 5);
    const ordinary = listing(open());
    await ship(ordinary.database, ulid("stockDocument"), 1);
    await ship(ordinary.database, ulid("stockDocument"), 1, "2026-11-23");
    expect(ordinary.listed).toEqual([]);
    const late = listing(open());
    await ship(late.database, ulid("stockDocument"), 1, "2026-11-22");
    expect(late.listed.filter((pk) => pk.includes("STOCK-MOVEMENTS#"))).toHaveLength(1);
  });

  test("holds goods of before there were days against their past", async () => {
    const { ship, forgetDays, standing } = await company();
    await forgetDays();
    await expect(ship(open(), ulid("stockDocument"), 3, "2026-11-22")).rejects.toMatchObject({
      code: "stock.insufficient",
      fields: [{ reason: "is short by 3 on 2026-11-22: 0 of 3 are available" }],
    });
    const today = listing(open());
    await ship(today.database, ulid("stockDocument"), 3);
    expect(today.listed).toEqual([]);
    expect(await standing()).toEqual({ onHand: 7, valueMinor: 70 });
  });

  test("decides anew where goods came between the level and its past", async () => {
    const { ship, receive, standing } = await company();
    await receive("2026-11-20", 4);
    const base = open();
    let isFirst = true;
    const torn: Database = {
      ...base,
      query: async (input) => {
        // As of the level that was read, nothing would have been there on the 20th.
        if (isFirst) await receive("2026-11-23", 10);
        isFirst = false;
        return base.query(input);
      },
    };
    expect(await ship(torn, ulid("stockDocument"), 4, "2026-11-20")).toMatchObject({ valueMinor: 100 });
    expect(await standing()).toEqual({ onHand: 20, valueMinor: 200 });
  });

  test("is refused by the stock where another late shipment took the goods in between", async () => {
    const { ship, receive, standing } = await company();
    await receive("2026-11-20", 6);
    let isFirst = true;
    const overtaken = withFaults(open(), async (when) => {
      if (when === "after" || !isFirst) return;
      isFirst = false;
      await ship(open(), ulid("stockDocument"), 4, "2026-11-22");
    });
    await expect(ship(overtaken, ulid("stockDocument"), 4, "2026-11-20")).rejects.toMatchObject({
      code: "stock.insufficient",
      fields: [{ reason: "is short by 2 on 2026-11-22: 2 of 4 are available" }],
    });
    expect((await standing()).onHand).toBe(12);
  });
});
