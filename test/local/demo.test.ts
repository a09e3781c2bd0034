import { isValidIBAN } from "ibantools";
import parsePhoneNumber from "libphonenumber-js/max";
import { expect, test } from "vitest";
import { standardSettings } from "../../domain/settings/standard.ts";
import { demoClients } from "../../infra/local/demo/clients.ts";
import { type DemoDeal, demoDeals } from "../../infra/local/demo/deals.ts";
import { deliveredGoods, deliveries, demoOrders } from "../../infra/local/demo/orders.ts";
import { demoProducts } from "../../infra/local/demo/products.ts";
import { demoTime } from "../../infra/local/demo/work.ts";

const seed = "test";
const nowMs = Date.UTC(2026, 10, 23, 18);
const clients = demoClients(seed, 300, 2026);
const { dealTypes, lossReasons } = standardSettings();
const members = {
  ...{ ileana: "mem_1", mihai: "mem_2", ana: "mem_3", razvan: "mem_4", ioana: "mem_5" },
  ...{ dan: "mem_6", zofia: "mem_7", jurgen: "mem_8", sanda: "mem_9", nora: "mem_10", toma: "mem_11" },
};
const products = demoProducts(2026).map(({ prices = [], unit = { scale: 0 }, ...product }, at) => ({
  ...{ id: `prd_${at}`, active: product.active ?? true },
  ...{ kind: product.kind, unit, prices },
}));

const deals = (): DemoDeal[] =>
  demoDeals(seed, nowMs, { types: dealTypes, reasonIds: lossReasons.map(({ id }) => id) }, clients, {
    clients: clients.map(({ body }, at) => ({
      ...{ id: `cli_${at}`, name: body.name },
      ...{ contacts: [], counterparties: [] },
    })),
    products,
    members,
  });
const dealIds = deals().map((_, at) => `deal_${at}`);
const orders = () => demoOrders(seed, { nowMs, deals: deals(), dealIds, products, warehouseId: "whs_1" });

test("the same seed makes the same company, another seed another", () => {
  expect(demoClients(seed, 300, 2026)).toEqual(clients);
  expect(demoClients("other", 300, 2026)).not.toEqual(clients);
  expect(deals()).toEqual(deals());
});

test("every client of the demo has a name of its own, and its parent comes before it", () => {
  expect(new Set(clients.map(({ body }) => body.name)).size).toBe(clients.length);
  for (const [at, { parent, owner }] of clients.entries()) {
    if (parent === undefined) continue;
    expect(parent).toBeLessThan(at);
    expect(clients[parent]?.owner).toBe(owner);
  }
  expect(clients.filter(({ parent }) => parent !== undefined).length).toBeGreaterThan(10);
});

test("accounts and phones of the demo hold the checks of their countries", () => {
  const parties = clients.flatMap(({ body }) => body.counterparties ?? []);
  expect(parties.map(({ iban = "" }) => iban).filter((iban) => !isValidIBAN(iban))).toEqual([]);
  const wrong = clients.flatMap(({ country, body }) =>
    (body.contacts ?? [])
      .flatMap(({ phones = [] }) => phones)
      .filter((phone) => {
        const parsed = parsePhoneNumber(phone, "RO");
        return !parsed?.isValid() || parsed.country !== country;
      }),
  );
  expect(wrong).toEqual([]);
});

test("deals of the demo stand in every stage of every type, in each state, none in the future", () => {
  const stands = new Set(
    deals().map(({ body }) => {
      const stage = body.history?.at(-1)?.stageId ?? "first";
      return `${body.typeId} ${body.outcome?.state ?? "open"} ${stage}`;
    }),
  );
  for (const { id, stages } of dealTypes)
    for (const state of ["open", "lost"])
      for (const at of stages.keys())
        expect(stands).toContain(`${id} ${state} ${at === 0 ? "first" : stages[at]?.id}`);
  const instants = deals().flatMap(({ body }) => [
    body.registeredAt ?? "",
    ...(body.history ?? []).map(({ at }) => at),
    body.outcome?.at ?? "",
  ]);
  expect(instants.filter((at) => at > new Date(nowMs).toISOString())).toEqual([]);
  for (const { body } of deals()) {
    const course = [
      body.registeredAt ?? "",
      ...(body.history ?? []).map(({ at }) => at),
      body.outcome?.at ?? "9",
    ];
    expect(course).toEqual([...course].sort());
  }
});

test("orders of the demo are those of deals that are not lost, of goods that are there, and none is in the future", () => {
  expect(orders()).toEqual(orders());
  const today = new Date(nowMs).toISOString().slice(0, 10);
  for (const { body, shippedOn, invoicedOn = today, paid } of orders()) {
    const deal = deals()[dealIds.indexOf(body.dealId ?? "")];
    expect(deal?.body).toMatchObject({ clientId: body.clientId });
    expect(deal?.body.outcome?.state).not.toBe("lost");
    const course = [shippedOn, invoicedOn, paid?.on ?? today];
    expect(course).toEqual([...course].sort());
    expect(body.lines.length).toBeGreaterThan(1);
  }
  for (const { id, kind } of products) {
    const quantityOf = (lines: readonly { readonly productId: string; readonly quantity?: number }[]) =>
      lines.reduce((sum, line) => sum + (line.productId === id ? (line.quantity ?? 0) : 0), 0);
    const ordered = quantityOf(orders().flatMap(({ body }) => body.lines));
    const delivered = quantityOf(
      deliveries.flatMap((delivery) => deliveredGoods(orders(), products, delivery)),
    );
    if (kind === "service") expect(delivered).toBe(0);
    else expect(delivered).toBeGreaterThanOrEqual(ordered);
  }
});

test("time of the demo was spent on deals of who spent it", () => {
  const entries = demoTime(seed, nowMs, deals(), dealIds);
  expect(entries.length).toBeGreaterThan(10);
  for (const { member, body } of entries)
    expect(deals()[dealIds.indexOf(body.dealId ?? "")]?.owner).toBe(member);
});
