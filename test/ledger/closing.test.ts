import { expect, test } from "vitest";
import type { Database } from "../../functions/kit/table/database.ts";
import { accountHandlers } from "../../functions/ledger/account-handlers.ts";
import { post } from "../../functions/ledger/posting.ts";
import { tenantId } from "../kit/things.ts";
import { contextOf } from "./simulation/carry-out.ts";
import { MemoryTable } from "./simulation/memory.ts";
import { databaseOn } from "./simulation/network.ts";
import { chanceOf } from "./simulation/scheduler.ts";
import { moved } from "./table.ts";

const none = { params: {}, query: {}, body: undefined } as const;
const params = { path: "petty" };

test("an account into which something comes while it is being closed stays open, wherever the closing ends", async () => {
  const tenant = tenantId();
  const table = new MemoryTable();
  const chance = chanceOf(1);
  const context = (database: Database) => contextOf({ database, tenantId: tenant, nowMs: 0, chance });
  const plain = context(databaseOn(table, tenant, chance));
  const body = { path: "petty", type: "asset", mayGoBelowZero: true } as const;
  await accountHandlers.openAccount({ ...none, body }, plain);
  let writes = 0;
  const met: Database = {
    ...databaseOn(table, tenant, chance),
    transact: async (items, token) => {
      writes += 1;
      if (writes === 1) await post(plain, [moved("in", "bank", "petty", 5)], { answer: () => 0 });
      return databaseOn(table, tenant, chance).transact(items, token);
    },
  };
  const closing = () => accountHandlers.closeAccount({ ...none, params }, context(met));
  await expect(closing()).rejects.toThrow("the record changed between load and save");
  expect(await accountHandlers.readAccount({ ...none, params }, plain)).not.toHaveProperty("closedAt");
  await expect(closing()).rejects.toMatchObject({ code: "ledger.account-not-empty" });
  await post(plain, [moved("out", "petty", "bank", 5)], { answer: () => 0 });
  const closed = await closing();
  expect(closed).toHaveProperty("closedAt");
  expect(await closing()).toEqual(closed);
});
