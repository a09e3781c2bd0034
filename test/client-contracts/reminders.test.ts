import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import type { Tenant } from "../../domain/access/records.ts";
import { changedContract, newContract, signedContract } from "../../domain/contracts/change.ts";
import type { ContractRecord } from "../../domain/contracts/contract.ts";
import { withReminder } from "../../domain/contracts/reminder.ts";
import { newId } from "../../domain/kernel/id.ts";
import { dayIn, instantOf } from "../../domain/kernel/time.ts";
import { remindAll } from "../../functions/contract-reminders/remind.ts";
import { contractEntity } from "../../functions/contracts/store.ts";
import { systemEntropy } from "../../functions/kit/clock.ts";
import { logWith } from "../../functions/kit/observe.ts";
import { tenantEntity } from "../../functions/kit/records.ts";
import type { Database } from "../../functions/kit/table/database.ts";
import { create, Store, update } from "../../functions/kit/table/store.ts";
import { jsonOf } from "../../functions/kit/table/text.ts";
import { databases, openTable, type TestTable, withFaults } from "../kit/databases.ts";

const made = "2026-11-01T10:00:00.000Z";
const ulid = (kind: "tenant" | "contract" | "change") => newId(kind, Date.parse(made), systemEntropy);

describe.each(Object.entries(databases))("reminders of contracts, on %s", (name, way) => {
  let table: TestTable | undefined;
  beforeAll(async () => {
    table = await openTable(way);
  });
  afterAll(async () => {
    await table?.stop();
  });
  beforeEach(({ skip }) => skip(!table, `${name} is not to be had on this machine`));
  const open = () => table?.open() ?? expect.fail("no table");

  /** A company with a contract that ends on 31 December and reminds 30 days before: on 1 December. */
  const company = async (timeZone: string, features: Tenant["features"] = ["clients", "contracts"]) => {
    const id = ulid("tenant");
    const store = new Store(open(), id);
    const tenant: Tenant = {
      ...{ id, version: 1, name: "Test", features, currency: "EUR", timeZone, country: "RO" },
      ...{ settingsVersion: 1, createdAt: made, updatedAt: made },
    };
    const doing = { by: "mem", now: made, today: dayIn(made, timeZone) };
    const draft = newContract(
      {
        ...{ number: randomUUID(), kind: "frame", clientId: "cli", counterpartyId: "cpt" },
        ...{ validFrom: "2026-01-01", validTo: "2026-12-31", remindDaysBefore: 30 },
      },
      ulid("contract"),
      doing,
    );
    const contract = withReminder(signedContract(draft, "2026-01-01", doing), doing.today, timeZone);
    await store.write([create(tenantEntity, tenant)], ulid("change"));
    await store.write([create(contractEntity, contract)], ulid("change"));
    return {
      read: async () => (await store.get(contractEntity, { id: contract.id })) ?? expect.fail("it is gone"),
      write: (after: ContractRecord) => store.write([update(contractEntity, after)], ulid("change")),
      doing,
    };
  };

  const Events = z.array(z.object({ type: z.string(), data: z.object({ contractId: z.string() }).loose() }));
  /** What is said in the writes of some runs at an instant. */
  const runAt = async (now: string, database: Database = open()) => {
    const said: z.infer<typeof Events> = [];
    const note = (events: string | undefined) => {
      if (events !== undefined) said.push(...Events.parse(JSON.parse(jsonOf(events))));
    };
    const listening: Database = {
      ...database,
      put: async (input) => {
        await database.put(input);
        note(input.Item?.happened?.S);
      },
    };
    await remindAll({
      now,
      newId: (kind) => newId(kind, Date.parse(now), systemEntropy),
      log: logWith({}),
      database: listening,
      remainingMs: () => 60_000,
    });
    return said;
  };

  test("come when the day has begun where the company is, not before, and once", async () => {
    const own = await company("Europe/Bucharest");
    const { id } = await own.read();
    const ofOwn = async (now: string) =>
      (await runAt(now)).filter(({ data }) => data.contractId === id).map(({ type, data }) => [type, data]);
    expect(await ofOwn("2026-11-30T21:59:59.999Z")).toEqual([]);
    expect(await ofOwn("2026-11-30T22:00:00.000Z")).toEqual([
      ["contract.expiring", expect.objectContaining({ endsOn: "2026-12-31", daysLeft: 30 })],
    ]);
    expect(await ofOwn("2026-11-30T22:00:00.000Z")).toEqual([]);
    expect(await ofOwn("2026-12-20T00:00:00.000Z")).toEqual([]);
    expect((await own.read()).remindedOf).toEqual(["2026-12-31"]);
  });

  test("come once though several runs meet, and though a write's answer was lost", async () => {
    const own = await company("UTC");
    const { id } = await own.read();
    const now = "2026-12-05T00:00:00.000Z";
    const lost = withFaults(open(), (when, writes) => {
      if (when === "after" && writes === 1) throw new Error("the answer was lost");
    });
    const runs = await Promise.allSettled([runAt(now, lost), runAt(now), runAt(now), runAt(now)]);
    const said = runs.flatMap((run) => (run.status === "fulfilled" ? run.value : []));
    expect(said.filter(({ data }) => data.contractId === id).length).toBeLessThanOrEqual(1);
    await runAt(now);
    const { remindedOf, remindAt } = await own.read();
    expect([remindedOf, remindAt]).toEqual([["2026-12-31"], undefined]);
  });

  test("come for each last day once: again for a prolonged contract, not for a day that comes back", async () => {
    const own = await company("UTC");
    const prolonged = async (validTo: string, now: string) => {
      const doing = { ...own.doing, now, today: now.slice(0, 10) };
      const after = withReminder(changedContract(await own.read(), { validTo }, doing), doing.today, "UTC");
      await own.write(after);
      return after.remindAt;
    };
    await runAt("2026-12-01T00:00:00.000Z");
    expect(await prolonged("2027-01-31", "2026-12-02T00:00:00.000Z")).toBe("2027-01-01T00:00:00.000Z");
    expect(await prolonged("2026-12-31", "2026-12-03T00:00:00.000Z")).toBeUndefined();
    expect(await prolonged("2027-01-31", "2026-12-04T00:00:00.000Z")).toBe("2027-01-01T00:00:00.000Z");
    await runAt("2027-01-02T00:00:00.000Z");
    expect((await own.read()).remindedOf).toEqual(["2026-12-31", "2027-01-31"]);
  });

  test("of what is over when the run comes at last are left out for good", async () => {
    const own = await company("UTC");
    await runAt("2027-01-01T00:00:00.000Z");
    const contract = await own.read();
    expect([contract.remindedOf, contract.remindAt]).toEqual([[], undefined]);
  });

  test("rest while the company has contracts switched off", async () => {
    const own = await company("UTC", ["clients"]);
    await runAt(instantOf(Date.parse("2026-12-05T00:00:00.000Z")));
    expect((await own.read()).remindAt).toBe("2026-12-01T00:00:00.000Z");
  });
});
