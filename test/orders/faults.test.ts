import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Order } from "../../domain/orders/order.ts";
import { Quote } from "../../domain/orders/quote.ts";
import { clientHandlers } from "../../functions/clients/handlers.ts";
import { clientRoutes } from "../../functions/clients/routes.ts";
import { contractHandlers } from "../../functions/contracts/handlers.ts";
import { contractRoutes } from "../../functions/contracts/routes.ts";
import { financeHandlers } from "../../functions/finance/handlers.ts";
import { financeRoutes } from "../../functions/finance/routes.ts";
import { systemBucket } from "../../functions/kit/bucket.ts";
import type { Ground } from "../../functions/kit/machine.ts";
import { serve } from "../../functions/kit/serve.ts";
import { newMeter } from "../../functions/kit/table/database.ts";
import { Store, update } from "../../functions/kit/table/store.ts";
import { lockHandlers } from "../../functions/ledger/lock.ts";
import { readHandlers } from "../../functions/ledger/reads.ts";
import { ledgerReadRoutes } from "../../functions/ledger/reads-routes.ts";
import { orderHandlers } from "../../functions/orders/handlers.ts";
import { quoteHandlers } from "../../functions/orders/quote-handlers.ts";
import { quoteRoutes } from "../../functions/orders/quote-routes.ts";
import { orderRoutes } from "../../functions/orders/routes.ts";
import { orderEntity } from "../../functions/orders/store.ts";
import { productHandlers } from "../../functions/products/handlers.ts";
import { productRoutes } from "../../functions/products/routes.ts";
import { provision } from "../../functions/provision/provision.ts";
import { stockHandlers } from "../../functions/stock/handlers.ts";
import { stockRoutes } from "../../functions/stock/routes.ts";
import { type Answer, type Call, caller, startGround, type TestGround } from "../access/ground.ts";
import { carryOn, sweepOrders } from "./carry-on.ts";
import { type Fault, Faulty, faults } from "./faulty.ts";

let ground: TestGround;
let company: Awaited<ReturnType<typeof newCompany>>;
beforeAll(async () => {
  ground = await startGround();
  company = await newCompany();
});
afterAll(() => ground.stop());

const { listLedgerBalances, setLedgerLock } = ledgerReadRoutes;
const { createContract, readContract, signContract } = contractRoutes;
const contracts = contractHandlers(systemBucket);
const contractsWithoutFiles = {
  createContract: contracts.createContract,
  readContract: contracts.readContract,
  signContract: contracts.signContract,
};
const routes = {
  ...{ ...clientRoutes, ...productRoutes, ...stockRoutes, ...orderRoutes, ...quoteRoutes },
  ...{ createContract, readContract, signContract },
  ...{ ...financeRoutes, listLedgerBalances, setLedgerLock },
};
const handlers = {
  ...{ ...clientHandlers, ...productHandlers, ...stockHandlers, ...orderHandlers, ...quoteHandlers },
  ...{ ...contractsWithoutFiles, ...financeHandlers },
  ...{ listLedgerBalances: readHandlers.listLedgerBalances, setLedgerLock: lockHandlers.setLedgerLock },
};

/** So many products, more than one shipment holds, with a thousand units of each at 2.00. */
const products = 7;
const received = 1_000;

const newCompany = async () => {
  const { tenantId, adminMemberId: memberId } = await provision(
    { name: "Exemplu", adminEmail: "orders@example.com", currency: "RON" },
    ground,
  );
  const as = { tenantId, memberId };
  const over = (on: Ground) => {
    const send = caller(serve(routes, handlers, on));
    return (call: Call): Promise<Answer> => send(as, call);
  };
  const send = over(ground);
  const id = async (route: string, body: unknown) => String((await send({ route, body })).body.id);
  const counterparties = [{ legalName: "Test SRL", country: "RO", validFrom: "2020-01-01" }];
  const clientId = await id("POST /v1/clients", { name: "Test", counterparties });
  const { body } = await send({ route: "GET /v1/clients/{clientId}", params: { clientId } });
  const [linked] = Array.isArray(body.counterparties) ? body.counterparties : [];
  const contractId = await id("POST /v1/contracts", {
    ...{ number: "1", kind: "frame", clientId, counterpartyId: Object(linked).id },
    ...{ validFrom: "2020-01-01", currency: "RON" },
  });
  const params = { contractId };
  const signing = { signedOn: "2020-01-01" };
  good(await send({ route: "POST /v1/contracts/{contractId}/signing", params, body: signing }));
  const warehouseId = await id("POST /v1/warehouses", { name: "W" });
  const goods: { productId: string; warehouseId: string }[] = [];
  for (let n = 0; n < products; n++) {
    const productId = await id("POST /v1/products", { code: `P${n}`, name: `P${n}` });
    goods.push({ productId, warehouseId });
    const line = { productId, warehouseId, quantity: received, costMinor: received * 200 };
    await send({ route: "POST /v1/stock/receipts", body: { effectiveOn: "2020-01-01", lines: [line] } });
  }
  return { tenantId, over, send, clientId, contractId, warehouseId, goods };
};

