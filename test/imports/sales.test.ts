import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import type { MappingInput } from "../../domain/imports/mapping.ts";
import { Repeats } from "../../domain/imports/repeats.ts";
import { NewPastSale, saleTransaction } from "../../domain/imports/sale.ts";
import { mostAmount } from "../../domain/kernel/money.ts";
import { checkBalanced, type Transaction } from "../../domain/ledger/transaction.ts";
import { identityDigest, importedRowEntity } from "../../functions/imports/store.ts";
import { serve } from "../../functions/kit/serve.ts";
import { lockHandlers } from "../../functions/ledger/lock.ts";
import { readHandlers } from "../../functions/ledger/reads.ts";
import { ledgerReadRoutes } from "../../functions/ledger/reads-routes.ts";
import { transactionEntity } from "../../functions/ledger/store.ts";
import { turnoverHandlers } from "../../functions/ledger/turnover.ts";
import { verifyLedger } from "../../functions/ledger/verify.ts";
import { caller } from "../access/ground.ts";
import { dyingAt } from "./dying.ts";
import { startWorld, type World } from "./world.ts";

const clients: MappingInput = {
  entity: "clients",
  identifiedBy: ["ID"],
  fields: [{ to: "name", from: "ID", prefix: "Client " }],
};
const sales: MappingInput = {
  entity: "sales",
  format: { date: "YYYYMMDD", currency: "USD" },
  identifiedBy: ["ID", "Date", "Amount"],
  repeats: "distinct",
  fields: [
    { to: "clientId", from: "ID", lookup: { entity: "clients", by: "identity" } },
    { to: "effectiveOn", from: "Date", type: "date" },
    { to: "amountMinor", from: "Amount", type: "money" },
    { to: "currency", constant: "USD" },
  ],
};

interface Row {
  readonly client: string;
  readonly day: string;
  readonly cents: number;
}
const fileOf = (rows: readonly Row[]): string =>
  `ID,Date,Amount\r\n${rows
    .map(({ client, day, cents }) => `${client},${day},${(cents / 100).toFixed(2)}\r\n`)
    .join("")}`;
/** Few clients, days and amounts, so that equal rows and sales of 0 occur. */
const rowsOf = (prefix: string, count: number, least = 0): Row[] =>
  fc
    .sample(
      fc.record({
        client: fc.integer({ min: 1, max: 12 }).map((n) => `${prefix}-${n}`),
        day: fc.constantFrom("20170101", "20170430", "20171231", "20180101", "20180630"),
        cents: fc.integer({ min: least, max: 9 }).map((n) => n * 1_177),
      }),
      { seed: 20_261_123, numRuns: count },
    )
    .slice();
const sumOf = (rows: readonly Row[]): number => rows.reduce((sum, { cents }) => sum + cents, 0);

const startBooks = (world: World) => {
  const handlers = { ...readHandlers, ...turnoverHandlers, ...lockHandlers, verifyLedger };
  const call = caller(serve(ledgerReadRoutes, handlers, world.ground));
  const as = { tenantId: world.tenantId, memberId: world.adminId };
  const Trial = z.object({
    items: z.array(z.object({ account: z.string(), debit: z.int(), credit: z.int() })),
  });
  const Sums = z.object({
    items: z.array(z.object({ id: z.string(), revenue: z.int(), sales: z.int() })),
    next: z.string().optional(),
  });
  return {
    async trial() {
      const answer = await call(as, { route: "GET /v1/ledger/trial-balance", query: { commodity: "USD" } });
      return new Map(
        Trial.parse(answer.body).items.map(({ account, debit, credit }) => [account, debit - credit]),
      );
    },
    async turnover(year: string) {
      const query = { year, currency: "USD", limit: "200" };
      const answer = await call(as, { route: "GET /v1/ledger/turnover/clients", query });
      return Sums.parse(answer.body).items;
    },
  };
};

