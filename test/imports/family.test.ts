import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MappingInput } from "../../domain/imports/mapping.ts";
import { clientEntity } from "../../functions/clients/store.ts";
import { identityDigest, importedRowEntity } from "../../functions/imports/store.ts";
import { dyingAt } from "./dying.ts";
import { startWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.ground.stop());

describe("rows that name rows of their own file", () => {
  const clients: MappingInput = {
    entity: "clients",
    identifiedBy: ["name"],
    fields: [
      { to: "name", from: "name" },
      { to: "parentId", from: "parent", lookup: { entity: "clients", by: "identity" } },
    ],
  };
  /** Children stand before their parents, generation by generation. */
  const family = ["e,d", "d,c", "c,b", "b,a", "a,", "x,y", "y,x", "z,z", "w,nobody"]
    .map((row) => `${row}\n`)
    .join("");

  it("are made whatever their order, and those whose parent never comes are reported", async () => {
    const done = await world.import(`name,parent\n${family}`, clients);
    expect(done).toMatchObject({
      status: "done",
      counts: { rows: 9, made: 5, there: 0, faulty: 4, waiting: 0 },
    });
    expect((await world.faults(done.id)).map(({ line, faults }) => [line, faults[0]?.reason])).toEqual(
      [7, 8, 9, 10].map((line) => [line, "names none of the clients by identity"]),
    );
    const names = ["e", "d", "c", "b", "a"];
    const marks = await world.store.getAll(
      importedRowEntity,
      names.map((name) => ({ kind: "clients" as const, identity: identityDigest([name]) })),
    );
    const made = await world.store.getAll(
      clientEntity,
      marks.map((mark) => ({ id: mark?.recordId ?? "" })),
    );
    expect(made.map((client) => client?.parentId)).toEqual([
      ...marks.slice(1).map((mark) => mark?.recordId),
      undefined,
    ]);
  });

  it("are counted once, whenever the worker is killed", async () => {
    for (let write = 3; write <= 15; write += 2) {
      const prefix = `k${write}`;
      const rows = family.replaceAll(/\b[a-z]\b/g, (name) => `${prefix}${name}`);
      const importId = await world.order(`name,parent\n${rows}`, clients);
      await world.carryOut(importId, dyingAt(world.ground, write)).catch((error) => {
        if (String(error) !== "Error: killed") throw error;
      });
      world.ground.advance(60_000);
      await world.carryOut(importId);
      expect(await world.read(importId)).toMatchObject({
        status: "done",
        counts: { rows: 9, made: 5, there: 0, faulty: 4, waiting: 0 },
      });
    }
  });

  it("are found by a dry run too", async () => {
    const rows = family.replaceAll(/\b[a-z]\b/g, (name) => `dry${name}`);
    const tried = await world.import(`name,parent\n${rows}`, clients, { dryRun: true });
    expect(tried).toMatchObject({
      status: "done",
      counts: { rows: 9, made: 5, there: 0, faulty: 4, waiting: 0 },
    });
    expect(await world.import(`name,parent\n${rows}`, clients)).toMatchObject({
      counts: { made: 5, there: 0 },
    });
  });
});
