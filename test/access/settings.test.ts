import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { ShownSettings } from "../../domain/settings/settings.ts";
import { entity } from "../../functions/kit/table/entity.ts";
import { create } from "../../functions/kit/table/store.ts";
import { openCompany } from "./fixture.ts";
import { startGround, type TestGround } from "./ground.ts";

let ground: TestGround;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.stop());

const open = async () => {
  const company = await openCompany(ground);
  const read = async () => ShownSettings.parse((await company.admin({ route: "GET /v1/settings" })).body);
  const setDealTypes = (dealTypes: unknown, headers = {}) =>
    company.admin({ route: "PUT /v1/settings/deal-types", body: { dealTypes }, headers });
  const setReasons = (lossReasons: unknown) =>
    company.admin({ route: "PUT /v1/settings/loss-reasons", body: { lossReasons } });
  const setFields = (body: unknown) => company.admin({ route: "PATCH /v1/settings/fields", body });
  return { ...company, read, setDealTypes, setReasons, setFields };
};

const simple = (id: string) => ({ id, name: id, kind: "simple", stages: [] });
const stage = (id: string) => ({ id, name: id, probabilityPercent: 50 });

describe("settings", () => {
  it("are read by all and changed by an admin, and the change is seen at the next request", async () => {
    const { as, invite, read, setDealTypes } = await open();
    const { dealTypes, version } = await read();
    const changed = await setDealTypes([...dealTypes, simple("renewal")], { "if-match": `"${version}"` });
    expect(changed).toMatchObject({ status: 200, headers: { etag: `"${version + 1}"` } });
    const manager = as(await invite());
    const seen = ShownSettings.parse((await manager({ route: "GET /v1/settings" })).body);
    expect(seen.dealTypes.map(({ id }) => id)).toEqual(["sale", "project", "order", "renewal"]);
    expect(seen.version).toBe(version + 1);
    for (const call of [
      { route: "PUT /v1/settings/deal-types", body: { dealTypes } },
      { route: "PUT /v1/settings/loss-reasons", body: { lossReasons: [] } },
      { route: "PATCH /v1/settings/fields", body: {} },
    ])
      expect((await manager(call)).status).toBe(403);
    expect((await setDealTypes(dealTypes, { "if-match": `"${version}"` })).status).toBe(412);
  });

  it("never lose one of two changes made at the same moment", async () => {
    const { read, setReasons, setFields } = await open();
    const { lossReasons } = await read();
    const [reasons, fields] = await Promise.all([
      setReasons([...lossReasons, { id: "weather", name: "Weather" }]),
      setFields({ client: [{ key: "industry", label: "Industry", type: "text" }] }),
    ]);
    expect([reasons.status, fields.status]).toEqual([200, 200]);
    const after = await read();
    expect(after.lossReasons.map(({ id }) => id)).toContain("weather");
    expect(after.fields.client).toMatchObject([{ key: "industry", required: false }]);
  });
});

