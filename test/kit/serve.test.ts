import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { standardSettings } from "../../domain/settings/standard.ts";
import { systemEntropy } from "../../functions/kit/clock.ts";
import { checkVersion } from "../../functions/kit/context.ts";
import type { Ground } from "../../functions/kit/machine.ts";
import { memberEntity, settingsEntity, tenantEntity } from "../../functions/kit/records.ts";
import { route } from "../../functions/kit/route.ts";
import { type Handlers, serve } from "../../functions/kit/serve.ts";
import { create, Store, update } from "../../functions/kit/table/store.ts";
import { caller } from "../access/ground.ts";
import { databases, type Fault, openTable, type TestTable, withFaults } from "./databases.ts";
import { changeId, Thing, tenantId, thing, thingEntity } from "./things.ts";

const routes = {
  makeThing: route({
    method: "POST",
    path: "/v1/things",
    summary: "",
    permission: "product:write",
    body: z.strictObject({ name: z.string() }),
    status: 201,
    output: Thing,
    versioned: true,
  }),
  growThing: route({
    method: "POST",
    path: "/v1/things/{thingId}/growth",
    summary: "",
    permission: "member",
    params: z.strictObject({ thingId: z.string() }),
    status: 200,
    output: Thing,
    versioned: true,
  }),
  buildThing: route({
    method: "POST",
    path: "/v1/things/building",
    summary: "",
    permission: "product:write",
    body: z.strictObject({ name: z.string() }),
    status: 201,
    output: Thing,
    versioned: true,
  }),
  breakThing: route({
    method: "GET",
    path: "/v1/things/broken",
    summary: "",
    permission: "member",
    status: 200,
    output: Thing,
  }),
};

/** How often a handler ran. */
let runs = 0;

const handlers: Handlers<typeof routes> = {
  async makeThing({ body }, { save }) {
    runs++;
    const made = thing(body.name);
    return save({ writes: [create(thingEntity, made)], answer: made });
  },
  async growThing({ params }, context) {
    runs++;
    const found = await context.store.get(thingEntity, { id: params.thingId });
    if (!found) throw new Error("there is no such thing");
    checkVersion(context, found);
    const grown = { ...found, version: found.version + 1, name: `${found.name}+` };
    return context.save({ writes: [update(thingEntity, grown)], answer: grown });
  },
  async buildThing({ body }, { save }) {
    runs++;
    const first = thing(body.name);
    await save({ writes: [create(thingEntity, first)], answer: first });
    const second = { ...first, version: 2, name: `${first.name}, built` };
    return save({ writes: [update(thingEntity, second)], answer: second });
  },
  async breakThing() {
    await undefined;
    throw new Error("the secret of the database");
  },
};

const now = "2026-11-23T18:00:00.000Z";
const memberId = "mem_01JD8Z5T2V9Q4R6W8Y0A1B3C5D";

