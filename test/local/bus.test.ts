import { afterEach, describe, expect, test } from "vitest";
import { until } from "../support/until.ts";
import { type Fixture, lambda, listener, route, runFixture, send } from "./assembly.ts";

let fixture: Fixture;
afterEach(() => fixture.remove());

const pattern = {
  source: ["fixture"],
  "detail-type": ["thing.made", { prefix: "thing.un" }],
  detail: { kind: [{ "anything-but": "unwanted" }] },
};
const start = async (): Promise<void> => {
  fixture = await runFixture({
    Store: lambda("store"),
    ...route("POST /events", "Store"),
    ...listener(pattern),
  });
};
const put = async (...events: { type: string; detail: Record<string, unknown> }[]): Promise<void> => {
  const { json } = await send(`${fixture.machine.url}/events`, events);
  expect(json).toEqual({ failed: 0 });
};
const made = (name: string, more: Record<string, unknown> = {}) => ({
  type: "thing.made",
  detail: { name, kind: "wanted", ...more },
});
const taken = (): unknown[] => fixture.records().flatMap(({ taken: name }) => (name ? [name] : []));
const heard = (name: string): unknown[] => fixture.records().filter((record) => record.heard === name);
const queue = async (): Promise<unknown[]> => {
  const { json } = await send(`${fixture.machine.url}/_local/queues/listener-dead`, undefined, {}, "GET");
  return Object(json).messages;
};
const advance = () => send(`${fixture.machine.url}/_local/clock`, { advance: "PT10M" });

describe("the bus", () => {
  test("gives to a rule's function what its pattern matches and nothing else", async () => {
    await start();
    await put(
      made("a"),
      made("b", { kind: "unwanted" }),
      { type: "thing.unmade", detail: { name: "c", kind: "x" } },
      { type: "other.made", detail: { name: "d", kind: "x" } },
      { type: "thing.made", detail: { name: "e" } },
    );
    await until("both are taken", () => taken().length >= 2);
    expect(taken().toSorted()).toEqual(["a", "c"]);
  });

  test("an event that fails once is delivered again, with the same id", async () => {
    await start();
    await send(`${fixture.machine.url}/_local/faults`, { function: "listener", failures: 1 });
    await put(made("again"));
    await until("it is taken", async () => {
      await advance();
      return taken().includes("again");
    });
    expect(heard("again").length).toBe(1);
    expect(await queue()).toEqual([]);
  });

  test("an event that fails for good lies in the dead-letter queue, and a redrive delivers it", async () => {
    await start();
    await send(`${fixture.machine.url}/_local/faults`, { function: "listener", failures: 2 });
    await put(made("mended"));
    await until("it is a dead letter", async () => {
      await advance();
      return (await queue()).length > 0;
    });
    expect(taken()).toEqual([]);
    const [letter] = await queue();
    expect(JSON.parse(Object(letter).body)).toMatchObject({ "detail-type": "thing.made", source: "fixture" });
    const { json } = await send(`${fixture.machine.url}/_local/queues/listener-dead/redrive`, {});
    expect(json).toEqual({ redriven: 1 });
    await until("it is taken", () => taken().includes("mended"));
    expect(await queue()).toEqual([]);
  });

  test("the archive has the events that its pattern matches, in order, after a restart too, and for its time only", async () => {
    await start();
    const archived = async (after = 0): Promise<{ number: number; type: string; detail: unknown }[]> => {
      const { json } = await send(
        `${fixture.machine.url}/_local/events/after/${after}`,
        undefined,
        {},
        "GET",
      );
      return Object(json).events;
    };
    await put(made("a"), { type: "other.made", detail: { name: "x" } }, made("b", { kind: "unwanted" }));
    fixture = await fixture.restart();
    await put(made("c"));
    const kept = await archived();
    expect(kept.map(({ detail }) => Object(detail).name)).toEqual(["a", "b", "c"]);
    expect((await archived(kept[1]?.number)).map(({ detail }) => Object(detail).name)).toEqual(["c"]);
    await send(`${fixture.machine.url}/_local/clock`, { advance: "P3D" });
    await put(made("d"));
    fixture = await fixture.restart();
    expect((await archived()).map(({ detail }) => Object(detail).name)).toEqual(["d"]);
  });

  test("what was accepted and not yet taken is delivered after a restart", async () => {
    await start();
    await send(`${fixture.machine.url}/_local/faults`, { function: "listener", failures: 1 });
    await put(made("kept"));
    await until("it failed once", async () => {
      const { json } = await send(`${fixture.machine.url}/_local/state`, undefined, {}, "GET");
      return Object(json).deliveries[0]?.retrying === 1;
    });
    fixture = await fixture.restart();
    await until("it is taken", async () => {
      await advance();
      return taken().includes("kept");
    });
  });
});
