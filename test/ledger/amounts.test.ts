import { beforeAll, describe, expect, test } from "vitest";
import { mostAmount } from "../../domain/kernel/money.ts";
import { type Books, newBooks } from "./books.ts";

describe("the largest amounts", () => {
  let books: Books;
  beforeAll(async () => {
    ({ books } = await newBooks());
  });
  const move = (id: string, amount: number, more: readonly number[] = []) => ({
    id,
    postings: [
      ...[amount, ...more].map((one) => ({ account: "cash", commodity: "EUR", amount: one })),
      ...[amount, ...more].map((one) => ({ account: "opening", commodity: "EUR", amount: -one })),
    ],
  });
  const balance = async () =>
    (await books.listLedgerBalances({ query: { account: "cash", commodity: "EUR" } })).items[0]?.balance;

  test("are counted exactly, many of them, and what is larger is refused where it stands", async () => {
    const fifteen = Array.from({ length: 14 }, () => mostAmount);
    for (const id of ["large-1", "large-2"])
      await books.postTransaction({ body: move(id, mostAmount, fifteen) });
    await books.postTransaction({ body: move("small", 1) });
    expect(await balance()).toBe(30 * mostAmount + 1);
    await expect(books.postTransaction({ body: move("beyond", 5, [mostAmount + 1]) })).rejects.toMatchObject({
      status: 422,
      code: "money.overflow",
      fields: [{ pointer: "/postings/1/amount" }, { pointer: "/postings/3/amount" }],
    });
    const most = Number.MAX_SAFE_INTEGER;
    const { results } = await books.postBulk({
      body: { transactions: [move("a", 1), move("b", most), move("c", 1)] },
    });
    expect(results).toMatchObject([
      { outcome: "posted" },
      { outcome: "refused", code: "money.overflow" },
      { outcome: "posted" },
    ]);
    expect(await balance()).toBe(30 * mostAmount + 3);
    const trial = await books.readTrialBalance({ query: {} });
    expect([trial.debit, trial.credit]).toEqual([30 * mostAmount + 3, 30 * mostAmount + 3]);
  });
});
