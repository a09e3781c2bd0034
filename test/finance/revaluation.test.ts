import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sides } from "../../domain/finance/accounts.ts";
import { inTenantCurrency } from "../../domain/finance/rates.ts";
import { endOf, positionOf, revaluationPostings } from "../../domain/finance/revaluation.ts";
import {
  dayFrom,
  type FinanceCompany,
  heldTogether,
  hired,
  issuedInvoice,
  newFinanceCompany,
  rates,
} from "./company.ts";

/** The month before the present one, and what has to do with it. */
const month = (() => {
  const first = `${dayFrom(0).slice(0, 7)}-01`;
  return new Date(Date.parse(first) - 86_400_000).toISOString().slice(0, 7);
})();
const { last, next } = endOf(month);
const inMonth = `${month}-10`;

/** What the trial balance says of the accounts that have to do with foreign claims, as of a day. */
const standingOn = async ({ call }: FinanceCompany, asOf: string): Promise<Record<string, number>> => {
  const { items, debit, credit } = await call.readTrialBalance({ query: { limit: 200, asOf } });
  expect(debit).toBe(credit);
  return Object.fromEntries(
    items
      .filter(({ account }) => /^exchange:(receivable|payable)|unrealised/.test(account))
      .map(({ account, debit: owed, credit: owing }) => [account, owed - owing] as const)
      .filter(([, balance]) => balance !== 0),
  );
};

test("a month ends on its last day, in leap years too", () => {
  expect(endOf("2026-11")).toEqual({ last: "2026-11-30", next: "2026-12-01" });
  expect(endOf("2026-12")).toEqual({ last: "2026-12-31", next: "2027-01-01" });
  expect(endOf("2024-02")).toEqual({ last: "2024-02-29", next: "2024-03-01" });
  expect(endOf("2026-02")).toEqual({ last: "2026-02-28", next: "2026-03-01" });
});

test("what is posted takes the books to the worth at the rate, to the last unit, and its opposite back", () => {
  const standing = fc.record({
    side: fc.constantFrom(...sides),
    currency: fc.constantFrom("EUR", "USD", "JPY"),
    open: fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }),
    book: fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }),
  });
  const rate = fc.integer({ min: 1, max: 999 }).map((n) => `${n}.${n}`);
  fc.assert(
    fc.property(
      fc.uniqueArray(standing, { maxLength: 6, selector: ({ side, currency }) => `${side} ${currency}` }),
      fc.tuple(rate, rate, rate),
      (standings, [eur, usd, jpy]) => {
        const ofDay = {
          tenantCurrency: "RON",
          day: last,
          rates: new Map([
            ["EUR", eur],
            ["USD", usd],
            ["JPY", jpy],
          ]),
        };
        const positions = standings.map((one) => positionOf(one, ofDay));
        const { postings, back } = revaluationPostings(positions, "RON");
        const booked = new Map<string, bigint>();
        for (const { account, amount } of postings)
          booked.set(account, (booked.get(account) ?? 0n) + BigInt(amount));
        for (const { side, currency, open, book } of standings) {
          const account = `exchange:${side === "sale" ? "receivable" : "payable"}:${currency}`;
          expect(book + (booked.get(account) ?? 0n)).toBe(
            BigInt(inTenantCurrency(Number(open), currency, ofDay)),
          );
        }
        expect([...booked.values()].reduce((sum, amount) => sum + amount, 0n)).toBe(0n);
        expect(back.map(({ amount }) => 0 - amount)).toEqual(postings.map(({ amount }) => amount));
      },
    ),
    { seed: 20_261_124, numRuns: 300 },
  );
});

