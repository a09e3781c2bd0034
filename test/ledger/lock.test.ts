import { describe, expect, test } from "vitest";
import { clientOf } from "../../functions/client.ts";
import { jsonOf } from "../../functions/kit/table/text.ts";
import { allRoutes } from "../../functions/routes.ts";
import { stackUrl, tokenFor } from "../support/client.ts";
import { type Books, booksAs, newBooks, openVault, transactionOf } from "./books.ts";

const post = (books: Books, id: string, effectiveOn: string) =>
  books.postTransaction({ body: transactionOf(id, { from: "cash", to: "bank", amount: 5, effectiveOn }) });

const accountantOf = async (token: string): Promise<Books> => {
  const api = clientOf(allRoutes, { baseUrl: stackUrl(), token });
  const email = `accountant-${crypto.randomUUID()}@test.example`;
  await api.inviteMember({ body: { email, name: "Nora", role: "accountant" } });
  return booksAs(await tokenFor(email));
};

describe("the lock of a period", () => {
  test("keeps postings out of the locked days, the last one included, and lets later ones in", async () => {
    const { books, adminMemberId } = await newBooks();
    await post(books, "before", "2026-09-30");
    expect(await books.readLedgerLock()).toEqual({ version: 0 });
    const lock = await books.setLedgerLock({
      body: { lockedThrough: "2026-09-30", reason: "September is closed" },
    });
    expect(lock).toMatchObject({
      version: 1,
      lockedThrough: "2026-09-30",
      reason: "September is closed",
      changedBy: adminMemberId,
    });
    expect(await books.readLedgerLock()).toEqual(lock);
    const refused = { status: 409, code: "ledger.period-locked" };
    await expect(post(books, "late", "2026-09-30")).rejects.toMatchObject(refused);
    await expect(post(books, "later", "2026-01-01")).rejects.toMatchObject(refused);
    await post(books, "open", "2026-10-01");
    const { items } = await books.listLedgerBalances({ query: { account: "bank", commodity: "EUR" } });
    expect(items).toMatchObject([{ balance: 10 }]);
  });

  test("is told as an event, written with it", async () => {
    const { books, tenantId } = await newBooks();
    const lock = await books.setLedgerLock({ body: { lockedThrough: "2026-09-30" } });
    const vault = await openVault(tenantId);
    const { happened } = await vault.get("LEDGER-LOCK", "LOCK");
    vault.close();
    expect(JSON.parse(jsonOf(happened?.S ?? "[]"))).toMatchObject([
      { type: "ledger.period-locked", version: 1, data: lock },
    ]);
  });

  test("still answers the repetition of what was posted before it", async () => {
    const { books } = await newBooks();
    const first = await post(books, "same", "2026-09-30");
    await books.setLedgerLock({ body: { lockedThrough: "2026-09-30" } });
    expect(await post(books, "same", "2026-09-30")).toEqual({ ...first, replay: true });
  });

  test("goes back only for who has the right to that", async () => {
    const { books, token } = await newBooks();
    const accountant = await accountantOf(token);
    await accountant.setLedgerLock({ body: { lockedThrough: "2026-09-30" } });
    await accountant.setLedgerLock({ body: { lockedThrough: "2026-10-31" } });
    await expect(accountant.setLedgerLock({ body: { lockedThrough: "2026-10-30" } })).rejects.toMatchObject({
      status: 403,
      code: "ledger.lock-backwards",
    });
    await expect(post(books, "t1", "2026-10-15")).rejects.toMatchObject({ code: "ledger.period-locked" });
    await books.setLedgerLock({ body: { lockedThrough: "2026-09-30" } });
    await post(books, "t1", "2026-10-15");
  });

  test("does not reach into the future, nor before the first day of books", async () => {
    const { books } = await newBooks();
    for (const lockedThrough of ["2999-01-01", "1899-12-31"])
      await expect(books.setLedgerLock({ body: { lockedThrough } })).rejects.toMatchObject({
        status: 422,
        code: "ledger.lock-day",
      });
  });

  test("is not set over another that was set meanwhile", async () => {
    const { books } = await newBooks();
    await books.setLedgerLock({ body: { lockedThrough: "2026-08-31" } });
    await expect(
      books.setLedgerLock({ body: { lockedThrough: "2026-09-30" }, ifMatch: 0 }),
    ).rejects.toMatchObject({ status: 412, code: "record.stale" });
  });

  test("set while others post leaves nothing behind it: what is refused is not there, the rest was in time", async () => {
    const { books } = await newBooks();
    await post(books, "first", "2026-09-30");
    const tries = Array.from({ length: 40 }, (_, n) => post(books, `race-${n}`, "2026-09-30"));
    const [lock, ...outcomes] = await Promise.allSettled([
      books.setLedgerLock({ body: { lockedThrough: "2026-09-30" } }),
      ...tries,
    ]);
    expect(lock.status).toBe("fulfilled");
    const done = outcomes.filter(({ status }) => status === "fulfilled").length;
    for (const outcome of outcomes)
      if (outcome.status === "rejected")
        expect(outcome.reason).toMatchObject({ code: "ledger.period-locked" });
    const { items } = await books.listLedgerBalances({ query: { account: "bank", commodity: "EUR" } });
    expect(items).toMatchObject([{ balance: 5 * (1 + done) }]);
    await expect(post(books, "after", "2026-09-30")).rejects.toMatchObject({ code: "ledger.period-locked" });
  });
});
