import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientHandlers } from "../../functions/clients/handlers.ts";
import { clientRoutes } from "../../functions/clients/routes.ts";
import { financeHandlers } from "../../functions/finance/handlers.ts";
import { financeRoutes } from "../../functions/finance/routes.ts";
import { serve } from "../../functions/kit/serve.ts";
import type { newMeter } from "../../functions/kit/table/database.ts";
import { readHandlers } from "../../functions/ledger/reads.ts";
import { ledgerReadRoutes } from "../../functions/ledger/reads-routes.ts";
import { provision } from "../../functions/provision/provision.ts";
import { type Call, caller, startGround, type TestGround } from "../access/ground.ts";
import { chanceFrom, type Faults, faulty } from "./faulty.ts";

let ground: TestGround;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.stop());

describe("documents under faults", () => {
  test("are made once each: numbers without gap, nothing settled twice, and the ledger is their sum", async () => {
    const chance = chanceFrom(20_261_123);
    const faults: Faults = { on: false, lost: 0, refused: 0 };
    const shaky = {
      ...ground,
      database: (meter: ReturnType<typeof newMeter>) => faulty(ground.database(meter), chance, faults),
    };
    const { tenantId, adminMemberId: memberId } = await provision(
      { name: "Exemplu", adminEmail: "finance@example.com", currency: "RON" },
      ground,
    );
    const send = caller(serve(financeRoutes, financeHandlers, shaky));
    const sendClients = caller(serve(clientRoutes, clientHandlers, ground));
    const { listLedgerBalances } = ledgerReadRoutes;
    const sendLedger = caller(
      serve({ listLedgerBalances }, { listLedgerBalances: readHandlers.listLedgerBalances }, ground),
    );
    const as = { tenantId, memberId };
    const client = await sendClients(as, { route: "POST /v1/clients", body: { name: "Test" } });
    const clientId = String(client.body.id);

    let keys = 0;
    /** Sends a request under a key until it is answered: by what it did, or by a refusal of the present state. */
    const persistently = async (call: Call) => {
      const headers = { "idempotency-key": `key-${keys++}` };
      for (let attempt = 0; attempt < 40; attempt++) {
        const answer = await send(as, { ...call, headers });
        if (answer.status < 500 && answer.body.code !== "record.busy") return answer;
      }
      throw new Error(`${call.route} was not answered`);
    };
    const eachOf = <T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> => {
      const results: R[] = [];
      const waiting = [...all.entries()];
      const worker = async () => {
        for (let next = waiting.shift(); next; next = waiting.shift()) results[next[0]] = await work(next[1]);
      };
      return Promise.all(Array.from({ length: 6 }, worker)).then(() => results);
    };

    faults.on = true;
    const count = 30;
    const drafts = await eachOf(Array.from({ length: count }), () =>
      persistently({
        route: "POST /v1/finance/invoices",
        body: { clientId, lines: [{ description: "A", unitPriceMinor: 10_000, taxId: "zero" }] },
      }),
    );
    const invoiceIds = drafts.map(({ body }) => String(body.id));
    expect(new Set(invoiceIds).size).toBe(count);
    const issued = await eachOf(invoiceIds, (invoiceId) =>
      persistently({ route: "POST /v1/finance/invoices/{invoiceId}/issue", params: { invoiceId }, body: {} }),
    );
    expect(issued.map(({ body }) => String(body.number)).sort()).toEqual(
      Array.from({ length: count }, (_, n) => `INV-2026-${String(n + 1).padStart(6, "0")}`),
    );

    // Every invoice is paid in two parts by payments that also leave something, and a third of them is credited.
    const payments = await eachOf([...invoiceIds, ...invoiceIds], (invoiceId) =>
      persistently({
        route: "POST /v1/finance/payments",
        body: { clientId, amountMinor: 4_100, allocations: [{ invoiceId, amountMinor: 4_000 }] },
      }),
    );
    expect(payments.map(({ status }) => status)).toEqual(payments.map(() => 201));
    const notes = await eachOf(invoiceIds.slice(0, 10), (invoiceId) =>
      persistently({
        route: "POST /v1/finance/invoices/{invoiceId}/credit-notes",
        params: { invoiceId },
        body: { reason: "Returned", lines: [{ line: 0, netMinor: 3_000 }] },
      }),
    );
    expect(notes.map(({ body }) => String(body.number)).sort()).toEqual(
      Array.from({ length: 10 }, (_, n) => `CN-2026-${String(n + 1).padStart(6, "0")}`),
    );
    faults.on = false;
    expect(faults.lost).toBeGreaterThan(10);
    expect(faults.refused).toBeGreaterThan(10);

    const balanceOf = async (account: string) => {
      const { body } = await sendLedger(as, {
        route: "GET /v1/ledger/balances",
        query: { account, commodity: "RON" },
      });
      const [item] = Array.isArray(body.items) ? body.items : [];
      return Number(Object(item).balance ?? 0);
    };
    const money = await send(as, {
      route: "GET /v1/finance/clients/{clientId}/balance",
      params: { clientId },
    });
    // 10,000 less 8,000 paid; of ten of them 2,000 more by the credit note, of which 1,000 is left over.
    expect(Object(money.body.sale).currencies).toMatchObject([
      { openMinor: 20 * 2_000, freeMinor: 60 * 100 + 10 * 1_000, documents: 20 },
    ]);
    expect(await balanceOf(`clients:${clientId}:receivable`)).toBe(20 * 2_000);
    expect(await balanceOf(`clients:${clientId}:advance`)).toBe(-(60 * 100 + 10 * 1_000));
    expect(await balanceOf("bank")).toBe(60 * 4_100);
    expect(await balanceOf("revenue")).toBe(-(30 * 10_000 - 10 * 3_000));
  });
});
