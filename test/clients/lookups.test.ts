import type { DynamoDBRecord } from "aws-lambda";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Client, tagKey } from "../../domain/clients/client.ts";
import type { Contact } from "../../domain/clients/contact.ts";
import type { ClientCounterparty } from "../../domain/clients/counterparty.ts";
import { clientCounterpartyEntity, clientEntity, contactEntity } from "../../functions/clients/store.ts";
import type { Database } from "../../functions/kit/table/database.ts";
import { type Item, toItem } from "../../functions/kit/table/item.ts";
import { lambdas } from "../../functions/lambdas.ts";
import { keepLookups, type LookupWrite, lookedUp, lookupWrites } from "../../functions/projector/lookups.ts";

const at = "2026-11-23T18:00:00.000Z";
const clientId = "cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D";
const client = (change: Partial<Client> = {}): Client => ({
  id: clientId,
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
const contact = (change: Partial<Contact> = {}): Contact => ({
  id: "con_1",
  version: 1,
  clientId,
  name: "Ana",
  roles: [],
  phones: ["+40721234567"],
  emails: ["Ana@b.example"],
  fields: {},
  createdAt: at,
  updatedAt: at,
  ...change,
});

const extra = { changeId: "chg_1" };
const itemOf = (record: Client | undefined): Item | undefined =>
  record && toItem("ten_1", clientEntity, record, extra);
const streamed = (before: Item | undefined, after: Item | undefined): DynamoDBRecord => ({
  dynamodb: JSON.parse(JSON.stringify({ OldImage: before, NewImage: after })),
});
const keyOf = (write: LookupWrite): string => {
  const key = "put" in write ? write.put : write.remove;
  return `${"put" in write ? "+" : "-"} ${key.pk?.S?.replace("T#ten_1#", "")} ${key.sk?.S}`;
};
const writesOf = (before: Item | undefined, after: Item | undefined) =>
  lookupWrites(streamed(before, after)).map(keyOf).sort();

describe("lookups", () => {
  test("a new client is filed under the endings of its name and its tags, with owner and team", () => {
    expect(writesOf(undefined, itemOf(client({ teamId: "team_1" })))).toEqual(
      [
        "+ NAME#bet betatech",
        "+ NAME#eta etatech",
        "+ NAME#tat tatech",
        "+ NAME#ate atech",
        "+ NAME#tec tech",
        "+ NAME#ech ech",
        "+ TAG#vip betatech",
      ]
        .map((key) => `${key}#${clientId}#mem_1#team_1`)
        .sort(),
    );
  });

  test("a change writes what is new and deletes what is no more, and nothing else", () => {
    const before = itemOf(client({ tags: ["vip", "old"] }));
    const after = itemOf(client({ version: 2, tags: ["VIP", "new"], country: "RO" }));
    expect(writesOf(before, after)).toEqual([
      `+ TAG#new betatech#${clientId}#mem_1#`,
      `- TAG#old betatech#${clientId}#mem_1#`,
    ]);
    expect(
      writesOf(before, itemOf(client({ tags: ["vip", "old"], updatedAt: "2027-01-01T00:00:00.000Z" }))),
    ).toEqual([]);
  });

  test("an archived client is filed under nothing", () => {
    const writes = writesOf(itemOf(client()), itemOf(client({ archivedAt: at })));
    expect(writes).toHaveLength(7);
    expect(writes.every((write) => write.startsWith("-"))).toBe(true);
  });

  test("a contact is filed by phone and email until it is removed", () => {
    const item = toItem("ten_1", contactEntity, contact(), extra);
    const keys = [`EMAIL#ana@b.example ${clientId}#con_1`, `PHONE#+40721234567 ${clientId}#con_1`];
    expect(writesOf(undefined, item)).toEqual(keys.map((key) => `+ ${key}`));
    expect(writesOf(item, undefined)).toEqual(keys.map((key) => `- ${key}`));
  });

  test("a counterparty is filed by its bare tax id as long as a link is believed", () => {
    const link = { id: "lnk_1", clientId, validFrom: "2026-01-01", recordedAt: at, recordedBy: "mem_1" };
    const copy = (links: ClientCounterparty["links"]): Item =>
      toItem(
        "ten_1",
        clientCounterpartyEntity,
        {
          id: "cpt_1",
          version: 1,
          clientId,
          legalName: "B",
          taxId: "RO77",
          links,
          createdAt: at,
          updatedAt: at,
        },
        extra,
      );
    const withdrawn = copy([{ ...link, supersededAt: at }]);
    expect(writesOf(undefined, copy([link]))).toEqual([`+ TAX#77 ${clientId}#cpt_1`]);
    expect(writesOf(copy([link]), withdrawn)).toEqual([`- TAX#77 ${clientId}#cpt_1`]);
  });

  test("keys fit into DynamoDB's limits, whatever the letters unfold into", () => {
    const long = "ﷺ".repeat(200);
    const tags = ["ﷺ".repeat(50), "𐐀".repeat(25)];
    const record = client({
      name: long,
      tags,
      externalId: "ţ".repeat(200),
      parentId: clientId,
      teamId: `team_${"0".repeat(26)}`,
    });
    for (const write of lookupWrites(streamed(undefined, itemOf(record)))) {
      const key = "put" in write ? write.put : write.remove;
      expect(Buffer.byteLength(key.pk?.S ?? "")).toBeLessThanOrEqual(2048);
      expect(Buffer.byteLength(key.sk?.S ?? "")).toBeLessThanOrEqual(1024);
    }
    expect(tagKey(tags[0] ?? "").length).toBeLessThanOrEqual(100);
  });

  test("the stream brings the projector every entity that has lookups, and its end", () => {
    const projector = lambdas.find(({ name }) => name === "projector");
    const filters = projector?.trigger.kind === "stream" ? projector.trigger.filters : [];
    for (const image of ["NewImage", "OldImage"])
      for (const entity of lookedUp)
        expect(filters).toContainEqual(
          expect.objectContaining({
            dynamodb: { [image]: { entity: { S: expect.arrayContaining([entity]) } } },
          }),
        );
  });
});

/** A table that knows lookups only, and refuses what DynamoDB refuses: a key twice in one batch. */
const tableOfLookups = () => {
  const keys = new Set<string>();
  const refuse = () => Promise.reject(new Error("not asked for"));
  const database: Database = {
    tableName: "t",
    get: refuse,
    batchGet: refuse,
    transactGet: refuse,
    query: refuse,
    put: refuse,
    transact: refuse,
    async batchWrite(writes) {
      const named = writes.map(({ put, remove }) => `${(put ?? remove)?.pk?.S} ${(put ?? remove)?.sk?.S}`);
      if (new Set(named).size < named.length) throw new Error("a key stands twice in a batch");
      for (const [n, { put }] of writes.entries()) {
        const key = named[n] ?? "";
        if (put) keys.add(key);
        else keys.delete(key);
      }
    },
  };
  return { database, keys };
};

test("however the stream is cut and repeated, the lookups end as those of the last images", async () => {
  const names = fc.constantFrom("Betatech", "Beta", "Tech Beta", "Știință", "HP");
  const change = fc.record({
    which: fc.nat(2),
    name: names,
    tags: fc.subarray(["a", "b", "c"]),
    archived: fc.boolean(),
    ownerId: fc.constantFrom("mem_1", "mem_2"),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { maxLength: 12 }),
      fc.infiniteStream(fc.nat(3)),
      async (changes, chance) => {
        const items: (Item | undefined)[] = [];
        const records = changes.map(({ which, archived, ...values }, version) => {
          const record = client({
            id: `cli_${which}`,
            version,
            ...values,
            archivedAt: archived ? at : undefined,
          });
          const one = streamed(items[which], itemOf(record));
          items[which] = itemOf(record);
          return one;
        });
        const { database, keys } = tableOfLookups();
        for (let from = 0; from < records.length; ) {
          const batch = records.slice(from, from + 1 + (chance.next().value ?? 0));
          // A batch that failed half-way comes again as a whole.
          if (chance.next().value === 0) await keepLookups(database, batch.slice(0, 1));
          await keepLookups(database, batch);
          if (chance.next().value === 0) await keepLookups(database, batch);
          from += batch.length;
        }
        const expected = items
          .flatMap((item) => lookupWrites(streamed(undefined, item)))
          .map((write) => {
            const key = "put" in write ? write.put : write.remove;
            return `${key.pk?.S} ${key.sk?.S}`;
          });
        expect([...keys].sort()).toEqual([...new Set(expected)].sort());
      },
    ),
    { seed: 20261123, numRuns: 200 },
  );
});
