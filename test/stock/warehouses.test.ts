import { beforeAll, describe, expect, test } from "vitest";
import { type Company, ground, newCompany } from "./company.ts";

let company: Company;
beforeAll(async () => {
  company = await newCompany();
});

describe("warehouses", () => {
  test("a warehouse has its main place, and others by code; none is taken away", async () => {
    const { call } = company;
    const warehouse = await call.createWarehouse({ body: { name: "Ghencea", places: [{ code: "A-1" }] } });
    expect(warehouse.places.map(({ code }) => code)).toEqual(["main", "A-1"]);
    const params = { warehouseId: warehouse.id };
    const changed = await call.changeWarehouse({
      params,
      body: {
        places: [
          { code: "B-1", name: "Ramp" },
          { code: "A-1", active: false },
        ],
      },
    });
    expect(changed.places).toEqual([
      { code: "main", active: true },
      { code: "A-1", active: false },
      { code: "B-1", name: "Ramp", active: true },
    ]);
    expect(await call.readWarehouse({ params })).toEqual(changed);
    expect((await call.listWarehouses()).items).toContainEqual(changed);
  });

  test("an inactive place takes nothing in, and what is there may leave", async () => {
    const { call } = company;
    const goods = { ...(await ground(company)), place: "A-1" };
    await call.postReceipt({ body: { lines: [{ ...goods, quantity: 2, costMinor: 10 }] } });
    await call.changeWarehouse({
      params: { warehouseId: goods.warehouseId },
      body: { places: [{ code: "A-1", active: false }] },
    });
    await expect(
      call.postReceipt({ body: { lines: [{ ...goods, quantity: 1, costMinor: 10 }] } }),
    ).rejects.toMatchObject({ status: 409, code: "stock.place-closed" });
    await call.postShipment({ body: { lines: [{ ...goods, quantity: 2 }] } });
  });
});
