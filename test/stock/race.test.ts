import { expect, test } from "vitest";
import { clientOf, ProblemError } from "../../functions/client.ts";
import { allRoutes } from "../../functions/routes.ts";
import { newTenant, stackUrl } from "../support/client.ts";
import { balanceIn } from "./ledger.ts";

const clients = 16;
const units = 1_000;

/** Always the same lots of 1 to 7: a linear congruence, so that a failure can be seen again. */
const lotsFrom = (seed: number) => {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return 1 + (Math.floor(state / 65_536) % 7);
  };
};

test.each(["average", "fifo"] as const)(
  "16 clients take the last 1,000 units in lots of 1 to 7: exactly 1,000 leave, each refusal says how much is short, stock and cost tie (%s)",
  async (costMethod) => {
    const { token } = await newTenant({ currency: "EUR" });
    const call = clientOf(allRoutes, { baseUrl: stackUrl(), token });
    await call.setStock({ body: { costMethod } });
    const product = await call.createProduct({ body: { code: "LAST", name: "The last" } });
    const warehouse = await call.createWarehouse({ body: { name: "Ghencea" } });
    const goods = { productId: product.id, warehouseId: warehouse.id };
    // Costs that do not divide: what is rounded has to come out in the end.
    await call.postReceipt({
      body: {
        lines: [
          { ...goods, quantity: 333, costMinor: 10_007 },
          { ...goods, quantity: 667, costMinor: 31_111 },
        ],
      },
    });

    const refusals: ProblemError[] = [];
    const take = async (nextLot: () => number): Promise<{ quantity: number; valueMinor: number }[]> => {
      const taken: { quantity: number; valueMinor: number }[] = [];
      // Each goes on until it is refused even a single unit.
      for (let quantity = nextLot(); ; quantity = nextLot()) {
        try {
          const { valueMinor } = await call.postShipment({ body: { lines: [{ ...goods, quantity }] } });
          taken.push({ quantity, valueMinor });
        } catch (error) {
          if (!(error instanceof ProblemError)) throw error;
          refusals.push(error);
          const { available } = await call.readStockOfProduct({ params: { productId: product.id } });
          if (available === 0) return taken;
        }
      }
    };
    const all = await Promise.all(Array.from({ length: clients }, (_, n) => take(lotsFrom(n + 1))));

    const shipped = all.flat();
    const sum = (of: (one: { quantity: number; valueMinor: number }) => number) =>
      shipped.reduce((total, one) => total + of(one), 0);
    expect(sum(({ quantity }) => quantity)).toBe(units);
    expect(sum(({ valueMinor }) => valueMinor)).toBe(41_118);
    expect(refusals.length).toBeGreaterThanOrEqual(clients);
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({ status: 409, code: "stock.insufficient" });
      const [, short, available, wanted] =
        /^is short by (\d+): (\d+) of (\d+) are available$/.exec(refusal.fields[0]?.reason ?? "") ?? [];
      expect(Number(short)).toBe(Number(wanted) - Number(available));
      expect(Number(short)).toBeGreaterThan(0);
      expect(refusal.detail).toBe(
        `Short: ${short} piece of The last. Enter first what came in, or take less.`,
      );
    }
    expect(await call.readStockOfProduct({ params: { productId: product.id } })).toMatchObject({
      quantity: 0,
      valueMinor: 0,
      available: 0,
      levels: [],
    });
    const balance = balanceIn(call);
    expect(await balance(`stock:${warehouse.id}:main`, product.id)).toBe(0);
    expect(await balance("world", product.id)).toBe(0);
    expect(await balance("inventory", "EUR")).toBe(0);
    expect(await balance("cost-of-goods", "EUR")).toBe(41_118);
    expect(await balance("goods-received", "EUR")).toBe(-41_118);
    const moves: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await call.listStockMovements({
        params: { productId: product.id },
        query: { limit: 200, ...(cursor ? { cursor } : {}) },
      });
      moves.push(...page.items.map(({ valueChangeMinor }) => valueChangeMinor));
      cursor = page.next;
    } while (cursor);
    expect(moves).toHaveLength(shipped.length + 2);
    expect(moves.reduce((a, b) => a + b, 0)).toBe(0);
  },
  120_000,
);

test("shipments and releases of one reservation and reservations of the same goods, all at once, lose and double nothing", async () => {
  const { token } = await newTenant({ currency: "EUR" });
  const call = clientOf(allRoutes, { baseUrl: stackUrl(), token });
  const product = await call.createProduct({ body: { code: "HELD", name: "Held" } });
  const warehouse = await call.createWarehouse({ body: { name: "Ghencea" } });
  const goods = { productId: product.id, warehouseId: warehouse.id };
  await call.postReceipt({ body: { lines: [{ ...goods, quantity: 100, costMinor: 1_234 }] } });
  const { id: reservationId } = await call.reserveStock({ body: { lines: [{ ...goods, quantity: 60 }] } });
  const params = { reservationId };
  const line = (quantity: number) => ({ lines: [{ ...goods, quantity }] });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 24 }, async (_, n) => {
      const quantity = 2 + (n % 5);
      if (n % 3 === 0) await call.shipReservation({ params, body: line(quantity) });
      else if (n % 3 === 1) await call.releaseReservation({ params, body: line(quantity) });
      else await call.reserveStock({ body: line(quantity) });
    }),
  );
  for (const one of outcomes)
    if (one.status === "rejected")
      expect(["stock.insufficient", "stock.beyond-reservation", "stock.reservation-ended"]).toContain(
        one.reason.code,
      );
  const reservations = (await call.listReservations({ query: { limit: 200 } })).items;
  const known = await call.readReservation({ params });
  const all = [known, ...reservations.filter(({ id }) => id !== reservationId)];
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  const lines = all.flatMap((one) => one.lines);
  const shipped = sum(lines.map(({ shippedQuantity }) => shippedQuantity));
  const open = sum(
    lines.map(
      ({ quantity, shippedQuantity, releasedQuantity }) => quantity - shippedQuantity - releasedQuantity,
    ),
  );
  expect(shipped).toBeGreaterThan(0);
  expect(await call.readStockOfProduct({ params: { productId: product.id } })).toMatchObject({
    quantity: 100 - shipped,
    reserved: open,
    available: 100 - shipped - open,
  });
});
