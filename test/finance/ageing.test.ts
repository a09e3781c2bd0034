import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { worthPathOf } from "../../domain/finance/accounts.ts";
import { Ageing } from "../../domain/finance/ageing.ts";
import { openItemsOn } from "../../functions/finance/open-documents.ts";
import { newMeter } from "../../functions/kit/table/database.ts";
import { Store } from "../../functions/kit/table/store.ts";
import { transactionsAfter } from "../../functions/ledger/newest.ts";
import { startGround, type TestGround } from "../access/ground.ts";
import { allowEarlierDays, dayFrom, hired, issuedInvoice, newFinanceCompany, rates } from "./company.ts";
import { chanceFrom } from "./faulty.ts";
import {
  currencies,
  type Doing,
  dayMs,
  historyOf,
  listOf,
  type MovedCompany,
  newMovedCompany,
} from "./moved-company.ts";

describe("ageing on a day gone by", () => {
  test("has what was open then, and nothing that was issued later", async () => {
    const company = await newFinanceCompany();
    const { call, clientId, first } = company;
    const paid = await issuedInvoice(
      company,
      10_000,
      { counterpartyId: first },
      { issuedOn: dayFrom(-40), dueOn: dayFrom(-30) },
    );
    const open = await issuedInvoice(company, 20_000, {}, { issuedOn: dayFrom(-20), dueOn: dayFrom(20) });
    await call.createPayment({
      body: { clientId, amountMinor: 12_100, paidOn: dayFrom(-5), allocations: [{ invoiceId: paid.id }] },
    });
    const on = async (day: string, by: "client" | "counterparty" = "client") => {
      const { items, totals, steady } = await call.readAgeing({ query: { on: day, by } });
      expect(steady ?? true).toBe(true);
      return { items, total: totals[0] };
    };
    expect((await on(dayFrom(-41))).items).toEqual([]);
    expect((await on(dayFrom(-21))).total).toMatchObject({
      days1To30: 12_100,
      openMinor: 12_100,
      documents: 1,
    });
    expect((await on(dayFrom(-6))).total).toMatchObject({ current: 24_200, days1To30: 12_100, documents: 2 });
    expect((await on(dayFrom(-5))).total).toMatchObject({ current: 24_200, openMinor: 24_200, documents: 1 });
    expect((await on(dayFrom(21))).total).toMatchObject({ days1To30: 24_200, documents: 1 });
    const { items } = await on(dayFrom(-6), "counterparty");
    expect(items.map(({ key, currencies }) => [key, currencies[0]?.openMinor])).toEqual([
      [first, 12_100],
      ["none", open.totalMinor],
    ]);
    for (const day of [-41, -21, -6, -5, -1, 0]) {
      const { items: accounts } = await call.readTrialBalance({ query: { asOf: dayFrom(day), limit: 200 } });
      const receivable = accounts.find(({ account }) => account === "clients:*:receivable");
      expect((receivable?.debit ?? 0) - (receivable?.credit ?? 0)).toBe(
        (await on(dayFrom(day))).total?.openMinor ?? 0,
      );
    }
  });

  test("goes back over what was taken back, credited, refunded and paid in advance, on both sides", async () => {
    const company = await newFinanceCompany();
    const { call, clientId } = company;
    await rates(company, { [dayFrom(-60)]: "5" });
    const eur = { currency: "EUR" };
    for (const side of ["sale", "purchase"] as const) {
      const numbered = side === "sale" ? {} : { number: "F-1" };
      const invoice = await issuedInvoice(
        company,
        10_000,
        { ...eur, side },
        { issuedOn: dayFrom(-30), ...numbered },
      );
      const payment = await call.createPayment({
        body: {
          side,
          clientId,
          currency: "EUR",
          amountMinor: 20_000,
          paidOn: dayFrom(-25),
          allocations: [{ invoiceId: invoice.id }],
        },
      });
      await call.deallocatePayment({
        params: { paymentId: payment.id },
        body: { invoiceId: invoice.id, on: dayFrom(-20) },
      });
      await call.createRefund({ body: { sourceId: payment.id, amountMinor: 8_000, paidOn: dayFrom(-15) } });
      await call.creditInvoice({
        params: { invoiceId: invoice.id },
        body: { reason: "Broken", issuedOn: dayFrom(-10), ...(side === "sale" ? {} : { number: "C-1" }) },
      });
      const on = async (days: number) => {
        const { totals, steady } = await call.readAgeing({ query: { on: dayFrom(days), side } });
        expect(steady).toBe(true);
        return [
          totals[0]?.openMinor,
          totals[0]?.freeMinor,
          totals[0]?.book.openMinor,
          totals[0]?.book.freeMinor,
        ];
      };
      expect(await on(-26)).toEqual([12_100, 0, 60_500, 0]);
      expect(await on(-21)).toEqual([0, 7_900, 0, 39_500]);
      expect(await on(-16)).toEqual([12_100, 20_000, 60_500, 100_000]);
      expect(await on(-11)).toEqual([12_100, 12_000, 60_500, 60_000]);
      expect(await on(-1)).toEqual([0, 12_000, 0, 60_000]);
    }
  });

  test("shows a manager the clients within reach and no others", async () => {
    const company = await newFinanceCompany();
    const manager = await hired(company, "manager");
    const { id: theirs } = await company.call.createClient({ body: { name: "Theirs", ownerId: manager.id } });
    await allowEarlierDays(company);
    for (const clientId of [company.clientId, theirs]) {
      const { id: invoiceId } = await issuedInvoice(company, 100, { clientId }, { issuedOn: dayFrom(-3) });
      await company.call.createPayment({
        body: { clientId, amountMinor: 121, allocations: [{ invoiceId }] },
      });
    }
    const { items, totals } = await manager.call.readAgeing({ query: { on: dayFrom(-1) } });
    expect(items.map(({ key }) => key)).toEqual([theirs]);
    expect(totals).toMatchObject([{ openMinor: 121, documents: 1 }]);
    expect((await company.call.readAgeing({ query: { on: dayFrom(-1) } })).items).toHaveLength(2);
  });
});

