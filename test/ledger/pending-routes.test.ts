import { beforeAll, describe, expect, test } from "vitest";
import { clientOf } from "../../functions/client.ts";
import { allRoutes } from "../../functions/routes.ts";
import { newTenant, stackUrl } from "../support/client.ts";

const made = async () => clientOf(allRoutes, { baseUrl: stackUrl(), token: (await newTenant()).token });
type Api = Awaited<ReturnType<typeof made>>;
let api: Api;

beforeAll(async () => {
  api = await made();
});

const eur = (account: string, amount: number) => ({ account, commodity: "EUR", amount });
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const holding = (id: string, amount: number, minutes = 60) => ({
  id,
  expiresAt: inMinutes(minutes),
  postings: [eur("cash", amount), eur("bank", -amount)],
});
const codeOf = (code: string) => expect.objectContaining({ code });

describe("pending transactions over HTTP", () => {
  test("are read as they stand, and answered as they began when they are sent again", async () => {
    const body = { ...holding("again", 100), memo: "A hold", kind: "journal" };
    const first = await api.makePending({ body });
    expect(first).toMatchObject({ id: "again", version: 1, status: "open", memo: "A hold", replay: false });
    const params = { pendingId: "again" };
    const { replay: _replay, ...state } = first;
    expect(await api.readPending({ params })).toEqual(state);
    await api.voidPending({ params, body: { id: "again-void" } });
    expect(await api.makePending({ body })).toEqual({ ...first, replay: true });
    expect(await api.readPending({ params })).toMatchObject({ status: "voided", settledBy: "again-void" });
    await expect(api.makePending({ body: { ...body, memo: "Another" } })).rejects.toEqual(
      codeOf("ledger.id-reused"),
    );
  });

  test("are listed by expiry as long as they are open, page by page", async () => {
    const own = await made();
    const minutes = [50, 20, 40, 10, 30, 60, 70];
    for (const one of minutes) await own.makePending({ body: holding(`p${one}`, 1, one) });
    await own.postPending({ params: { pendingId: "p30" }, body: { id: "p30-post" } });
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await own.listPending({ query: { limit: 2, ...(cursor ? { cursor } : {}) } });
      expect(page.items.length).toBeLessThanOrEqual(2);
      found.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    } while (cursor);
    expect(found).toEqual(["p10", "p20", "p40", "p50", "p60", "p70"]);
  });

  test("stand in the ledger as transactions of their own, and cannot be reversed before they moved anything", async () => {
    await api.makePending({ body: holding("shown", 10) });
    const read = (transactionId: string) => api.readTransaction({ params: { transactionId } });
    expect(await read("shown")).toMatchObject({ pending: { expiresAt: expect.any(String) } });
    const reversing = api.reverseTransaction({
      params: { transactionId: "shown" },
      body: { id: "shown-reversal" },
    });
    await expect(reversing).rejects.toEqual(codeOf("ledger.not-reversible"));
    const post = await api.postPending({
      params: { pendingId: "shown" },
      body: {
        id: "shown-post",
        effectiveOn: "2026-06-01",
        memo: "Paid",
        postings: [eur("cash", 4), eur("bank", -4)],
      },
    });
    expect(post).toMatchObject({ settles: "shown", effectiveOn: "2026-06-01", memo: "Paid", replay: false });
    expect(await read("shown-post")).toMatchObject({
      settledAs: "posted",
      postings: [eur("cash", 4), eur("bank", -4)],
    });
    await api.reverseTransaction({ params: { transactionId: "shown-post" }, body: { id: "shown-back" } });
    const { items } = await api.listLedgerBalances({
      query: { account: "cash", commodity: "EUR", asOf: "2026-06-01" },
    });
    expect(items[0]?.balance).toBe(4);
  });

  test("open accounts by the way, and reserve on an account that was never posted to", async () => {
    const own = await made();
    const { id: clientId } = await own.createClient({ body: { name: "Client" } });
    const path = `clients:${clientId}:purse`;
    await own.makePending({
      body: {
        ...{ id: "opens", expiresAt: inMinutes(5), links: { clientId } },
        postings: [eur("bank", 70), eur(path, -70)],
        opens: [{ path, type: "liability", mayGoBelowZero: false, limits: { EUR: 100 } }],
      },
    });
    const { items } = await own.listLedgerBalances({ query: { account: path } });
    expect(items).toEqual([{ commodity: "EUR", balance: 0, natural: 0, available: 0, reservedIn: 70 }]);
    const more = own.makePending({
      body: { id: "more", expiresAt: inMinutes(5), postings: [eur("bank", 31), eur(path, -31)] },
    });
    await expect(more).rejects.toEqual(codeOf("ledger.limit-exceeded"));
    await expect(own.closeAccount({ params: { path } })).rejects.toEqual(codeOf("ledger.account-not-empty"));
  });

  test("are refused by what is wrong with them, each fault named", async () => {
    const refusal = (body: Parameters<Api["makePending"]>[0]["body"]) =>
      api.makePending({ body }).then(
        () => "made",
        (error: unknown) => error,
      );
    expect(await refusal({ ...holding("x1", 5), postings: [eur("cash", 5), eur("bank", -4)] })).toEqual(
      codeOf("ledger.unbalanced"),
    );
    expect(await refusal({ ...holding("x2", 5), expiresAt: inMinutes(-1) })).toMatchObject({
      status: 422,
      code: "ledger.pending-expiry",
      fields: [{ pointer: "/expiresAt", reason: "has passed" }],
    });
    expect(await refusal(holding("x3", 5, 367 * 24 * 60))).toMatchObject({
      fields: [{ pointer: "/expiresAt", reason: "is too far away" }],
    });
    expect(
      await refusal({ ...holding("x4", 5), postings: [eur("cash", 5), eur("nowhere", -5)] }),
    ).toMatchObject({
      code: "ledger.account-unknown",
      fields: [{ pointer: "/postings/1/account", reason: "names no account" }],
    });
    expect(
      await refusal({ ...holding("x5", 5), links: { clientId: "cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D" } }),
    ).toEqual(codeOf("reference.unknown"));
    expect(await refusal({ ...holding("x6", 5), kind: "reversal" })).toEqual(codeOf("request.invalid"));
    for (const id of ["x1", "x2", "x3", "x4", "x5", "x6"])
      await expect(api.readPending({ params: { pendingId: id } })).rejects.toEqual(
        codeOf("record.not-found"),
      );
  });

  test("cannot be posted with more than was reserved, and lose nothing by the attempt", async () => {
    await api.makePending({ body: holding("most", 10) });
    const params = { pendingId: "most" };
    const more = api.postPending({
      params,
      body: { id: "most-more", postings: [eur("cash", 11), eur("bank", -11)] },
    });
    await expect(more).rejects.toMatchObject({
      status: 422,
      code: "ledger.pending-exceeded",
      fields: [
        { pointer: "/postings/0", reason: "is more than the 10 reserved" },
        { pointer: "/postings/1", reason: "is more than the 10 reserved" },
      ],
    });
    expect(await api.readPending({ params })).toMatchObject({ status: "open" });
    expect(await api.postPending({ params, body: { id: "most-all" } })).toMatchObject({ replay: false });
    expect(await api.postPending({ params, body: { id: "most-all" } })).toMatchObject({ replay: true });
  });

  test("of what a part of the system keeps are not made by hand", async () => {
    const own = await made();
    const product = await own.createProduct({ body: { code: "GTX", name: "GTX Pro" } });
    const warehouse = await own.createWarehouse({ body: { name: "Main" } });
    await own.postReceipt({
      body: { lines: [{ productId: product.id, warehouseId: warehouse.id, quantity: 5, costMinor: 50 }] },
    });
    const { items } = await own.listAccounts({ query: { limit: 200 } });
    const kept = items.find(({ managedBy }) => managedBy !== undefined);
    const members = await own.listAccounts({ query: { control: "stock:*:main" } });
    const path = kept?.path ?? members.items[0]?.path ?? expect.fail("the stock keeps no account");
    const taking = own.makePending({
      body: {
        ...{ id: "by-hand", expiresAt: inMinutes(5) },
        postings: [
          { account: path, commodity: product.id, amount: -1 },
          { account: "world", commodity: product.id, amount: 1 },
        ],
      },
    });
    await expect(taking).rejects.toEqual(codeOf("ledger.account-managed"));
  });
});
