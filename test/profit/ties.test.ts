import { beforeAll, describe, expect, test } from "vitest";
import type { Figures } from "../../domain/profit/profit.ts";
import { itemsOf } from "../../functions/client.ts";
import { dayFrom } from "../finance/company.ts";
import { livedThrough } from "./history.ts";

const names = [
  "revenueMinor",
  "discountsMinor",
  "costOfGoodsMinor",
  "timeMinor",
  "otherMinor",
  "profitMinor",
] as const;
type Sums = Record<(typeof names)[number], number>;
const only = (one: Figures): Sums => ({
  revenueMinor: one.revenueMinor,
  discountsMinor: one.discountsMinor,
  costOfGoodsMinor: one.costOfGoodsMinor,
  timeMinor: one.timeMinor,
  otherMinor: one.otherMinor,
  profitMinor: one.profitMinor,
});
const nothing: Figures = {
  ...{ revenueMinor: 0, discountsMinor: 0, costOfGoodsMinor: 0 },
  ...{ timeMinor: 0, otherMinor: 0, profitMinor: 0 },
};
const added = (all: readonly Figures[]): Sums => {
  const sums = only(nothing);
  for (const one of all) for (const name of names) sums[name] += one[name];
  return sums;
};

/** A line of profit as the statements of the ledger and the transactions behind them have it. */
interface Line {
  readonly account: string;
  readonly amount: number;
  readonly month: string;
  readonly client: string | undefined;
  readonly counterparty: string | undefined;
  readonly product: string | undefined;
}
type Whose = "client" | "counterparty" | "product";

const figureOf = (account: string): keyof Sums => {
  if (account === "revenue") return "revenueMinor";
  if (account === "discounts") return "discountsMinor";
  if (account === "cost-of-goods") return "costOfGoodsMinor";
  return account === "labour-cost" ? "timeMinor" : "otherMinor";
};
const figuresOf = (lines: readonly Line[]): Sums => {
  const sums = only(nothing);
  for (const { account, amount } of lines) {
    const figure = figureOf(account);
    sums[figure] += figure === "revenueMinor" ? -amount : amount;
    sums.profitMinor -= amount;
  }
  return sums;
};

const thisMonth = dayFrom(0).slice(0, 7);
const periods = [
  { from: dayFrom(-100).slice(0, 7), to: thisMonth },
  { from: dayFrom(-45).slice(0, 7), to: dayFrom(-35).slice(0, 7) },
  { from: thisMonth, to: thisMonth },
];

describe.each([20_261_124, 7])(
  "a history of invoices, shipments, returns, time and costs (seed %i)",
  (seed) => {
    let past: Awaited<ReturnType<typeof livedThrough>>;
    let lines: Line[] = [];
    beforeAll(async () => {
      past = await livedThrough(seed, 110);
      const { call } = past;
      const trial = await call.readTrialBalance({ query: { limit: 200 } });
      const accounts = trial.items.filter(({ type }) => type === "income" || type === "expense");
      const transactions = new Map<string, Awaited<ReturnType<typeof call.readTransaction>>>();
      for (const { account } of accounts)
        for await (const { transactionId } of itemsOf((cursor) =>
          call.readLedgerStatement({ query: { account, commodity: "RON", limit: 200, cursor } }),
        ))
          if (!transactions.has(transactionId))
            transactions.set(transactionId, await call.readTransaction({ params: { transactionId } }));
      const paths = new Set(accounts.map(({ account }) => account));
      lines = [...transactions.values()].flatMap(({ postings, links = {}, effectiveOn }) =>
        postings
          .filter(({ account, commodity }) => paths.has(account) && commodity === "RON")
          .map(({ account, amount, productId }) => ({
            ...{ account, amount, month: effectiveOn.slice(0, 7) },
            client: links.clientId,
            counterparty: links.counterpartyId,
            product: productId ?? links.productId,
          })),
      );
    });

    const within = ({ from, to }: { from: string; to: string }) =>
      lines.filter(({ month }) => from <= month && month <= to);
    const idsOf = (whose: Whose) => [...new Set(lines.flatMap((line) => line[whose] ?? []))];

    test("has of everything some", () => {
      for (const does of [
        "invoice",
        "ship",
        "return",
        "credit",
        "pay",
        "time",
        "supplier",
        "by hand",
        "write off",
      ])
        expect(past.done.get(does) ?? 0, does).toBeGreaterThan(1);
      const takenBack = ["take payment back", "take time back", "take back by hand"];
      for (const does of takenBack) expect(past.done.get(does) ?? 0, does).toBeGreaterThan(0);
    });

    test("earned what its documents say, and what income and expense of the trial balance come to", async () => {
      const { call, told } = past;
      const company = await call.readCompanyProfit({ query: periods[0] });
      expect(company).toMatchObject(told);
      const { types } = await call.readTrialBalance({ query: { limit: 200 } });
      const earned = types
        .filter(({ type }) => type === "income" || type === "expense")
        .reduce((sum, { debit, credit }) => sum + credit - debit, 0);
      expect(company.profitMinor).toBe(earned);
    });

    test.each(periods)(
      "ties by clients, by counterparties and by products: each with what names none %o",
      async (query) => {
        const { call } = past;
        const company = only(await call.readCompanyProfit({ query }));
        expect(company).toEqual(figuresOf(within(query)));
        const read = {
          client: (clientId: string) => call.readClientProfit({ params: { clientId }, query }),
          counterparty: (counterpartyId: string) =>
            call.readCounterpartyProfit({ params: { counterpartyId }, query }),
          product: (productId: string) => call.readProductProfit({ params: { productId }, query }),
        };
        for (const whose of ["client", "counterparty", "product"] as const) {
          const own: Figures[] = [];
          for (const id of idsOf(whose)) {
            const profit = await read[whose](id);
            expect([whose, only(profit)]).toEqual([
              whose,
              figuresOf(within(query).filter((line) => line[whose] === id)),
            ]);
            own.push(profit);
          }
          const ofNone = figuresOf(within(query).filter((line) => line[whose] === undefined));
          expect([whose, added([...own, ofNone])]).toEqual([whose, company]);
        }
        const lists = {
          client: call.listClientProfits,
          counterparty: call.listCounterpartyProfits,
          product: call.listProductProfits,
        };
        for (const whose of ["client", "counterparty", "product"] as const) {
          const listed: Figures[] = [];
          for await (const one of itemsOf<Figures>((cursor) =>
            lists[whose]({ query: { ...query, limit: 1, cursor } }),
          ))
            listed.push(one);
          const ofNone = figuresOf(within(query).filter((line) => line[whose] === undefined));
          expect([whose, added([...listed, ofNone])]).toEqual([whose, company]);
        }
      },
    );

    test.each(periods)(
      "divides each client's profit by product and by counterparty exactly %o",
      async (query) => {
        const { call } = past;
        for (const clientId of idsOf("client"))
          for (const by of ["product", "counterparty"] as const) {
            const profit = await call.readClientProfit({ params: { clientId }, query: { ...query, by } });
            const own = within(query).filter(({ client }) => client === clientId);
            for (const { id, ...part } of profit.parts ?? [])
              expect(only(part)).toEqual(figuresOf(own.filter((line) => line[by] === id)));
            expect(added(profit.parts ?? [])).toEqual(only(profit));
            expect([only(profit), profit.steady]).toEqual([figuresOf(own), true]);
          }
      },
    );
  },
);
