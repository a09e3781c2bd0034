import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hashOf } from "../../domain/ledger/chain.ts";
import { Transaction } from "../../domain/ledger/transaction.ts";
import { clientOf } from "../../functions/client.ts";
import { tableLayout } from "../../functions/kit/table/layout.ts";
import { jsonOf, textOf } from "../../functions/kit/table/text.ts";
import { sha256 } from "../../functions/ledger/store.ts";
import { allRoutes } from "../../functions/routes.ts";
import { stackUrl } from "../support/client.ts";
import { type Books, newBooks, openVault, type Vault, verified } from "./books.ts";

type Item = Record<string, AttributeValue>;
const list = tableLayout.indexes.list;
const keyOf = (id: string) => `LEDGER-TX#${id}`;
const recordOf = (item: Item): Transaction => Transaction.parse(JSON.parse(jsonOf(item.record?.S ?? "")));
const withText = (item: Item, record: unknown): Item => ({ ...item, record: { S: textOf(record) } });
/** As somebody would write it who knows how hashes are made. */
const rehashed = (transaction: Transaction): Transaction => ({
  ...transaction,
  hash: hashOf(transaction, sha256),
});

/** Every value in a record with the way to it. */
const leavesOf = (value: unknown, at: readonly string[] = []): (readonly string[])[] =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, [...at, name]))
    : [at];

/** The record with one value changed by as little as can be. */
const alteredAt = (value: unknown, way: readonly string[]): unknown => {
  const [name, ...rest] = way;
  if (name === undefined)
    return typeof value === "number"
      ? value + 1
      : `${String(value).slice(0, -1)}${String(value).endsWith("0") ? "1" : "0"}`;
  if (Array.isArray(value)) return value.map((one, n) => (String(n) === name ? alteredAt(one, rest) : one));
  if (typeof value !== "object" || value === null) throw new Error("no way");
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === name ? alteredAt(inner, rest) : inner]),
  );
};

