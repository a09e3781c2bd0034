import { afterAll, beforeAll, expect, test } from "vitest";
import { allEvents } from "../../events/catalogue.ts";
import { clientHandlers } from "../../functions/clients/handlers.ts";
import { clientRoutes } from "../../functions/clients/routes.ts";
import { serve } from "../../functions/kit/serve.ts";
import type { Item } from "../../functions/kit/table/item.ts";
import { jsonOf } from "../../functions/kit/table/text.ts";
import { idOf, openCompany } from "../access/fixture.ts";
import { caller, startGround, type TestGround } from "../access/ground.ts";

let ground: TestGround;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.stop());

interface Told {
  readonly type: string;
  readonly version: number;
  readonly data: unknown;
}
const toldBy = (items: readonly (Item | undefined)[]): Told[] =>
  items.flatMap((item) => (item?.happened?.S === undefined ? [] : JSON.parse(jsonOf(item.happened.S))));

/** The API of clients, which answers with what each change told besides. */
const opened = async () => {
  const { tenantId, adminMemberId, invite, team } = await openCompany(ground);
  let told: Told[] = [];
  const handler = serve(clientRoutes, clientHandlers, {
    ...ground,
    database: (meter) => {
      const database = ground.database(meter);
      return {
        ...database,
        put: async (input) => {
          await database.put(input);
          told = toldBy([input.Item]);
        },
        transact: async (writes, token) => {
          await database.transact(writes, token);
          told = toldBy(writes.map(({ Put }) => Put?.Item));
        },
      };
    },
  });
  const send = caller(handler);
  /** Makes a change; the events that it told have to be what they are declared to be. */
  const change = async (route: string, params: Record<string, string>, body?: unknown) => {
    told = [];
    const answer = await send({ tenantId, memberId: adminMemberId }, { route, params, body });
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
    for (const { type, version, data } of told) {
      const declared = allEvents.find((one) => one.type === type);
      expect(declared?.version).toBe(version);
      expect(declared?.data.parse(data)).toEqual(data);
    }
    return { answer, told: told.map(({ type }) => type), data: told[0]?.data };
  };
  return { change, invite, team };
};

const clientPath = "/v1/clients/{clientId}";
const counterpartyPath = "/v1/counterparties/{counterpartyId}";

test("each change tells what happened, in one write with it and as the contract says", async () => {
  const { change, invite, team } = await opened();
  const ana = await invite();
  const made = await change(
    "POST /v1/clients",
    {},
    {
      name: "Told",
      contacts: [{ name: "C", phones: ["0721234567"] }],
      counterparties: [{ legalName: "L", taxId: "RO1", validFrom: "2020-01-01" }],
    },
  );
  expect(made.told).toEqual(["client.created"]);
  expect(made.data).toMatchObject({ contacts: [{ name: "C" }], counterparties: [{ legalName: "L" }] });
  const clientId = idOf(made.answer);
  const other = idOf((await change("POST /v1/clients", {}, { name: "Other" })).answer);
  const patch = (body: unknown) => change(`PATCH ${clientPath}`, { clientId }, body);
  expect((await patch({ name: "Renamed" })).told).toEqual(["client.changed"]);
  expect(await patch({ ownerId: ana })).toMatchObject({
    told: ["client.reassigned"],
    data: { clientId, to: { ownerId: ana } },
  });
  expect((await patch({ teamId: await team(), archived: true })).told).toEqual([
    "client.reassigned",
    "client.changed",
  ]);
  expect((await patch({})).told).toEqual([]);
  expect((await patch({ archived: false })).told).toEqual(["client.changed"]);

  const added = await change(`POST ${clientPath}/contacts`, { clientId }, { name: "D" });
  expect(added.told).toEqual(["contact.added"]);
  const contact = { clientId, contactId: idOf(added.answer) };
  expect((await change(`PATCH ${clientPath}/contacts/{contactId}`, contact, { name: "E" })).told).toEqual([
    "contact.changed",
  ]);
  expect(await change(`DELETE ${clientPath}/contacts/{contactId}`, contact)).toMatchObject({
    told: ["contact.removed"],
    data: contact,
  });

  const noted = await change(`POST ${clientPath}/notes`, { clientId }, { text: "a secret" });
  expect(noted.told).toEqual(["client.noted"]);
  expect(JSON.stringify(noted.data)).not.toContain("secret");
  const note = { clientId, noteId: idOf(noted.answer) };
  expect((await change(`PATCH ${clientPath}/notes/{noteId}`, note, { text: "b" })).told).toEqual([
    "client.noted",
  ]);
  expect((await change(`DELETE ${clientPath}/notes/{noteId}`, note)).told).toEqual(["client.note-removed"]);

  const legal = await change(
    `POST ${clientPath}/counterparties`,
    { clientId },
    {
      legalName: "M",
      validFrom: "2020-01-01",
    },
  );
  expect(legal.told).toEqual(["counterparty.created"]);
  const counterparty = { counterpartyId: idOf(legal.answer) };
  expect((await change(`PATCH ${counterpartyPath}`, counterparty, { legalName: "N" })).told).toEqual([
    "counterparty.changed",
  ]);
  const moved = await change(`POST ${counterpartyPath}/move`, counterparty, {
    clientId: other,
    on: "2024-01-01",
  });
  expect(moved).toMatchObject({
    told: ["counterparty.moved"],
    data: { fromClientId: clientId, toClientId: other, on: "2024-01-01" },
  });
  const links = moved.answer.body.links;
  const [, , last] = Array.isArray(links) ? links : [];
  const link = { ...counterparty, linkId: last.id };
  const ended = await change(`PATCH ${counterpartyPath}/links/{linkId}`, link, { validTo: "2024-12-31" });
  expect(ended).toMatchObject({
    told: ["counterparty.link-corrected"],
    data: { superseded: { id: last.id }, link: { clientId: other, validTo: "2024-12-31" } },
  });
  const linked = await change(`POST ${counterpartyPath}/links`, counterparty, {
    clientId,
    validFrom: "2025-01-01",
  });
  expect(linked).toMatchObject({ told: ["counterparty.linked"], data: { link: { clientId } } });
  const now = linked.answer.body.links;
  const newest = Array.isArray(now) ? now.at(-1) : undefined;
  const withdrawn = await change(`DELETE ${counterpartyPath}/links/{linkId}`, {
    ...counterparty,
    linkId: newest.id,
  });
  expect(withdrawn).toMatchObject({
    told: ["counterparty.link-corrected"],
    data: { superseded: { id: newest.id } },
  });
  expect(withdrawn.data).not.toHaveProperty("link");
});
