import { randomUUID } from "node:crypto";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { jsonOf, textOf } from "../../functions/kit/table/text.ts";
import { type Books, movesAmong, newBooks, openVault, posted, type Vault, verified } from "./books.ts";

const seed = 20_261_123;
const days = ["2026-09-29", "2026-09-30", "2026-10-01"];
/** A member account: that of one day. Its control account is `tills:*:takings`. */
const takings = "tills:2026-09-30:takings";
type Item = Record<string, AttributeValue>;

/** The item with another record. */
const withRecord = (item: Item, change: (json: string) => string): Item => ({
  ...item,
  record: { S: textOf(JSON.parse(change(jsonOf(item.record?.S ?? "")))) },
});

describe("verify", () => {
  let books: Books;
  let vault: Vault;
  const many = 60;

  beforeEach(async () => {
    const made = await newBooks();
    ({ books } = made);
    vault = await openVault(made.tenantId);
    await books.openAccount({ body: { path: "vouchers", type: "liability", mayGoBelowZero: false } });
  });
  afterEach(() => vault.close());
  const fill = async (count = 6) => {
    const moves = fc.sample(movesAmong(["cash", "bank", "opening"], days), { seed, numRuns: count });
    await posted(books, moves, "v");
    for (const [n, account] of ["vouchers", "revenue"].entries())
      await books.postTransaction({
        body: {
          id: `till-${n}`,
          postings: [
            { account: takings, commodity: "EUR", amount: 100 + n },
            { account, commodity: "EUR", amount: -100 - n },
          ],
          opens: [{ path: takings, type: "asset" }],
        },
      });
  };
  /** Reserves to pay out vouchers. @returns the id */
  const reserve = async (amount: number): Promise<string> => {
    const { id } = await books.makePending({
      body: {
        id: randomUUID(),
        expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
        postings: [
          { account: "vouchers", commodity: "EUR", amount },
          { account: "bank", commodity: "EUR", amount: -amount },
        ],
      },
    });
    return id;
  };
  const changed = async (pk: string, sk: string, change: (item: Item) => Item) =>
    vault.put(change(await vault.get(pk, sk)));

  test("finds nothing in a ledger that nobody touched, and looks at all of it", async () => {
    await fill(many);
    const { fault, checked } = await verified(books);
    expect(fault).toBeUndefined();
    expect(checked.transactions).toBe(many + 2);
    // Each line once with its transaction and once with its account.
    expect(checked.lines).toBe(2 * 2 * (many + 2));
    expect(checked.accounts).toBeGreaterThanOrEqual(7);
  });

  test("finds nothing in a ledger that has nothing", async () => {
    expect(await verified(books)).toMatchObject({ fault: undefined, checked: { transactions: 0, lines: 0 } });
  });

  test("names the transaction of which a byte was changed in the table", async () => {
    await fill();
    await changed("LEDGER-TX#v-3", "TX", (item) =>
      withRecord(item, (json) =>
        json.replace(/"amount":(\d)/, (_, digit) => `"amount":${(Number(digit) % 9) + 1}`),
      ),
    );
    const { fault } = await verified(books);
    expect(fault).toMatchObject({ kind: "content", transactionId: "v-3" });
    const { chain, seq } = await books.readTransaction({ params: { transactionId: "v-3" } });
    expect(fault).toMatchObject({ chain, seq });
  });

  test("names the transaction whose text is none any more", async () => {
    await fill();
    await changed("LEDGER-TX#v-2", "TX", (item) => ({ ...item, record: { S: '{"id":"v-2"' } }));
    expect((await verified(books)).fault).toMatchObject({ kind: "content", transactionId: "v-2" });
  });

  test("names the transaction that was taken out of the table", async () => {
    await fill();
    const { chain, seq } = await books.readTransaction({ params: { transactionId: "v-4" } });
    await vault.remove("LEDGER-TX#v-4", "TX");
    expect((await verified(books)).fault).toMatchObject({ kind: "missing", chain, seq });
  });

  test("names the account whose statement was changed", async () => {
    await fill();
    const pk = `LEDGER#${takings}#EUR#-`;
    const [sk = ""] = await vault.sortKeys(pk, "POSTING#");
    await changed(pk, sk, (item) => withRecord(item, (json) => json.replace('"amount":10', '"amount":11')));
    expect((await verified(books)).fault).toMatchObject({
      kind: "posting",
      account: takings,
      transactionId: expect.stringMatching(/^till-/),
    });
  });

  test("names the account whose statement has a line that no transaction brought", async () => {
    await fill();
    const pk = `LEDGER#${takings}#EUR#-`;
    const [sk = ""] = await vault.sortKeys(pk, "POSTING#");
    await changed(pk, sk, (item) => ({ ...item, sk: { S: `${sk}0` } }));
    expect((await verified(books)).fault).toMatchObject({ kind: "posting", account: takings });
  });

  const counterIn = (item: Item): string => Object.keys(item).find((name) => /^e\d\di/.test(name)) ?? "";
  const moreBy = (item: Item, name: string, by: number): Item => ({
    ...item,
    [name]: { N: String(Number(item[name]?.N) + by) },
  });

  test.each([
    ["one", `LEDGER#${takings}#EUR`, { kind: "page", account: takings }],
    ["everybody", "LEDGER#revenue#EUR", { kind: "page", account: "revenue" }],
    ["a control account", "LEDGER#tills:*:takings#EUR", { kind: "control", account: "tills:*:takings" }],
  ])("names the account of %s whose balance was changed", async (_, pk, fault) => {
    await fill();
    const [sk = ""] = await vault.sortKeys(pk, "PAGE#");
    await changed(pk, sk, (item) => moreBy(item, counterIn(item), 1));
    expect((await verified(books)).fault).toMatchObject({ commodity: "EUR", ...fault });
  });

  test("names the control account that counts the same on other days than its members", async () => {
    await fill();
    const pk = "LEDGER#tills:*:takings#EUR";
    const [sk = ""] = await vault.sortKeys(pk, "PAGE#");
    await changed(pk, sk, (item) => {
      const name = counterIn(item);
      const { [name]: counter = { N: "0" }, ...rest } = item;
      const otherDay = name.startsWith("e01") ? "e02" : "e01";
      return { ...rest, [`${otherDay}${name.slice(3)}`]: counter };
    });
    expect((await verified(books)).fault).toMatchObject({
      kind: "control",
      account: "tills:*:takings",
      detail: expect.stringContaining("by other days"),
    });
  });

  test("names the account whose page was taken away", async () => {
    await fill();
    const [sk = ""] = await vault.sortKeys("LEDGER#revenue#EUR", "PAGE#");
    await vault.remove("LEDGER#revenue#EUR", sk);
    expect((await verified(books)).fault).toMatchObject({ kind: "page", account: "revenue" });
  });

  test("names the account that is held to another balance than it has", async () => {
    await fill();
    await changed("LEDGER#vouchers#EUR", "GUARD", (item) => moreBy(item, "settled", 5));
    expect((await verified(books)).fault).toMatchObject({ kind: "guard", account: "vouchers" });
  });

  test("finds nothing wrong with what is reserved, posted in part, voided", async () => {
    await fill();
    await reserve(30);
    const [one, two] = [await reserve(40), await reserve(20)];
    await books.postPending({
      params: { pendingId: one },
      body: {
        id: `${one}-part`,
        postings: [
          { account: "vouchers", commodity: "EUR", amount: 7 },
          { account: "bank", commodity: "EUR", amount: -7 },
        ],
      },
    });
    await books.voidPending({ params: { pendingId: two }, body: { id: `${two}-void` } });
    expect(await verified(books)).toMatchObject({ fault: undefined, checked: { transactions: 6 + 2 + 5 } });
    const { items } = await books.listLedgerBalances({ query: { account: "vouchers" } });
    expect(items).toEqual([{ commodity: "EUR", balance: -93, natural: 93, available: 63, reservedOut: 30 }]);
    expect(
      (await books.listLedgerBalances({ query: { account: "bank", commodity: "EUR" } })).items,
    ).toMatchObject([{ reservedOut: 30 }]);
  });

  test("names the account that lets others take what is reserved", async () => {
    await fill();
    await reserve(30);
    await changed("LEDGER#vouchers#EUR", "GUARD", (item) => moreBy(item, "available", 1));
    expect((await verified(books)).fault).toMatchObject({
      kind: "guard",
      account: "vouchers",
      detail: expect.stringContaining("71 are said to be available"),
    });
  });

  test("names the account whose reservations were altered", async () => {
    await fill();
    await reserve(30);
    const [sk = ""] = await vault.sortKeys("LEDGER#vouchers#EUR", "HELD#");
    await changed("LEDGER#vouchers#EUR", sk, (item) => moreBy(item, "taken", -30));
    expect((await verified(books)).fault).toMatchObject({ kind: "guard", account: "vouchers" });
  });

  test("finds nothing while others post", async () => {
    await fill();
    const moves = fc.sample(movesAmong(["cash", "bank", "opening"], days), { seed: 7, numRuns: 80 });
    const [, ...findings] = await Promise.all([
      posted(books, moves, "meanwhile"),
      verified(books),
      verified(books),
      verified(books),
    ]);
    for (const { fault } of findings) expect(fault).toBeUndefined();
    expect((await verified(books)).fault).toBeUndefined();
  });

  test("refuses a place that it did not give", async () => {
    const refused = { code: "request.cursor-mismatch" };
    await expect(books.verifyLedger({ body: { cursor: "made-up" } })).rejects.toMatchObject(refused);
  });
});
