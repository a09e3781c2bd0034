import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { type Json, objectAt } from "../golden/json.ts";
import { newTenant } from "../support/client.ts";
import { routeCalled, send } from "./send.ts";

/** Choice fields whose choices have so many characters, all of two bytes. */
const choiceFields = (fields: number, choices: number, characters: number) =>
  Array.from({ length: fields }, (_, at) => ({
    key: `field${at}`,
    label: `Field ${at}`,
    type: "choice",
    choices: Array.from({ length: choices }, (_, n) => `${n}`.padEnd(characters, "ș")),
  }));

describe("Settings", () => {
  let token = "";
  beforeEach(async () => {
    token = (await newTenant()).token;
  });
  const call = (name: string, body?: Json, headers: Record<string, string> = {}) =>
    send(routeCalled(name), { token, body, headers });

  test("with 368 kB of choices are kept, and each group can grow as much", async () => {
    // 22 fields of 100 choices.
    const fields = choiceFields(22, 100, 83);
    expect(Buffer.byteLength(JSON.stringify({ client: fields }))).toBeGreaterThan(360_000);
    for (const group of ["client", "contact", "deal"])
      expect((await call("setFields", { [group]: fields })).status, group).toBe(200);
    const lossReasons = [
      { id: "weather", name: "Weather" },
      ...kept(await call("readSettings"), "lossReasons"),
    ];
    expect((await call("setLossReasons", { lossReasons })).status).toBe(200);
    const { json } = await call("readSettings");
    expect(objectAt(json, "fields")).toEqual({
      client: fields.map((field) => ({ ...field, required: false })),
      contact: fields.map((field) => ({ ...field, required: false })),
      deal: fields.map((field) => ({ ...field, required: false })),
    });
    expect(kept({ json }, "lossReasons")[0]).toMatchObject({ id: "weather" });
    expect(json.version).toBe(5);
  });

  test("with a group beyond what a record holds are refused, and stay as they are", async () => {
    const refused = await call("setFields", { client: choiceFields(24, 100, 90) });
    expect([refused.status, refused.code]).toEqual([422, "record.too-large"]);
    expect(refused.json.detail).toMatch(
      /^The record settings-part would have \d+ kB; a record has at most 400 kB\./,
    );
    expect((await call("readSettings")).json).toMatchObject({ version: 1, fields: { client: [] } });
    expect((await call("setFields", { client: choiceFields(1, 2, 9) })).status).toBe(200);
  });

  test("of more than 400 kB are answered again under their idempotency key", async () => {
    const fields = choiceFields(20, 100, 83);
    await call("setFields", { client: fields });
    await call("setFields", { deal: fields });
    const key = { "idempotency-key": randomUUID() };
    const first = await call("setFields", { contact: fields }, key);
    const again = await call("setFields", { contact: fields }, key);
    expect(first.text.length).toBeGreaterThan(400 * 1024);
    expect([again.status, again.headers["idempotency-replayed"]]).toEqual([200, "true"]);
    expect(again.text).toBe(first.text);
  });
});

const kept = ({ json }: { readonly json: Json }, name: string): readonly Json[] => {
  const list = objectAt(json)[name];
  return Array.isArray(list) ? list : [];
};

test("an import with a mapping beyond what a record holds is refused", async () => {
  const { token } = await newTenant();
  const oneOf = Array.from({ length: 500 }, (_, n) => `${n}`.padEnd(100, "ș"));
  const refused = await send(routeCalled("createImport"), {
    token,
    body: {
      text: "sku;name\nX;Y\n",
      mapping: {
        entity: "products",
        identifiedBy: ["sku"],
        fields: [
          { to: "code", from: "sku" },
          ...["name", "description", "group", "unit.name", "unit.code"].map((to) => ({
            to,
            from: "name",
            oneOf,
          })),
        ],
      },
    },
  });
  expect([refused.status, refused.code], refused.text).toEqual([422, "record.too-large"]);
});
