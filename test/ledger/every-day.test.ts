import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ProblemError } from "../../functions/client.ts";
import { jsonOf, textOf } from "../../functions/kit/table/text.ts";
import { type Books, booksAs, newBooks, openVault, type Vault, verified } from "./books.ts";

let books: Books;
let vault: Vault;
let tenantId: string;
beforeAll(async () => {
  ({ books, tenantId } = await newBooks());
  vault = await openVault(tenantId);
});
afterAll(() => vault.close());

const january = (day: number) => `2026-01-${String(day).padStart(2, "0")}`;
let numbers = 0;
const nextId = () => `day-${++numbers}`;

interface Wish {
  readonly on?: string;
  readonly id?: string;
}
/** Money that comes into an account from the bank, or goes back to it, in cents. */
const moved = (account: string, amount: number, { on, id = nextId() }: Wish = {}) => ({
  id,
  ...(on === undefined ? {} : { effectiveOn: on }),
  postings: [
    { account, commodity: "EUR", amount },
    { account: "bank", commodity: "EUR", amount: -amount },
  ],
});
const move = (account: string, amount: number, on?: string) =>
  books.postTransaction({ body: moved(account, amount, on === undefined ? {} : { on }) });

/** Accounts of everybody, counted by chain, and those of one day, which are not. */
const opened = async (kind: "common" | "member", limits?: Record<string, number>): Promise<string> => {
  const path = kind === "common" ? `box-${nextId()}` : `tills:2026-01-01:${nextId()}`;
  await books.openAccount({
    body: { path, type: "asset", mayGoBelowZero: false, ...(limits ? { limits } : {}) },
  });
  return path;
};

const balanceOn = async (account: string, asOf: string): Promise<number> => {
  const { items } = await books.listLedgerBalances({ query: { account, commodity: "EUR", asOf } });
  return items[0]?.natural ?? 0;
};

const problemOf = (refused: Promise<unknown>): Promise<ProblemError> =>
  refused.then(
    () => expect.fail("it was not refused"),
    (error: unknown) => (error instanceof ProblemError ? error : Promise.reject(error)),
  );

describe.each(["common", "member"] as const)("a %s account that may not go below zero", (kind) => {
  test("takes nothing out before the day on which it came in", async () => {
    const box = await opened(kind);
    await move(box, 10_000, january(10));
    const problem = await problemOf(move(box, -5_000, january(5)));
    expect(problem).toMatchObject({ code: "ledger.insufficient", status: 409 });
    expect(problem.detail).toBe(
      `${box} has 0.00 EUR on 2026-01-05; 50.00 EUR are needed, 50.00 EUR are missing. ` +
        "Lower the amount, or first bring in what is missing by 2026-01-05, or use 2026-01-10 or a later day.",
    );
    await move(box, -5_000, january(10));
    expect(await balanceOn(box, january(9))).toBe(0);
    expect(await balanceOn(box, january(10))).toBe(5_000);
  });

  test("takes nothing out that is gone on a later day", async () => {
    const box = await opened(kind);
    await move(box, 10_000, january(10));
    await move(box, -8_000, january(20));
    await move(box, 10_000, "2026-03-05");
    const problem = await problemOf(move(box, -3_000, january(12)));
    expect(problem.detail).toContain("has 20.00 EUR on 2026-01-20; 30.00 EUR are needed, 10.00 EUR are");
    expect(problem.detail).toContain("use 2026-03-05 or a later day");
    await move(box, -2_000, january(12));
    await expect(move(box, -1, january(19))).rejects.toMatchObject({ code: "ledger.insufficient" });
    await move(box, -3_000, "2026-03-05");
  });

  test("takes out on an earlier day what came in late for it", async () => {
    const box = await opened(kind);
    await move(box, 100, january(31));
    await expect(move(box, -100, "2025-12-31")).rejects.toMatchObject({ code: "ledger.insufficient" });
    await move(box, 100, "2025-11-30");
    await move(box, -100, "2025-12-31");
    expect(await balanceOn(box, "2025-12-30")).toBe(100);
    expect(await balanceOn(box, january(1))).toBe(0);
  });

  test("lets concurrent earlier postings take out only what every day has", async () => {
    const box = await opened(kind);
    await move(box, 100, january(10));
    await move(box, 1_000, "2026-02-10");
    const early = Array.from({ length: 10 }, (_, n) => move(box, -30, january(10 + n)));
    const late = Array.from({ length: 6 }, () => move(box, -50, "2026-02-10"));
    const outcomes = await Promise.allSettled([...early, ...late]);
    const posted = (some: readonly PromiseSettledResult<unknown>[]) =>
      some.filter(({ status }) => status === "fulfilled").length;
    for (const outcome of outcomes)
      if (outcome.status === "rejected")
        expect(outcome.reason).toMatchObject({ code: "ledger.insufficient" });
    expect(posted(outcomes.slice(0, 10))).toBe(3);
    expect(posted(outcomes.slice(10))).toBe(6);
    expect(await balanceOn(box, "2026-02-09")).toBe(10);
    expect(await balanceOn(box, "2026-02-10")).toBe(710);
  });
});

