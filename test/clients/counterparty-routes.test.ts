import { beforeAll, describe, expect, test } from "vitest";
import { settle } from "../support/client.ts";
import { type Api, company, failure, forbidden, namesOf, nobody, notFound } from "./company.ts";

let own: Awaited<ReturnType<typeof company>>;
let ana: Awaited<ReturnType<typeof own.hire>>;
let dan: Awaited<ReturnType<typeof own.hire>>;
let auditor: Awaited<ReturnType<typeof own.hire>>;

beforeAll(async () => {
  own = await company();
  [ana, dan, auditor] = [await own.hire("manager"), await own.hire("manager"), await own.hire("auditor")];
});

const client = async (api: Api, name: string) => (await api.createClient({ body: { name } })).id;
/** A client with one counterparty since 2020, and another client without. */
const pair = async (api: Api) => {
  const one = await client(api, "One");
  const two = await client(api, "Two");
  const counterparty = await api.addCounterparty({
    params: { clientId: one },
    body: { legalName: "Legal SRL", taxId: "ro 77-88", validFrom: "2020-01-01" },
  });
  return { one, two, counterparty, params: { counterpartyId: counterparty.id } };
};
/** Each of the calls fails in this way. */
const allRefused = async (calls: readonly Promise<unknown>[], how: object) => {
  for (const outcome of await Promise.allSettled(calls))
    expect(outcome).toMatchObject({ status: "rejected", reason: how });
};
const idsOf = async (api: Api, clientId: string, query: { asOf?: string; knownAt?: string } = {}) =>
  (await api.listCounterparties({ params: { clientId }, query })).items.map(({ id }) => id);

