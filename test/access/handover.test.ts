import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Handover } from "../../domain/access/handover.ts";
import { Client } from "../../domain/clients/client.ts";
import { Deal } from "../../domain/deals/deal.ts";
import { newId } from "../../domain/kernel/id.ts";
import { handoverEntity } from "../../functions/access/store.ts";
import { clientEntity, partitions } from "../../functions/clients/store.ts";
import { dealEntity } from "../../functions/deals/store.ts";
import { runHandover, type Wait } from "../../functions/handover/handover.ts";
import { systemEntropy } from "../../functions/kit/clock.ts";
import { listen } from "../../functions/kit/listen.ts";
import type { Ground } from "../../functions/kit/machine.ts";
import type { Database } from "../../functions/kit/table/database.ts";
import { create, update } from "../../functions/kit/table/store.ts";
import { jsonOf } from "../../functions/kit/table/text.ts";
import { type Company, openCompany } from "./fixture.ts";
import { startGround, type TestGround } from "./ground.ts";

let ground: TestGround;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.stop());

const at = "2026-11-01T08:00:00.000Z";
const id = (kind: "client" | "deal") => newId(kind, Date.parse(at), systemEntropy);

const clientOf = (ownerId: string): Client =>
  Client.parse({
    id: id("client"),
    version: 1,
    name: "Știință SRL",
    ownerId,
    tags: [],
    fields: {},
    contactCount: 0,
    counterpartyCount: 0,
    createdAt: at,
    createdBy: "system",
    updatedAt: at,
    updatedBy: "system",
  });

const dealOf = (ownerId: string, state: "open" | "won" = "open"): Deal =>
  Deal.parse({
    id: id("deal"),
    version: 1,
    title: "A deal",
    typeId: "order",
    state,
    contacts: [],
    ownerId,
    participantIds: [],
    currency: "EUR",
    probability: { standardPercent: 50 },
    registeredAt: at,
    registeredMonth: "2026-11",
    stageEnteredAt: at,
    ...(state === "won" ? { closedAt: at, closedMonth: "2026-11" } : {}),
    moves: [],
    movesSpilled: 0,
    fields: {},
    createdAt: at,
    updatedAt: at,
  });

/** A member with clients and deals, dismissed in favour of another who is in a team. */
const leave = async ({ clients = 23, deals = 12 } = {}) => {
  const company = await openCompany(ground);
  const [memberId, teamId] = [await company.invite(), await company.team()];
  const successorId = await company.invite({ teamId });
  const owned = Array.from({ length: clients }, () => clientOf(memberId));
  const open = Array.from({ length: deals }, () => dealOf(memberId));
  const won = dealOf(memberId, "won");
  for (const client of owned) await company.store.write([create(clientEntity, client)], `c-${client.id}`);
  for (const deal of [...open, won]) await company.store.write([create(dealEntity, deal)], `c-${deal.id}`);
  await company.dismiss(memberId, successorId);
  const handover = await handoverOf(company, memberId);
  return { company, memberId, successorId, teamId, owned, open, won, startedAt: handover.startedAt };
};
type Left = Awaited<ReturnType<typeof leave>>;

const handoverOf = async ({ admin }: Company, memberId: string) => {
  const { body } = await admin({ route: "GET /v1/members/{memberId}", params: { memberId } });
  return Handover.omit({ memberId: true, version: true }).parse(body.handover);
};

const noWait: Wait = async () => {};

interface Circumstances {
  readonly on?: Ground;
  readonly wait?: Wait;
  /** Milliseconds that are left, each time that is asked. */
  readonly remainingMs?: () => number;
}