describe("an account with a limit", () => {
  test("is over it on no day", async () => {
    const box = await opened("common", { EUR: 10_000 });
    await move(box, 8_000, january(10));
    await move(box, -8_000, january(20));
    const problem = await problemOf(move(box, 3_000, january(12)));
    expect(problem).toMatchObject({ code: "ledger.limit-exceeded", status: 409 });
    expect(problem.detail).toBe(
      `${box} has room for 20.00 EUR on 2026-01-12; 30.00 EUR would come in, 10.00 EUR too much. ` +
        "Lower the amount, or first take out what is too much by 2026-01-12, or use 2026-01-20 or a later day.",
    );
    await move(box, 3_000, january(20));
    await expect(move(box, 7_001, january(5))).rejects.toMatchObject({ code: "ledger.limit-exceeded" });
  });
});

describe("transactions of several days posted together", () => {
  test("are held to every day between them", async () => {
    const box = await opened("common");
    const outFirst = [moved(box, -50, { on: january(5) }), moved(box, 50, { on: january(10) })];
    const problem = await problemOf(books.postBatch({ body: { transactions: outFirst } }));
    expect(problem).toMatchObject({ code: "ledger.insufficient" });
    expect(problem.detail).toContain("on 2026-01-05");
    const inFirst = [moved(box, -50, { on: january(10) }), moved(box, 50, { on: january(5) })];
    await books.postBatch({ body: { transactions: inFirst } });
    expect(await balanceOn(box, january(9))).toBe(50);
    await move(box, 20, january(20));
    const between = [moved(box, -30, { on: january(15) }), moved(box, 40, { on: january(25) })];
    await expect(books.postBatch({ body: { transactions: between } })).rejects.toMatchObject({
      code: "ledger.insufficient",
    });
    const overTheTop = [moved(box, -20, { on: january(25) }), moved(box, 5, { on: january(28) })];
    await books.postBatch({ body: { transactions: overTheTop } });
    expect(await balanceOn(box, january(28))).toBe(5);
  });

  test("are refused row by row in bulk, with the day", async () => {
    const box = await opened("common");
    const rows = [
      moved(box, 100, { on: january(10) }),
      moved(box, -50, { on: january(9) }),
      moved(box, -60, { on: january(10) }),
      moved(box, -60, { on: january(20) }),
    ];
    const { posted, refused, results } = await books.postBulk({ body: { transactions: rows } });
    expect([posted, refused]).toEqual([2, 2]);
    expect(results.map(({ outcome }) => outcome)).toEqual(["posted", "refused", "posted", "refused"]);
    expect(results[1]).toMatchObject({
      code: "ledger.insufficient",
      detail: expect.stringContaining("has 0.00 EUR on 2026-01-09"),
    });
  });

  test("touch thirty guarded accounts on an earlier day at once", async () => {
    const boxes = await Promise.all(Array.from({ length: 14 }, () => opened("member")));
    const all = (amount: number, effectiveOn: string) => ({
      id: nextId(),
      effectiveOn,
      postings: [
        ...boxes.map((account) => ({ account, commodity: "EUR", amount })),
        { account: "bank", commodity: "EUR", amount: -amount * boxes.length },
      ],
    });
    await books.postTransaction({ body: all(10, january(10)) });
    await books.postTransaction({ body: all(10, january(20)) });
    await books.postTransaction({ body: all(-10, january(12)) });
    await expect(books.postTransaction({ body: all(-1, january(12)) })).rejects.toMatchObject({
      code: "ledger.insufficient",
    });
  });
});

