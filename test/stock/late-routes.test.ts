import { beforeAll, describe, expect, test } from "vitest";
import { dealOf, newProvingCompany } from "../deals/proving.ts";
import { confirmedOrder, newSellingCompany, refusal, stockOf } from "../orders/company.ts";
import { type Company, ground, newCompany } from "./company.ts";

let company: Company;
let call: Company["call"];
beforeAll(async () => {
  company = await newCompany();
  call = company.call;
});

/** Goods of the test's own, with the ways in which they move on a day of November 2025. */
const newGoods = async (own = company) => {
  const goods = await ground(own);
  const on = (day: number) => `2025-11-${String(day).padStart(2, "0")}`;
  const lot = (quantity: number) => [{ ...goods, quantity }];
  const moves = own.call;
  return {
    goods,
    on,
    receive: (day: number, quantity: number, costMinor = 0) =>
      moves.postReceipt({ body: { effectiveOn: on(day), lines: [{ ...goods, quantity, costMinor }] } }),
    ship: (day: number, quantity: number) =>
      moves.postShipment({ body: { effectiveOn: on(day), lines: lot(quantity) } }),
    writeOff: (day: number, quantity: number) =>
      moves.postWriteOff({ body: { effectiveOn: on(day), memo: "Wet", lines: lot(quantity) } }),
    transfer: (day: number, quantity: number, way: "there" | "back" = "there") => {
      const [place, toPlace] = way === "there" ? ["main", "A-1"] : ["A-1", "main"];
      const line = { ...goods, place, toWarehouseId: goods.warehouseId, toPlace, quantity };
      return moves.postTransfer({ body: { effectiveOn: on(day), lines: [line] } });
    },
    count: (day: number, countedQuantity: number) =>
      moves.postCount({ body: { effectiveOn: on(day), lines: [{ ...goods, countedQuantity }] } }),
    left: async () => {
      const { quantity, valueMinor } = await moves.readStockOfProduct({
        params: { productId: goods.productId },
      });
      return { quantity, valueMinor };
    },
    held: async (account: string, commodity: string, day: number) => {
      const { items } = await moves.listLedgerBalances({ query: { account, commodity, asOf: on(day) } });
      return items[0]?.balance ?? 0;
    },
  };
};

describe("a count entered late", () => {
  test("compares with the level of its own day, not with that of today", async () => {
    const { goods, receive, ship, count, left, held } = await newGoods();
    await receive(10, 10, 1_000);
    await ship(20, 4);
    expect(await count(15, 10)).toMatchObject({ lines: [{ quantity: 0, countedQuantity: 10 }] });
    expect(await left()).toEqual({ quantity: 6, valueMinor: 600 });
    const account = `stock:${goods.warehouseId}:main`;
    expect(await held(account, goods.productId, 15)).toBe(10);
    // Two were missing on the 16th: they are missing ever since.
    expect(await count(16, 8)).toMatchObject({ valueMinor: -200, lines: [{ quantity: -2 }] });
    expect(await held(account, goods.productId, 16)).toBe(8);
    expect(await left()).toEqual({ quantity: 4, valueMinor: 400 });
  });

  test("is refused where what is missing would be short on a later day", async () => {
    const { receive, ship, count, left } = await newGoods();
    await receive(10, 10);
    await ship(20, 8);
    await receive(25, 10);
    await expect(count(15, 5)).rejects.toMatchObject({
      ...refusal(409, "stock.insufficient"),
      detail: expect.stringMatching(/^Short: 0\.003 kg of Făină on 2025-11-20\. Enter first/),
      fields: [{ pointer: "/lines/0/quantity", reason: "is short by 3 on 2025-11-20: 2 of 5 are available" }],
    });
    expect(await left()).toMatchObject({ quantity: 12 });
  });

  test("refuses every movement entered behind it, and earlier counts", async () => {
    const { receive, ship, writeOff, transfer, count, left, on } = await newGoods();
    await receive(10, 10);
    await count(15, 10);
    const counted = refusal(409, "stock.counted");
    await expect(receive(14, 1)).rejects.toMatchObject(counted);
    await expect(ship(15, 1)).rejects.toMatchObject({
      ...counted,
      detail: expect.stringMatching(
        /^Făină in W-\d+, main was counted on 2025-11-15\. Date the movement after 2025-11-15;/,
      ),
      fields: [{ pointer: "/lines/0", reason: `was counted on ${on(15)}, and ${on(15)} lies on that day` }],
    });
    await expect(writeOff(12, 1)).rejects.toMatchObject(counted);
    await expect(transfer(12, 1)).rejects.toMatchObject(counted);
    await expect(count(14, 9)).rejects.toMatchObject(counted);
    expect(await left()).toMatchObject({ quantity: 10 });
    // The place beside it was not counted, but goods cannot come from there behind the count either.
    await transfer(16, 4);
    await expect(transfer(15, 1, "back")).rejects.toMatchObject(counted);
    await transfer(17, 1, "back");
    // The day itself can be counted again.
    expect(await count(15, 9)).toMatchObject({ lines: [{ quantity: -1 }] });
    expect(await left()).toMatchObject({ quantity: 9 });
    const shipment = await ship(16, 2);
    await count(20, 4);
    await expect(
      call.postReturn({
        params: { documentId: shipment.id },
        body: { effectiveOn: on(18), lines: [{ line: 0, quantity: 1 }] },
      }),
    ).rejects.toMatchObject(counted);
  });

  test("a count of today leaves the rest of the day open", async () => {
    const { goods, receive } = await newGoods();
    await receive(10, 10);
    const countNow = (countedQuantity: number) =>
      call.postCount({ body: { lines: [{ ...goods, countedQuantity }] } });
    expect(await countNow(9)).toMatchObject({ lines: [{ quantity: -1 }] });
    await call.postShipment({ body: { lines: [{ ...goods, quantity: 4 }] } });
    expect(await countNow(5)).toMatchObject({ lines: [{ quantity: 0 }] });
    await expect(receive(11, 1)).rejects.toMatchObject(refusal(409, "stock.counted"));
  });
});