describe("verify, after somebody had a hand on the table,", () => {
  let books: Books;
  let vault: Vault;
  let clientId: string;
  let productId: string;

  beforeEach(async () => {
    const made = await newBooks();
    ({ books } = made);
    vault = await openVault(made.tenantId);
    const api = clientOf(allRoutes, { baseUrl: stackUrl(), token: made.token });
    ({ id: clientId } = await api.createClient({ body: { name: "Bought" } }));
    ({ id: productId } = await api.createProduct({ body: { code: "P", name: "Pump" } }));
    await books.openAccount({ body: { path: "vouchers", type: "liability", mayGoBelowZero: false } });
    // One call is one chain: these follow one another.
    for (let n = 0; n < 4; n++)
      await books.postBatch({
        body: { transactions: [0, 1].map((m) => sale(`s${2 * n + m}`, 100 + n)) },
      });
  });
  afterEach(() => vault.close());

  const sale = (id: string, amount: number, effectiveOn = "2026-09-30") => ({
    id,
    kind: "sale",
    memo: "Pumps",
    effectiveOn,
    links: { clientId, productId },
    postings: [
      { account: "cash", commodity: "EUR", amount },
      { account: "revenue", commodity: "EUR", amount: -amount },
    ],
  });
  /** The transactions of the chain that has most of them, in order. */
  const longestChain = async (): Promise<Transaction[]> => {
    const all = await Promise.all(
      Array.from({ length: 8 }, async (_, n) => recordOf(await vault.get(keyOf(`s${n}`), "TX"))),
    );
    const [longest = []] = [...Map.groupBy(all, ({ chain }) => chain).values()].sort(
      (a, b) => b.length - a.length,
    );
    return longest.sort((a, b) => a.seq - b.seq);
  };
  const changed = async (pk: string, sk: string, change: (item: Item) => Item) => {
    const item = await vault.get(pk, sk);
    await vault.put(change(item));
    return () => vault.put(item);
  };
  const faultOf = async () => (await verified(books)).fault;
  const reserve = (id: string, amount: number) =>
    books.makePending({
      body: {
        id,
        expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
        postings: [
          { account: "vouchers", commodity: "EUR", amount },
          { account: "cash", commodity: "EUR", amount: -amount },
        ],
      },
    });
  const fillVouchers = () =>
    books.postTransaction({
      body: {
        id: "vouchers",
        postings: [
          { account: "cash", commodity: "EUR", amount: 100 },
          { account: "vouchers", commodity: "EUR", amount: -100 },
        ],
      },
    });

  test("names a transaction whichever of its fields was changed, at the beginning, within and at the end of its chain", async () => {
    const chain = await longestChain();
    expect(chain.length).toBeGreaterThan(1);
    const places = [0, Math.floor(chain.length / 2), chain.length - 1];
    for (const place of new Set(places)) {
      const one = chain[place] ?? expect.fail("no such transaction");
      const ways = leavesOf(one);
      expect(ways.length).toBeGreaterThan(18);
      for (const way of ways) {
        const back = await changed(keyOf(one.id), "TX", (item) => withText(item, alteredAt(one, way)));
        expect(await faultOf(), way.join(".")).toMatchObject({
          kind: "content",
          chain: one.chain,
          seq: one.seq,
          transactionId: one.id,
        });
        await back();
      }
    }
    expect(await faultOf()).toBeUndefined();
  });

  test("names a transaction that was changed and given a fitting hash", async () => {
    for (const one of await longestChain()) {
      const other = rehashed({ ...one, memo: "Others" });
      const back = await changed(keyOf(one.id), "TX", (item) => withText(item, other));
      expect(await faultOf()).toMatchObject({ kind: "replaced", seq: one.seq, transactionId: one.id });
      await back();
    }
  });

  test("names the first of two transactions that changed places", async () => {
    const [first, second] = await longestChain();
    if (!first || !second) expect.fail("no two transactions");
    const swap = async (a: Transaction, b: Transaction) =>
      changed(keyOf(a.id), "TX", (item) =>
        withText(
          { ...item, [list.sortKey]: { S: String(b.seq).padStart(12, "0") } },
          rehashed({ ...a, seq: b.seq }),
        ),
      );
    await swap(first, second);
    await swap(second, first);
    expect(await faultOf()).toMatchObject({
      kind: expect.stringMatching(/content|replaced/),
      chain: first.chain,
      seq: first.seq,
    });
  });

  test("names the last transaction, which was taken out", async () => {
    const last = (await longestChain()).at(-1) ?? expect.fail("no transaction");
    await vault.remove(keyOf(last.id), "TX");
    expect(await faultOf()).toMatchObject({ kind: "missing", chain: last.chain, seq: last.seq });
  });

  test("names the lines of the last transaction, which was taken out and its chain cut", async () => {
    const chain = await longestChain();
    const [last, before] = [chain.at(-1), chain.at(-2)];
    if (!last || !before) expect.fail("no two transactions");
    await vault.remove(keyOf(last.id), "TX");
    await changed(`LEDGER-CHAIN#${last.chain}`, "HEAD", (item) => ({
      ...item,
      seq: { N: String(before.seq) },
      hash: { S: before.hash },
    }));
    expect(await faultOf()).toMatchObject({ kind: "posting", transactionId: last.id });
  });

  test.each(["with its hash", "with a fitting hash"])(
    "names a transaction that got another number, %s",
    async (how) => {
      const last = (await longestChain()).at(-1) ?? expect.fail("no transaction");
      const other = { ...last, seq: last.seq + 1 };
      await changed(keyOf(last.id), "TX", (item) =>
        withText(
          { ...item, [list.sortKey]: { S: String(other.seq).padStart(12, "0") } },
          how === "with its hash" ? other : rehashed(other),
        ),
      );
      expect(await faultOf()).toMatchObject({ kind: "missing", chain: last.chain, seq: last.seq });
    },
  );

  test("names a transaction that was put into another block of its chain", async () => {
    const [first] = await longestChain();
    if (!first) expect.fail("no transaction");
    await changed(keyOf(first.id), "TX", (item) => ({
      ...item,
      [list.partitionKey]: { S: (item[list.partitionKey]?.S ?? "").replace(/#0$/, "#1") },
    }));
    expect(await faultOf()).toMatchObject({ kind: "missing", chain: first.chain, seq: first.seq });
  });

  test("names the chain whose end lets others post into a locked period, or believe in old accounts", async () => {
    await books.setLedgerLock({ body: { lockedThrough: "2026-09-30" } });
    expect(await faultOf()).toBeUndefined();
    const back = await changed("LEDGER-CHAIN#3", "HEAD", ({ lockedThrough: _, ...item }) => item);
    expect(await faultOf()).toMatchObject({ kind: "head", chain: 3 });
    await back();
    await changed("LEDGER-CHAIN#7", "HEAD", (item) => ({
      ...item,
      epoch: { N: String(Number(item.epoch?.N ?? 0) + 1) },
    }));
    expect(await faultOf()).toMatchObject({ kind: "head", chain: 7 });
  });

  test("names the transaction of which it is not known any more that it was taken back", async () => {
    await books.reverseTransaction({ params: { transactionId: "s1" }, body: { id: "s1-back" } });
    expect(await faultOf()).toBeUndefined();
    const back = await changed(keyOf("s1"), "REVERSED", (item) =>
      withText(item, { id: "s1", version: 1, by: "s2" }),
    );
    expect(await faultOf()).toMatchObject({ kind: "reversal", transactionId: "s1" });
    await back();
    await vault.remove(keyOf("s1"), "REVERSED");
    expect(await faultOf()).toMatchObject({ kind: "reversal", transactionId: "s1" });
  });

  test("names the pending transaction that does not stand as it was settled, or is not found among the open ones", async () => {
    await fillVouchers();
    await reserve("p1", 10);
    await reserve("p2", 20);
    await books.voidPending({ params: { pendingId: "p2" }, body: { id: "p2-void" } });
    expect(await faultOf()).toBeUndefined();
    const back = await changed(keyOf("p2"), "STATE", (item) =>
      withText(item, { ...JSON.parse(jsonOf(item.record?.S ?? "")), status: "posted" }),
    );
    expect(await faultOf()).toMatchObject({ kind: "pending", transactionId: "p2" });
    await back();
    await changed(keyOf("p1"), "STATE", ({ [list.partitionKey]: _, [list.sortKey]: __, ...item }) => item);
    expect(await faultOf()).toMatchObject({ kind: "pending", transactionId: "p1" });
  });

  test("names the account on which less is said to be reserved, in its guard too", async () => {
    await fillVouchers();
    await reserve("p1", 30);
    const less = (name: string, by: number) => (item: Item) => ({
      ...item,
      [name]: { N: String(Number(item[name]?.N) + by) },
    });
    const [sk = ""] = await vault.sortKeys("LEDGER#vouchers#EUR", "HELD#");
    await changed("LEDGER#vouchers#EUR", sk, less("taken", -30));
    await changed("LEDGER#vouchers#EUR", "GUARD", less("available", 30));
    expect(await faultOf()).toMatchObject({
      kind: "guard",
      account: "vouchers",
      detail: expect.stringContaining("pending transactions reserve 30 and 0"),
    });
  });

  test("names the account that was taken away", async () => {
    await vault.remove("LEDGER#revenue", "ACCOUNT");
    expect(await faultOf()).toMatchObject({ kind: "account", account: "revenue" });
  });

  describe("in turnover", () => {
    const place = async (dimension: "client" | "product", id: string) => {
      for (let shard = 0; shard < 16; shard++) {
        const pk = `TURNOVER#${dimension}#${shard}`;
        const found = (await vault.sortKeys(pk, "2026#EUR#")).find((sk) => sk.endsWith(id));
        if (found !== undefined) return { pk, sk: found };
      }
      return expect.fail("there is no turnover");
    };
    const counter = (name: string) => (item: Item) => ({
      ...item,
      [name]: { N: String(Number(item[name]?.N ?? 0) + 1) },
    });

    test.each(["client", "product"] as const)(
      "names the %s of which a figure was changed, a record taken away, or one put elsewhere",
      async (dimension) => {
        const id = dimension === "client" ? clientId : productId;
        const { pk, sk } = await place(dimension, id);
        const named = { kind: "turnover", turnoverOf: id, year: 2026, commodity: "EUR" };
        for (const name of ["r09", "m10", "n09", "a09:revenue"]) {
          const back = await changed(pk, sk, counter(name));
          expect(await faultOf(), name).toMatchObject(named);
          await back();
        }
        expect(await faultOf()).toBeUndefined();
        const item = await vault.get(pk, sk);
        await vault.remove(pk, sk);
        expect(await faultOf()).toMatchObject(named);
        const other = pk.endsWith("#0") ? pk.replace(/0$/, "1") : pk.replace(/\d+$/, "0");
        await vault.put({ ...item, pk: { S: (item.pk?.S ?? "").replace(pk, other) } });
        expect(await faultOf()).toMatchObject(named);
      },
    );

    test("names the year in which something was said to be sold and nothing was", async () => {
      const { pk, sk } = await place("client", clientId);
      const item = await vault.get(pk, sk);
      await vault.put({ ...item, sk: { S: sk.replace("2026", "2024") } });
      expect(await faultOf()).toMatchObject({ kind: "turnover", turnoverOf: clientId, year: 2024 });
    });
  });
});