describe("what is reserved", () => {
  test("is posted on an earlier day only where that day has it", async () => {
    const box = await opened("common");
    await move(box, 100, january(10));
    const hold = async (amount: number) => {
      const { effectiveOn: _none, ...transaction } = { effectiveOn: "", ...moved(box, -amount) };
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
      return (await books.makePending({ body: { ...transaction, expiresAt } })).id;
    };
    const pendingId = await hold(60);
    await expect(move(box, -50, january(10))).rejects.toMatchObject({ code: "ledger.insufficient" });
    await move(box, -40, january(15));
    const post = (effectiveOn: string) =>
      books.postPending({ params: { pendingId }, body: { id: nextId(), effectiveOn } });
    expect((await problemOf(post(january(9)))).detail).toContain("on 2026-01-09");
    await post(january(10));
    await expect(hold(1)).rejects.toMatchObject({ code: "ledger.insufficient" });
    expect(await balanceOn(box, january(10))).toBe(40);
    expect(await balanceOn(box, january(15))).toBe(0);
  });

  test("frees its room on every day when it is voided", async () => {
    const box = await opened("common");
    await move(box, 100, january(10));
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const pendingId = (await books.makePending({ body: { ...moved(box, -100), expiresAt } })).id;
    await expect(move(box, -1, january(12))).rejects.toMatchObject({ code: "ledger.insufficient" });
    await books.voidPending({ params: { pendingId }, body: { id: nextId() } });
    await move(box, -100, january(12));
  });
});

describe("a reversal", () => {
  test("takes nothing back before the day on which it came in", async () => {
    const box = await opened("common");
    const { id } = await move(box, 100, january(10));
    await move(box, 100, january(20));
    const params = { transactionId: id };
    const reverse = (effectiveOn: string) =>
      books.reverseTransaction({ params, body: { id: nextId(), effectiveOn } });
    expect((await problemOf(reverse(january(9)))).detail).toContain("on 2026-01-09");
    await reverse(january(10));
    expect(await balanceOn(box, january(19))).toBe(0);
  });

  test("takes nothing back that was spent on a later day", async () => {
    const box = await opened("common");
    const { id } = await move(box, 100, january(10));
    await move(box, -70, january(12));
    await move(box, 100, january(20));
    const params = { transactionId: id };
    const reverse = (effectiveOn?: string) =>
      books.reverseTransaction({ params, body: { id: nextId(), effectiveOn } });
    expect((await problemOf(reverse(january(10)))).detail).toContain("has 0.30 EUR on 2026-01-12");
    await reverse();
  });
});

describe("a constraint that comes later", () => {
  const loose = async () => {
    const path = `loose-${nextId()}`;
    await books.openAccount({ body: { path, type: "asset" } });
    return path;
  };

  test("is refused with the first day that breaks it", async () => {
    const box = await loose();
    const params = { path: box };
    await move(box, -500, january(5));
    await move(box, 800, january(10));
    const strict = () => books.changeAccount({ params, body: { mayGoBelowZero: false } });
    const problem = await problemOf(strict());
    expect(problem).toMatchObject({ code: "ledger.account-in-use", status: 409 });
    expect(problem.detail).toContain("stood at -5.00 EUR on 2026-01-05");
    await move(box, 500, january(5));
    await strict();
    await expect(move(box, -1, january(9))).rejects.toMatchObject({ code: "ledger.insufficient" });
  });

  test("holds for the past of an account that stands at zero", async () => {
    const box = await loose();
    const params = { path: box };
    await move(box, 800, january(5));
    await move(box, -800, january(10));
    const limited = (EUR: number) => books.changeAccount({ params, body: { limits: { EUR } } });
    expect((await problemOf(limited(700))).detail).toContain("stood at 8.00 EUR on 2026-01-05");
    await limited(1_000);
    await expect(move(box, 201, january(4))).rejects.toMatchObject({ code: "ledger.limit-exceeded" });
    await move(box, 200, january(4));
    await limited(1_100);
    expect((await problemOf(limited(900))).detail).toContain("stood at 10.00 EUR on 2026-01-05");
  });
});

