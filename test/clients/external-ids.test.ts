import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MappingInput } from "../../domain/imports/mapping.ts";
import { clientHandlers } from "../../functions/clients/handlers.ts";
import { clientRoutes } from "../../functions/clients/routes.ts";
import { clientEntity } from "../../functions/clients/store.ts";
import { externalIdsClaimedEntity } from "../../functions/kit/external-id.ts";
import { serve } from "../../functions/kit/serve.ts";
import { newMeter } from "../../functions/kit/table/database.ts";
import { itemKey } from "../../functions/kit/table/item.ts";
import { create, remove, Store } from "../../functions/kit/table/store.ts";
import { provision } from "../../functions/provision/provision.ts";
import { caller, startGround, type TestGround } from "../access/ground.ts";
import { company as dealCompany } from "../deals/company.ts";
import { startWorld, type World } from "../imports/world.ts";

let here: Awaited<ReturnType<typeof dealCompany>>;
beforeAll(async () => {
  here = await dealCompany();
});

const taken = (id: string) => ({
  status: 409,
  code: "record.external-id-taken",
  fields: [{ pointer: "/externalId", reason: `belongs to ${id}` }],
});

const client = (externalId?: string) =>
  here.admin.createClient({ body: { name: "Betatech", ...(externalId ? { externalId } : {}) } });
const deal = (externalId?: string) =>
  here.admin.createDeal({
    body: { title: "Roof", typeId: "project", ...(externalId ? { externalId } : {}) },
  });
const changeClient = (clientId: string, externalId: string | null) =>
  here.admin.changeClient({ params: { clientId }, body: { externalId } });
const changeDeal = (dealId: string, externalId: string | null) =>
  here.admin.changeDeal({ params: { dealId }, body: { externalId } });

/** What is done with either kind of record. */
const kinds = {
  client: { make: client, change: changeClient },
  deal: { make: deal, change: changeDeal },
} as const;

