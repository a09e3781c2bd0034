import { expect, test } from "vitest";
import type { Client } from "../../domain/clients/client.ts";
import type { Contact } from "../../domain/clients/contact.ts";
import { nameSearch } from "../../domain/clients/names.ts";
import { byNamePart, byPart, byTag, clientsNamed, type Wanted } from "../../functions/clients/find.ts";
import { clientEntity, contactEntity, partitions } from "../../functions/clients/store.ts";
import type { Entity, VersionedRecord } from "../../functions/kit/table/entity.ts";
import { type Item, itemKey, toItem } from "../../functions/kit/table/item.ts";
import { tableOf } from "./memory.ts";

const at = "2026-11-23T18:00:00.000Z";
const client = (id: string, change: Partial<Client> = {}): Client => ({
  id: `cli_${id}`,
  version: 1,
  name: "Betatech",
  ownerId: "mem_1",
  tags: ["vip"],
  fields: {},
  contactCount: 0,
  counterpartyCount: 0,
  createdAt: at,
  createdBy: "mem_1",
  updatedAt: at,
  updatedBy: "mem_1",
  ...change,
});
const contact = (id: string, clientId: string, phones: string[]): Contact => ({
  id: `con_${id}`,
  version: 1,
  clientId,
  name: "C",
  roles: [],
  phones,
  emails: [],
  fields: {},
  createdAt: at,
  updatedAt: at,
});

const itemOf = <R extends VersionedRecord, I>(entity: Entity<R, I>, record: R & I): Item =>
  toItem("ten_1", entity, record, { changeId: "chg_1" });
const lookupsOf = <R extends VersionedRecord, I>(entity: Entity<R, I>, record: R & I): Item[] =>
  (entity.lookups?.(record) ?? []).map((lookup) => itemKey("ten_1", lookup));

const everything: Wanted = { mayBe: () => true, is: () => true };
const paging = { limit: 10 };
const idsOf = ({ items }: { items: readonly Client[] }) => items.map(({ id }) => id);
const search = (part: string) => nameSearch(part) ?? { drawer: "", term: "", words: [] };

test("a lookup that its record has left behind finds nothing, and one of a record that is gone neither", async () => {
  const before = client("1");
  const after = client("1", { version: 2, name: "Gammatech", ownerId: "mem_2", tags: [] });
  const gone = client("2");
  const { store } = tableOf(
    [
      itemOf(clientEntity, after),
      // The projector has written what is new, and not yet taken away what was before.
      ...lookupsOf(clientEntity, before),
      ...lookupsOf(clientEntity, after),
      ...lookupsOf(clientEntity, gone),
    ],
    100,
  );
  expect(idsOf(await byNamePart(store, search("beta"), everything, paging))).toEqual([]);
  expect(idsOf(await byNamePart(store, search("tech"), everything, paging))).toEqual(["cli_1"]);
  expect(idsOf(await byTag(store, "vip", everything, paging))).toEqual([]);
});

test("an archived client is not found by what is still filed of it or of its contacts", async () => {
  const phone = "+40721234567";
  const archived = client("1", { archivedAt: at });
  const own = contact("1", archived.id, [phone]);
  const { store } = tableOf(
    [
      itemOf(clientEntity, archived),
      itemOf(contactEntity, own),
      ...lookupsOf(clientEntity, client("1")),
      ...lookupsOf(contactEntity, own),
    ],
    100,
  );
  expect(idsOf(await byNamePart(store, search("beta"), everything, paging))).toEqual([]);
  expect(
    idsOf(await byPart(store, contactEntity, partitions.phone(phone), () => true, everything, paging)),
  ).toEqual([]);
});

test("a contact that has another number now is not found by the old one", async () => {
  const owner = client("1");
  const { store } = tableOf(
    [
      itemOf(clientEntity, owner),
      itemOf(contactEntity, contact("1", owner.id, ["+40722222222"])),
      ...lookupsOf(contactEntity, contact("1", owner.id, ["+40721111111"])),
    ],
    100,
  );
  const found = await byPart(
    store,
    contactEntity,
    partitions.phone("+40721111111"),
    () => true,
    everything,
    paging,
  );
  expect(idsOf(found)).toEqual([]);
});

test("what is out of reach is passed over without being read", async () => {
  const mine = client("1");
  const other = client("2", { ownerId: "mem_2" });
  const items = [mine, other].flatMap((one) => [itemOf(clientEntity, one), ...lookupsOf(clientEntity, one)]);
  const { store } = tableOf(items, 100);
  const asked: string[] = [];
  const wanted: Wanted = {
    mayBe: ({ ownerId }) => ownerId === "mem_1",
    is: ({ id }) => asked.push(id) > 0,
  };
  expect(idsOf(await byNamePart(store, search("beta"), wanted, paging))).toEqual(["cli_1"]);
  expect(asked).toEqual(["cli_1"]);
});

test("a name as a whole is found in any case and without diacritics, and no longer name with it", async () => {
  const clients = [
    client("1", { name: "Știință SRL" }),
    client("2", { name: "stiinta srl" }),
    client("3", { name: "Știință SRL Nord" }),
    client("4", { name: "Marea Știință SRL" }),
  ];
  const items = clients.flatMap((one) => [itemOf(clientEntity, one), ...lookupsOf(clientEntity, one)]);
  const { store } = tableOf(items, 100);
  expect((await clientsNamed(store, " STIINTA  S.R.L. ")).map(({ id }) => id)).toEqual(["cli_1", "cli_2"]);
  expect(await clientsNamed(store, "???")).toEqual([]);
});
