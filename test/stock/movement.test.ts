import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkBalanced } from "../../domain/ledger/transaction.ts";
import { type CostMethod, costMethods } from "../../domain/stock/cost.ts";
import type { DocumentKind, DocumentLine, StockDocument } from "../../domain/stock/document.ts";
import { type Lot, levelOf, type Stock } from "../../domain/stock/level.ts";
import {
  counted,
  issued,
  type Moved,
  received,
  returned,
  type Terms,
  transferred,
  valueOfLines,
} from "../../domain/stock/movement.ts";
import { postingsOf } from "../../domain/stock/posting.ts";
import { freed, openLots, type Reservation, reserved } from "../../domain/stock/reservation.ts";
import { stockAccount } from "../../domain/stock/warehouse.ts";

const products = ["prd_01JD8Z5T2V9Q4R6W8Y0A1B3C5D", "prd_01JD8Z5T2V9Q4R6W8Y0A1B3C5E"] as const;
const warehouses = ["whs_01JD8Z5T2V9Q4R6W8Y0A1B3C5D", "whs_01JD8Z5T2V9Q4R6W8Y0A1B3C5E"] as const;
const today = "2026-11-23";
const now = `${today}T18:00:00.000Z`;
const seeded = { seed: 20261123, numRuns: 200 };
const empty: Stock = { levels: new Map(), costs: new Map() };

const spot = fc.record({
  productId: fc.constantFrom(...products),
  warehouseId: fc.constantFrom(...warehouses),
  place: fc.constantFrom("main", "A-1"),
});
const quantity = fc.integer({ min: 1, max: 40 });
const lot = fc.tuple(spot, quantity).map(([at, some]) => ({ ...at, quantity: some }));
const many = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: 1, maxLength: 3 });
const receipt = fc.tuple(lot, fc.nat(5_000)).map(([goods, costMinor]) => ({ ...goods, costMinor }));

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("receipt" as const), lines: many(receipt) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("shipment" as const), lines: many(lot) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("write-off" as const), lines: many(lot) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("transfer" as const),
      lines: many(
        fc.tuple(lot, spot).map(([goods, to]) => ({
          ...goods,
          toWarehouseId: to.warehouseId,
          toPlace: goods.place === "main" ? "A-1" : "main",
        })),
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("count" as const),
      lines: fc
        .tuple(spot, fc.nat(60), fc.option(fc.nat(900), { nil: undefined }))
        .map(([at, countedQuantity, surplusCostMinor]) => [{ ...at, countedQuantity, surplusCostMinor }]),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("reserve" as const), lines: many(lot) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("release" as const), n: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("ship-reserved" as const), n: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("return" as const), n: fc.nat(5), quantity }) },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

/** A company's stock, with a ledger of its own that knows nothing but postings. */
class World {
  stock = empty;
  readonly ledger = new Map<string, bigint>();
  readonly reservations: Reservation[] = [];
  readonly shipments: StockDocument[] = [];
  readonly terms: Terms;
  n = 0;

  constructor(method: CostMethod) {
    this.terms = { method, on: today, today };
  }

  post(kind: DocumentKind, { stock, lines }: Moved): StockDocument {
    this.stock = stock;
    const document: StockDocument = {
      id: `stk_${this.n++}`,
      version: 1,
      kind,
      effectiveOn: today,
      postedAt: now,
      postedBy: "mem_1",
      currency: "EUR",
      lines,
      valueMinor: valueOfLines(lines),
    };
    for (const posting of postingsOf(document)) {
      checkBalanced(posting.transaction.postings);
      for (const { account, commodity, amount } of posting.transaction.postings) {
        const key = `${account} ${commodity}`;
        this.ledger.set(key, (this.ledger.get(key) ?? 0n) + BigInt(amount));
        if (account.startsWith("stock:")) expect(posting.opens.map(({ path }) => path)).toContain(account);
      }
    }
    if (kind === "shipment") this.shipments.push(document);
    return document;
  }

  take(one: Step): void {
    const { stock, terms } = this;
    switch (one.kind) {
      case "receipt":
        this.post(one.kind, received(stock, terms, one.lines));
        return;
      case "shipment":
      case "write-off":
        this.post(one.kind, issued(stock, terms, one.lines));
        return;
      case "transfer":
        this.post(one.kind, transferred(stock, terms, one.lines));
        return;
      case "count":
        this.post(one.kind, counted(stock, terms, one.lines));
        return;
      case "reserve": {
        const lines = [
          ...new Map(one.lines.map((line) => [JSON.stringify({ ...line, quantity: 0 }), line])).values(),
        ];
        const made = reserved(stock, { id: `rsv_${this.n++}`, ownerId: "mem_1" }, lines, now);
        this.stock = made.stock;
        this.reservations.push(made.reservation);
        return;
      }
      case "release":
      case "ship-reserved": {
        const at = one.n % Math.max(1, this.reservations.length);
        const reservation = this.reservations[at];
        if (!reservation) return;
        const [first] = openLots(reservation);
        const lots: Lot[] = one.n % 2 && first ? [{ ...first, quantity: 1 }] : openLots(reservation);
        const way = one.kind === "release" ? "released" : "shipped";
        const free = freed(stock, reservation, lots, way, now);
        if (way === "shipped") this.post("shipment", issued(free.stock, terms, lots));
        else this.stock = free.stock;
        this.reservations[at] = free.reservation;
        return;
      }
      case "return": {
        const at = one.n % Math.max(1, this.shipments.length);
        const shipment = this.shipments[at];
        if (!shipment) return;
        const back = returned(stock, terms, shipment, [{ line: 0, quantity: one.quantity }]);
        this.post("return", back);
        this.shipments[at] = back.shipment;
      }
    }
  }

