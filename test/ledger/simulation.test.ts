import { TransactionCanceledException, type TransactWriteItem } from "@aws-sdk/client-dynamodb";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Failure } from "../../domain/kernel/errors.ts";
import { hashOf } from "../../domain/ledger/chain.ts";
import type { Transaction } from "../../domain/ledger/transaction.ts";
import type { Database } from "../../functions/kit/table/database.ts";
import type { Item } from "../../functions/kit/table/item.ts";
import { type PostingRequest, post } from "../../functions/ledger/posting.ts";
import { guardKey, headKeys, headOf, sha256, turnoverKey } from "../../functions/ledger/store.ts";
import { databases, openTable, type TestTable, withFaults } from "../kit/databases.ts";
import { tenantId } from "../kit/things.ts";
import {
  type Call,
  callText,
  clients,
  commodities,
  done,
  explained,
  Model,
  type Outcome,
  opened,
  paths,
} from "./model.ts";
import { contextOn } from "./table.ts";

const seed = 20_261_123;
const days = ["2026-01-31", "2026-02-01", "2026-02-02", "2026-10-15", "2026-11-01"];

/** Chance that goes its own way once a run has begun: what happens at the same time has no order. */
const chanceOf = (from: number) => {
  let state = from >>> 0;
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

const conflict = () =>
  new TransactionCanceledException({
    message: "conflict",
    $metadata: {},
    CancellationReasons: [{ Code: "TransactionConflict" }],
  });

/** Every tenth write meets another, every tenth loses its answer, some are throttled. */
const shaken = (database: Database, chance: (below: number) => number): Database =>
  withFaults(database, (when) => {
    const drawn = chance(20);
    if (when === "before" && drawn < 2) throw conflict();
    if (when === "before" && drawn === 2) throw new Failure("service.throttled");
    if (when === "after" && drawn < 2) throw new Error("the answer was lost");
  });

const made = (chance: (below: number) => number) => {
  let next = 0;
  const pick = <T>(all: readonly T[]): T => {
    const one = all[chance(all.length)];
    if (one === undefined) throw new Error("nothing to pick from");
    return one;
  };
  const transaction = (): PostingRequest => {
    const pairs = Array.from({ length: 1 + chance(2) }, () => {
      const [from, commodity, amount] = [pick(paths), pick(commodities), 1 + chance(300)];
      const to = pick(paths.filter((path) => path !== from));
      return [
        { account: to, commodity, amount },
        { account: from, commodity, amount: -amount },
      ];
    });
    const postings = pairs.flat();
    return {
      transaction: {
        id: `t${next++}`,
        kind: "journal",
        effectiveOn: pick(days),
        ...(chance(2) === 0 ? { links: { clientId: pick(clients) } } : {}),
        postings,
      },
      opens: opened.filter(({ path }) => postings.some(({ account }) => account === path)),
    };
  };
  /** Something new, something again, something else under an id that was used, something taken back. */
  return (model: Model, sent: readonly Call[]): Call => {
    const kind = chance(10);
    const [posted] = model.requests.length > 0 ? [pick(model.requests)] : [];
    if (kind === 0 && sent.length > 0) return pick(sent);
    if (kind === 1 && posted)
      return {
        requests: [
          { ...transaction(), transaction: { ...transaction().transaction, id: posted.transaction.id } },
        ].map(withOpens),
      };
    if (kind === 2 && posted && posted.reverses === undefined) {
      const { id: _id, ...rest } = posted.transaction;
      const postings = rest.postings.map((one) => ({ ...one, amount: -one.amount }));
      const reversal = { ...rest, id: `r${next++}`, kind: "reversal", postings };
      return { requests: [withOpens({ transaction: reversal, reverses: posted.transaction.id })] };
    }
    return { requests: Array.from({ length: kind < 5 ? 2 : 1 }, transaction) };
  };
};
const withOpens = (request: PostingRequest): PostingRequest => ({
  ...request,
  opens: opened.filter(({ path }) => request.transaction.postings.some(({ account }) => account === path)),
});

/** Sends a call until it has an outcome, as a caller does whose answers are lost. */
const outcomeOf = async (database: Database, tenant: string, { requests }: Call): Promise<Outcome> => {
  for (let attempt = 0; attempt < 30; attempt++)
    try {
      await post(contextOn(database, tenant), requests, { answer: () => undefined });
      return done;
    } catch (error) {
      if (error instanceof Failure && error.code.startsWith("ledger.")) return error.code;
      const again =
        error instanceof Failure ? ["service.throttled", "record.busy"].includes(error.code) : true;
      if (!again) throw error;
    }
  throw new Error("there is no end to it");
};

const counters = (items: readonly Item[], pattern: RegExp): number =>
  items
    .flatMap((item) => Object.entries(item))
    .reduce((sum, [name, value]) => (pattern.test(name) ? sum + Number(value.N) : sum), 0);

/** Holds everything that is kept of the ledger against the list of what was posted. */
const hold = async (database: Database, tenant: string, model: Model): Promise<void> => {
  const { store } = contextOn(database, tenant);
  const control = (name: string) => clients.map((client) => `clients:${client}:${name}`);
  const summed = [
    ...paths.map((path) => ({ path, members: [path] })),
    ...["receivable", "advance"].map((name) => ({ path: `clients:*:${name}`, members: control(name) })),
  ];
  for (const { path, members } of summed)
    for (const commodity of commodities) {
      const items = await store.collection(`LEDGER#${path}#${commodity}`, 1000);
      const pages = items.filter(({ sk }) => sk?.S?.startsWith("PAGE#"));
      const expected = members.reduce((sum, member) => sum + model.balance(member, commodity), 0);
      expect([path, commodity, counters(pages, /^e\d\di\d{8}$/)]).toEqual([path, commodity, expected]);
      for (const month of new Set(days.map((day) => day.slice(0, 7)))) {
        const inMonth = model.postings.filter(
          (one) =>
            members.includes(one.account) &&
            one.commodity === commodity &&
            one.effectiveOn?.startsWith(month),
        );
        const ofMonth = pages.filter(({ sk }) => sk?.S?.startsWith(`PAGE#${month}`));
        expect(counters(ofMonth, /^e\d\di\d{8}$/)).toBe(inMonth.reduce((sum, { amount }) => sum + amount, 0));
      }
      if (members[0] !== path) continue;
      const shards = path.startsWith("clients:") ? ["-"] : headKeys.map((_, chain) => String(chain));
      const lines = await Promise.all(
        shards.map((shard) => store.collection(`LEDGER#${path}#${commodity}#${shard}`, 1000)),
      );
      const amounts = lines
        .flat()
        .map((item) => Number(/['"]amount['"]:(-?\d+)/.exec(item.record?.S ?? "")?.[1]));
      const listed = model.postings.filter((one) => one.account === path && one.commodity === commodity);
      expect(amounts.sort()).toEqual(listed.map(({ amount }) => amount).sort());
      const constraint = opened.find((one) => one.path === path);
      const isKept = constraint && (!constraint.mayGoBelowZero || constraint.limits);
      if (!isKept || listed.length === 0) continue;
      const [guard] = await store.batchGet([guardKey(path, commodity)]);
      const holding = model.holding(path, commodity);
      if (guard || holding !== 0)
        expect([Number(guard?.settled?.N), Number(guard?.available?.N)]).toEqual([holding, holding]);
      const limit = constraint.limits?.[commodity];
      if (limit !== undefined && guard) expect(Number(guard.room?.N)).toBe(limit - holding);
    }
  for (const id of clients)
    for (const currency of commodities) {
      const [item] = await store.batchGet([turnoverKey({ dimension: "client", id, year: "2026", currency })]);
      const revenue = model.postings.filter(
        (one) => one.clientId === id && one.commodity === currency && one.account === "revenue",
      );
      expect(counters(item ? [item] : [], /^r\d\d$/)).toBe(
        -revenue.reduce((sum, { amount }) => sum + amount, 0) || 0,
      );
    }
  const heads = (await store.moment(headKeys)).map((item, chain) => headOf(chain, item));
  expect(heads.reduce((sum, { seq }) => sum + seq, 0)).toBe(model.requests.length);
  for (const { chain, hash } of heads) {
    const { items } = await store.list<Transaction>({
      index: "list",
      pk: `LEDGER-CHAIN#${chain}#0`,
      limit: 1000,
    });
    let previous = "";
    for (const [n, one] of items.entries()) {
      expect(one).toMatchObject({ seq: n + 1, previousHash: previous, hash: hashOf(one, sha256) });
      previous = one.hash;
    }
    expect(hash).toBe(previous);
  }
};

/** A history of rounds, in each of which some calls run at the same time; compared after every round. */
const simulated = async (database: Database, from: number, rounds: number): Promise<void> => {
  const chance = chanceOf(from);
  const tenant = tenantId();
  const make = made(chance);
  const shaky = shaken(database, chance);
  const sent: Call[] = [];
  let model = new Model();
  for (let round = 0; round < rounds; round++) {
    const calls = Array.from({ length: 1 + chance(4) }, () => make(model, sent));
    sent.push(...calls);
    const outcomes = await Promise.all(
      calls.map(async (call) => ({ call, outcome: await outcomeOf(shaky, tenant, call) })),
    );
    const after = explained(model, outcomes);
    if (!after)
      throw new Error(
        `no order of the calls explains ${outcomes.map(({ call, outcome }) => `${callText(call)}: ${outcome}`).join("\n")}`,
      );
    model = after;
    await hold(database, tenant, model);
  }
};

/** The engine with a fault: its writes are tampered with before they reach the table. */
const tampered = (
  database: Database,
  tamper: (write: TransactWriteItem) => TransactWriteItem[],
): Database => ({
  ...database,
  transact: (writes, token) => database.transact(writes.flatMap(tamper), token),
});
const keyOf = ({ Update, Put }: TransactWriteItem): Item | undefined => Update?.Key ?? Put?.Item;

const faults: Readonly<Record<string, (write: TransactWriteItem) => TransactWriteItem[]>> = {
  "an account is not held to its constraints": (write) => {
    if (!write.Update || keyOf(write)?.sk?.S !== "GUARD") return [write];
    const {
      ConditionExpression: _condition,
      ReturnValuesOnConditionCheckFailure: _values,
      ...update
    } = write.Update;
    const unused = Object.keys(update.ExpressionAttributeValues ?? {}).filter(
      (name) => !update.UpdateExpression?.split(/[^:#\w]+/).includes(name),
    );
    const names = Object.keys(update.ExpressionAttributeNames ?? {}).filter(
      (name) => !update.UpdateExpression?.split(/[^:#\w]+/).includes(name),
    );
    const without = <T>(all: Record<string, T> | undefined, some: readonly string[]) =>
      Object.fromEntries(Object.entries(all ?? {}).filter(([name]) => !some.includes(name)));
    return [
      {
        Update: {
          ...update,
          ExpressionAttributeValues: without(update.ExpressionAttributeValues, unused),
          ExpressionAttributeNames: without(update.ExpressionAttributeNames, names),
        },
      },
    ];
  },
  "a control account misses what its members do": (write) =>
    keyOf(write)?.pk?.S?.includes(":*:") && write.Update ? [] : [write],
  "an id posts twice": (write) => {
    if (!write.Put || keyOf(write)?.sk?.S !== "TX") return [write];
    const {
      ConditionExpression: _condition,
      ReturnValuesOnConditionCheckFailure: _values,
      ...put
    } = write.Put;
    return [{ Put: put }];
  },
};

describe("the ledger against a list of what was posted", () => {
  let table: TestTable | undefined;
  beforeAll(async () => {
    table =
      (await openTable(databases.dynoxide ?? expect.fail("no database"))) ??
      expect.fail("dynoxide is not there");
  });
  afterAll(async () => {
    await table?.stop();
  });
  const database = () => table?.open() ?? expect.fail("no table");
  const runs = Number(process.env.LEDGER_RUNS ?? 12);
  const rounds = 12;

  test(
    "says the same after every round, whatever runs at once, conflicts, is throttled or loses its answer",
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), (from) => simulated(database(), from, rounds)),
        { seed, numRuns: runs, endOnFailure: true },
      );
    },
    Math.max(120_000, runs * 20_000),
  );

  test.each(Object.entries(faults))(
    "finds it where %s",
    async (_name, tamper) => {
      const search = async () => {
        for (let from = 1; from <= 20; from++)
          await simulated(tampered(database(), tamper), from * 7919, rounds);
      };
      await expect(search()).rejects.toThrow(/^no order of the calls explains|to deeply equal/);
    },
    120_000,
  );
});