describe("deal types", () => {
  it("have unique ids; process and manual need a stage, simple has none: all faults are named", async () => {
    const { read, setDealTypes } = await open();
    const { dealTypes } = await read();
    const wrong = await setDealTypes([
      ...dealTypes,
      simple("sale"),
      { ...simple("empty"), kind: "process" },
      { ...simple("none"), kind: "manual" },
      { ...simple("much"), stages: [stage("one")] },
      { id: "twice", name: "Twice", kind: "manual", stages: [stage("one"), stage("one")] },
    ]);
    expect(wrong).toMatchObject({ status: 422, body: { code: "settings.inconsistent" } });
    expect(wrong.body.errors).toMatchObject([
      { pointer: "/dealTypes/3/id" },
      { pointer: "/dealTypes/4/stages" },
      { pointer: "/dealTypes/5/stages" },
      { pointer: "/dealTypes/6/stages" },
      { pointer: "/dealTypes/7/stages/1/id" },
    ]);
  });

  it("do not vanish but are marked inactive, and do not become another kind with the stages", async () => {
    const { read, setDealTypes } = await open();
    const { dealTypes } = await read();
    expect((await setDealTypes(dealTypes.slice(1))).body).toMatchObject({
      code: "settings.entry-removed",
      errors: [{ pointer: "/dealTypes", reason: 'lacks "sale"' }],
    });
    const retired = dealTypes.map((type) => (type.id === "sale" ? { ...type, active: false } : type));
    expect((await setDealTypes(retired)).status).toBe(200);
    const turned = dealTypes.map((type) => (type.id === "sale" ? simple("sale") : type));
    expect((await setDealTypes(turned)).body.code).toBe("settings.kind-fixed");
  });

  it("lose a stage only while no open deal stands in it", async () => {
    const { read, setDealTypes, store } = await open();
    const Placed = z.object({ id: z.string(), version: z.int() });
    const onBoard = entity<z.infer<typeof Placed>, { readonly id: string }>({
      name: "deal",
      schema: Placed,
      key: ({ id }) => ({ pk: `DEAL#${id}`, sk: "DEAL" }),
      indexes: ({ id }) => ({ list: { pk: "DEALS#BOARD#sale#proposal", sk: id } }),
    });
    await store.write([create(onBoard, { id: "deal_1", version: 1 })], "chg_1");
    const { dealTypes } = await read();
    const without = (...ids: string[]) =>
      dealTypes.map((type) => ({ ...type, stages: type.stages.filter(({ id }) => !ids.includes(id)) }));
    expect(await setDealTypes(without("proposal", "qualified"))).toMatchObject({
      status: 409,
      body: {
        code: "settings.stage-in-use",
        errors: [{ pointer: "/dealTypes", reason: 'lacks the stage "proposal" of "sale"' }],
      },
    });
    expect((await setDealTypes(without("qualified"))).status).toBe(200);
    expect((await read()).dealTypes[0]?.stages.map(({ id }) => id)).toEqual([
      "interest",
      "proposal",
      "negotiation",
    ]);
  });

  it("are refused with every field that is not of the documented form", async () => {
    const { setDealTypes } = await open();
    const wrong = await setDealTypes([{ id: "A b", name: "", kind: "odd", stages: [{ id: "x" }] }]);
    expect(wrong.status).toBe(400);
    expect(wrong.body.errors).toHaveLength(5);
  });
});

describe("loss reasons", () => {
  it("are added and marked inactive, neither doubled nor removed", async () => {
    const { read, setReasons } = await open();
    const { lossReasons } = await read();
    const [first, ...others] = lossReasons;
    expect((await setReasons(others)).body.code).toBe("settings.entry-removed");
    expect((await setReasons([...lossReasons, first])).body.code).toBe("settings.inconsistent");
    expect((await setReasons([{ ...first, active: false }, ...others])).status).toBe(200);
    expect((await read()).lossReasons[0]?.active).toBe(false);
  });
});

describe("additional fields", () => {
  const text = { key: "note", label: "Note", type: "text" };

  it("need choices, references and unique keys: all faults are named", async () => {
    const { setFields } = await open();
    const wrong = await setFields({
      client: [text, text, { key: "size", label: "Size", type: "choice" }],
      deal: [{ key: "via", label: "Via", type: "reference" }],
      contact: [{ ...text, choices: ["a"] }],
    });
    expect(wrong).toMatchObject({ status: 422, body: { code: "settings.inconsistent" } });
    expect(wrong.body.errors).toMatchObject([
      { pointer: "/client/1/key" },
      { pointer: "/client/2/choices" },
      { pointer: "/contact/0/choices" },
      { pointer: "/deal/0/references" },
    ]);
  });

  it("keep their type for ever, also after they were taken away", async () => {
    const { read, setFields } = await open();
    const number = { ...text, type: "number" };
    expect((await setFields({ client: [text] })).status).toBe(200);
    expect((await setFields({ client: [number] })).body).toMatchObject({
      code: "settings.field-type-fixed",
      errors: [{ pointer: "/client/0/type" }],
    });
    expect((await setFields({ client: [] })).status).toBe(200);
    expect((await setFields({ client: [number] })).body.code).toBe("settings.field-type-fixed");
    expect((await setFields({ deal: [number] })).status).toBe(200);
    expect((await setFields({ client: [text] })).status).toBe(200);
    expect((await read()).fields).toMatchObject({ client: [{ type: "text" }], deal: [{ type: "number" }] });
  });
});