describe("goods that leave before they came", () => {
  test("are refused by day and quantity, whichever way they leave", async () => {
    const { goods, receive, ship, writeOff, transfer, left } = await newGoods();
    await receive(20, 10);
    await receive(5, 3);
    const short = {
      ...refusal(409, "stock.insufficient"),
      fields: [{ pointer: "/lines/0/quantity", reason: "is short by 1 on 2025-11-10: 3 of 4 are available" }],
    };
    await expect(ship(10, 4)).rejects.toMatchObject(short);
    await expect(writeOff(10, 4)).rejects.toMatchObject(short);
    await expect(transfer(10, 4)).rejects.toMatchObject(short);
    const { id: reservationId } = await call.reserveStock({ body: { lines: [{ ...goods, quantity: 4 }] } });
    const params = { reservationId };
    await expect(call.shipReservation({ params, body: { effectiveOn: "2025-11-10" } })).rejects.toMatchObject(
      short,
    );
    expect(await left()).toMatchObject({ quantity: 13 });
    await call.shipReservation({ params, body: { effectiveOn: "2025-11-20" } });
    await ship(10, 3);
    expect(await left()).toMatchObject({ quantity: 6 });
  });

  test("are refused for a day on which they had left again", async () => {
    const { goods, receive, transfer, ship, on } = await newGoods();
    await receive(1, 10);
    await transfer(10, 7);
    await transfer(20, 7, "back");
    await expect(ship(5, 4)).rejects.toMatchObject({
      fields: [{ reason: "is short by 1 on 2025-11-10: 3 of 4 are available" }],
    });
    await ship(5, 3);
    const there = { ...goods, place: "A-1" };
    await expect(
      call.postShipment({ body: { effectiveOn: on(15), lines: [{ ...there, quantity: 1 }] } }),
    ).rejects.toMatchObject(refusal(409, "stock.insufficient"));
  });

  test("of late shipments at once that fit only one by one, one leaves", async () => {
    for (let round = 0; round < 5; round++) {
      const { goods, receive, ship, left, held } = await newGoods();
      await receive(10, 10, 1_000);
      await receive(20, 10, 2_000);
      const tries = await Promise.allSettled([ship(15, 6), ship(12, 6), ship(15, 6)]);
      const refused = tries.filter((one) => one.status === "rejected");
      expect(refused).toHaveLength(2);
      for (const { reason } of refused)
        expect(reason).toMatchObject({
          fields: [
            { reason: expect.stringMatching(/^is short by 2 on 2025-11-1[25]: 4 of 6 are available$/) },
          ],
        });
      expect(await left()).toEqual({ quantity: 14, valueMinor: 2_400 });
      expect(await held(`stock:${goods.warehouseId}:main`, goods.productId, 15)).toBe(4);
    }
  });

  test("of an order are refused by its line, and the order stays as it is", async () => {
    const here = await newSellingCompany();
    const { params, order } = await confirmedOrder(here);
    const body = { effectiveOn: "2019-12-31" };
    await expect(here.call.shipOrder({ params, body })).rejects.toMatchObject({
      ...refusal(409, "stock.insufficient"),
      fields: [
        { pointer: "/lines/0/quantity", reason: "is short by 10 on 2019-12-31: 0 of 10 are available" },
        { pointer: "/lines/1/quantity", reason: "is short by 20 on 2019-12-31: 0 of 20 are available" },
      ],
    });
    expect(await here.call.readOrder({ params })).toEqual(order);
    await here.call.shipOrder({ params, body: { effectiveOn: "2020-01-01" } });
    expect(await stockOf(here, here.sugar)).toEqual({ quantity: 80, reserved: 0 });
  });

  test("of a deal are refused before anything is ordered or reserved", async () => {
    const here = await newProvingCompany();
    const { productId, warehouseId } = here.flour;
    const { deal, params } = await dealOf(here, "proven", { items: [{ productId, quantity: 8 }] });
    const from = { warehouseId, counterpartyId: here.first };
    const body = { stageId: "shipped", effectiveOn: "2019-12-31", from };
    await expect(here.call.shipDeal({ params, body })).rejects.toMatchObject({
      ...refusal(409, "stock.insufficient"),
      fields: [{ reason: "FLOUR is short by 8 on 2019-12-31: 0 of 8 are available" }],
    });
    expect(await here.call.readDeal({ params })).toEqual(deal);
    expect((await here.call.listOrders({ query: { deal: deal.id } })).items).toEqual([]);
    expect(await stockOf(here, here.flour)).toEqual({ quantity: 100, reserved: 0 });
    await here.call.shipDeal({ params, body: { ...body, effectiveOn: "2020-01-02" } });
  });
});

