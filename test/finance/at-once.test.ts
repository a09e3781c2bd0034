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

/** A company whose writes fail now and then, before or after they are done. */
const shakyCompany = async (adminEmail: string, seed: number) => {
  const faults: Faults = { on: false, lost: 0, refused: 0 };
  const chance = chanceFrom(seed);
  const shaky = {
    ...ground,
    database: (meter: ReturnType<typeof newMeter>) => faulty(ground.database(meter), chance, faults),
  };
  const made = await provision({ name: "Exemplu", adminEmail, currency: "RON" }, ground);
  const as = { tenantId: made.tenantId, memberId: made.adminMemberId };
  const send = caller(serve(financeRoutes, financeHandlers, shaky));
  const sendClients = caller(serve(clientRoutes, clientHandlers, ground));
  const { listLedgerBalances } = ledgerReadRoutes;
  const sendLedger = caller(
    serve({ listLedgerBalances }, { listLedgerBalances: readHandlers.listLedgerBalances }, ground),
  );
  const client = await sendClients(as, { route: "POST /v1/clients", body: { name: "Test" } });
  let keys = 0;
  /** Sends a request under a key until it is answered: by what it did, or by a refusal of the present state. */
  const persistently = async (call: Call) => {
    const headers = { "idempotency-key": `key-${keys++}` };
    for (let attempt = 0; attempt < 60; attempt++) {
      const answer = await send(as, { ...call, headers });
      if (answer.status < 500 && answer.body.code !== "record.busy") return answer;
    }
    throw new Error(`${call.route} was not answered`);
  };
  const balanceOf = async (account: string, commodity: string): Promise<number> => {
    const { body } = await sendLedger(as, {
      route: "GET /v1/ledger/balances",
      query: { account, commodity },
    });
    const [item] = Array.isArray(body.items) ? body.items : [];
    return Number(Object(item).balance ?? 0);
  };
  return {
    clientId: String(client.body.id),
    faults,
    persistently,
    balanceOf,
    read: (call: Call) => send(as, call),
  };
};

/** Does all of the work, so many at a time. */
const eachOf = async <T>(
  all: readonly T[],
  atOnce: number,
  work: (one: T) => Promise<void>,
): Promise<void> => {
  const waiting = [...all];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
};

const number = (value: unknown, name: string): number => Number(Object(value)[name]);
const sumOf = (values: readonly unknown[], name: string): number =>
  values.reduce<number>((sum, value) => sum + number(value, name), 0);

describe.each([
  { currency: "RON", rate: 1, email: "ron@example.com" },
  { currency: "EUR", rate: 5, email: "eur@example.com" },
])(
  "two payments and a credit note at once on each of many invoices in $currency",
  ({ currency, rate, email }) => {
    test("settle it exactly, whatever came first, though answers are lost and writes conflict", async () => {
      const { clientId, faults, persistently, balanceOf, read } = await shakyCompany(
        email,
        20_261_124 + rate,
      );
      const count = 20;
      await persistently({
        route: "PUT /v1/finance/rates/{currency}/{day}",
        params: { currency: "EUR", day: "2026-11-01" },
        body: { rate: "5" },
      });
      faults.on = true;
      const invoiceIds: string[] = [];
      await eachOf([...Array(count).keys()], 4, async () => {
        const draft = await persistently({
          route: "POST /v1/finance/invoices",
          body: { clientId, currency, lines: [{ description: "A", unitPriceMinor: 10_000, taxId: "zero" }] },
        });
        const params = { invoiceId: String(draft.body.id) };
        await persistently({ route: "POST /v1/finance/invoices/{invoiceId}/issue", params, body: {} });
        invoiceIds.push(params.invoiceId);
      });

      const payments: Record<string, unknown>[] = [];
      const notes: Record<string, unknown>[] = [];
      const pay = (invoiceId: string) => async () => {
        const { status, body } = await persistently({
          route: "POST /v1/finance/payments",
          body: { clientId, amountMinor: 7_000 * rate, allocations: [{ invoiceId }] },
        });
        if (status === 201) payments.push(body);
        else expect([status, body.code]).toEqual([409, "allocation.nothing"]);
      };
      const credit = (invoiceId: string) => async () => {
        const { status, body } = await persistently({
          route: "POST /v1/finance/invoices/{invoiceId}/credit-notes",
          params: { invoiceId },
          body: { reason: "Returned", lines: [{ line: 0, netMinor: 5_000 }] },
        });
        expect(status).toBe(201);
        notes.push(body);
      };
      await eachOf(
        invoiceIds.flatMap((invoiceId) => [pay(invoiceId), credit(invoiceId), pay(invoiceId)]),
        6,
        (work) => work(),
      );
      faults.on = false;
      expect(faults.lost).toBeGreaterThan(5);
      expect(faults.refused).toBeGreaterThan(5);

      // Of 10,000 each, 5,000 are credited and 7,000 paid at the least: nothing is open, and nothing settled twice.
      const settled = new Map<string, number>();
      const settle = (invoiceId: unknown, amount: number) =>
        settled.set(String(invoiceId), (settled.get(String(invoiceId)) ?? 0) + amount);
      for (const { allocations } of payments)
        for (const one of Array.isArray(allocations) ? allocations : [])
          settle(Object(one).invoiceId, number(one, "amountMinor"));
      for (const note of notes) settle(note.invoiceId, number(note, "settledMinor"));
      expect(invoiceIds).toHaveLength(count);
      expect([...settled.values()]).toEqual(invoiceIds.map(() => 10_000));
      for (const invoiceId of invoiceIds) {
        const { body } = await read({ route: "GET /v1/finance/invoices/{invoiceId}", params: { invoiceId } });
        expect(body).toMatchObject({ state: "settled", openMinor: 0, openBookMinor: 0 });
      }
      expect(notes.map((note) => note.number).sort()).toEqual(
        Array.from({ length: count }, (_, n) => `CN-2026-${String(n + 1).padStart(6, "0")}`),
      );
      // What was answered is all there is, and the ledger is its sum.
      const list = async (route: string) => {
        const { body } = await read({ route, query: { client: clientId, limit: "200" } });
        return (Array.isArray(body.items) ? body.items : []).map(({ id }) => String(id)).sort();
      };
      expect(await list("GET /v1/finance/payments")).toEqual(payments.map(({ id }) => String(id)).sort());
      expect(await list("GET /v1/finance/credit-notes")).toEqual(notes.map(({ id }) => String(id)).sort());
      const receivable = `clients:${clientId}:receivable`;
      const advance = `clients:${clientId}:advance`;
      expect(await balanceOf(receivable, currency)).toBe(0);
      expect(await balanceOf("bank", "RON")).toBe(payments.length * 7_000 * rate);
      expect(await balanceOf("revenue", "RON")).toBe(-count * 5_000 * rate);
      const left = { payments: sumOf(payments, "leftMinor"), notes: sumOf(notes, "leftMinor") };
      if (currency === "RON") {
        expect(await balanceOf(advance, "RON")).toBe(0 - left.payments - left.notes);
        return;
      }
      expect(await balanceOf(advance, "RON")).toBe(0 - left.payments);
      expect(await balanceOf(advance, "EUR")).toBe(0 - left.notes);
      expect(await balanceOf("exchange:receivable:EUR", "RON")).toBe(0);
      expect(await balanceOf("exchange:advance:EUR", "RON")).toBe(0 - left.notes * rate);
      expect(await balanceOf("exchange-differences", "RON")).toBe(0);
    });
  },
);