describe.each(["client", "deal"] as const)("the external id of a %s", (kind) => {
  const { make, change } = kinds[kind];

  test("is given to one of thirty that ask for it at once", async () => {
    const all = await Promise.allSettled(Array.from({ length: 30 }, () => make("ERP/30")));
    const [first, ...more] = all.flatMap((one) => (one.status === "fulfilled" ? [one.value.id] : []));
    expect(more).toEqual([]);
    expect(all.flatMap((one) => (one.status === "rejected" ? [one.reason.status] : []))).toEqual(
      Array.from({ length: 29 }, () => 409),
    );
    await expect(make("ERP/30")).rejects.toMatchObject(taken(first ?? ""));
  });

  test("is free again when it is changed or cleared", async () => {
    const { id } = await make("A/1");
    const other = await make();
    await expect(change(other.id, "A/1")).rejects.toMatchObject(taken(id));
    expect(await change(id, "A/1")).toMatchObject({ externalId: "A/1" });
    expect(await change(id, "A/2")).toMatchObject({ externalId: "A/2" });
    expect(await change(other.id, "A/1")).toMatchObject({ externalId: "A/1" });
    await expect(change(other.id, "A/2")).rejects.toMatchObject(taken(id));
    expect((await change(id, null)).externalId).toBeUndefined();
    expect(await make("A/2")).toMatchObject({ externalId: "A/2" });
    // What was refused has changed nothing.
    await expect(make("A/1")).rejects.toMatchObject(taken(other.id));
  });

  test("goes to one of two that change to it at once, and the other keeps its own", async () => {
    const two = await Promise.all([make("B/1"), make("B/2")]);
    const changes = await Promise.allSettled(two.map(({ id }) => change(id, "B/3")));
    const won = changes.findIndex(({ status }) => status === "fulfilled");
    expect(changes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const [winner, loser] = won === 0 ? two : [two[1], two[0]];
    await expect(make("B/3")).rejects.toMatchObject(taken(winner?.id ?? ""));
    await expect(make(loser?.externalId)).rejects.toMatchObject(taken(loser?.id ?? ""));
    expect(await make(winner?.externalId)).toMatchObject({ externalId: winner?.externalId });
  });
});

describe("an external id", () => {
  test("identifies among its own kind and company only", async () => {
    const another = await dealCompany();
    await client("C/1");
    expect(await deal("C/1")).toMatchObject({ externalId: "C/1" });
    const body = { name: "Betatech", externalId: "C/1" };
    expect(await another.admin.createClient({ body })).toMatchObject({ externalId: "C/1" });
  });

  test("finds its deal, for whoever may see it", async () => {
    const { id } = await deal("D/1");
    const ana = await here.hire("manager");
    const found = async (call: typeof here.admin, more: { state?: "won" } = {}) =>
      (await call.listDeals({ query: { externalId: "D/1", ...more } })).items.map((one) => one.id);
    expect(await found(here.admin)).toEqual([id]);
    expect(await found(here.admin, { state: "won" })).toEqual([]);
    expect(await found(ana.call)).toEqual([]);
  });
});

describe("a client from before there were claims", () => {
  let ground: TestGround;
  beforeAll(async () => {
    ground = await startGround();
  });
  afterAll(() => ground.stop());

  test("keeps its external id from others, can be changed, and moves it", async () => {
    const { tenantId, adminMemberId: memberId } = await provision(
      { name: "Old", adminEmail: "old@example.com" },
      ground,
    );
    const send = caller(serve(clientRoutes, clientHandlers, ground));
    const call = (route: string, body: unknown, clientId?: string) =>
      send({ tenantId, memberId }, { route, body, ...(clientId ? { params: { clientId } } : {}) });
    const database = ground.database(newMeter());
    const made = (await call("POST /v1/clients", { name: "Made" })).body;
    // As it was written then: the record and its lookups, and no claim.
    const old = ["cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D", "cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5E"].map((id) => ({
      ...clientEntity.schema.parse(made),
      id,
      externalId: "OLD/1",
    }));
    const store = new Store(database, tenantId);
    await store.write([remove(externalIdsClaimedEntity, { version: 1 })], "chg_0");
    await store.write(
      old.map((one) => create(clientEntity, one)),
      "chg_1",
    );
    await database.batchWrite(
      old.flatMap((one) =>
        (clientEntity.lookups?.(one) ?? []).map((lookup) => ({ put: itemKey(tenantId, lookup) })),
      ),
    );
    const [first, second] = old.map(({ id }) => id);
    const refused = { status: 409, body: { code: "record.external-id-taken" } };
    const body = { name: "New", externalId: "OLD/1" };
    expect(await call("POST /v1/clients", body)).toMatchObject(refused);
    const change = (id: string | undefined, what: Record<string, unknown>) =>
      call("PATCH /v1/clients/{clientId}", what, id);
    expect(await change(first, { name: "Renamed" })).toMatchObject({ body: { externalId: "OLD/1" } });
    // Of two that had it, one keeps it: the other is changed.
    expect(await change(second, { externalId: "OLD/2" })).toMatchObject({ body: { externalId: "OLD/2" } });
    expect(await call("POST /v1/clients", { ...body, externalId: "OLD/2" })).toMatchObject(refused);
    expect(await change(first, { externalId: null })).toMatchObject({ status: 200 });
    expect(await call("POST /v1/clients", body)).toMatchObject({ status: 201 });
  });
});

describe("an imported row", () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.ground.stop());

  const mapping: MappingInput = {
    entity: "clients",
    format: {},
    identifiedBy: ["line"],
    fields: [
      { to: "name", from: "name" },
      { to: "externalId", from: "id" },
    ],
  };

  test("with the external id of another record is at fault, and the rest is made once", async () => {
    const file = "line,name,id\n1,A,X1\n2,B,X2\n3,C,X1\n4,D,\n";
    expect((await world.import(file, mapping)).counts).toMatchObject({ made: 3, faulty: 1 });
    expect((await world.import(file, mapping)).counts).toMatchObject({ made: 0, there: 3, faulty: 1 });
    const more = "line,name,id\n5,E,X2\n6,F,X3\n";
    const tried = await world.import(more, mapping, { dryRun: true });
    expect(tried.counts).toMatchObject({ made: 1, faulty: 1 });
    const job = await world.import(more, mapping);
    expect(job.counts).toMatchObject({ made: 1, faulty: 1 });
    for (const { id } of [tried, job])
      expect(await world.faults(id)).toMatchObject([
        { line: 2, faults: [{ column: "id", reason: expect.stringMatching(/^belongs to cli_/) }] },
      ]);
  });
});