describe("the cost of what is entered late", () => {
  test("by average is that of its day: what came later is not in it", async () => {
    const own = await newCompany();
    const { receive, ship, left, held } = await newGoods(own);
    await receive(1, 10, 1_000);
    await receive(20, 10, 2_000);
    expect(await ship(10, 5)).toMatchObject({ valueMinor: 500 });
    expect(await left()).toEqual({ quantity: 15, valueMinor: 2_500 });
    expect(await held("inventory", "EUR", 10)).toBe(500);
    expect(await ship(20, 3)).toMatchObject({ valueMinor: 500 });
  });

  test("by average it bears what it changes in the cost of what left since", async () => {
    const own = await newCompany();
    const { goods, receive, ship, left, held } = await newGoods(own);
    await receive(1, 10, 1_000);
    await receive(20, 10, 2_000);
    expect(await ship(25, 15)).toMatchObject({ valueMinor: 2_250 });
    // In time 5 had cost 5.00 and 15 then 25.00: the late one takes the 2.50 that those took too little.
    const late = await ship(10, 5);
    expect(late).toMatchObject({
      valueMinor: 750,
      lines: [{ valueMinor: 750, laterValueMinor: 250, laterOn: "2025-11-25" }],
    });
    expect(await left()).toEqual({ quantity: 0, valueMinor: 0 });
    for (const [day, valueMinor] of [
      [9, 1_000],
      [10, 500],
      [20, 2_500],
      [25, 0],
    ] as const)
      expect(await held("inventory", "EUR", day)).toBe(valueMinor);
    expect(await held("cost-of-goods", "EUR", 10)).toBe(500);
    expect(await held("cost-of-goods", "EUR", 25)).toBe(3_000);
    const moves = (
      await own.call.listStockMovements({ params: { productId: goods.productId } })
    ).items.filter(({ documentId }) => documentId === late.id);
    expect(moves).toMatchObject([
      { effectiveOn: "2025-11-25", quantityChange: 0, valueChangeMinor: -250 },
      { effectiveOn: "2025-11-10", quantityChange: -5, valueChangeMinor: -500 },
    ]);
    expect(
      await own.call.postReturn({
        params: { documentId: late.id },
        body: { lines: [{ line: 0, quantity: 5 }] },
      }),
    ).toMatchObject({ valueMinor: 750 });
  });

  test("first-in first-out goes by the day goods came, not by the day they were entered", async () => {
    const own = await newCompany();
    await own.call.setStock({ body: { costMethod: "fifo" } });
    const { receive, ship, left, held } = await newGoods(own);
    await receive(20, 10, 2_000);
    await receive(1, 10, 1_000);
    expect(await ship(10, 4)).toMatchObject({ valueMinor: 400 });
    expect(await ship(25, 8)).toMatchObject({ valueMinor: 600 + 400 });
    // What lay there on the 10th was charged to the 25th: its cost leaves on the 10th, the difference with the 25th.
    expect(await ship(10, 6)).toMatchObject({
      valueMinor: 1_200,
      lines: [{ laterValueMinor: 600, laterOn: "2025-11-25" }],
    });
    expect(await left()).toEqual({ quantity: 2, valueMinor: 400 });
    for (const [day, valueMinor] of [
      [10, 0],
      [20, 2_000],
      [25, 400],
    ] as const)
      expect(await held("inventory", "EUR", day)).toBe(valueMinor);
  });

  test("ties with the profit of the client that it was shipped to", async () => {
    const own = await newCompany();
    const { goods, on, receive, ship } = await newGoods(own);
    const { id: clientId } = await own.call.createClient({ body: { name: "Late" } });
    await receive(1, 10, 1_000);
    await receive(20, 10, 2_000);
    await ship(25, 15);
    await own.call.postShipment({
      body: { clientId, effectiveOn: on(10), lines: [{ ...goods, quantity: 5 }] },
    });
    const profit = await own.call.readClientProfit({
      params: { clientId },
      query: { from: "2025-11", to: "2025-11" },
    });
    expect(profit).toMatchObject({ costOfGoodsMinor: 750 });
  });
});