describe("a guard from before guards knew their days", () => {
  const forget = async (path: string) => {
    const { lastDay, backdated: _none, ...guard } = await vault.get(`LEDGER#${path}#EUR`, "GUARD");
    await vault.put(guard);
    return lastDay?.S;
  };

  test("holds every day from its first posting on", async () => {
    const box = await opened("common");
    await move(box, 100, january(10));
    expect(await forget(box)).toBe(january(10));
    await expect(move(box, -50, january(9))).rejects.toMatchObject({ code: "ledger.insufficient" });
    await move(box, 7, january(5));
    expect((await vault.get(`LEDGER#${box}#EUR`, "GUARD")).lastDay?.S).toBe(january(10));
    await forget(box);
    await move(box, -100, january(20));
    expect((await vault.get(`LEDGER#${box}#EUR`, "GUARD")).lastDay?.S).toBe(january(20));
    expect((await verified(books)).fault).toBeUndefined();
  });

  test("may be missing where an account was constrained at zero", async () => {
    const path = `old-${nextId()}`;
    await books.openAccount({ body: { path, type: "asset" } });
    await move(path, 800, january(5));
    await move(path, -800, january(10));
    await books.changeAccount({ params: { path }, body: { limits: { EUR: 1_000 } } });
    await vault.remove(`LEDGER#${path}#EUR`, "GUARD");
    await expect(move(path, 300, january(4))).rejects.toMatchObject({ code: "ledger.limit-exceeded" });
    await move(path, 300, january(10));
    expect((await vault.get(`LEDGER#${path}#EUR`, "GUARD")).lastDay?.S).toBe(january(10));
  });

  test("lets concurrent postings date it once", async () => {
    const box = await opened("common");
    await move(box, 100, january(10));
    await forget(box);
    const tries = [january(9), january(10), january(12), january(20), january(8), january(15)];
    const outcomes = await Promise.allSettled(tries.map((day) => move(box, -40, day)));
    const fulfilled = outcomes.filter(({ status }) => status === "fulfilled");
    expect(fulfilled).toHaveLength(2);
    expect(await balanceOn(box, "2026-12-01")).toBe(20);
  });
});

describe("verify", () => {
  test("names the first day on which a constrained account was beyond its bounds", async () => {
    const own = await newBooks();
    const body = { path: "box", type: "asset" as const };
    const api = booksAs(own.token);
    const table = await openVault(own.tenantId);
    await api.openAccount({ body });
    await api.postTransaction({ body: moved("box", -500, { on: january(5) }) });
    await api.postTransaction({ body: moved("box", 800, { on: january(10) }) });
    expect((await verified(api)).fault).toBeUndefined();
    // As one that was constrained before constraints held on every day.
    const account = await table.get("LEDGER#box", "ACCOUNT");
    const record = jsonOf(account.record?.S ?? "").replace('Zero":true', 'Zero":false');
    await table.put({ ...account, record: { S: textOf(JSON.parse(record)) } });
    await table.put({
      pk: { S: `${account.pk?.S}#EUR` },
      sk: { S: "GUARD" },
      entity: { S: "ledger-guard" },
      settled: { N: "300" },
      available: { N: "300" },
    });
    expect((await verified(api)).fault).toMatchObject({
      kind: "constraint",
      account: "box",
      commodity: "EUR",
      effectiveOn: january(5),
    });
    table.close();
  });
});
