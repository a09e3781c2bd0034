import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pageCounter } from "../../domain/ledger/effects.ts";
import {
  balanceOf,
  countedBy,
  countersOf,
  differingCounters,
  type LedgerPage,
  markOf,
} from "../../domain/ledger/pages.ts";
import { runningFrom } from "../../domain/ledger/statement.ts";
import { trialBalanceOf } from "../../domain/ledger/trial-balance.ts";

const seed = 20_261_123;
const start = Date.UTC(2026, 0, 20);
const dayAt = (n: number) => new Date(start + n * 86_400_000).toISOString().slice(0, 10);
const day = fc.nat(80).map(dayAt);
const amount = fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.constantFrom(2 ** 53 - 1, 1 - 2 ** 53));
const posting = fc.record({ effectiveOn: day, insertedOn: day, amount, shard: fc.nat(3) });
type Posting = { effectiveOn: string; insertedOn: string; amount: number; shard: number };

/** The pages as the store keeps them: one for each month and shard. */
const pagesOf = (postings: readonly Posting[]): LedgerPage[] =>
  [...Map.groupBy(postings, (one) => `${one.effectiveOn.slice(0, 7)} ${one.shard}`)].map(([key, some]) => ({
    month: key.slice(0, 7),
    counters: countersOf(some),
  }));

const recount = (postings: readonly Posting[], asOf?: string, knownAt?: string) =>
  postings
    .filter(
      (one) =>
        (asOf === undefined || one.effectiveOn <= asOf) &&
        (knownAt === undefined || one.insertedOn <= knownAt),
    )
    .reduce((sum, one) => sum + BigInt(one.amount), 0n);

describe("a balance from pages", () => {
  test("is the sum of the postings for any two days, of effect and of insertion, beyond 2^53 too", () => {
    const maybe = fc.option(day, { nil: undefined });
    fc.assert(
      fc.property(fc.array(posting, { maxLength: 60 }), maybe, maybe, (postings, asOf, knownAt) => {
        expect(balanceOf(pagesOf(postings), { asOf, knownAt })).toBe(recount(postings, asOf, knownAt));
      }),
      { seed, numRuns: 1000 },
    );
  });

  test("is right on every day from before the first posting to after the last", () => {
    fc.assert(
      fc.property(fc.array(posting, { maxLength: 40 }), (postings) => {
        const pages = pagesOf(postings);
        for (let n = -1; n <= 82; n++)
          expect(balanceOf(pages, { asOf: dayAt(n) })).toBe(recount(postings, dayAt(n)));
      }),
      { seed, numRuns: 50 },
    );
  });

  test("does not count what on a page is no counter", () => {
    const counters = new Map([
      ["version", 7n],
      ["e01i20260102", 5n],
      ["e1i20260102", 9n],
    ]);
    expect(balanceOf([{ month: "2026-01", counters }])).toBe(5n);
  });
});

describe("the marks of pages", () => {
  const weigh = (text: string) => createHash("sha256").update(text).digest().readBigUInt64BE();

  test("add up, and are the same for pages that count the same, in whatever shards", () => {
    fc.assert(
      fc.property(fc.array(posting, { maxLength: 40 }), day, (postings, knownAt) => {
        const inOne = pagesOf(postings.map((one) => ({ ...one, shard: 0 })));
        const parts = [0, 1, 2, 3].map((shard) => pagesOf(postings.filter((one) => one.shard === shard)));
        for (const times of [{}, { knownAt }])
          expect(parts.reduce((sum, pages) => sum + markOf(pages, weigh, times), 0n)).toBe(
            markOf(inOne, weigh, times),
          );
      }),
      { seed, numRuns: 200 },
    );
  });

  test("differ where an amount stands on another day, though the balance is the same", () => {
    fc.assert(
      fc.property(fc.array(posting, { minLength: 1, maxLength: 20 }), fc.nat(), day, (postings, n, other) => {
        const at = n % postings.length;
        const moved = postings.map((one, m) => (m === at ? { ...one, effectiveOn: other } : one));
        const isSame = postings[at]?.effectiveOn === other || postings[at]?.amount === 0;
        expect(balanceOf(pagesOf(moved))).toBe(balanceOf(pagesOf(postings)));
        expect(markOf(pagesOf(moved), weigh) === markOf(pagesOf(postings), weigh)).toBe(isSame);
      }),
      { seed, numRuns: 300 },
    );
  });
});