const figures = ["openMinor", "freeMinor"] as const;

/** The ageing on a day is what the ledger says of the day, in whatever way it is divided. */
const checkDay = async ({ finance, ledger }: MovedCompany, on: string) => {
  for (const side of ["sale", "purchase"] as const) {
    const ageing = async (by: string) => {
      const { body } = await finance({
        route: "GET /v1/finance/ageing",
        query: { on, side, by, limit: "200" },
      });
      expect([on, body.steady ?? true]).toEqual([on, true]);
      return { rows: listOf(body.items), totals: z.array(Ageing).parse(body.totals) };
    };
    const [byClient, byCounterparty] = [await ageing("client"), await ageing("counterparty")];
    expect(byCounterparty.totals).toEqual(byClient.totals);
    const sign = side === "sale" ? 1 : -1;
    const accounts =
      side === "sale" ? (["receivable", "advance"] as const) : (["payable", "prepaid"] as const);
    for (const currency of currencies) {
      const total = byClient.totals.find((one) => one.currency === currency);
      for (const [at, name] of accounts.entries()) {
        const figure = figures[at] ?? "openMinor";
        const direction = figure === "openMinor" ? sign : -sign;
        const query = { control: `clients:*:${name}`, commodity: currency, asOf: on, limit: "200" };
        const { body } = await ledger({ route: "GET /v1/ledger/trial-balance/members", query });
        const posted = listOf(body.items).map(({ account, balance }) => [
          String(account).split(":")[1],
          Number(balance),
        ]);
        const shown = byClient.rows.flatMap(({ key, currencies: all }) => {
          const row = listOf(all).find((one) => one.currency === currency);
          const amount = direction * Number(row?.[figure] ?? 0);
          return amount === 0 ? [] : [[key, amount]];
        });
        expect({ on, side, currency, name, shown }).toEqual({ on, side, currency, name, shown: posted });
        const parts = byCounterparty.rows
          .flatMap(({ currencies: all }) => listOf(all))
          .filter((one) => one.currency === currency);
        expect(parts.reduce((sum, part) => sum + Number(part[figure]), 0)).toBe(total?.[figure] ?? 0);
        if (currency === "RON") continue;
        const account = worthPathOf(name, currency);
        const answer = await ledger({
          route: "GET /v1/ledger/balances",
          query: { account, commodity: "RON", asOf: on },
        });
        const worth = listOf(answer.body.items)[0]?.balance ?? 0;
        expect({ on, account, worth: (total?.book[figure] ?? 0) * direction || 0 }).toEqual({
          on,
          account,
          worth,
        });
      }
    }
  }
};

describe("ageing of a generated history, recorded over weeks and out of order", () => {
  let ground: TestGround;
  beforeAll(async () => {
    ground = await startGround();
  });
  afterAll(() => ground.stop());

  test("is the trial balance as of any day, by client and by counterparty", async () => {
    const company = await newMovedCompany(ground);
    const { day } = company;
    const chance = chanceFrom(20_261_201);
    const firstDay = day();
    await company.setRate("EUR", day(20), "4.9765");
    await company.setRate("USD", day(20), "4.3");
    const clients = [];
    for (const name of ["A", "B", "C"]) clients.push(await company.newClient(name));
    const doSomething = historyOf(company, clients, chance);
    const counted = new Map<Doing | undefined, number>();
    for (let n = 0; n < 120; n++) {
      const done = await doSomething();
      counted.set(done, (counted.get(done) ?? 0) + 1);
      if (n % 10 === 9) await company.setRate("EUR", day(), `4.${Math.floor(1_000 + chance() * 8_999)}`);
      ground.advance(Math.floor(chance() * 2) * dayMs);
    }
    for (const doing of ["issue", "pay", "allocate", "deallocate", "credit", "reverse", "refund"] as const)
      expect({ doing, often: (counted.get(doing) ?? 0) > 2 }).toEqual({ doing, often: true });
    const days = (Date.parse(day()) - Date.parse(firstDay)) / dayMs;
    for (let ago = 0; ago <= days + 8; ago += 8) await checkDay(company, day(ago));
    // It reads the ledger back to the day and no further.
    const store = new Store(ground.database(newMeter()), company.tenantId);
    const postedAfter = async (on: string, limit?: number) => {
      let read = 0;
      const count = (more: number) => {
        read += more;
      };
      const found = await transactionsAfter(store, on, ({ id, effectiveOn }) => ({ id, effectiveOn }), {
        count,
        ...(limit === undefined ? {} : { limit }),
      });
      return { read, found: found.sort((a, b) => (a.id < b.id ? -1 : 1)) };
    };
    const all = await postedAfter("2020-01-01");
    for (const ago of [5, 15, 40]) {
      const { read, found } = await postedAfter(day(ago), 1);
      expect(found).toEqual(all.found.filter(({ effectiveOn }) => effectiveOn > day(ago)));
      expect(found.length).toBeGreaterThan(0);
      expect(read).toBeLessThan(all.read);
    }
    // What it reads is bounded, and a refusal says what to do.
    await expect(openItemsOn({ store }, day(days), { most: 20 })).rejects.toMatchObject({
      code: "limit.exceeded",
      detail: expect.stringContaining("Ask for a later day"),
    });
  });
});
