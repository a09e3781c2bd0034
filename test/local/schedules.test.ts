import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { timesOf } from "../../infra/local/schedule-times.ts";
import { until } from "../support/until.ts";
import { type Fixture, runFixture, send, sweeper } from "./assembly.ts";

const seed = 20261123;

describe("the due times of an expression", () => {
  const minutes = fc.integer({ min: 1, max: 10_000 });

  test("a rate falls due one whole span after another, the first one span after it was made", () => {
    fc.assert(
      fc.property(minutes, fc.nat(1e12), fc.nat(1e10), (every, sinceMs, passedMs) => {
        const times = timesOf(`rate(${every} minute${every === 1 ? "" : "s"})`, "UTC", "test");
        const nowMs = sinceMs + passedMs;
        const last = times.lastDue(sinceMs, nowMs);
        const next = times.nextDue(sinceMs, nowMs) ?? Number.NaN;
        expect((next - sinceMs) % (every * 60_000)).toBe(0);
        expect(next).toBeGreaterThan(nowMs);
        expect(next - every * 60_000).toBe(last ?? sinceMs);
        expect(last ?? sinceMs).toBeLessThanOrEqual(nowMs);
        expect(last).not.toBe(sinceMs);
      }),
      { seed },
    );
  });

  test("a moment is one of its time zone's wall clock, and comes once", () => {
    const times = timesOf("at(2027-03-28T12:00:00)", "Europe/Bucharest", "test");
    const atMs = Date.parse("2027-03-28T09:00:00Z");
    expect(times.nextDue(0, atMs - 1)).toBe(atMs);
    expect(times.lastDue(0, atMs - 1)).toBeUndefined();
    expect(times.lastDue(0, atMs)).toBe(atMs);
    expect(times.nextDue(0, atMs)).toBeUndefined();
  });

  test("a moment that had passed when the schedule was made never comes", () => {
    const times = timesOf("at(2026-01-01T00:00:00)", "UTC", "test");
    const madeMs = Date.parse("2026-06-01T00:00:00Z");
    expect(times.lastDue(madeMs, madeMs + 1)).toBeUndefined();
    expect(times.nextDue(madeMs, madeMs)).toBeUndefined();
  });
});

describe("schedules", () => {
  let fixture: Fixture;
  afterEach(() => fixture.remove());

  const ask = (path: string, body?: unknown) =>
    send(`${fixture.machine.url}/_local/${path}`, body, {}, body === undefined ? "GET" : "POST");
  const advance = async (duration: string): Promise<void> => {
    expect((await ask("clock", { advance: duration })).status).toBe(200);
  };
  const ran = (): string[] => fixture.records().flatMap((record) => (record.ran ? [String(record.ran)] : []));
  const schedule = async (): Promise<{ lastDue?: string; nextDue?: string; enabled: boolean }> =>
    Object((await ask("state")).json).schedules[0];
  const settle = () => ask("settle", {});
  const letters = async (): Promise<unknown[]> => Object((await ask("queues/sweeper-dead")).json).messages;
  const seconds = (iso = ""): string => iso.replace(/\.\d+Z$/, "Z");

  test("run at each due time, and are told which it is", async () => {
    fixture = await runFixture(sweeper("rate(1 hour)"));
    const due = (await schedule()).nextDue;
    await settle();
    expect(ran()).toEqual([]);
    await advance("PT59M");
    await settle();
    expect(ran()).toEqual([]);
    await advance("PT1M");
    await until("it ran", () => ran().length === 1);
    expect(ran()).toEqual([seconds(due)]);
    await advance("PT1H");
    await until("it ran again", () => ran().length === 2);
    expect((await schedule()).lastDue).not.toBe(due);
  });

  test("run once for a span in which several due times passed: for the last of them", async () => {
    fixture = await runFixture(sweeper("rate(1 minute)"));
    await advance("P3D");
    await until("it ran", () => ran().length > 0);
    const { lastDue } = await schedule();
    await settle();
    expect(ran()).toEqual([seconds(lastDue)]);
  });

  test("do not run for the same due time again after a restart, and make up once for what they missed", async () => {
    fixture = await runFixture(sweeper("rate(1 day)"));
    await advance("P1D");
    await until("it ran", () => ran().length === 1);
    const { nextDue } = await schedule();
    fixture = await fixture.restart();
    await settle();
    expect(ran()).toHaveLength(1);
    expect((await schedule()).nextDue).toBe(nextDue);
    await advance("P1D");
    await until("it ran", () => ran().length === 2);
    expect(ran()[1]).toBe(seconds(nextDue));
  });

  test("whose pace was changed count from then on, and make up for nothing", async () => {
    fixture = await runFixture(sweeper("rate(1 day)"));
    await advance("PT23H");
    fixture = await fixture.restart(sweeper("rate(2 hours)"));
    await settle();
    expect(ran()).toEqual([]);
    await advance("PT119M");
    await settle();
    expect(ran()).toEqual([]);
    const due = seconds((await schedule()).nextDue);
    await advance("PT1M");
    await until("it ran", () => ran().length === 1);
    expect(ran()).toEqual([due]);
  });

  test("a moment comes once, whatever happens after it", async () => {
    const at = new Date(Date.now() + 3_600_000).toISOString().slice(0, 19);
    fixture = await runFixture(sweeper(`at(${at})`));
    await advance("PT2H");
    await until("it ran", () => ran().length === 1);
    await advance("P9D");
    fixture = await fixture.restart();
    await settle();
    expect(ran()).toEqual([`${at}Z`]);
    expect((await schedule()).nextDue).toBeUndefined();
  });

  test("a run that failed is tried again, then it is a dead letter that can be redriven", async () => {
    fixture = await runFixture(sweeper("rate(1 day)"));
    await ask("faults", { function: "sweeper", failures: 2 });
    const due = seconds((await schedule()).nextDue);
    await advance("P1D");
    await until("it is a dead letter", async () => {
      await advance("PT1M");
      return (await letters()).length > 0;
    });
    expect(ran()).toEqual([]);
    expect(JSON.parse(Object((await letters())[0]).body)).toEqual({ scheduledAt: due });
    await ask("queues/sweeper-dead/redrive", {});
    await until("it ran", () => ran().length === 1);
    expect(ran()).toEqual([due]);
  });

  test("what is disabled does not run", async () => {
    fixture = await runFixture(sweeper("rate(1 minute)", { State: "DISABLED" }));
    await advance("P1D");
    await settle();
    expect(ran()).toEqual([]);
    expect(await schedule()).toMatchObject({ enabled: false });
  });
});
