import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MappingInput } from "../../domain/imports/mapping.ts";
import type { Product } from "../../domain/products/product.ts";
import { importEntity } from "../../functions/imports/store.ts";
import type { Ground } from "../../functions/kit/machine.ts";
import { jsonOf } from "../../functions/kit/table/text.ts";
import { productEntity } from "../../functions/products/store.ts";
import { dyingAt } from "./dying.ts";
import { startWorld, type World } from "./world.ts";

const products: MappingInput = {
  entity: "products",
  format: { currency: "USD" },
  identifiedBy: ["code"],
  fields: [
    { to: "code", from: "code", required: true },
    { to: "name", from: "name", required: true },
    { to: "prices[0].unitPriceMinor", from: "price", type: "money" },
    { to: "prices[0].currency", constant: "USD" },
  ],
};
const rowsOf = (count: number, prefix: string): string =>
  Array.from({ length: count }, (_, at) => `${prefix}-${at},Product ${at},${at}.50\n`).join("");

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.ground.stop());

const codes = async (prefix: string): Promise<string[]> => {
  const all: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await world.store.list<Product>({ index: "list", pk: "PRODUCTS", limit: 200, cursor });
    all.push(...page.items.map(({ code }) => code));
    cursor = page.next;
  } while (cursor !== undefined);
  return all.filter((code) => code.startsWith(`${prefix}-`)).sort();
};