const good = (answer: Answer): Answer => {
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
  return answer;
};
const orderIn = ({ body }: Answer): Order => Order.parse(body);

const read = async (orderId: string): Promise<Order> =>
  orderIn(good(await company.send({ route: "GET /v1/orders/{orderId}", params: { orderId } })));

const post = async (what: string, orderId: string, body?: unknown): Promise<Order> =>
  orderIn(
    good(await company.send({ route: `POST /v1/orders/{orderId}/${what}`, params: { orderId }, body })),
  );

/** A draft of ten units of each product. */
const draft = async (): Promise<Order> => {
  const { send, clientId, contractId, goods } = company;
  const lines = goods.map((one) => ({ ...one, quantity: 10, unitPriceMinor: 1_000, taxId: "zero" }));
  return orderIn(good(await send({ route: "POST /v1/orders", body: { clientId, contractId, lines } })));
};
const confirmed = async (): Promise<Order> => post("confirmation", (await draft()).id);
const shipped = async (): Promise<Order> => post("shipments", (await confirmed()).id, {});
const invoiced = async (): Promise<Order> => post("invoices", (await shipped()).id, {});

interface Step {
  readonly what: string;
  /** How many writes it takes. */
  readonly writes: number;
  readonly before: () => Promise<Order>;
  readonly body: (order: Order) => unknown;
  readonly after: Partial<Order["lines"][number]>;
}

const steps: readonly Step[] = [
  { what: "confirmation", writes: 1, before: draft, body: () => undefined, after: { shippedQuantity: 0 } },
  { what: "shipments", writes: 2, before: confirmed, body: () => ({}), after: { shippedQuantity: 10 } },
  { what: "invoices", writes: 1, before: shipped, body: () => ({}), after: { invoicedQuantity: 10 } },
  {
    what: "returns",
    writes: 1,
    before: invoiced,
    body: ({ shipments }) => ({
      ...{ shipmentId: shipments[0]?.documentId, reason: "Broken" },
      lines: [0, 1, 2, 3, 4].map((line) => ({ line, quantity: 10 })),
    }),
    after: { returnedQuantity: 10, creditedQuantity: 10 },
  },
  { what: "cancellation", writes: 1, before: confirmed, body: () => ({}), after: { cancelledQuantity: 10 } },
];

/** Sends a request on a table with a fault, and again under the same key on one without, until it is answered. */
const persistently = async (call: Call, key: string, faulty: Faulty): Promise<Answer[]> => {
  const broken = company.over({
    ...ground,
    database: (meter: ReturnType<typeof newMeter>) => faulty.of(ground.database(meter)),
  });
  const keyed = { ...call, headers: { "idempotency-key": key } };
  const answers = [await broken(keyed)];
  for (let n = 0; n < 3; n++) answers.push(await company.send(keyed));
  return answers;
};

