import { beforeAll, describe, expect, test } from "vitest";
import {
  allowEarlierDays,
  dayFrom,
  type FinanceCompany,
  issuedInvoice,
  newFinanceCompany,
} from "./company.ts";

let company: FinanceCompany;
const clientIds: string[] = [];
beforeAll(async () => {
  company = await newFinanceCompany();
  await allowEarlierDays(company);
  for (const name of ["A", "B", "C"]) {
    const { id } = await company.call.createClient({ body: { name } });
    clientIds.push(id);
    for (const days of [0, 40, 75])
      await issuedInvoice(company, 1_000, { clientId: id }, { issuedOn: dayFrom(-days) });
    await company.call.createPayment({ body: { clientId: id, amountMinor: 10 } });
  }
});

interface Page<Item> {
  readonly items: Item[];
  readonly next?: string | undefined;
}

/** All items of a list, page by page of two. */
const allOf = async <Item>(
  read: (page: { limit: number; cursor?: string }) => Promise<Page<Item>>,
): Promise<Item[]> => {
  const found: Item[] = [];
  let cursor: string | undefined;
  for (let n = 0; n < 20; n++) {
    const page = await read({ limit: 2, ...(cursor === undefined ? {} : { cursor }) });
    expect(page.items.length).toBeLessThanOrEqual(2);
    found.push(...page.items);
    cursor = page.next;
    if (cursor === undefined) return found;
  }
  throw new Error("the list does not end");
};

describe("lists of finance, page by page", () => {
  test("open invoices come once each, the first due first", async () => {
    const found = await allOf((query) => company.call.listInvoices({ query }));
    expect(found).toHaveLength(9);
    expect(new Set(found.map(({ id }) => id)).size).toBe(9);
    const due = found.map(({ dueOn }) => dueOn ?? "");
    expect(due).toEqual([...due].sort());
  });

  test("those of a client, of a state and of a month are these and no others", async () => {
    const own = await newFinanceCompany();
    const { call, clientId } = own;
    const { id: otherId } = await call.createClient({ body: { name: "Other" } });
    for (const days of [75, 40, 0]) await issuedInvoice(own, 1_000, {}, { issuedOn: dayFrom(-days) });
    await issuedInvoice(own, 1_000, { clientId: otherId });
    const ofClient = await allOf((page) =>
      call.listInvoices({ query: { ...page, client: clientId, state: "open" } }),
    );
    expect(ofClient.map((one) => one.clientId)).toEqual([clientId, clientId, clientId]);
    const settled = async (month: string) =>
      (await call.listInvoices({ query: { state: "settled", month } })).items;
    const month = dayFrom(-75).slice(0, 7);
    expect(await settled(month)).toEqual([]);
    const last = ofClient.find(({ issuedOn }) => issuedOn === dayFrom(-75));
    await call.creditInvoice({
      params: { invoiceId: last?.id ?? "" },
      body: { reason: "Cancelled" },
    });
    expect((await settled(month)).map(({ id }) => id)).toEqual([last?.id]);
    expect(await settled("2001-01")).toEqual([]);
  });

  test("free payments come once each", async () => {
    const found = await allOf((query) => company.call.listPayments({ query }));
    expect(found.map(({ clientId }) => clientId).sort()).toEqual([...clientIds].sort());
  });

  test("the ageing has a row for each client, and its totals are those of all rows on every page", async () => {
    const pages: unknown[] = [];
    const rows = await allOf(async (query) => {
      const page = await company.call.readAgeing({ query });
      pages.push(page.totals);
      return page;
    });
    expect(rows.map(({ key }) => key)).toEqual([...clientIds].sort());
    const open = rows.flatMap(({ currencies }) => currencies.map(({ openMinor }) => openMinor));
    const expected = open.reduce((sum, one) => sum + one, 0);
    for (const totals of pages) expect(totals).toMatchObject([{ currency: "RON", openMinor: expected }]);
  });
});
