import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Account,
  AccountPath,
  type AccountType,
  controlOf,
  isConstrained,
  natural,
  openedAccount,
} from "../../domain/ledger/account.ts";
import { canonicalText, chained, hashOf } from "../../domain/ledger/chain.ts";
import { chains, effectsOf, pageCounter, shardOf } from "../../domain/ledger/effects.ts";
import { guardOf } from "../../domain/ledger/guard.ts";
import { reversalOf } from "../../domain/ledger/reversal.ts";
import {
  checkBalanced,
  effectiveDay,
  type Posting,
  type Transaction,
} from "../../domain/ledger/transaction.ts";

const seed = 20_261_123;
const now = "2026-11-23T18:00:00.000Z";
const client = (n: number) => `cli_0000000000000000000000000${n}`;

const account = (path: string, type: AccountType, more: Partial<Account> = {}): Account => ({
  ...openedAccount({ path, type, mayGoBelowZero: true }, now),
  ...more,
});
const chart = [
  account("cash", "asset"),
  account("revenue", "income", { turnover: "revenue" }),
  account("cost-of-goods", "expense", { turnover: "cost" }),
  account("rent", "expense"),
  account("box", "asset", { mayGoBelowZero: false }),
  account(`clients:${client(1)}:receivable`, "asset", { limits: { EUR: 500 } }),
  account(`clients:${client(2)}:receivable`, "asset"),
];
const accounts = new Map(chart.map((one) => [one.path, one]));

/** Postings that balance: pairs in one commodity each. */
const pair = fc
  .record({
    from: fc.constantFrom(...accounts.keys()),
    to: fc.constantFrom(...accounts.keys()),
    commodity: fc.constantFrom("EUR", "RON", "minute"),
    amount: fc.integer({ min: 1, max: 1_000_000_000 }),
  })
  .map(({ from, to, commodity, amount }): Posting[] => [
    { account: to, commodity, amount },
    { account: from, commodity, amount: -amount },
  ]);
const transaction: fc.Arbitrary<Transaction> = fc
  .record({
    id: fc.uuid(),
    pairs: fc.array(pair, { minLength: 1, maxLength: 6 }),
    day: fc.integer({ min: 1, max: 28 }),
    month: fc.integer({ min: 1, max: 12 }),
    insertedOn: fc.constantFrom("2026-11-22", "2026-11-23"),
    clientId: fc.option(fc.constantFrom(client(1), client(2)), { nil: undefined }),
    chain: fc.integer({ min: 0, max: chains - 1 }),
  })
  .map(({ id, pairs, day, month, insertedOn, clientId, chain }) => ({
    id,
    version: 1,
    kind: "journal",
    postings: pairs.flat(),
    effectiveOn: `2026-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`,
    insertedAt: now,
    insertedOn,
    ...(clientId ? { links: { clientId } } : {}),
    contentHash: "",
    chain,
    seq: 1,
    previousHash: "",
    hash: "",
  }));
const transactions = fc.array(transaction, { minLength: 1, maxLength: 5 });
const holds = (property: (all: Transaction[]) => void) =>
  fc.assert(fc.property(transactions, property), { seed, numRuns: 300 });

const sumBy = <T>(all: readonly T[], key: (one: T) => string, amount: (one: T) => number) => {
  const sums = new Map<string, number>();
  for (const one of all) sums.set(key(one), (sums.get(key(one)) ?? 0) + amount(one));
  return new Map([...sums].filter(([, sum]) => sum !== 0));
};
const postingsOf = (all: readonly Transaction[]) =>
  all.flatMap((one) => one.postings.map((posting) => ({ ...one, ...posting })));

describe("what transactions add to the ledger", () => {
  test("pages of accounts sum to their postings, by day of effect, day of insertion and shard", () => {
    holds((all) => {
      const { pages } = effectsOf(all, accounts);
      const counted = pages.flatMap(({ add, ...page }) =>
        Object.entries(add).map(([counter, amount]) => ({ ...page, counter, amount })),
      );
      const common = counted.filter((one) => !one.account.includes("*"));
      const key = (path: string, commodity: string, month: string, shard: string, counter: string) =>
        [path, commodity, month, shard, counter].join(" ");
      expect(
        sumBy(
          common,
          (one) => key(one.account, one.commodity, one.month, one.shard, one.counter),
          (one) => one.amount,
        ),
      ).toEqual(
        sumBy(
          postingsOf(all),
          (one) =>
            key(
              one.account,
              one.commodity,
              one.effectiveOn.slice(0, 7),
              shardOf(one.account, one.chain),
              pageCounter(one.effectiveOn, one.insertedOn),
            ),
          (one) => one.amount,
        ),
      );
      const names = counted.map((one) => key(one.account, one.commodity, one.month, one.shard, one.counter));
      expect(new Set(names).size).toBe(names.length);
    });
  });

  test("common and control accounts together come to zero in each commodity", () => {
    holds((all) => {
      const { pages } = effectsOf(all, accounts);
      const top = pages.filter((page) => controlOf(page.account) === undefined);
      const sums = sumBy(
        top.flatMap(({ commodity, add }) => Object.values(add).map((amount) => ({ commodity, amount }))),
        (one) => one.commodity,
        (one) => one.amount,
      );
      expect([...sums]).toEqual([]);
    });
  });

  test("a guard changes by what its account changes, in its own sense, once for each commodity", () => {
    holds((all) => {
      const { guards } = effectsOf(all, accounts);
      const expected = sumBy(
        postingsOf(all).filter((one) => {
          const there = accounts.get(one.account);
          return there && isConstrained(there);
        }),
        (one) => `${one.account} ${one.commodity}`,
        (one) => Number(natural(accounts.get(one.account)?.type ?? "asset", BigInt(one.amount))),
      );
      expect(new Map(guards.map((one) => [`${one.account} ${one.commodity}`, one.settled]))).toEqual(
        expected,
      );
    });
  });

  test("turnover of a client is the income and expense of its transactions, month by month", () => {
    holds((all) => {
      const { turnover } = effectsOf(all, accounts);
      const ofType = (...types: string[]) =>
        postingsOf(all).filter(
          (one) =>
            one.links?.clientId &&
            one.commodity !== "minute" &&
            types.includes(accounts.get(one.account)?.turnover ?? ""),
        );
      const key = (one: Transaction & Posting) =>
        `${one.links?.clientId} ${one.commodity} ${one.effectiveOn.slice(5, 7)}`;
      for (const [letter, types] of [
        ["r", ["revenue"]],
        ["m", ["revenue", "cost"]],
      ] as const) {
        const kept = turnover
          .filter(({ dimension }) => dimension === "client")
          .flatMap(({ id, currency, add }) =>
            Object.entries(add)
              .filter(([name]) => name.startsWith(letter))
              .map(([name, amount]) => [`${id} ${currency} ${name.slice(1)}`, amount] as const),
          );
        expect(new Map(kept)).toEqual(sumBy(ofType(...types), key, (one) => -one.amount));
      }
    });
  });

  test("a transaction and its reversal leave nothing behind", () => {
    holds((all) => {
      const reversals = all.map(
        (one): Transaction => ({
          ...one,
          ...reversalOf(one, { id: `${one.id}:back` }),
          effectiveOn: one.effectiveOn,
          reverses: one.id,
        }),
      );
      const { pages, guards, turnover } = effectsOf([...all, ...reversals], accounts);
      expect([pages, guards, turnover]).toEqual([[], [], []]);
    });
  });
});