/** Holds stock, reservations, contract and ledger against what all orders of the company say. */
const checkWhole = async (orders: readonly Order[]): Promise<void> => {
  for (const [at, { productId }] of company.goods.entries()) {
    const lines = orders.flatMap(({ lines: all, state }) => (state === "draft" ? [] : (all[at] ?? [])));
    const left = lines.reduce((sum, line) => sum - line.shippedQuantity + line.returnedQuantity, received);
    const reserved = lines.reduce(
      (sum, line) => sum + line.quantity - line.shippedQuantity - line.cancelledQuantity,
      0,
    );
    const { body } = await company.send({
      route: "GET /v1/stock/products/{productId}",
      params: { productId },
    });
    expect(body).toMatchObject({ quantity: left, reserved });
  }
  const balance = async (account: string) => {
    const query = { account, commodity: "RON" };
    const { body } = await company.send({ route: "GET /v1/ledger/balances", query });
    const [item] = Array.isArray(body.items) ? body.items : [];
    return Number(Object(item).balance ?? 0);
  };
  const all = orders.flatMap(({ lines }) => lines);
  const { contractId } = company;
  const route = "GET /v1/contracts/{contractId}";
  const { body: contract } = await company.send({ route, params: { contractId } });
  expect(contract).toMatchObject({
    orderedMinor: orders.reduce((sum, { contractHeldMinor = 0 }) => sum + contractHeldMinor, 0),
    consumedMinor: all.reduce(
      (sum, line) => sum + (line.invoicedQuantity - line.creditedQuantity) * 1_000,
      0,
    ),
  });
  expect(await balance("cost-of-goods")).toBe(
    all.reduce((sum, line) => sum + (line.shippedQuantity - line.returnedQuantity) * 200, 0),
  );
  expect(await balance("revenue")).toBe(
    0 - all.reduce((sum, line) => sum + (line.invoicedQuantity - line.creditedQuantity) * 1_000, 0),
  );
};

describe("a step of an order", () => {
  const made: string[] = [];

  test.each(
    steps.flatMap((step) =>
      faults.flatMap((fault) =>
        Array.from({ length: step.writes }, (_, at) => [step.what, fault, at, step] as const),
      ),
    ),
  )("%s happens once with a fault (%s) of write %i, whoever asks again", async (what, fault, at, step) => {
    const before = await step.before();
    made.push(before.id);
    const faulty = new Faulty(fault, at);
    const call = {
      route: `POST /v1/orders/{orderId}/${what}`,
      params: { orderId: before.id },
      body: step.body(before),
    };
    const answers = await persistently(call, `${what}-${fault}-${at}`, faulty);
    expect(faulty.happened).toBe(true);
    const [first, ...again] = answers;
    for (const answer of again) expect(answer.status).toBeLessThan(300);
    // A later write that fails is no failure of the request: what is left is carried on by itself.
    if (fault === "conflict" || (at > 0 && fault === "refused")) expect(first?.status).toBeLessThan(300);
    await carryOn(ground);
    const after = await read(before.id);
    expect(after.underWay).toBeUndefined();
    const some = what === "returns" ? after.lines.slice(0, 5) : after.lines;
    for (const line of some) expect(line).toMatchObject(step.after);
    expect(after.shipments.length).toBe(what === "confirmation" || what === "cancellation" ? 0 : 2);
    // What is told twice is one change: the version counts the writes.
    expect(after.version).toBe(before.version + step.writes);
  });

  test("leaves stock, reservations, contract and ledger as the orders say", async () => {
    await checkWhole(await Promise.all(made.map(read)));
  });
});