describe("counterparties and their links", () => {
  test("a counterparty is made with its link, and shown with the client", async () => {
    const { one, counterparty } = await pair(ana.api);
    expect(counterparty).toMatchObject({
      taxId: "RO7788",
      version: 1,
      links: [{ clientId: one, validFrom: "2020-01-01", recordedBy: ana.id }],
    });
    const whole = await ana.api.readClient({ params: { clientId: one } });
    expect(whole).toMatchObject({ version: 2, counterpartyCount: 1 });
    expect(whole.counterparties).toEqual([{ ...counterparty, clientId: one }]);
    expect(await ana.api.readCounterparty({ params: { counterpartyId: counterparty.id } })).toEqual(
      counterparty,
    );
  });

  test("a change of the counterparty is seen with every client that has it or had it", async () => {
    const { one, two, params } = await pair(ana.api);
    await ana.api.moveCounterparty({ params, body: { clientId: two, on: "2024-01-01" } });
    const changed = await ana.api.changeCounterparty({
      params,
      body: { legalName: "Renamed SRL", taxId: null, iban: "RO49 AAAA 1B31 0075 9384 0000" },
    });
    expect(changed).toMatchObject({ legalName: "Renamed SRL", iban: "RO49AAAA1B31007593840000" });
    expect(changed).not.toHaveProperty("taxId");
    expect(await ana.api.readClient({ params: { clientId: two } })).toMatchObject({
      counterparties: [{ legalName: "Renamed SRL" }],
    });
    const then = await ana.api.listCounterparties({
      params: { clientId: one },
      query: { asOf: "2023-12-31" },
    });
    expect(then.items).toMatchObject([{ legalName: "Renamed SRL", clientId: one, version: changed.version }]);
  });

  test("a move closes the one link and opens the other, and what was known before is still answered", async () => {
    const { one, two, counterparty, params } = await pair(ana.api);
    const before = counterparty.links[0]?.recordedAt ?? "";
    const after = await ana.api.moveCounterparty({ params, body: { clientId: two, on: "2024-07-01" } });
    expect(after.links).toMatchObject([
      { ...counterparty.links[0], supersededBy: ana.id },
      { clientId: one, validFrom: "2020-01-01", validTo: "2024-06-30" },
      { clientId: two, validFrom: "2024-07-01" },
    ]);
    expect(await idsOf(ana.api, one)).toEqual([]);
    expect(await idsOf(ana.api, two)).toEqual([counterparty.id]);
    expect(await idsOf(ana.api, one, { asOf: "2024-06-30" })).toEqual([counterparty.id]);
    expect(await idsOf(ana.api, two, { asOf: "2024-06-30" })).toEqual([]);
    expect(await idsOf(ana.api, one, { asOf: "2024-07-01", knownAt: before })).toEqual([counterparty.id]);
    expect(await idsOf(ana.api, two, { asOf: "2024-07-01", knownAt: before })).toEqual([]);
    expect(await idsOf(ana.api, one, { knownAt: "2020-01-01" })).toEqual([]);
    expect(await idsOf(ana.api, two, { knownAt: "2999-01-01" })).toEqual([counterparty.id]);

    const asked = async (query: { asOf?: string; knownAt?: string }) =>
      (await ana.api.readClientOfCounterparty({ params, query })).client?.id;
    expect(await asked({})).toBe(two);
    expect(await asked({ asOf: "2024-06-30" })).toBe(one);
    expect(await asked({ knownAt: before })).toBe(one);
    expect(await asked({ asOf: "2019-12-31" })).toBeUndefined();
    expect(await asked({ knownAt: "2020-01-01T00:00:00Z" })).toBeUndefined();
    const versions = await Promise.all(
      [one, two].map(async (clientId) => (await ana.api.readClient({ params: { clientId } })).version),
    );
    expect(versions).toEqual([3, 2]);
  });

  test("a link is ended, opened again, corrected and withdrawn, each leaving what was believed", async () => {
    const { one, two, counterparty, params } = await pair(ana.api);
    const last = (links: { id: string }[]) => ({ ...params, linkId: links.at(-1)?.id ?? "" });
    const ended = await ana.api.correctLink({
      params: last(counterparty.links),
      body: { validTo: "2025-12-31" },
    });
    expect(ended.links.at(-1)).toMatchObject({ validFrom: "2020-01-01", validTo: "2025-12-31" });
    expect(await idsOf(ana.api, one)).toEqual([]);
    const relinked = await ana.api.linkCounterparty({
      params,
      body: { clientId: two, validFrom: "2026-01-01" },
    });
    expect(await idsOf(ana.api, two)).toEqual([counterparty.id]);
    const withdrawn = await ana.api.withdrawLink({ params: last(relinked.links) });
    expect(await idsOf(ana.api, two)).toEqual([]);
    const opened = await ana.api.correctLink({ params: last(ended.links), body: { validTo: null } });
    expect(await idsOf(ana.api, one)).toEqual([counterparty.id]);
    expect(opened.links).toHaveLength(4);
    expect(opened.links.filter(({ supersededAt }) => supersededAt === undefined)).toHaveLength(1);
    await expect(ana.api.withdrawLink({ params: last(withdrawn.links) })).rejects.toMatchObject(
      failure("counterparty.link-superseded", 409),
    );
  });

  test("two clients cannot have a counterparty on one day, whoever asks at one time", async () => {
    const { one, two, counterparty, params } = await pair(ana.api);
    await expect(
      ana.api.linkCounterparty({ params, body: { clientId: two, validFrom: "2023-01-01" } }),
    ).rejects.toMatchObject(failure("counterparty.link-overlap", 409, "/validFrom"));
    const linkId = counterparty.links[0]?.id ?? "";
    await ana.api.correctLink({ params: { ...params, linkId }, body: { validTo: "2021-12-31" } });
    const body = { validFrom: "2022-01-01" };
    const tries = await Promise.allSettled(
      [one, two, two, one].map((clientId) =>
        ana.api.linkCounterparty({ params, body: { ...body, clientId } }),
      ),
    );
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const one of tries)
      if (one.status === "rejected") expect(one.reason).toMatchObject({ code: "counterparty.link-overlap" });
    const { links } = await ana.api.readCounterparty({ params });
    expect(links.filter(({ supersededAt }) => supersededAt === undefined)).toHaveLength(2);
  });

  test("a tax id leads to the client that the counterparty moved to", async () => {
    const { two, params } = await pair(ana.api);
    await ana.api.changeCounterparty({ params, body: { taxId: "RO 99 88 77" } });
    await ana.api.moveCounterparty({ params, body: { clientId: two, on: "2020-01-01" } });
    await settle();
    expect(await namesOf(ana.api, { taxId: "998877" })).toEqual(["Two"]);
  });

  test("bad days, tax ids and accounts are refused with their places", async () => {
    const { one, two, counterparty, params } = await pair(ana.api);
    const linkId = counterparty.links[0]?.id ?? "";
    const days = failure("counterparty.link-days", 422, "/validTo");
    await expect(
      ana.api.correctLink({ params: { ...params, linkId }, body: { validTo: "2019-12-31" } }),
    ).rejects.toMatchObject(days);
    await expect(
      ana.api.addCounterparty({
        params: { clientId: one },
        body: { legalName: "L", validFrom: "2024-01-02", validTo: "2024-01-01" },
      }),
    ).rejects.toMatchObject(days);
    await expect(ana.api.changeCounterparty({ params, body: { iban: "RO00" } })).rejects.toMatchObject(
      failure("client.invalid", 422, "/iban"),
    );
    await expect(
      ana.api.linkCounterparty({ params, body: { clientId: two, validFrom: "1899-12-31" } }),
    ).rejects.toMatchObject(failure("request.invalid", 400, "/validFrom"));
    await expect(
      ana.api.listCounterparties({
        params: { clientId: one },
        query: { asOf: "2026-02-30", knownAt: "now" },
      }),
    ).rejects.toMatchObject({
      code: "request.invalid",
      fields: [{ pointer: "/query/asOf" }, { pointer: "/query/knownAt" }],
    });
    await expect(ana.api.moveCounterparty({ params, body: { clientId: one } })).rejects.toMatchObject(
      failure("counterparty.already-linked", 409),
    );
    await expect(
      ana.api.moveCounterparty({ params, body: { clientId: two, on: "2019-01-01" } }),
    ).rejects.toMatchObject(failure("counterparty.not-linked", 409));
  });

  test("an old version is refused", async () => {
    const { two, params } = await pair(ana.api);
    await ana.api.changeCounterparty({ params, body: { legalName: "Two" }, ifMatch: 1 });
    const stale = failure("record.stale", 412);
    await expect(
      ana.api.changeCounterparty({ params, body: { legalName: "3" }, ifMatch: 1 }),
    ).rejects.toMatchObject(stale);
    await expect(
      ana.api.moveCounterparty({ params, body: { clientId: two }, ifMatch: 1 }),
    ).rejects.toMatchObject(stale);
  });

  test("no rights, no sight and no record are refused, each in its way", async () => {
    const { one, two, counterparty, params } = await pair(ana.api);
    const dans = await client(dan.api, "Dan's");
    const linkParams = { ...params, linkId: counterparty.links[0]?.id ?? "" };
    const callsOf = (api: Api) => [
      api.addCounterparty({ params: { clientId: one }, body: { legalName: "L" } }),
      api.changeCounterparty({ params, body: { legalName: "L" } }),
      api.linkCounterparty({ params, body: { clientId: dans } }),
      api.moveCounterparty({ params, body: { clientId: dans } }),
      api.correctLink({ params: linkParams, body: { validTo: "2024-01-01" } }),
      api.withdrawLink({ params: linkParams }),
    ];
    await allRefused(callsOf(auditor.api), forbidden);
    await allRefused(callsOf(dan.api), notFound);
    await allRefused(
      [
        dan.api.readCounterparty({ params }),
        dan.api.readClientOfCounterparty({ params }),
        dan.api.listCounterparties({ params: { clientId: one } }),
        ana.api.readCounterparty({ params: { counterpartyId: nobody("cpt") } }),
        ana.api.withdrawLink({ params: { ...params, linkId: nobody("lnk") } }),
        ana.api.listCounterparties({ params: { clientId: nobody("cli") } }),
      ],
      notFound,
    );
    await expect(ana.api.moveCounterparty({ params, body: { clientId: dans } })).rejects.toMatchObject(
      failure("reference.unknown", 422, "/clientId"),
    );
    expect(await auditor.api.readCounterparty({ params })).toEqual(counterparty);
    expect(await idsOf(auditor.api, two)).toEqual([]);
  });

  test("a manager sees the links to own clients, and changes no others", async () => {
    const { one, counterparty, params } = await pair(ana.api);
    const dans = await client(dan.api, "Dan's");
    await own.admin.moveCounterparty({ params, body: { clientId: dans, on: "2024-01-01" } });
    const seen = await ana.api.readCounterparty({ params });
    expect(new Set(seen.links.map(({ clientId }) => clientId))).toEqual(new Set([one]));
    const all = await own.admin.readCounterparty({ params });
    const dansLink = all.links.find(({ clientId }) => clientId === dans)?.id ?? "";
    await expect(ana.api.withdrawLink({ params: { ...params, linkId: dansLink } })).rejects.toMatchObject(
      notFound,
    );
    await expect(ana.api.moveCounterparty({ params, body: { clientId: one } })).rejects.toMatchObject(
      failure("counterparty.not-linked", 409),
    );
    expect(await ana.api.readClientOfCounterparty({ params })).not.toHaveProperty("client");
    expect(await idsOf(dan.api, dans)).toEqual([counterparty.id]);
  });
});
