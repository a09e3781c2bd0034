import { TransactionCanceledException, TransactionConflictException } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Failure } from "../../domain/kernel/errors.ts";
import { cursorsFor } from "../../functions/kit/table/cursor.ts";
import { newMeter } from "../../functions/kit/table/database.ts";
import {
  create,
  present,
  remove,
  StaleWrite,
  Store,
  update,
  WriteConflict,
} from "../../functions/kit/table/store.ts";
import { jsonOf } from "../../functions/kit/table/text.ts";
import { databases, openTable, type TestTable } from "./databases.ts";
import { changeId, placedEntity, tenantId, thing, thingEntity } from "./things.ts";

describe.each(Object.entries(databases))("the store on %s", (name, way) => {
  let table: TestTable | undefined;
  let store: Store;
  beforeAll(async () => {
    table = await openTable(way);
  });
  afterAll(async () => {
    await table?.stop();
  });
  beforeEach(({ skip }) => {
    skip(!table, `${name} is not to be had on this machine`);
    if (table) store = new Store(table.open(), tenantId());
  });

  const made = async (...names: string[]) => {
    for (const one of names) await store.write([create(thingEntity, thing(one))], changeId());
  };

  test("gives back the record that was written, and nothing that was not", async () => {
    const record = thing("Țepeș", { owner: "mem_1" });
    await store.write([create(thingEntity, record)], changeId(), [{ type: "thing.made" }]);
    expect(await store.get(thingEntity, { id: record.id })).toEqual(record);
    expect(await store.get(thingEntity, { id: "other" })).toBeUndefined();
    expect(await store.getAll(thingEntity, [{ id: "other" }, { id: record.id }])).toEqual([
      undefined,
      record,
    ]);
  });

  test("does not see what another tenant has under the same key", async () => {
    await made("one");
    const other = new Store(table?.open() ?? expect.fail("no table"), tenantId());
    expect(await other.get(thingEntity, { id: "one" })).toBeUndefined();
    expect(await other.list({ index: "list", pk: "THINGS", limit: 10 })).toEqual({ items: [] });
    await other.write([create(thingEntity, thing("one"))], changeId());
  });

  test("does not make a record twice", async () => {
    await made("one");
    const again = store.write([create(thingEntity, thing("one"))], changeId());
    await expect(again).rejects.toMatchObject({ code: "record.exists" });
    const otherwise = () => new Failure("product.code-taken");
    const inTransaction = store.write(
      [create(thingEntity, thing("two")), create(thingEntity, thing("one"), otherwise)],
      changeId(),
    );
    await expect(inTransaction).rejects.toMatchObject({ code: "product.code-taken" });
    expect(await store.get(thingEntity, { id: "two" })).toBeUndefined();
  });

  test("changes a record from the version before, and from no other", async () => {
    await made("one");
    await store.write([update(thingEntity, thing("one", { version: 2, owner: "mem_1" }))], changeId());
    expect(await store.get(thingEntity, { id: "one" })).toMatchObject({ version: 2, owner: "mem_1" });
    for (const version of [2, 4])
      await expect(
        store.write([update(thingEntity, thing("one", { version }))], changeId()),
      ).rejects.toBeInstanceOf(StaleWrite);
    await expect(store.write([update(thingEntity, thing("none"))], changeId())).rejects.toBeInstanceOf(
      StaleWrite,
    );
  });

  test("removes the version that was loaded", async () => {
    await made("one");
    const stale = store.write([remove(thingEntity, thing("one", { version: 2 }))], changeId());
    await expect(stale).rejects.toBeInstanceOf(StaleWrite);
    await store.write([remove(thingEntity, thing("one"))], changeId());
    expect(await store.get(thingEntity, { id: "one" })).toBeUndefined();
  });

  test("writes all or nothing where another record has to be there", async () => {
    const unknown = () => new Failure("reference.unknown");
    const writes = [create(thingEntity, thing("two")), present(thingEntity, { id: "one" }, unknown)];
    await expect(store.write(writes, changeId())).rejects.toMatchObject({ code: "reference.unknown" });
    expect(await store.get(thingEntity, { id: "two" })).toBeUndefined();
    await made("one");
    await store.write(writes, changeId());
    const outdated = [
      create(thingEntity, thing("three")),
      present(thingEntity, { id: "one" }, () => new StaleWrite(), 2),
    ];
    await expect(store.write(outdated, changeId())).rejects.toBeInstanceOf(StaleWrite);
  });

  test("recognises its own write when it is sent again after the answer was lost", async () => {
    const [single, several] = [changeId(), changeId()];
    const one = [create(thingEntity, thing("one"))];
    const two = [create(thingEntity, thing("two")), create(thingEntity, thing("three"))];
    for (const [writes, id] of [[one, single] as const, [two, several] as const]) {
      await store.write(writes, id);
      await store.write(writes, id);
    }
    await expect(store.write(one, changeId())).rejects.toMatchObject({ code: "record.exists" });
    const changed = [update(thingEntity, thing("one", { version: 2 }))];
    const change = changeId();
    await store.write(changed, change);
    await store.write(changed, change);
    expect(await store.get(thingEntity, { id: "one" })).toMatchObject({ version: 2 });
  });

  test("puts the events of a change on one of its items", async () => {
    await store
      .write([present(thingEntity, { id: "x" }, () => new Error("not there"))], changeId())
      .catch(() => undefined);
    const events = [{ type: "thing.made", eventId: "evt_1" }];
    await store.write(
      [create(thingEntity, thing("one")), create(thingEntity, thing("two"))],
      changeId(),
      events,
    );
    const items = await store.batchGet([thingEntity.key({ id: "one" }), thingEntity.key({ id: "two" })]);
    const carried = items.flatMap(({ happened }) => (happened?.S ? [JSON.parse(jsonOf(happened.S))] : []));
    expect(carried).toEqual([events]);
  });

  test("refuses a change of more items than a transaction holds, before it writes any", async () => {
    const hundred = Array.from({ length: 100 }, (_, n) => create(thingEntity, thing(`many-${n}`)));
    await store.write(hundred, changeId());
    const more = Array.from({ length: 101 }, (_, n) => create(thingEntity, thing(`more-${n}`)));
    await expect(store.write(more, changeId())).rejects.toMatchObject({ code: "limit.exceeded" });
    expect(await store.get(thingEntity, { id: "more-0" })).toBeUndefined();
    await expect(store.write([], changeId())).rejects.toThrow("has to write something");
  });

  test("keeps a record of 399 kB and refuses one of 401 kB before it sends anything", async () => {
    const sized = (kilobytes: number) => thing("large", { owner: "ș".repeat(512 * kilobytes) });
    await store.write([create(placedEntity, sized(399))], changeId());
    expect(await store.get(placedEntity, sized(399))).toEqual(sized(399));
    const meter = newMeter();
    const measured = new Store(table?.open(meter) ?? expect.fail("no table"), tenantId());
    await expect(measured.write([create(placedEntity, sized(401))], changeId())).rejects.toMatchObject({
      code: "record.too-large",
    });
    expect(meter.trips).toBe(0);
  });

  test("reads many records in one round trip per hundred, each once", async () => {
    const names = Array.from({ length: 120 }, (_, n) => `n${n}`);
    for (const at of [0, 60])
      await store.write(
        names.slice(at, at + 60).map((one) => create(thingEntity, thing(one))),
        changeId(),
      );
    const meter = newMeter();
    const counted = new Store(table?.open(meter) ?? expect.fail("no table"), store.tenantId);
    const read = await counted.getAll(
      thingEntity,
      [...names, "n0"].map((id) => ({ id })),
    );
    expect(read.map((record) => record?.name)).toEqual([...names, "n0"]);
    expect(meter.trips).toBe(2);
  });

  describe("a list", () => {
    const names = ["a", "b", "c", "d", "e"];
    const listed = async (index: "list" | undefined, newestFirst: boolean, limit: number) => {
      const cursors = cursorsFor(store.tenantId, "a list");
      const paging = new Store(table?.open() ?? expect.fail("no table"), store.tenantId, cursors);
      const found: string[][] = [];
      let cursor: string | undefined;
      for (let page = 0; page < 10; page++) {
        const answer = await paging.list<{ name: string }>({
          ...(index ? { index, pk: "THINGS" } : { pk: "PLACE", beginsWith: "PLACED#" }),
          newestFirst,
          limit,
          cursor,
        });
        found.push(answer.items.map(({ name: of }) => of));
        cursor = answer.next;
        if (cursor === undefined) break;
      }
      return found;
    };

    beforeEach(async () => {
      for (const one of names)
        await store.write([create(thingEntity, thing(one)), create(placedEntity, thing(one))], changeId());
    });

    test.each(["list", undefined] as const)(
      "gives every record once, in order, page by page (%s)",
      async (index) => {
        expect(await listed(index, false, 2)).toEqual([["a", "b"], ["c", "d"], ["e"]]);
        expect(await listed(index, true, 3)).toEqual([
          ["e", "d", "c"],
          ["b", "a"],
        ]);
        expect(await listed(index, false, 5)).toEqual([names]);
        expect(await listed(index, false, 200)).toEqual([names]);
      },
    );

    test("gives the records between two sort keys, and those beyond one", async () => {
      const between = await store.list<{ name: string }>({
        pk: "PLACE",
        between: ["PLACED#b", "PLACED#d"],
        limit: 10,
      });
      expect(between.items.map(({ name: of }) => of)).toEqual(["b", "c", "d"]);
      const nothing = await store.list({ pk: "PLACE", between: ["PLACED#d", "PLACED#b"], limit: 10 });
      expect(nothing).toEqual({ items: [] });
      const beyond = await store.list<{ name: string }>({ pk: "PLACE", beyond: "PLACED#c", limit: 10 });
      expect(beyond.items.map(({ name: of }) => of)).toEqual(["d", "e"]);
    });

    test("goes on where it was when records come before and are taken away", async () => {
      const cursors = cursorsFor(store.tenantId, "a list");
      const paging = new Store(table?.open() ?? expect.fail("no table"), store.tenantId, cursors);
      const query = { index: "list", pk: "THINGS", limit: 2 } as const;
      const first = await paging.list<{ name: string }>(query);
      await store.write([remove(thingEntity, thing("b")), create(thingEntity, thing("aa"))], changeId());
      const second = await paging.list<{ name: string }>({ ...query, cursor: first.next });
      expect(second.items.map(({ name: of }) => of)).toEqual(["c", "d"]);
    });
  });

  describe("what DynamoDB cancels without a condition", () => {
    const cancelled = (Code: string) =>
      new TransactionCanceledException({ message: Code, $metadata: {}, CancellationReasons: [{ Code }] });
    const storeThat = (throws: Error) => {
      const fail = () => Promise.reject(throws);
      const database = table?.open() ?? expect.fail("no table");
      return new Store({ ...database, put: fail, transact: fail, transactGet: fail }, store.tenantId);
    };
    const two = [create(thingEntity, thing("a")), create(thingEntity, thing("b"))];

    test("a meeting with another transaction is one, for a write of one item, of several, and a reading", async () => {
      const meeting = storeThat(cancelled("TransactionConflict"));
      await expect(meeting.write(two, changeId())).rejects.toThrow(WriteConflict);
      await expect(meeting.moment([thingEntity.key({ id: "a" })])).rejects.toThrow(WriteConflict);
      const alone = storeThat(new TransactionConflictException({ message: "", $metadata: {} }));
      await expect(alone.write(two.slice(0, 1), changeId())).rejects.toThrow(WriteConflict);
    });

    test.each(["ThrottlingError", "ProvisionedThroughputExceeded"])("%s is throttling", async (code) => {
      const throttled = storeThat(cancelled(code));
      await expect(throttled.write(two, changeId())).rejects.toMatchObject({ code: "service.throttled" });
      const reading = throttled.moment([thingEntity.key({ id: "a" })]);
      await expect(reading).rejects.toMatchObject({ code: "service.throttled" });
    });
  });

  test("a partition that holds more than it may is an error, not a shorter answer", async () => {
    for (const one of ["a", "b", "c"]) await store.write([create(placedEntity, thing(one))], changeId());
    expect(await store.collection("PLACE", 3)).toHaveLength(3);
    await expect(store.collection("PLACE", 2)).rejects.toThrow("more than 2 items");
  });
});