describe("the chain", () => {
  test("has one text for what says the same, whatever the order of its fields", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalText({ ...turned, nothing: undefined })).toBe(canonicalText(value));
        expect(JSON.parse(canonicalText(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { seed, numRuns: 300 },
    );
  });

  test("links each transaction to the one before it", () => {
    holds((all) => {
      const digest = (text: string) => `#${text.length}:${text.slice(-40)}`;
      const linked = chained({ chain: 3, seq: 7, hash: "before" }, all, digest);
      let previous = "before";
      for (const [n, one] of linked.entries()) {
        expect(one).toMatchObject({ chain: 3, seq: 8 + n, previousHash: previous });
        expect(hashOf(one, digest)).toBe(one.hash);
        previous = one.hash;
      }
    });
  });
});

describe("rules", () => {
  test("postings that are off by anything in any commodity are refused", () => {
    fc.assert(
      fc.property(transaction, fc.integer({ min: 1, max: 1000 }), ({ postings }, off) => {
        expect(() => checkBalanced(postings)).not.toThrow();
        const [first, ...rest] = postings;
        if (!first) return;
        const wrong = [{ ...first, amount: first.amount + off }, ...rest];
        if (wrong.every(({ amount }) => amount !== 0))
          expect(() => checkBalanced(wrong)).toThrow("ledger.unbalanced");
        expect(() => checkBalanced([{ ...first, commodity: "USD" }, ...rest])).toThrow("ledger.unbalanced");
      }),
      { seed, numRuns: 200 },
    );
  });

  test.each([
    ["revenue", undefined],
    [`clients:${client(1)}:receivable`, "clients:*:receivable"],
    [`members:mem_01JD8Z5T2V9Q4R6W8Y0A1B3C5D:day:2026-11-23`, "members:*:day:*"],
    ["stock:main", undefined],
    ["clients:*:receivable", undefined],
  ])("the control account of %s is %s", (path, control) => {
    expect(controlOf(path)).toBe(control);
  });

  test.each(["", ":", "a:", ":a", "a::b", "a b", "a:*", "ă", "x".repeat(201)])("%j is no path", (path) => {
    expect(AccountPath.safeParse(path).success).toBe(false);
  });

  test("a day lies neither in the future, nor before 1900, nor in a locked period", () => {
    const today = "2026-11-23";
    expect(effectiveDay(undefined, today, undefined)).toBe(today);
    expect(effectiveDay("2026-11-01", today, "2026-10-31")).toBe("2026-11-01");
    expect(() => effectiveDay("2026-11-24", today, undefined)).toThrow("ledger.effective-day");
    expect(() => effectiveDay("1899-12-31", today, undefined)).toThrow("ledger.effective-day");
    expect(() => effectiveDay("2026-10-31", today, "2026-10-31")).toThrow("ledger.period-locked");
  });

  test("a guard is made only of what its account may hold", () => {
    const box = account("box", "asset", { mayGoBelowZero: false, limits: { EUR: 100 } });
    const free = account("box", "asset");
    const days = [{ day: "2026-11-23", amount: 60n }];
    const standing = { commodity: "EUR", days, taken: 10n, brought: 30n };
    const guard = { commodity: "EUR", settled: 60, available: 50, room: 10, lastDay: "2026-11-23" };
    expect(guardOf(free, box, standing)).toEqual(guard);
    expect(() => guardOf(free, box, { ...standing, taken: 61n })).toThrow("ledger.account-in-use");
    expect(() => guardOf(free, box, { ...standing, brought: 41n })).toThrow("ledger.account-in-use");
  });

  test("what takes something back is not taken back itself", () => {
    const [one] = fc.sample(transaction, { seed, numRuns: 1 });
    if (!one) throw new Error("no transaction");
    expect(() => reversalOf({ ...one, reverses: "x" }, { id: "y" })).toThrow("ledger.not-reversible");
  });
});
