import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Account, openedAccount } from "../../domain/ledger/account.ts";
import { type Accounts, type Effects, effectsOf } from "../../domain/ledger/effects.ts";
import {
  checkExpiry,
  checkOpen,
  isDue,
  openPending,
  type Pending,
  partOf,
  settled,
} from "../../domain/ledger/pending.ts";
import { checkBalanced, type Posting, type Transaction } from "../../domain/ledger/transaction.ts";

const seed = 20261123;
const now = "2026-11-23T18:00:00.000Z";
const later = "2026-11-23T19:00:00.000Z";

const account = (path: string, more: Partial<Account> = {}): Account => ({
  ...openedAccount({ path, type: "asset", mayGoBelowZero: true }, now),
  ...more,
});
const accounts: Accounts = new Map(
  [
    account("free"),
    account("strict", { mayGoBelowZero: false }),
    account("limited", { limits: { EUR: 1_000_000 } }),
    account("debt", { type: "liability", mayGoBelowZero: false, limits: { EUR: 500 } }),
    account("clients:cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D:receivable"),
  ].map((one) => [one.path, one]),
);

const transaction = (postings: readonly Posting[], more: Partial<Transaction> = {}): Transaction => ({
  id: "t",
  version: 1,
  kind: "journal",
  postings: [...postings],
  effectiveOn: "2026-11-23",
  insertedAt: now,
  insertedOn: "2026-11-23",
  contentHash: "",
  chain: 3,
  seq: 1,
  previousHash: "",
  hash: "",
  ...more,
});
const pendingOf = (postings: readonly Posting[]): Transaction =>
  transaction(postings, { pending: { expiresAt: later } });