describe("the end of a month", () => {
  test("takes open claims to their worth on its last day alone, is done once, and again by what came later", async () => {
    const company = await newFinanceCompany();
    const { call, clientId } = company;
    await rates(company, { [`${month}-01`]: "4.97", [last]: "5.01", [next]: "4.9" });
    const order = { issuedOn: inMonth };
    const invoice = await issuedInvoice(company, 100_000, { currency: "EUR" }, order);
    await issuedInvoice(company, 500, { currency: "RON" }, order);
    // Half of it is paid in the month; the rest after its end, which the end of the month does not know.
    for (const [paidOn, amountMinor] of [
      [`${month}-15`, 60_500],
      [dayFrom(0), 60_500],
    ] as const)
      await call.createPayment({
        body: { clientId, currency: "EUR", amountMinor, paidOn, allocations: [{ invoiceId: invoice.id }] },
      });
    await issuedInvoice(company, 20_000, { side: "purchase", currency: "EUR" }, { ...order, number: "S-1" });
    const before = await standingOn(company, dayFrom(0));
    const profit = await call.readCompanyProfit({ query: { from: month, to: dayFrom(0).slice(0, 7) } });

    // 605.00 at 4.97 is 3,006.85, at 5.01 3,031.05; 242.00 that we owe: 1,202.74 and 1,212.42.
    const done = await call.revalue({ body: { month } });
    expect(done).toMatchObject({ version: 1, month, day: last, remaining: 0 });
    expect(done.editions.map(({ positions }) => positions)).toEqual([
      [
        {
          ...{ side: "sale", currency: "EUR", rate: "5.01", openMinor: 60_500 },
          ...{ bookMinor: 300_685, worthMinor: 303_105, differenceMinor: 2_420 },
        },
        {
          ...{ side: "purchase", currency: "EUR", rate: "5.01", openMinor: -24_200 },
          ...{ bookMinor: -120_274, worthMinor: -121_242, differenceMinor: -968 },
        },
      ],
    ]);
    expect(await standingOn(company, last)).toEqual({
      "exchange:receivable:EUR": 303_105,
      "exchange:payable:EUR": -121_242,
      "unrealised-exchange-differences": -1_452,
    });
    expect(await standingOn(company, dayFrom(0))).toEqual(before);
    const monthOnly = await call.readCompanyProfit({ query: { from: month, to: month } });
    expect(monthOnly.accounts).toContainEqual({
      account: "unrealised-exchange-differences",
      amountMinor: -1_452,
    });
    const whole = await call.readCompanyProfit({ query: { from: month, to: dayFrom(0).slice(0, 7) } });
    expect(whole.profitMinor).toBe(profit.profitMinor);
    await heldTogether(company);

    const { remaining: _, ...stored } = done;
    expect(await call.revalue({ body: { month } })).toEqual(done);
    expect(await call.readRevaluation({ params: { month } })).toEqual(stored);

    // A document of the month that comes later.
    await issuedInvoice(company, 10_000, { currency: "EUR" }, { issuedOn: `${month}-20` });
    const again = await call.revalue({ body: { month } });
    expect(again.editions).toHaveLength(2);
    expect(again.editions[1]?.positions).toMatchObject([
      { side: "sale", openMinor: 72_600, differenceMinor: 484 },
    ]);
    expect(await standingOn(company, last)).toMatchObject({
      "exchange:receivable:EUR": 363_726,
      "unrealised-exchange-differences": -1_936,
    });
    // A rate that is put right.
    await rates(company, { [last]: "4.97" });
    await call.revalue({ body: { month } });
    expect(await standingOn(company, last)).toEqual({
      "exchange:receivable:EUR": 360_822,
      "exchange:payable:EUR": -120_274,
    });
    expect((await call.listRevaluations()).items.map((one) => [one.month, one.editions.length])).toEqual([
      [month, 3],
    ]);
    await heldTogether(company);
    expect((await call.verifyLedger({ body: {} })).fault).toBeUndefined();
  });

  test("is taken once when two ask at the same moment", async () => {
    const company = await newFinanceCompany();
    const { call } = company;
    await rates(company, { [`${month}-01`]: "4.97", [last]: "5.01" });
    await issuedInvoice(company, 100_000, { currency: "EUR" }, { issuedOn: inMonth });
    const both = await Promise.all([1, 2].map(() => call.revalue({ body: { month } })));
    expect(both[0]?.editions).toEqual(both[1]?.editions);
    expect(await standingOn(company, last)).toEqual({
      "exchange:receivable:EUR": 606_210,
      "unrealised-exchange-differences": -4_840,
    });
  });

  test("has to have come, with a rate, in a period that is open", async () => {
    const company = await newFinanceCompany();
    const { call } = company;
    const present = dayFrom(0).slice(0, 7);
    await expect(call.revalue({ body: { month: present } })).rejects.toMatchObject({
      status: 409,
      code: "finance.month-open",
    });
    expect(await call.revalue({ body: { month } })).toMatchObject({ version: 1, editions: [] });
    await issuedInvoice(company, 1_000, { currency: "EUR" }, { issuedOn: inMonth, rate: "4.97" });
    await expect(call.revalue({ body: { month } })).rejects.toMatchObject({
      status: 409,
      code: "finance.rate-missing",
    });
    await rates(company, { [last]: "5" });
    await call.setLedgerLock({ body: { lockedThrough: last, reason: "Closed" } });
    await expect(call.revalue({ body: { month } })).rejects.toMatchObject({
      status: 409,
      code: "ledger.period-locked",
    });
    expect(await standingOn(company, last)).toEqual({ "exchange:receivable:EUR": 6_014 });
    const manager = await hired(company, "manager");
    await expect(manager.call.revalue({ body: { month } })).rejects.toMatchObject({ status: 403 });
    await expect(call.readRevaluation({ params: { month: "2019-01" } })).rejects.toMatchObject({
      status: 404,
    });
  });
});