describe("a counter", () => {
  test("has a name from which both of its days are read back", () => {
    fc.assert(
      fc.property(day, day, (effectiveOn, insertedOn) => {
        const name = pageCounter(effectiveOn, insertedOn);
        expect(name).toMatch(/^e\d\di\d{8}$/);
        expect(countedBy(effectiveOn.slice(0, 7), name)).toEqual({ effectiveOn, insertedOn });
      }),
      { seed, numRuns: 200 },
    );
  });

  test("differs between two pages exactly where another amount stands, nothing counting as zero", () => {
    const a = new Map([
      ["e01i20260101", 1n],
      ["e02i20260101", 2n],
      ["e03i20260101", 0n],
    ]);
    const b = new Map([
      ["e01i20260101", 1n],
      ["e02i20260101", 3n],
      ["e04i20260101", 4n],
    ]);
    expect(differingCounters(a, b)).toEqual(["e02i20260101", "e04i20260101"]);
    expect(differingCounters(a, a)).toEqual([]);
  });
});

describe("a statement", () => {
  test("cut anywhere runs on: a part opens with what the part before it closed with", () => {
    const lines = fc.array(
      amount.map((one) => ({ amount: one })),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(lines, fc.nat(40), fc.bigInt(-(10n ** 18n), 10n ** 18n), (all, cut, opening) => {
        const whole = runningFrom(opening, all);
        const first = runningFrom(opening, all.slice(0, cut));
        const second = runningFrom(first.closing, all.slice(cut));
        expect([...first.lines, ...second.lines]).toEqual(whole.lines);
        expect(second.closing).toBe(whole.closing);
        expect(whole.closing).toBe(all.reduce((sum, line) => sum + BigInt(line.amount), opening));
      }),
      { seed, numRuns: 500 },
    );
  });
});

describe("a trial balance", () => {
  const type = fc.constantFrom("asset", "income", "expense");
  const transaction = fc.tuple(fc.nat(5), fc.nat(5), fc.integer({ min: 1, max: 10_000 }));

  test("of balanced transactions has equal sides, in all, and its types add up to it", () => {
    fc.assert(
      fc.property(
        fc.array(transaction, { maxLength: 40 }),
        fc.array(type, { minLength: 6, maxLength: 6 }),
        fc.nat(6),
        (transactions, types, cut) => {
          const balances = new Map<number, bigint>();
          const add = (account: number, some: number) =>
            balances.set(account, (balances.get(account) ?? 0n) + BigInt(some));
          for (const [from, to, some] of transactions) {
            add(to, some);
            add(from, -some);
          }
          const rows = [...balances].map(([n, balance]) => ({
            account: `account-${n}`,
            type: types[n] ?? "asset",
            balance,
          }));
          const first = trialBalanceOf(rows.slice(0, cut));
          const trial = trialBalanceOf(rows.slice(cut), first.types);
          const whole = trialBalanceOf(rows);
          expect(trial).toMatchObject({ debit: whole.debit, credit: whole.credit, types: whole.types });
          expect([...first.accounts, ...trial.accounts]).toEqual(whole.accounts);
          expect(trial.debit).toBe(trial.credit);
          expect(trial.types.reduce((sum, one) => sum + one.debit, 0)).toBe(trial.debit);
          expect(trial.types.reduce((sum, one) => sum + one.credit, 0)).toBe(trial.credit);
          expect(whole.accounts.reduce((sum, one) => sum + one.debit, 0)).toBe(trial.debit);
          for (const { debit, credit } of whole.accounts) expect(debit === 0).toBe(credit !== 0);
        },
      ),
      { seed, numRuns: 300 },
    );
  });

  test("shows the difference where a transaction is missing", () => {
    const trial = trialBalanceOf([
      { account: "cash", type: "asset", balance: 500n },
      { account: "revenue", type: "income", balance: -400n },
      { account: "empty", type: "income", balance: 0n },
    ]);
    expect(trial).toEqual({
      debit: 500,
      credit: 400,
      accounts: [
        { account: "cash", type: "asset", debit: 500, credit: 0 },
        { account: "revenue", type: "income", debit: 0, credit: 400 },
      ],
      types: [
        { type: "asset", debit: 500, credit: 0 },
        { type: "income", debit: 0, credit: 400 },
      ],
    });
  });
});