describe("what is under way with an order", () => {
  const interrupted = async (fault: Fault): Promise<Order> => {
    const { id: orderId } = await confirmed();
    const call = { route: "POST /v1/orders/{orderId}/shipments", params: { orderId }, body: {} };
    await persistently(call, `interrupted-${orderId}`, new Faulty(fault, 0));
    return read(orderId);
  };

  test("is to be seen, keeps other shipments and invoices waiting, and leaves out what is cancelled meanwhile", async () => {
    const order = await interrupted("killed-after");
    expect(order.underWay).toMatchObject({ step: "shipping", lines: [{ line: 5 }, { line: 6 }] });
    expect(order.shipments).toHaveLength(1);
    const params = { orderId: order.id };
    for (const what of ["shipments", "invoices"])
      expect(
        (await company.send({ route: `POST /v1/orders/{orderId}/${what}`, params, body: {} })).body,
      ).toMatchObject({ status: 409, code: "order.under-way" });
    await post("cancellation", order.id, { lines: [{ line: 5, quantity: 4 }] });
    await carryOn(ground);
    const after = await read(order.id);
    expect(after.underWay).toBeUndefined();
    expect(after.lines.map(({ shippedQuantity }) => shippedQuantity)).toEqual([10, 10, 10, 10, 10, 6, 10]);
    expect(await post("invoices", order.id, {})).toMatchObject({ state: "done" });
  });

  test("ends without a document where nothing of it is left to be done", async () => {
    const order = await interrupted("killed-after");
    await post("cancellation", order.id, {});
    await carryOn(ground);
    const after = await read(order.id);
    expect([after.underWay, after.shipments.length]).toEqual([undefined, 1]);
  });

  test("is given up where it is refused: the order says why, and what was not shipped is reserved and open as before", async () => {
    const { id: orderId } = await confirmed();
    const route = "POST /v1/orders/{orderId}/shipments";
    const call = { route, params: { orderId }, body: { effectiveOn: "2026-11-20" } };
    await persistently(call, "halted", new Faulty("killed-after", 0));
    good(await company.send({ route: "PUT /v1/ledger/lock", body: { lockedThrough: "2026-11-20" } }));
    await carryOn(ground);
    const after = await read(orderId);
    expect(after.underWay).toBeUndefined();
    expect(after.halted).toMatchObject({
      ...{ step: "shipping", code: "ledger.period-locked" },
      lines: [
        { line: 5, quantity: 10 },
        { line: 6, quantity: 10 },
      ],
    });
    expect(after.lines.map(({ shippedQuantity }) => shippedQuantity)).toEqual([10, 10, 10, 10, 10, 0, 0]);
    const done = await post("shipments", orderId, {});
    expect(done.lines.every(({ shippedQuantity }) => shippedQuantity === 10)).toBe(true);
    expect(done.halted).toBeUndefined();
  });

  test("is left alone as long as its request may still be at it", async () => {
    const order = await interrupted("killed-after");
    await sweepOrders(ground);
    expect(await read(order.id)).toEqual(order);
    await carryOn(ground);
    expect((await read(order.id)).underWay).toBeUndefined();
  });
});

describe("an order from before its invoices named their shipments", () => {
  test("opens, and credits what comes back on the invoice that billed it first", async () => {
    const { id } = await invoiced();
    const store = new Store(ground.database(newMeter()), company.tenantId);
    const before = await store.get(orderEntity, { id });
    if (!before) throw new Error("the order is missing");
    const withoutLinks = before.invoices.map(({ lines, ...invoice }) => ({
      ...invoice,
      lines: lines.map(({ shipments: _, ...entry }) => entry),
    }));
    const old = { ...before, version: before.version + 1, invoices: withoutLinks };
    await store.write([update(orderEntity, old)], "without-links");
    expect(await read(id)).toEqual(old);
    const { shipments } = old;
    const lines = [{ line: 5, quantity: 4 }];
    const after = await post("returns", id, {
      ...{ shipmentId: shipments[1]?.documentId, reason: "Broken" },
      lines,
    });
    const links = after.invoices[0]?.lines.map(({ shipments: of }) => of);
    expect(links?.[0]).toEqual([{ shipment: 0, quantity: 10, takenBackQuantity: 0 }]);
    expect(links?.[5]).toEqual([{ shipment: 1, quantity: 10, takenBackQuantity: 4 }]);
    expect(after.lines[5]).toMatchObject({ returnedQuantity: 4, creditedQuantity: 4 });
  });
});

describe("a quote", () => {
  test.each(faults)("is accepted once, with one order, with a fault (%s) of its write", async (fault) => {
    const { send, clientId, goods, warehouseId } = company;
    const lines = goods.map(({ productId }) => ({ productId, quantity: 1, unitPriceMinor: 100 }));
    const body = { clientId, lines, validUntil: "2027-01-31" };
    const quote = Quote.parse(good(await send({ route: "POST /v1/quotes", body })).body);
    const params = { quoteId: quote.id };
    good(await send({ route: "POST /v1/quotes/{quoteId}/sending", params }));
    const call = { route: "POST /v1/quotes/{quoteId}/acceptance", params, body: { warehouseId } };
    const [, ...again] = await persistently(call, `accept-${fault}`, new Faulty(fault, 0));
    const ids = again.map((answer) => orderIn(good(answer)).id);
    expect(new Set(ids).size).toBe(1);
    const accepted = Quote.parse(good(await send({ route: "GET /v1/quotes/{quoteId}", params })).body);
    expect(accepted).toMatchObject({ state: "accepted", orderId: ids[0] });
    const { body: listed } = await send({
      route: "GET /v1/orders",
      query: { client: clientId, state: "draft", limit: "200" },
    });
    const items: unknown[] = Array.isArray(listed.items) ? listed.items : [];
    expect(items.filter((item) => Order.parse(item).quoteId === quote.id)).toHaveLength(1);
  });
});