describe("an import", () => {
  it("makes every row by the rules of the API, with its event, and a second run makes nothing", async () => {
    const text = `code,name,price\n${rowsOf(450, "twice")}`;
    const first = await world.import(text, products);
    expect(first).toMatchObject({
      status: "done",
      progressPercent: 100,
      counts: { rows: 450, made: 450, there: 0, leftOut: 0, faulty: 0, waiting: 0 },
      found: { encoding: "utf-8", separator: ",", columns: ["code", "name", "price"] },
    });
    expect(await codes("twice")).toHaveLength(450);
    const [listed] = (
      await world.store.list<Product>({ index: "list", pk: "PRODUCTS", beginsWith: "twice-7#", limit: 1 })
    ).items;
    const [item] = await world.store.batchGet([productEntity.key({ id: listed?.id ?? "" })]);
    expect(JSON.parse(jsonOf(item?.happened?.S ?? ""))).toMatchObject([
      {
        type: "product.created",
        actor: world.adminId,
        data: { code: "twice-7", prices: [{ unitPriceMinor: 750 }] },
      },
    ]);
    const second = await world.import(text, products);
    expect(second).toMatchObject({ status: "done", counts: { rows: 450, made: 0, there: 450, faulty: 0 } });
    expect(await codes("twice")).toHaveLength(450);
  });

  it("reports wrong rows by line, column, value and reason, and makes all others", async () => {
    const text = `code,name,price\na-1,One,1\na-2,,2\na-3,Three,x\na-4,Four\na-1,Again,1\n${"n".repeat(70)},Long,1\nA-1 ,Other row,3\na-9,Nine,9\n`;
    const done = await world.import(text, products);
    expect(done).toMatchObject({ status: "done", counts: { rows: 8, made: 2, there: 1, faulty: 5 } });
    const answer = await world.call({
      route: "GET /v1/imports/{importId}/faults",
      params: { importId: done.id },
    });
    expect(answer.body.items).toEqual([
      { line: 3, faults: [{ line: 3, column: "name", value: "", reason: "is empty and has to be there" }] },
      {
        line: 4,
        faults: [
          { line: 4, column: "price", value: "x", reason: expect.stringContaining("is not a number") },
        ],
      },
      { line: 5, faults: [{ line: 5, value: "a-4 | Four", reason: "has 2 cells where the header has 3" }] },
      {
        line: 7,
        faults: [{ line: 7, column: "code", value: "n".repeat(70), reason: expect.stringContaining("60") }],
      },
      { line: 8, faults: [{ line: 8, column: "code", value: "A-1", reason: "belongs to another product" }] },
    ]);
  });

  it("that is a dry run finds the same faults and makes nothing", async () => {
    const text = `code,name,price\ndry-1,One,1\ndry-2,,2\na-1,Taken by another row,3\n`;
    const mapping: MappingInput = { ...products, identifiedBy: ["name", "price"] };
    const tried = await world.import(text, mapping, { dryRun: true });
    expect(tried).toMatchObject({ status: "done", dryRun: true, counts: { rows: 3, made: 1, faulty: 2 } });
    expect(await codes("dry")).toEqual([]);
    const done = await world.import(text, mapping);
    expect(done).toMatchObject({ counts: { rows: 3, made: 1, faulty: 2 } });
    expect((await world.faults(done.id)).map(({ faults }) => faults)).toEqual(
      (await world.faults(tried.id)).map(({ faults }) => faults),
    );
  });

  it("with a mapping that does not fit the file fails as a whole, with pointers into the mapping", async () => {
    const failed = await world.import("code,title\n1,x\n", products);
    expect(failed).toMatchObject({
      status: "failed",
      failure: {
        code: "import.column-missing",
        errors: [{ pointer: "/fields/1/from" }, { pointer: "/fields/2/from" }],
      },
    });
  });

  it("lets members be named before and after the teams they head, in files of any order", async () => {
    const text = "manager,office\nDana Țurcan,East\nMihai Pop,West\nDana Țurcan,East\n";
    const members: MappingInput = {
      entity: "members",
      identifiedBy: ["manager"],
      fields: [
        { to: "name", from: "manager" },
        { to: "email", from: "manager", slug: true, suffix: "@maven.example" },
        { to: "role", constant: "head" },
      ],
    };
    expect(await world.import(text, members)).toMatchObject({ counts: { rows: 3, made: 2, there: 1 } });
    const teams = (by: "identity" | "name" | "email"): MappingInput => ({
      entity: "teams",
      identifiedBy: ["manager"],
      fields: [
        { to: "name", from: "manager", prefix: "Team " },
        by === "email"
          ? { to: "headId", from: "manager", lookup: { entity: "members", by: "identity" } }
          : { to: "headId", from: "manager", lookup: { entity: "members", by } },
      ],
    });
    expect(await world.import(text, teams("name"))).toMatchObject({
      counts: { rows: 3, made: 2, there: 1, faulty: 0 },
    });
    const unknown = await world.import("manager,office\nNobody,East\n", teams("identity"));
    expect(await world.faults(unknown.id)).toMatchObject([
      {
        line: 2,
        faults: [{ column: "manager", value: "Nobody", reason: "names none of the members by identity" }],
      },
    ]);
  });
});

