import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { type Due, dueKey, duePage, dueShards } from "../../functions/kit/table/due.ts";
import { entity } from "../../functions/kit/table/entity.ts";
import { fromItem, type Item } from "../../functions/kit/table/item.ts";
import { create, Store, update } from "../../functions/kit/table/store.ts";
import { databases, openTable, type TestTable } from "./databases.ts";
import { changeId, tenantId } from "./things.ts";

const Task = z.object({ id: z.string(), version: z.int(), dueAt: z.string(), isDone: z.boolean() });
type Task = z.infer<typeof Task>;

describe.each(Object.entries(databases))("what falls due, on %s", (name, way) => {
  let table: TestTable | undefined;
  /** A kind of work of the test's own: tests share the table. */
  let work: string;
  let nth = 0;
  beforeAll(async () => {
    table = await openTable(way);
  });
  afterAll(async () => {
    await table?.stop();
  });
  beforeEach(({ skip }) => {
    skip(!table, `${name} is not to be had on this machine`);
    work = `WORK${nth++}`;
  });

  const tasks = () =>
    entity<Task, { readonly id: string }>({
      name: "task",
      schema: Task,
      key: ({ id }) => ({ pk: `TASK#${id}`, sk: "TASK" }),
      indexes: ({ id, dueAt, isDone }) => (isDone ? {} : { due: dueKey(work, dueAt, id) }),
    });
  const open = () => table?.open() ?? expect.fail("no table");
  const task = (id: string, minute: number): Task => ({
    id,
    version: 1,
    dueAt: `2026-11-23T18:${String(minute).padStart(2, "0")}:00.000Z`,
    isDone: false,
  });

  /** All that is due at a minute, page by page. */
  const dueAt = async (minute: number, limit = 2): Promise<Due[]> => {
    const found: Due[] = [];
    for (let shard = 0; shard < dueShards; shard++) {
      let from: Item | undefined;
      do {
        const page = await duePage(open(), { work, shard, now: task("", minute).dueAt, limit, from });
        found.push(...page.found);
        from = page.next;
      } while (from);
    }
    return found;
  };
  const idsOf = (found: readonly Due[]): string[] =>
    found.map(({ item }) => fromItem<Task>(item).id).toSorted();

  test("is found at its moment and after it, not before, of whatever tenant, each once", async () => {
    const owners = [tenantId(), tenantId()];
    const ids = Array.from({ length: 30 }, (_, n) => `t${n}`);
    for (const [n, id] of ids.entries())
      await new Store(open(), owners[n % 2] ?? "").write([create(tasks(), task(id, n))], changeId());
    expect(idsOf(await dueAt(9))).toEqual(ids.slice(0, 10).toSorted());
    const all = await dueAt(59);
    expect(idsOf(all)).toEqual(ids.toSorted());
    for (const { tenantId: owner, item } of all)
      expect(owner).toBe(owners[Number(fromItem<Task>(item).id.slice(1)) % 2]);
  });

  test("is gone with the write that settles it", async () => {
    const store = new Store(open(), tenantId());
    const one = task("one", 1);
    await store.write([create(tasks(), one), create(tasks(), task("two", 2))], changeId());
    await store.write([update(tasks(), { ...one, version: 2, isDone: true })], changeId());
    expect(idsOf(await dueAt(5))).toEqual(["two"]);
  });

  test("is spread over all shards", async () => {
    const shards = Array.from({ length: 400 }, (_, n) => dueKey(work, "", `INV-2026-${n}`).pk);
    expect(new Set(shards).size).toBe(dueShards);
  });
});
