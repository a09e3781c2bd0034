import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { clientOf } from "../../functions/client.ts";
import { allRoutes } from "../../functions/routes.ts";
import { stackUrl, tokenFor } from "../support/client.ts";
import { allOf, type Books, booksAs, type Kept, movesAmong, newBooks, posted, sumOf } from "./books.ts";

const seed = 20_261_123;
const dayAt = (n: number) => new Date(Date.UTC(2026, 6, 20 + n)).toISOString().slice(0, 10);
const days = Array.from({ length: 40 }, (_, n) => dayAt(n));
const accounts = ["cash", "bank", "revenue", "other-cost", "opening"];

describe("the figures of a ledger", () => {
  let books: Books;
  let kept: Kept[];
  beforeAll(async () => {
    ({ books } = await newBooks());
    const moves = fc.sample(movesAmong(accounts, days), { seed, numRuns: 120 });
    kept = await posted(books, moves, "figures");
  });

  const balance = async (account: string, times: { asOf?: string; knownAt?: string } = {}) =>
    (await books.listLedgerBalances({ query: { account, commodity: "EUR", ...times } })).items[0]?.balance;

  test("a balance is the recount of the postings, now and as of every day", async () => {
    for (const account of accounts) {
      expect(await balance(account)).toBe(sumOf(kept, account));
      const some = await Promise.all(days.map((asOf) => balance(account, { asOf })));
      expect(some).toEqual(days.map((asOf) => sumOf(kept, account, asOf)));
    }
    expect(await balance("cash", { asOf: "2026-07-01" })).toBe(0);
  });

  test("what was not known yet on a day is not in the balance as it was known then", async () => {
    expect(await balance("cash", { knownAt: "2026-07-30" })).toBe(0);
    expect(await balance("cash", { knownAt: "9999-12-31", asOf: dayAt(20) })).toBe(
      sumOf(kept, "cash", dayAt(20)),
    );
  });

  test("an account shows its natural side, and no commodity that it does not have", async () => {
    const { items, type } = await books.listLedgerBalances({ query: { account: "revenue" } });
    const [only] = items;
    expect(type).toBe("income");
    expect(items).toEqual([
      { commodity: "EUR", balance: sumOf(kept, "revenue"), natural: -sumOf(kept, "revenue") },
    ]);
    expect(only).not.toHaveProperty("available");
    expect((await books.listLedgerBalances({ query: { account: "inventory" } })).items).toEqual([]);
  });

  test.each([1, 7, 200])("a statement in pages of %i runs from its opening to the balance", async (limit) => {
    const [from, to] = [dayAt(5), dayAt(30)];
    for (const account of limit === 1 ? ["cash"] : accounts) {
      const query = { account, commodity: "EUR", from, to, limit };
      let closing = sumOf(kept, account, dayAt(4));
      const lines: { transactionId: string; effectiveOn: string; amount: number; balance: number }[] = [];
      let cursor: string | undefined;
      do {
        const page = await books.readLedgerStatement({ query: { ...query, cursor } });
        expect(page.opening).toBe(closing);
        expect(page.closing).toBe(page.items.at(-1)?.balance ?? page.opening);
        expect(page.items.length).toBeLessThanOrEqual(limit);
        ({ closing } = page);
        lines.push(...page.items);
        cursor = page.next;
        if (cursor !== undefined) expect(page.items).toHaveLength(limit);
      } while (cursor !== undefined);
      const should = kept.filter(
        (one) => one.account === account && one.effectiveOn >= from && one.effectiveOn <= to,
      );
      expect(lines.map(({ transactionId }) => transactionId).sort()).toEqual(
        should.map(({ transactionId }) => transactionId).sort(),
      );
      expect(lines.map(({ effectiveOn }) => effectiveOn)).toEqual(
        lines.map(({ effectiveOn }) => effectiveOn).sort(),
      );
      let running = sumOf(kept, account, dayAt(4));
      for (const line of lines) {
        running += line.amount;
        expect(line.balance).toBe(running);
      }
      expect(closing).toBe(sumOf(kept, account, to));
    }
  });

  test("a statement as known on a day has what was inserted by then, and opens with it", async () => {
    const query = { account: "cash", commodity: "EUR", from: dayAt(5) };
    expect(await books.readLedgerStatement({ query: { ...query, knownAt: "2026-07-30" } })).toMatchObject({
      opening: 0,
      items: [],
      closing: 0,
    });
    const whole = await books.readLedgerStatement({ query: { ...query, limit: 200 } });
    expect(
      await books.readLedgerStatement({ query: { ...query, limit: 200, knownAt: "9999-12-31" } }),
    ).toEqual(whole);
  });

  test("a statement that others post to while it is read has every line of before once, and its balances run on", async () => {
    const { books: own } = await newBooks();
    const before = await posted(own, fc.sample(movesAmong(accounts, days), { seed, numRuns: 60 }), "before");
    const meanwhile = posted(
      own,
      fc.sample(movesAmong(accounts, days), { seed: seed + 1, numRuns: 60 }),
      "meanwhile",
    );
    const ids: string[] = [];
    let closing = 0;
    let cursor: string | undefined;
    do {
      const page = await own.readLedgerStatement({
        query: { account: "cash", commodity: "EUR", limit: 5, cursor },
      });
      expect(page.opening).toBe(closing);
      let running = page.opening;
      for (const { amount, balance: stands } of page.items) {
        running += amount;
        expect(stands).toBe(running);
      }
      closing = page.closing;
      expect(closing).toBe(running);
      ids.push(...page.items.map(({ transactionId }) => transactionId));
      cursor = page.next;
    } while (cursor !== undefined);
    await meanwhile;
    expect(new Set(ids).size).toBe(ids.length);
    const should = before
      .filter(({ account }) => account === "cash")
      .map(({ transactionId }) => transactionId);
    expect(ids.filter((id) => id.startsWith("before")).sort()).toEqual(should.sort());
  });

  test.each([undefined, dayAt(11)])(
    "the trial balance as of %s has equal sides and every account",
    async (asOf) => {
      const trial = await books.readTrialBalance({ query: { asOf } });
      expect(trial).toMatchObject({ commodity: "EUR", steady: true });
      expect(trial.debit).toBe(trial.credit);
      expect(trial.debit).toBeGreaterThan(0);
      const should = accounts
        .map((account) => ({ account, balance: sumOf(kept, account, asOf) }))
        .filter((one) => one.balance !== 0);
      expect(trial.items.map(({ account, debit, credit }) => ({ account, balance: debit - credit }))).toEqual(
        should.sort((a, b) => (a.account < b.account ? -1 : 1)),
      );
      expect(trial.types.reduce((sum, { debit, credit }) => sum + debit - credit, 0)).toBe(0);
    },
  );

  test("the trial balance in pages ends with the sums of all of them", async () => {
    const whole = await books.readTrialBalance({ query: {} });
    const rows: (typeof whole)["items"] = [];
    let cursor: string | undefined;
    let last: typeof whole;
    do {
      last = await books.readTrialBalance({ query: { limit: 4, cursor } });
      rows.push(...last.items);
      cursor = last.next;
    } while (cursor !== undefined);
    expect(rows).toEqual(whole.items);
    expect(last).toMatchObject({
      debit: whole.debit,
      credit: whole.credit,
      types: whole.types,
      steady: true,
    });
  });

  test("what does not exist has no balance and no statement", async () => {
    const refused = { status: 404, code: "record.not-found" };
    await expect(balance("nothing")).rejects.toMatchObject(refused);
    await expect(
      books.readLedgerStatement({ query: { account: "nothing", commodity: "EUR" } }),
    ).rejects.toMatchObject(refused);
    await expect(books.listMemberBalances({ query: { control: "clients:*:deposit" } })).rejects.toMatchObject(
      refused,
    );
  });

  test("a cursor of another statement is refused", async () => {
    const { next: cursor } = await books.readLedgerStatement({
      query: { account: "cash", commodity: "EUR", limit: 1 },
    });
    await expect(
      books.readLedgerStatement({ query: { account: "bank", commodity: "EUR", cursor } }),
    ).rejects.toMatchObject({ code: "request.cursor-mismatch" });
  });
});

