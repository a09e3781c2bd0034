import { isValidIBAN } from "ibantools";
import parsePhoneNumber from "libphonenumber-js/max";
import { expect, test } from "vitest";
import { standardSettings } from "../../domain/settings/standard.ts";
import { demoClients } from "../../infra/local/demo/clients.ts";
import { type DemoDeal, demoDeals } from "../../infra/local/demo/deals.ts";

const seed = "test";
const nowMs = Date.UTC(2026, 10, 23, 18);
const clients = demoClients(seed, 300, 2026);
const { dealTypes, lossReasons } = standardSettings();
const members = {
  ...{ ileana: "mem_1", mihai: "mem_2", ana: "mem_3", razvan: "mem_4", ioana: "mem_5" },
  ...{ dan: "mem_6", zofia: "mem_7", jurgen: "mem_8", sanda: "mem_9", nora: "mem_10" },
};

const deals = (): DemoDeal[] =>
  demoDeals(seed, nowMs, { types: dealTypes, reasonIds: lossReasons.map(({ id }) => id) }, clients, {
    clients: clients.map(({ body }, at) => ({ id: `cli_${at}`, name: body.name, contacts: [] })),
    products: [{ id: "prd_1", active: true, unit: { scale: 0 } }],
    members,
  });
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