describe("a worker", () => {
  it("that is killed at any write is followed by one that ends with the same figures", async () => {
    for (let write = 1; write <= 14; write++) {
      const text = `code,name,price\n${rowsOf(210, `kill${write}`)}bad,,1\n`;
      const importId = await world.order(text, products);
      await world.carryOut(importId, dyingAt(world.ground, write)).catch((error) => {
        if (String(error) !== "Error: killed") throw error;
      });
      world.ground.advance(60_000);
      await world.carryOut(importId);
      expect(await world.read(importId)).toMatchObject({
        status: "done",
        counts: { rows: 211, made: 210, there: 0, faulty: 1, waiting: 0 },
      });
      expect(await codes(`kill${write}`)).toHaveLength(210);
      expect(await world.faults(importId)).toHaveLength(1);
    }
  });

  it("counts as its own what one that died had sent and what arrived only when it was looking", async () => {
    let held: (() => Promise<void>) | undefined;
    let dead = false;
    const died: Ground = {
      ...world.ground,
      database: (meter) => {
        const database = world.ground.database(meter);
        const killed = () => Promise.reject(new Error("killed"));
        return {
          ...database,
          put: (input) => (dead ? killed() : database.put(input)),
          transact: (items, token) => {
            if (!dead) held = () => database.transact(items, token);
            dead = true;
            return killed();
          },
        };
      },
    };
    const following: Ground = {
      ...world.ground,
      database: (meter) => {
        const database = world.ground.database(meter);
        return {
          ...database,
          transact: async (items, token) => {
            const late = held;
            held = undefined;
            await late?.();
            return database.transact(items, token);
          },
        };
      },
    };
    const importId = await world.order(`code,name,price\n${rowsOf(30, "late")}`, products);
    await expect(world.carryOut(importId, died)).rejects.toThrow("killed");
    expect(held).toBeDefined();
    world.ground.advance(60_000);
    await world.carryOut(importId, following);
    expect(await world.read(importId)).toMatchObject({
      status: "done",
      counts: { rows: 30, made: 30, there: 0, faulty: 0 },
    });
    expect(await codes("late")).toHaveLength(30);
  });

  it("stops where nearly every row is wrong, since then the mapping is", async () => {
    const failed = await world.import(`code,name,price\n${"x,,\n".repeat(10_400)}`, products);
    expect(failed).toMatchObject({ status: "failed", failure: { code: "import.too-many-faults" } });
    expect(failed.counts.faulty).toBe(10_200);
  });

  it("hands its job on when its time is short, until it is done", async () => {
    const importId = await world.order(`code,name,price\n${rowsOf(650, "short")}`, products);
    await world.carryOut(importId, world.ground, () => 1_000);
    expect(await world.read(importId)).toMatchObject({ status: "done", counts: { rows: 650, made: 650 } });
    expect((await world.store.get(importEntity, { id: importId }))?.run).toBeGreaterThan(3);
  });

  it("leaves a job alone that another one renews", async () => {
    const importId = await world.order(`code,name,price\n${rowsOf(400, "both")}`, products);
    await Promise.all([world.carryOut(importId), world.carryOut(importId)]);
    expect(await world.read(importId)).toMatchObject({
      status: "done",
      counts: { rows: 400, made: 400, there: 0 },
    });
    expect(await codes("both")).toHaveLength(400);
  });

  it("stops at a cancelled job, which can be resumed to the same end", async () => {
    const importId = await world.order(`code,name,price\n${rowsOf(600, "stop")}`, products);
    const params = { importId };
    let asked = 0;
    await world.carryOut(importId, world.ground, () => {
      if (++asked === 1) void world.call({ route: "POST /v1/imports/{importId}/cancel", params });
      return 300_000;
    });
    const stopped = await world.read(importId);
    expect(stopped.status).toBe("cancelled");
    expect(stopped.counts.made).toBeLessThan(600);
    expect((await world.call({ route: "POST /v1/imports/{importId}/cancel", params })).body.code).toBe(
      "import.ended",
    );
    expect((await world.call({ route: "POST /v1/imports/{importId}/resume", params })).status).toBe(202);
    await world.carryOut(importId);
    expect(await world.read(importId)).toMatchObject({
      status: "done",
      counts: { rows: 600, made: 600, there: 0 },
    });
    expect((await world.call({ route: "POST /v1/imports/{importId}/resume", params })).body.code).toBe(
      "import.not-resumable",
    );
  });

  it("does not read on in another file than the one it began", async () => {
    const importId = await world.order(`code,name,price\n${rowsOf(400, "swap")}`, products);
    await world.carryOut(importId, dyingAt(world.ground, 15)).catch(() => {});
    world.ground.advance(60_000);
    for (const key of world.uploads.files.keys())
      world.uploads.files.set(key, new TextEncoder().encode("code,name,price\n"));
    await world.carryOut(importId);
    expect(await world.read(importId)).toMatchObject({
      status: "failed",
      failure: { code: "import.file-changed" },
    });
  });
});