describe("the accounts of clients", () => {
  const made = async () => {
    const { token, books, adminMemberId } = await newBooks();
    const api = clientOf(allRoutes, { baseUrl: stackUrl(), token });
    const hire = async (role: "manager" | "accountant" | "auditor") => {
      const email = `${role}-${crypto.randomUUID()}@test.example`;
      const { id } = await api.inviteMember({ body: { email, name: role, role } });
      return { id, books: booksAs(await tokenFor(email)) };
    };
    const manager = await hire("manager");
    const client = await api.createClient({ body: { name: "Own", ownerId: manager.id } });
    const other = await api.createClient({ body: { name: "Other", ownerId: adminMemberId } });
    const product = await api.createProduct({ body: { code: "P", name: "Pump" } });
    const sale = async (id: string, clientId: string, amount: number, effectiveOn: string) => {
      const account = `clients:${clientId}:deposit`;
      await books.postTransaction({
        body: {
          id,
          kind: "sale",
          effectiveOn,
          links: { clientId, productId: product.id },
          postings: [
            { account, commodity: "EUR", amount },
            { account: "revenue", commodity: "EUR", amount: -amount },
            { account: "cost-of-goods", commodity: "EUR", amount: 40 },
            { account: "goods-received", commodity: "EUR", amount: -40 },
          ],
          opens: [{ path: account, type: "asset" }],
        },
      });
    };
    await sale("s1", client.id, 100, "2026-03-05");
    await sale("s2", client.id, 150, "2026-03-06");
    await sale("s3", other.id, 1_000, "2026-04-07");
    return { books, manager, hire, client, other, product };
  };
  let all: Awaited<ReturnType<typeof made>>;
  beforeAll(async () => {
    all = await made();
  });

  test("stand together in the trial balance and apart behind it, page by page", async () => {
    const { books, client, other } = all;
    const trial = await books.readTrialBalance({ query: {} });
    expect(trial.items).toContainEqual({
      account: "clients:*:deposit",
      type: "asset",
      debit: 1_250,
      credit: 0,
    });
    const members = await allOf((cursor) =>
      books.listMemberBalances({ query: { control: "clients:*:deposit", limit: 1, cursor } }),
    );
    const should = [
      { account: `clients:${client.id}:deposit`, balance: 250, natural: 250 },
      { account: `clients:${other.id}:deposit`, balance: 1_000, natural: 1_000 },
    ];
    expect(members).toEqual(should.sort((a, b) => (a.account < b.account ? -1 : 1)));
    const early = await books.listMemberBalances({
      query: { control: "clients:*:deposit", asOf: "2026-03-05" },
    });
    expect(early.items).toEqual([{ account: `clients:${client.id}:deposit`, balance: 100, natural: 100 }]);
  });

  test("are listed with the commodities that they have, and have a statement", async () => {
    const { books, client } = all;
    const account = `clients:${client.id}:deposit`;
    expect(await books.listLedgerBalances({ query: { account } })).toEqual({
      account,
      type: "asset",
      items: [{ commodity: "EUR", balance: 250, natural: 250 }],
    });
    const statement = await books.readLedgerStatement({ query: { account, commodity: "EUR" } });
    expect(statement).toMatchObject({
      opening: 0,
      closing: 250,
      items: [
        { transactionId: "s1", kind: "sale", amount: 100, balance: 100 },
        { transactionId: "s2", kind: "sale", amount: 150, balance: 250 },
      ],
    });
  });

  test("are picked out of the statement of an account, with the balances of all of it", async () => {
    const { books, client, other } = all;
    const query = { account: "revenue", commodity: "EUR" };
    const own = await books.readLedgerStatement({ query: { ...query, clientId: other.id } });
    expect(own).toMatchObject({
      opening: 0,
      items: [{ transactionId: "s3", amount: -1_000, balance: -1_250 }],
      closing: -1_250,
    });
    const lines = await allOf((cursor) =>
      books.readLedgerStatement({ query: { ...query, clientId: client.id, kind: "sale", limit: 1, cursor } }),
    );
    expect(lines).toMatchObject([
      { transactionId: "s1", balance: -100 },
      { transactionId: "s2", balance: -250 },
    ]);
    const none = await books.readLedgerStatement({ query: { ...query, kind: "payment" } });
    expect(none).toMatchObject({ items: [], closing: -1_250 });
    expect(none).not.toHaveProperty("next");
  });

  test("are read by who may see the client, and by nobody else", async () => {
    const { manager, client, other } = all;
    const query = (id: string) => ({ account: `clients:${id}:deposit`, commodity: "EUR" });
    const own = await manager.books.listLedgerBalances({ query: query(client.id) });
    expect(own.items).toMatchObject([{ balance: 250 }]);
    const hidden = { status: 404, code: "record.not-found" };
    await expect(manager.books.listLedgerBalances({ query: query(other.id) })).rejects.toMatchObject(hidden);
    await expect(manager.books.readLedgerStatement({ query: query(other.id) })).rejects.toMatchObject(hidden);
    await expect(manager.books.listLedgerBalances({ query: { account: "revenue" } })).rejects.toMatchObject(
      hidden,
    );
    await expect(
      manager.books.readClientTurnover({ params: { clientId: other.id }, query: { year: 2026 } }),
    ).rejects.toMatchObject(hidden);
    await expect(manager.books.readTrialBalance({ query: {} })).rejects.toMatchObject({
      code: "access.forbidden",
    });
  });

  test("are listed with what was sold to them, page by page, and it comes to what was sold in all", async () => {
    const { books, client, other, product } = all;
    const sold = await allOf((cursor) =>
      books.listClientTurnover({ query: { year: 2026, limit: 1, cursor } }),
    );
    const should = [
      { id: client.id, revenue: 250, margin: 170, sales: 2 },
      { id: other.id, revenue: 1_000, margin: 960, sales: 1 },
    ];
    expect(sold).toEqual(should.sort((a, b) => (a.id < b.id ? -1 : 1)));
    expect((await books.listProductTurnover({ query: { year: 2026 } })).items).toEqual([
      { id: product.id, revenue: 1_250, margin: 1_130, sales: 3 },
    ]);
    const trial = await books.readTrialBalance({ query: {} });
    expect(trial.types.find(({ type }) => type === "income")?.credit).toBe(1_250);
    for (const query of [{ year: 2025 }, { year: 2026, currency: "RON" as const }])
      expect((await books.listClientTurnover({ query })).items).toEqual([]);
  });

  test("have a turnover by month, and so has the product; a sale taken back is none", async () => {
    const { books, client, product } = all;
    const account = [
      { account: "cost-of-goods", amount: 80 },
      { account: "revenue", amount: -250 },
    ];
    const march = { month: "2026-03", revenue: 250, margin: 170, sales: 2, accounts: account };
    const turnover = { params: { clientId: client.id }, query: { year: 2026 } };
    expect(await books.readClientTurnover(turnover)).toEqual({
      year: 2026,
      currency: "EUR",
      revenue: 250,
      margin: 170,
      sales: 2,
      accounts: account,
      months: [march],
    });
    const ofProduct = await books.readProductTurnover({
      params: { productId: product.id },
      query: { year: 2026 },
    });
    expect(ofProduct).toMatchObject({ revenue: 1_250, sales: 3, months: [march, { month: "2026-04" }] });
    expect(
      await books.readClientTurnover({ params: { clientId: client.id }, query: { year: 2025 } }),
    ).toMatchObject({ revenue: 0, months: [] });
    const { books: more, client: another } = await made();
    await more.reverseTransaction({
      params: { transactionId: "s1" },
      body: { id: "s1-back", effectiveOn: "2026-03-31" },
    });
    const left = await more.readClientTurnover({
      params: { clientId: another.id },
      query: { year: 2026 },
    });
    expect(left).toMatchObject({ revenue: 150, margin: 110, sales: 1 });
  });
});

describe("an account that may not go below zero", () => {
  test("says what is available, now only", async () => {
    const { books } = await newBooks();
    await books.openAccount({ body: { path: "vouchers", type: "liability", mayGoBelowZero: false } });
    await books.postTransaction({
      body: {
        id: "v1",
        postings: [
          { account: "cash", commodity: "EUR", amount: 70 },
          { account: "vouchers", commodity: "EUR", amount: -70 },
        ],
      },
    });
    const query = { account: "vouchers", commodity: "EUR" };
    expect((await books.listLedgerBalances({ query })).items).toEqual([
      { commodity: "EUR", balance: -70, natural: 70, available: 70 },
    ]);
    const [past] = (await books.listLedgerBalances({ query: { ...query, asOf: "2999-01-01" } })).items;
    expect(past).toEqual({ commodity: "EUR", balance: -70, natural: 70 });
  });
});