describe("a request on a table that fails", () => {
  let table: TestTable | undefined;
  let tenant: string;
  let fault: Fault;
  let store: Store;
  let send: ReturnType<typeof caller>;
  const way = databases.dynoxide ?? expect.fail("no database is named dynoxide");

  beforeAll(async () => {
    table = await openTable(way);
  });
  afterAll(async () => {
    await table?.stop();
  });
  beforeEach(async ({ skip }) => {
    skip(!table, "dynoxide is not to be had on this machine");
    if (!table) return;
    const { open } = table;
    tenant = tenantId();
    fault = () => undefined;
    runs = 0;
    store = new Store(open(), tenant);
    const shared = { version: 1, createdAt: now, updatedAt: now };
    const record = { id: tenant, name: "T", features: [], currency: "EUR", timeZone: "UTC", country: "RO" };
    await store.write(
      [
        create(tenantEntity, { ...shared, ...record, settingsVersion: 1 }),
        create(settingsEntity, standardSettings()),
        create(memberEntity, {
          ...shared,
          id: memberId,
          email: "a@example.com",
          name: "A",
          role: "admin",
          status: "active",
        }),
      ],
      changeId(),
    );
    const ground: Ground = {
      clock: () => Date.parse(now),
      entropy: systemEntropy,
      database: (meter) => withFaults(open(meter), (when, writes) => fault(when, writes)),
    };
    send = caller(serve(routes, handlers, ground));
  });

  const make = (name: string, key?: string) =>
    send(
      { tenantId: tenant, memberId },
      { route: "POST /v1/things", body: { name }, ...(key ? { headers: { "idempotency-key": key } } : {}) },
    );
  const grow = (thingId: string, headers: Record<string, string> = {}) =>
    send(
      { tenantId: tenant, memberId },
      { route: "POST /v1/things/{thingId}/growth", params: { thingId }, headers },
    );

  test("that saves step by step is remembered with the answer of its last step, or of the last that was reached", async () => {
    const as = { tenantId: tenant, memberId };
    const build = (name: string) =>
      send(as, { route: "POST /v1/things/building", body: { name }, headers: { "idempotency-key": name } });
    const whole = await build("whole");
    expect(whole.body).toMatchObject({ name: "whole, built", version: 2 });
    expect((await build("whole")).body).toEqual(whole.body);
    let writes = 0;
    fault = (when) => {
      if (when === "before" && ++writes === 2) throw new Error("killed");
    };
    await build("half");
    const again = await build("half");
    expect(again.headers["idempotency-replayed"]).toBe("true");
    expect(again.body).toMatchObject({ name: "half", version: 1 });
    expect(runs).toBe(2);
  });

  test("is remembered under its key with its answer", async () => {
    const first = await make("one", "k");
    expect([first.status, first.headers["idempotency-replayed"]]).toEqual([201, undefined]);
    const again = await make("one", "k");
    expect([again.status, again.headers["idempotency-replayed"]]).toEqual([201, "true"]);
    expect([again.body, again.headers.etag]).toEqual([first.body, '"1"']);
    expect(runs).toBe(1);
    expect((await make("other", "k")).body).toMatchObject({ status: 422, code: "idempotency.key-reused" });
    expect((await make("two", "l")).status).toBe(201);
  });

  test("that was refused is not remembered: it may be sent again when its reason has gone", async () => {
    expect((await grow("late", { "idempotency-key": "k" })).status).toBe(500);
    await store.write([create(thingEntity, thing("late"))], changeId());
    expect((await grow("late", { "idempotency-key": "k" })).status).toBe(200);
  });

  test("sent five times at once under one key is carried out once", async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => make("one", "k")));
    for (const { status, body } of answers) expect([status, body.name]).toEqual([201, "one"]);
    expect(answers.filter(({ headers }) => headers["idempotency-replayed"] === undefined)).toHaveLength(1);
  });

  test("whose record is changed by others is decided again upon what stands now", async () => {
    await store.write([create(thingEntity, thing("one"))], changeId());
    const answers = await Promise.all(Array.from({ length: 4 }, () => grow("one")));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(answers.map(({ body }) => body.version).sort()).toEqual([2, 3, 4, 5]);
    expect(await store.get(thingEntity, { id: "one" })).toMatchObject({ version: 5, name: "one++++" });
  });

  test("that demands a version is not decided again upon another", async () => {
    await store.write([create(thingEntity, thing("one"))], changeId());
    fault = async (when, writes) => {
      if (when === "before" && writes === 1)
        await store.write([update(thingEntity, thing("one", { version: 2 }))], changeId());
    };
    const stale = await grow("one", { "if-match": '"1"' });
    expect(stale.body).toMatchObject({ status: 412, code: "record.stale" });
    expect(await store.get(thingEntity, { id: "one" })).toMatchObject({ version: 2, name: "one" });
  });

  test("that collides each time gives up after a bounded number of runs", async () => {
    await store.write([create(thingEntity, thing("one"))], changeId());
    fault = (when) => {
      if (when === "before")
        throw new TransactionCanceledException({
          message: "conflict",
          $metadata: {},
          CancellationReasons: [{ Code: "TransactionConflict" }],
        });
    };
    expect((await grow("one")).body).toMatchObject({ status: 409, code: "record.busy" });
    expect(runs).toBe(6);
  });

  test("that collides once is carried out on the second run", async () => {
    await store.write([create(thingEntity, thing("one"))], changeId());
    let collided = false;
    fault = (when) => {
      if (when === "after" || collided) return;
      collided = true;
      throw new TransactionCanceledException({
        message: "conflict",
        $metadata: {},
        CancellationReasons: [{ Code: "None" }, { Code: "TransactionConflict" }],
      });
    };
    expect([(await grow("one")).status, runs]).toEqual([200, 2]);
  });

  test.each(["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"])(
    "answers %s with 429 and when to come again",
    async (name) => {
      fault = () => {
        throw Object.assign(new Error("slow down"), { name });
      };
      const throttled = await make("one");
      expect(throttled.body).toMatchObject({ status: 429, code: "service.throttled" });
      expect(throttled.headers["retry-after"]).toBe("1");
    },
  );

  test("throttled inside a transaction answers 429 too", async () => {
    fault = () => {
      throw new TransactionCanceledException({
        message: "cancelled",
        $metadata: {},
        CancellationReasons: [{ Code: "ThrottlingError" }],
      });
    };
    expect((await make("one", "k")).body).toMatchObject({ status: 429, code: "service.throttled" });
  });

  test("whose answer was lost on its way is not carried out a second time under its key", async () => {
    fault = (when) => {
      if (when === "after") throw new Error("socket hang up");
    };
    const lost = await make("one", "k");
    expect([lost.status, lost.headers["idempotency-replayed"]]).toEqual([201, "true"]);
    fault = () => undefined;
    expect((await make("one", "k")).headers["idempotency-replayed"]).toBe("true");
    expect(runs).toBe(1);
  });

  test("that breaks says nothing of what is inside", async () => {
    const broken = await send({ tenantId: tenant, memberId }, { route: "GET /v1/things/broken" });
    expect(broken.body).toMatchObject({ status: 500, code: "service.internal" });
    expect(JSON.stringify(broken.body)).not.toContain("secret");
  });

  test("of a member who was dismissed, or of no member, is refused whatever the token says", async () => {
    const strangers = [
      { tenantId: tenant, memberId: "mem_01JD8Z5T2V9Q4R6W8Y0A1B3C5E" },
      { tenantId: tenantId(), memberId },
      { tenantId: "", memberId },
    ];
    for (const stranger of strangers) {
      const refused = await send(stranger, { route: "POST /v1/things", body: { name: "x" } });
      expect(refused.body).toMatchObject({ status: 401, code: "access.unauthenticated" });
    }
    const member = await store.get(memberEntity, { id: memberId });
    if (!member) return expect.fail("there is no member");
    await store.write([update(memberEntity, { ...member, version: 2, status: "dismissed" })], changeId());
    expect((await make("one")).body).toMatchObject({ status: 401, code: "access.unauthenticated" });
  });
});