let world: World;
let books: ReturnType<typeof startBooks>;
beforeAll(async () => {
  world = await startWorld();
  books = startBooks(world);
});
afterAll(() => world.ground.stop());

/** What the ledger has more than before, by account. */
const grown = async (act: () => Promise<void>): Promise<Record<string, number>> => {
  const before = await books.trial();
  await act();
  const after = await books.trial();
  return Object.fromEntries([...after].map(([account, sum]) => [account, sum - (before.get(account) ?? 0)]));
};

describe("a sale of the past", () => {
  it("is money against revenue whatever its amount, and never of 0", () => {
    fc.assert(
      fc.property(fc.integer({ min: -mostAmount, max: mostAmount }), (amountMinor) => {
        const body = {
          clientId: "cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
          effectiveOn: "2017-01-01",
          amountMinor,
          currency: "USD",
        };
        const parsed = NewPastSale.safeParse(body);
        expect(parsed.success).toBe(amountMinor !== 0);
        if (!parsed.success) return;
        const { postings, kind } = saleTransaction(parsed.data, "one");
        checkBalanced(postings);
        expect(kind).toBe(amountMinor > 0 ? "sale" : "sale-return");
        expect(postings.find(({ account }) => account === "revenue")?.amount).toBe(-amountMinor);
      }),
      { seed: 20_261_123 },
    );
  });

  it("is told from its equals by how many came before it", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "b", "c")), (identities) => {
        const repeats = new Repeats();
        const seen = identities.map((one) => `${one}${repeats.next(one)}`);
        expect(new Set(seen).size).toBe(identities.length);
        expect(seen).toEqual(
          identities.map(
            (one, at) => `${one}${identities.slice(0, at + 1).filter((each) => each === one).length}`,
          ),
        );
      }),
      { seed: 20_261_123 },
    );
  });
});