/** Hands the event to the subscriber as Lambda does. */
const run = (
  { company, memberId, startedAt }: Left,
  { on = ground, wait = noWait, remainingMs = () => 300_000 }: Circumstances = {},
) =>
  listen(
    (heard, listening) => runHandover(heard, listening, wait),
    undefined,
    on,
  )(
    {
      version: "0",
      id: "1",
      source: "clientela",
      account: "000000000000",
      time: at,
      region: "eu-central-1",
      resources: [],
      "detail-type": "member.dismissed",
      detail: {
        eventId: "evt_1",
        version: 1,
        tenant: company.tenantId,
        occurredAt: startedAt,
        actor: company.adminMemberId,
        correlationId: "c",
        data: { memberId, startedAt, handOverTo: "" },
      },
    },
    { getRemainingTimeInMillis: remainingMs, awsRequestId: "test" },
  );

/** The ground with some calls of the database done otherwise. */
const withDatabase = (change: (database: Database) => Partial<Database>): Ground => ({
  ...ground,
  database: (meter) => {
    const database = ground.database(meter);
    return { ...database, ...change(database) };
  },
});

/** All are the successor's, in the successor's team, each written once; and the count is exact. */
const expectHandedOver = async ({ company, memberId, successorId, teamId, owned, open, won }: Left) => {
  const clients = await company.store.getAll(clientEntity, owned);
  const deals = await company.store.getAll(dealEntity, open);
  for (const record of [...clients, ...deals])
    expect(record).toMatchObject({ ownerId: successorId, teamId, version: 2 });
  expect((await company.store.get(dealEntity, won))?.ownerId).toBe(memberId);
  expect(await handoverOf(company, memberId)).toMatchObject({
    status: "done",
    clients: owned.length,
    deals: open.length,
  });
};

