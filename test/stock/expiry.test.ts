import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { newId } from "../../domain/kernel/id.ts";
import { newProduct } from "../../domain/products/product.ts";
import type { Lot } from "../../domain/stock/level.ts";
import { freed } from "../../domain/stock/reservation.ts";
import { newWarehouse } from "../../domain/stock/warehouse.ts";
import { systemEntropy } from "../../functions/kit/clock.ts";
import { logWith } from "../../functions/kit/observe.ts";
import type { Database } from "../../functions/kit/table/database.ts";
import { create, Store } from "../../functions/kit/table/store.ts";
import { productEntity } from "../../functions/products/store.ts";
import { sweep } from "../../functions/stock/expiry/expiry.ts";
import { release, reservation } from "../../functions/stock/reservations.ts";
import { costEntity, levelEntity, reservationEntity, warehouseEntity } from "../../functions/stock/store.ts";
import { databases, openTable, type TestTable } from "../kit/databases.ts";

const made = "2026-11-23T10:00:00.000Z";
const due = "2026-11-23T12:00:00.000Z";
const ulid = (kind: Parameters<typeof newId>[0]) => newId(kind, Date.parse(made), systemEntropy);

describe.each(Object.entries(databases))("the expiry of reservations, on %s", (name, way) => {
  let table: TestTable | undefined;
  beforeAll(async () => {
    table = await openTable(way);
  });
  afterAll(async () => {
    await table?.stop();
  });
  beforeEach(({ skip }) => skip(!table, `${name} is not to be had on this machine`));
  const open = () => table?.open() ?? expect.fail("no table");

  const runAt = (now: string, database: Database = open()) =>
    sweep({
      now,
      newId: (kind) => newId(kind, Date.parse(now), systemEntropy),
      log: logWith({}),
      database,
      remainingMs: () => 60_000,
    });

  /** A company with ten units, eight of them reserved until noon. */
  const company = async () => {
    const store = new Store(open(), ulid("tenant"));
    const warehouse = newWarehouse({ name: "W", places: [] }, ulid("warehouse"), made);
    const product = newProduct(
      { code: "P", name: "P", unit: { name: "piece", scale: 0 }, prices: [], active: true },
      ulid("product"),
      made,
    );
    const spot = { productId: product.id, warehouseId: warehouse.id, place: "main" };
    await store.write(
      [
        create(warehouseEntity, warehouse),
        create(productEntity, product),
        create(levelEntity, { ...spot, version: 1, onHand: 10, reserved: 0 }),
        create(costEntity, {
          ...{ productId: product.id, version: 1, method: "average", quantity: 10, valueMinor: 100 },
          layers: [{ quantity: 10, valueMinor: 100 }],
        }),
      ],
      ulid("change"),
    );
    const lots: Lot[] = [{ ...spot, quantity: 8 }];
    const head = { id: ulid("reservation"), ownerId: ulid("member"), expiresAt: due };
    const { writes } = await reservation({ store, now: made }, head, lots);
    await store.write(writes, ulid("change"));
    return {
      store,
      spot,
      level: () => store.get(levelEntity, spot),
      read: async () => (await store.get(reservationEntity, { id: head.id })) ?? expect.fail("it is gone"),
    };
  };

  test("comes when its moment has come, once, and gives free what is still reserved", async () => {
    const { level, read } = await company();
    await runAt("2026-11-23T11:59:59.999Z");
    expect(await level()).toMatchObject({ onHand: 10, reserved: 8 });
    await runAt(due);
    await runAt("2026-11-23T12:01:00.000Z");
    expect(await level()).toMatchObject({ onHand: 10, reserved: 0, version: 3 });
    expect(await read()).toMatchObject({
      state: "expired",
      version: 2,
      lines: [{ quantity: 8, shippedQuantity: 0, releasedQuantity: 8 }],
    });
  });

  test("of two runs at once one is enough, and a release that comes before is left as it is", async () => {
    const [first, second] = [await company(), await company()];
    const released = await release({ store: second.store, now: made }, await second.read(), "released");
    await second.store.write(released.writes, ulid("change"));
    await Promise.all([runAt(due), runAt(due)]);
    expect([await first.level(), (await first.read()).state]).toMatchObject([{ reserved: 0 }, "expired"]);
    expect([await second.level(), (await second.read()).state]).toMatchObject([{ reserved: 0 }, "released"]);
  });

  test("a run that is broken off is completed by the next", async () => {
    const companies = await Promise.all([company(), company(), company()]);
    let left = 1;
    const database = open();
    const breaking: Database = {
      ...database,
      transact: async (writes, token) => {
        if (left-- <= 0) throw new Error("broken off");
        await database.transact(writes, token);
      },
    };
    await expect(runAt(due, breaking)).rejects.toThrow(/could not expire/);
    const states = await Promise.all(companies.map(async ({ read }) => (await read()).state));
    expect(states.filter((state) => state === "expired")).toHaveLength(1);
    await runAt(due);
    for (const { read, level } of companies)
      expect([(await read()).state, await level()]).toMatchObject(["expired", { reserved: 0 }]);
  });

  test("nothing is shipped from a reservation whose time is over, though no run has come yet", async () => {
    const { read } = await company();
    const standing = await read();
    const stock = { levels: new Map(), costs: new Map() };
    expect(() => freed(stock, standing, [], "shipped", due)).toThrow(/stock\.reservation-ended/);
  });
});