describe("an import of sales", () => {
  it("posts each on its day for its client, reports those of 0, and posts nothing the second time", async () => {
    const rows = rowsOf("all", 430);
    const text = fileOf(rows);
    const sold = rows.filter(({ cents }) => cents > 0);
    expect(sold.length).toBeLessThan(rows.length);
    expect(new Set(sold.map((row) => JSON.stringify(row))).size).toBeLessThan(sold.length);
    await world.import(text, clients);
    const tried = await world.import(text, sales, { dryRun: true });
    const change = await grown(async () => {
      const done = await world.import(text, sales);
      expect(done).toMatchObject({
        status: "done",
        counts: { rows: 430, made: sold.length, there: 0, faulty: rows.length - sold.length, waiting: 0 },
      });
      expect(tried.counts).toEqual(done.counts);
      const faults = await world.faults(done.id);
      expect(faults.map(({ line }) => line)).toEqual(
        rows.flatMap(({ cents }, at) => (cents === 0 ? [at + 2] : [])),
      );
      for (const { faults: found, line } of faults)
        expect(found).toEqual([
          { line, column: "Amount", value: "0.00", reason: "is 0, and a posting of 0 does not exist" },
        ]);
    });
    expect(change).toEqual({ cash: sumOf(rows), revenue: -sumOf(rows) });
    const again = await grown(async () => {
      expect(await world.import(text, sales)).toMatchObject({
        counts: { rows: 430, made: 0, there: sold.length, faulty: rows.length - sold.length },
      });
    });
    expect(again).toEqual({ cash: 0, revenue: 0 });

    const names = [...new Set(rows.map(({ client }) => client))];
    const marks = await world.store.getAll(
      importedRowEntity,
      names.map((name) => ({ kind: "clients" as const, identity: identityDigest([name]) })),
    );
    for (const year of ["2017", "2018"]) {
      const shown = await books.turnover(year);
      for (const [at, name] of names.entries()) {
        const own = sold.filter(({ client, day }) => client === name && day.startsWith(year));
        const { revenue = 0, sales: count = 0 } = shown.find(({ id }) => id === marks[at]?.recordId) ?? {};
        expect([name, revenue, count]).toEqual([name, sumOf(own), own.length]);
      }
    }
  });

  it("gives a transaction that says what it is, with its link and its day", async () => {
    const text = "ID,Date,Amount\none,20170131,11.77\none,20170131,11.77\none,20170201,-5\n";
    await world.import(text, clients);
    expect(await world.import(text, sales)).toMatchObject({ counts: { made: 3 } });
    const digests = [
      ["one", "20170131", "11.77"],
      ["one", "20170131", "11.77", "#2"],
      ["one", "20170201", "-5"],
    ].map(identityDigest);
    const [client] = await world.store.getAll(importedRowEntity, [
      { kind: "clients", identity: identityDigest(["one"]) },
    ]);
    const made: (Transaction | undefined)[] = await world.store.getAll(
      transactionEntity,
      digests.map((digest) => ({ id: `import:sales:${digest}` })),
    );
    expect(made).toMatchObject([
      { kind: "sale", effectiveOn: "2017-01-31", links: { clientId: client?.recordId } },
      { kind: "sale", effectiveOn: "2017-01-31" },
      {
        kind: "sale-return",
        effectiveOn: "2017-02-01",
        postings: [
          { account: "cash", commodity: "USD", amount: -500 },
          { account: "revenue", commodity: "USD", amount: 500 },
        ],
      },
    ]);
  });

  it("reports what the ledger would refuse, with the cell, and posts the others", async () => {
    const text = "ID,Date,Amount\nknown,20170101,1\nknown,20991231,2\nknown,18991231,3\nknown,20170102,4\n";
    await world.import(text, clients);
    const stranger = `${text}stranger,20170101,5\n`;
    const tried = await world.import(stranger, sales, { dryRun: true });
    const change = await grown(async () => {
      const done = await world.import(stranger, sales);
      expect(done).toMatchObject({ status: "done", counts: { rows: 5, made: 2, faulty: 3 } });
      const found = await world.faults(done.id);
      expect(found.map(({ line, faults: [fault] }) => [line, fault?.column, fault?.reason])).toEqual([
        [3, "Date", "lies in the future"],
        [4, "Date", "has a year outside 1900 to 2200"],
        [6, "ID", "names none of the clients by identity"],
      ]);
      expect((await world.faults(tried.id)).map(({ faults }) => faults)).toEqual(
        found.map(({ faults }) => faults),
      );
    });
    expect(change).toEqual({ cash: 500, revenue: -500 });
  });

  it("refuses accounts that a part of the system keeps, and those that are not there", async () => {
    const text = "ID,Date,Amount\nelse,20170101,1\n";
    await world.import(text, clients);
    const nowhere = { ...sales, fields: [...sales.fields, { to: "paidTo", constant: "nowhere" }] };
    for (const dryRun of [true, false]) {
      const done = await world.import(text, nowhere, { dryRun });
      expect(done).toMatchObject({ counts: { made: 0, faulty: 1 } });
      const [row] = await world.faults(done.id);
      expect(row?.faults[0]?.reason).toContain("There is no account nowhere");
    }
  });

  it("that is killed at any write and gone on with comes to the same figures", async () => {
    for (let write = 1; write <= 19; write++) {
      const rows = rowsOf(`kill${write}`, 230);
      const text = fileOf(rows);
      await world.import(text, clients);
      const sold = rows.filter(({ cents }) => cents > 0);
      const change = await grown(async () => {
        const importId = await world.order(text, sales);
        await world.carryOut(importId, dyingAt(world.ground, write)).catch((error) => {
          if (String(error) !== "Error: killed") throw error;
        });
        world.ground.advance(60_000);
        await world.carryOut(importId);
        expect(await world.read(importId)).toMatchObject({
          status: "done",
          counts: { rows: 230, made: sold.length, there: 0, faulty: rows.length - sold.length },
        });
      });
      expect(change).toEqual({ cash: sumOf(rows), revenue: -sumOf(rows) });
    }
  });
});