  check(): void {
    const balance = (account: string, commodity: string) => this.ledger.get(`${account} ${commodity}`) ?? 0n;
    const onHand = new Map<string, number>();
    for (const level of this.stock.levels.values()) {
      expect(level.reserved).toBeGreaterThanOrEqual(0);
      expect(level.onHand).toBeGreaterThanOrEqual(level.reserved);
      expect(balance(stockAccount(level.warehouseId, level.place), level.productId)).toBe(
        BigInt(level.onHand),
      );
      onHand.set(level.productId, (onHand.get(level.productId) ?? 0) + level.onHand);
    }
    let value = 0;
    for (const cost of this.stock.costs.values()) {
      expect(cost.quantity).toBe(onHand.get(cost.productId) ?? 0);
      value += cost.valueMinor;
    }
    expect(balance("inventory", "EUR")).toBe(BigInt(value));
    const held = new Map<string, number>();
    for (const reservation of this.reservations)
      for (const { quantity: some, ...at } of openLots(reservation)) {
        expect(reservation.state).toBe("active");
        const key = JSON.stringify([at.productId, at.warehouseId, at.place]);
        held.set(key, (held.get(key) ?? 0) + some);
      }
    for (const level of this.stock.levels.values())
      expect(held.get(JSON.stringify([level.productId, level.warehouseId, level.place])) ?? 0).toBe(
        level.reserved,
      );
  }
}

const refusals = /^stock\.(insufficient|reservation-ended|beyond-reservation|beyond-shipment)/;

describe.each(costMethods)("any history of movements, cost by %s", (method) => {
  test("levels, costs, reservations and the ledger tie after every step; a refusal changes nothing", () => {
    let refused = 0;
    let taken = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (history) => {
        const world = new World(method);
        for (const one of history) {
          const before = world.stock;
          try {
            world.take(one);
            taken += 1;
          } catch (error) {
            expect(String(error instanceof Error ? error.message : error)).toMatch(refusals);
            expect(world.stock).toBe(before);
            refused += 1;
          }
          world.check();
        }
      }),
      seeded,
    );
    // The histories are no use if nearly all of them are refused, or none.
    expect(taken).toBeGreaterThan(refused / 2);
    expect(refused).toBeGreaterThan(100);
  });
});

const main = (productId: string, some: number): Lot => ({
  productId,
  warehouseId: warehouses[0],
  place: "main",
  quantity: some,
});

describe("what is not there", () => {
  const stock = received(empty, { method: "average", on: today, today }, [
    { ...main(products[0], 5), costMinor: 500 },
  ]).stock;

  test("is refused by naming each line that is short, by how much, and which product", () => {
    expect(() =>
      issued(stock, { method: "average", on: today, today }, [
        main(products[0], 3),
        main(products[0], 4),
        main(products[1], 1),
      ]),
    ).toThrow(
      expect.objectContaining({
        code: "stock.insufficient",
        detail: `Short: 2 of ${products[0]}, 1 of ${products[1]}. Enter first what came in, or take less.`,
        fields: [
          { pointer: "/lines/1/quantity", reason: "is short by 2: 2 of 4 are available" },
          { pointer: "/lines/2/quantity", reason: "is short by 1: 0 of 1 are available" },
        ],
      }),
    );
  });

  test("reserved goods are there for their reservation alone", () => {
    const held = reserved(stock, { id: "rsv_1", ownerId: "mem_1" }, [main(products[0], 4)], now);
    expect(() => issued(held.stock, { method: "average", on: today, today }, [main(products[0], 2)])).toThrow(
      /stock\.insufficient/,
    );
    expect(() =>
      counted(held.stock, { method: "average", on: today, today }, [
        { ...main(products[0], 1), countedQuantity: 3 },
      ]),
    ).toThrow(/stock\.insufficient/);
    const free = freed(held.stock, held.reservation, [main(products[0], 4)], "shipped", now);
    expect(free.reservation.state).toBe("shipped");
    expect(
      levelOf(
        issued(free.stock, { method: "average", on: today, today }, [main(products[0], 4)]).stock,
        main(products[0], 1),
      ),
    ).toMatchObject({
      onHand: 1,
      reserved: 0,
    });
    expect(() => freed(free.stock, free.reservation, [], "released", now)).toThrow(
      /stock\.reservation-ended/,
    );
  });
});

test("goods come back at the cost at which they left, to the last minor unit, and never more than left", () => {
  const stock = received(empty, { method: "fifo", on: today, today }, [
    { ...main(products[0], 3), costMinor: 100 },
  ]).stock;
  const out = issued(stock, { method: "fifo", on: today, today }, [main(products[0], 3)]);
  const world = new World("fifo");
  let shipment = world.post("shipment", out);
  let at = out.stock;
  const back: DocumentLine[] = [];
  for (let n = 0; n < 3; n++) {
    const one = returned(at, { method: "fifo", on: today, today }, shipment, [{ line: 0, quantity: 1 }]);
    [at, shipment] = [one.stock, one.shipment];
    back.push(...one.lines);
  }
  expect(back.map(({ valueMinor }) => valueMinor)).toEqual([33, 34, 33]);
  expect(() =>
    returned(at, { method: "fifo", on: today, today }, shipment, [{ line: 0, quantity: 1 }]),
  ).toThrow(/stock\.beyond-shipment/);
  expect(() =>
    returned(at, { method: "fifo", on: today, today }, shipment, [{ line: 1, quantity: 1 }]),
  ).toThrow(/stock\.beyond-shipment/);
});