/** Postings that balance: any amounts, and the last one evens them out. */
const balanced: fc.Arbitrary<Posting[]> = fc
  .array(
    fc.record({
      account: fc.constantFrom(...accounts.keys()),
      amount: fc.integer({ min: -10_000, max: 10_000 }).filter((amount) => amount !== 0),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((some) => {
    const postings = some.map((one) => ({ ...one, commodity: "EUR" }));
    const rest = -postings.reduce((sum, { amount }) => sum + amount, 0);
    return rest === 0 ? postings : [...postings, { account: "free", commodity: "EUR", amount: rest }];
  })
  .filter((postings) => postings.length >= 2);

/** A part of postings that balances: debits and credits cut down to the same sum, in an order that chance gives. */
const partFrom = (postings: readonly Posting[], share: number, order: readonly number[]): Posting[] => {
  const debits = postings.reduce((sum, { amount }) => sum + Math.max(0, amount), 0);
  const aim = Math.floor(debits * share);
  const cut = (side: readonly Posting[]): Posting[] => {
    let left = aim;
    return side.flatMap((posting) => {
      const amount = Math.min(left, Math.abs(posting.amount));
      left -= amount;
      return amount === 0 ? [] : [{ ...posting, amount: Math.sign(posting.amount) * amount }];
    });
  };
  const shuffled = postings
    .map((posting, n) => ({ posting, key: order[n % order.length] ?? 0 }))
    .sort((a, b) => a.key - b.key)
    .map(({ posting }) => posting);
  return [
    ...cut(shuffled.filter(({ amount }) => amount > 0)),
    ...cut(shuffled.filter(({ amount }) => amount < 0)),
  ];
};

/** Sums of what effects add to guards and to what is held, by account. */
const sumsOf = (all: readonly Effects[]) => {
  const sums: Record<string, number> = {};
  const add = (name: string, amount: number) => {
    sums[name] = (sums[name] ?? 0) + amount;
  };
  for (const { guards, held } of all) {
    for (const { account: path, settled: posted, available, brought } of guards) {
      add(`${path} settled`, posted);
      add(`${path} available`, available);
      add(`${path} brought`, brought);
    }
    for (const { account: path, taken, brought } of held) {
      add(`${path} held taken`, taken);
      add(`${path} held brought`, brought);
    }
  }
  return Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum !== 0));
};

const splits = fc.tuple(
  balanced,
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.array(fc.nat(), { minLength: 1 }),
);

describe("a pending transaction", () => {
  test("moves nothing that a balance, a statement or turnover counts, and takes from what is available", () => {
    fc.assert(
      fc.property(balanced, (postings) => {
        const { lines, pages, turnover, guards } = effectsOf([pendingOf(postings)], accounts);
        expect([lines, pages, turnover]).toEqual([[], [], []]);
        for (const { settled: posted, available, brought } of guards) {
          expect(posted).toBe(0);
          expect(available).toBeLessThanOrEqual(0);
          expect(brought).toBeGreaterThanOrEqual(0);
        }
      }),
      { seed },
    );
  });

  test("posted in whole or in part leaves behind what the posted part alone would have done, and nothing held", () => {
    fc.assert(
      fc.property(splits, ([postings, share, order]) => {
        const wished = partFrom(postings, share, order);
        const part = wished.length >= 2 ? partOf({ postings }, wished) : partOf({ postings }, undefined);
        const posted = transaction(part, { settles: "t", settledAs: "posted" });
        const plain = effectsOf([transaction(part)], accounts);
        const settling = effectsOf([posted], accounts, [postings]);
        expect(sumsOf([effectsOf([pendingOf(postings)], accounts), settling])).toEqual(sumsOf([plain]));
        expect(settling.pages).toEqual(plain.pages);
        expect(settling.lines.map(({ amount }) => amount)).toEqual(plain.lines.map(({ amount }) => amount));
      }),
      { seed },
    );
  });

  test("posted in whole or in part never asks for more than it reserved", () => {
    fc.assert(
      fc.property(splits, ([postings, share, order]) => {
        const wished = partFrom(postings, share, order);
        if (wished.length < 2) return;
        const posted = transaction(partOf({ postings }, wished), { settles: "t", settledAs: "posted" });
        for (const { available, brought } of effectsOf([posted], accounts, [postings]).guards) {
          expect(available).toBeGreaterThanOrEqual(0);
          expect(brought).toBeLessThanOrEqual(0);
        }
      }),
      { seed },
    );
  });

  test.each(["voided", "expired"] as const)("that is %s leaves nothing behind", (settledAs) => {
    fc.assert(
      fc.property(balanced, (postings) => {
        const over = effectsOf([transaction(postings, { settles: "t", settledAs })], accounts, [postings]);
        expect(sumsOf([effectsOf([pendingOf(postings)], accounts), over])).toEqual({});
        expect([over.lines, over.pages, over.turnover]).toEqual([[], [], []]);
      }),
      { seed },
    );
  });

  test("cannot be posted with a unit more than is reserved, on another account, or on the other side", () => {
    fc.assert(
      fc.property(balanced, fc.nat(), (postings, chosen) => {
        const one = postings[chosen % postings.length];
        if (!one) return;
        const more = postings.map((posting) =>
          posting === one ? { ...posting, amount: posting.amount + Math.sign(posting.amount) } : posting,
        );
        const evened = [...more, { ...one, account: "elsewhere", amount: -Math.sign(one.amount) }];
        expect(() => partOf({ postings }, evened)).toThrow(
          expect.objectContaining({
            code: "ledger.pending-exceeded",
            fields: expect.arrayContaining([
              { pointer: `/postings/${evened.length - 1}`, reason: "was not reserved" },
            ]),
          }),
        );
      }),
      { seed },
    );
    const reserved: Posting[] = [
      { account: "free", commodity: "EUR", amount: 5 },
      { account: "strict", commodity: "EUR", amount: -5 },
    ];
    const turned = reserved.map((posting) => ({ ...posting, amount: -posting.amount }));
    expect(() => partOf({ postings: reserved }, turned)).toThrow(
      expect.objectContaining({ code: "ledger.pending-exceeded" }),
    );
  });

  test("can be posted with several postings where it reserved one, together no more than it", () => {
    const postings: Posting[] = [
      { account: "free", commodity: "EUR", amount: 5 },
      { account: "strict", commodity: "EUR", amount: -5 },
    ];
    const split = (first: number, second: number): Posting[] => [
      { account: "free", commodity: "EUR", amount: first },
      { account: "free", commodity: "EUR", amount: second },
      { account: "strict", commodity: "EUR", amount: -first - second },
    ];
    checkBalanced(split(3, 2));
    expect(partOf({ postings }, split(3, 2))).toHaveLength(3);
    expect(() => partOf({ postings }, split(3, 3))).toThrow();
    expect(() => partOf({ postings }, split(3, 2).slice(0, 2))).toThrow(
      expect.objectContaining({ code: "ledger.unbalanced" }),
    );
  });
});

describe("the state of a pending transaction", () => {
  const open: Pending = openPending(pendingOf([{ account: "free", commodity: "EUR", amount: 5 }]));

  test("is open until its moment, and from its very moment on can only expire", () => {
    const justBefore = "2026-11-23T18:59:59.999Z";
    expect(() => checkOpen(open, justBefore)).not.toThrow();
    expect(isDue(open, justBefore)).toBe(false);
    expect(isDue(open, later)).toBe(true);
    expect(() => checkOpen(open, later)).toThrow(expect.objectContaining({ code: "ledger.pending-expired" }));
  });

  test.each([
    ["posted", "ledger.pending-settled"],
    ["voided", "ledger.pending-settled"],
    ["expired", "ledger.pending-expired"],
  ] as const)("%s is final and says so: %s", (as, code) => {
    const after = settled(open, as, "by-this", now);
    expect(after).toMatchObject({ version: 2, status: as, settledBy: "by-this", settledAt: now });
    expect(() => checkOpen(after, now)).toThrow(expect.objectContaining({ code }));
  });

  test.each([
    [now, "has passed"],
    ["2026-11-23T17:59:59.999Z", "has passed"],
    ["2027-11-24T18:00:00.001Z", "is too far away"],
  ])("cannot begin with the expiry %s, which %s", (expiresAt, reason) => {
    expect(() => checkExpiry(expiresAt, now)).toThrow(
      expect.objectContaining({
        code: "ledger.pending-expiry",
        fields: [{ pointer: "/expiresAt", reason }],
      }),
    );
  });

  test.each(["2026-11-23T18:00:00.001Z", "2027-11-24T18:00:00.000Z"])(
    "can begin with the expiry %s",
    (one) => {
      expect(() => checkExpiry(one, now)).not.toThrow();
    },
  );
});