describe("a handover", () => {
  it("gives clients and open deals to the successor and their team; closed deals stay", async () => {
    const left = await leave();
    await run(left);
    await expectHandedOver(left);
  });

  it("done once more changes nothing", async () => {
    const left = await leave({ clients: 3, deals: 2 });
    await run(left);
    await run(left);
    await expectHandedOver(left);
  });

  it("of a member who leaves nothing is done at once", async () => {
    const left = await leave({ clients: 0, deals: 0 });
    await run(left);
    await expectHandedOver(left);
  });

  it("killed before or after any write goes on where it was and hands nothing over twice", async () => {
    for (const when of ["before", "after"] as const) {
      const left = await leave();
      let killed = 0;
      for (let runs = 0; runs < 30; runs++) {
        let writes = 0;
        const dying = withDatabase((database) => ({
          async transact(items, token) {
            if (when === "before" && writes++ === 1) throw new Error("killed");
            await database.transact(items, token);
            if (when === "after") throw new Error("killed");
          },
        }));
        const alive = await run(left, { on: dying }).then(
          () => true,
          () => false,
        );
        if (alive) break;
        killed++;
      }
      expect(killed).toBeGreaterThan(2);
      await expectHandedOver(left);
    }
  });

  it("run several times at once hands nothing over twice", async () => {
    const left = await leave();
    const outcomes = await Promise.allSettled(Array.from({ length: 3 }, () => run(left)));
    if (outcomes.some(({ status }) => status === "rejected")) await run(left);
    await expectHandedOver(left);
  });

  it("copes with records that others change at the same moment, and loses none of their changes", async () => {
    const left = await leave({ clients: 15, deals: 0 });
    const { store } = left.company;
    const renamed: string[] = [];
    /** Renames a client of those that are being handed over between the handover's look and its write. */
    const busy = withDatabase((database) => ({
      async transact(items, token) {
        const name = items[0]?.Put?.Item?.pk?.S?.split("#CLIENT#")[1] ?? "";
        const client = await store.get(clientEntity, { id: name });
        if (client && renamed.length < 5) {
          const changed = { ...client, name: "Renamed", version: client.version + 1 };
          await store.write([update(clientEntity, changed)], `r-${renamed.length}`);
          renamed.push(name);
        }
        await database.transact(items, token);
      },
    }));
    await run(left, { on: busy });
    const clients = await store.getAll(clientEntity, left.owned);
    expect(clients.filter((client) => client?.ownerId === left.successorId)).toHaveLength(15);
    expect(renamed).toHaveLength(5);
    expect(clients.filter((client) => client?.name === "Renamed")).toHaveLength(new Set(renamed).size);
    expect((await handoverOf(left.company, left.memberId)).clients).toBe(15);
  });

  it("is not misled by an index that still shows what was handed over", async () => {
    const left = await leave({ clients: 4, deals: 3 });
    const shown = new Map<string, Awaited<ReturnType<Database["query"]>>>();
    let late = 3;
    const lagging = withDatabase((database) => ({
      async query(input) {
        const key = JSON.stringify(input.ExpressionAttributeValues);
        const before = shown.get(key);
        if (before && late-- > 0) return before;
        const answer = await database.query(input);
        shown.set(key, answer);
        return answer;
      },
    }));
    await run(left, { on: lagging });
    await expectHandedOver(left);
  });

  it("finds what the index did not show at first", async () => {
    const left = await leave({ clients: 5, deals: 0 });
    let looks = 0;
    const lagging = withDatabase((database) => ({
      async query(input) {
        const answer = await database.query(input);
        return looks++ === 0 ? { items: answer.items.slice(0, 2) } : answer;
      },
    }));
    // Without the late look: it began long ago.
    ground.advance(60_000);
    await run(left, { on: lagging });
    await expectHandedOver(left);
  });

  it("finds what a request that was under way gave to the member after the dismissal", async () => {
    const left = await leave({ clients: 2, deals: 0 });
    const late = clientOf(left.memberId);
    const wait: Wait = async (ms) => {
      if (ms > 1_000) await left.company.store.write([create(clientEntity, late)], "chg_late");
    };
    await run(left, { wait });
    await expectHandedOver({ ...left, owned: [...left.owned, late] });
  });

  it("stops before its time is up and goes on by an event", async () => {
    const left = await leave({ clients: 35, deals: 0 });
    let asked = 0;
    await run(left, { remainingMs: () => (asked++ < 2 ? 60_000 : 5_000) });
    expect(await handoverOf(left.company, left.memberId)).toMatchObject({ status: "running", clients: 20 });
    const key = handoverEntity.key({ memberId: left.memberId });
    const [item] = await left.company.store.batchGet([key]);
    expect(JSON.parse(jsonOf(item?.happened?.S ?? "[]"))).toMatchObject([
      { type: "handover.continued", data: { memberId: left.memberId, startedAt: left.startedAt } },
    ]);
    await run(left);
    await expectHandedOver(left);
  });

  it("to somebody who was dismissed meanwhile goes to their successor", async () => {
    const left = await leave({ clients: 3, deals: 1 });
    const teamId = await left.company.team("Last");
    const last = await left.company.invite({ teamId });
    await left.company.dismiss(left.successorId, last);
    await run(left);
    await expectHandedOver({ ...left, successorId: last, teamId });
  });

  it("ends when the member is reinstated, also in the middle of a run", async () => {
    const left = await leave({ clients: 30, deals: 0 });
    let writes = 0;
    const reinstating = withDatabase((database) => ({
      async transact(items, token) {
        if (writes++ === 1)
          await left.company.admin({
            route: "POST /v1/members/{memberId}/reinstatement",
            params: { memberId: left.memberId },
          });
        await database.transact(items, token);
      },
    }));
    await run(left, { on: reinstating });
    await run(left);
    expect(await handoverOf(left.company, left.memberId)).toMatchObject({ status: "stopped", clients: 10 });
    const kept = await left.company.store.list<Client>({
      index: "owner",
      pk: partitions.owner(left.memberId),
      limit: 50,
    });
    expect(kept.items).toHaveLength(20);
  });

  it("of an earlier dismissal does not take part in a later one", async () => {
    const left = await leave({ clients: 1, deals: 0 });
    const { admin, invite, dismiss } = left.company;
    await admin({
      route: "POST /v1/members/{memberId}/reinstatement",
      params: { memberId: left.memberId },
    });
    ground.advance(60_000);
    await dismiss(left.memberId, await invite());
    await run(left);
    expect(await handoverOf(left.company, left.memberId)).toMatchObject({ status: "running", clients: 0 });
  });
});
