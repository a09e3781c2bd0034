import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../support/until.ts";
import { type Api, StackProcess } from "./process.ts";

const folder = mkdtempSync(path.join(tmpdir(), "clientela-subscriber-"));
const stack = new StackProcess(folder);
/** It makes the login of whoever is invited: its effect can be seen from outside. */
const subscriber = "accounts";
let api: Api;

beforeAll(async () => {
  await stack.start();
  api = await stack.api("admin@demo.example");
});
afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

const invite = (email: string) => api.inviteMember({ body: { email, name: "Somebody", role: "manager" } });
const failNext = (failures: number) => stack.local("POST", "faults", { function: subscriber, failures });
const hasLogin = async (email: string): Promise<boolean> =>
  stack.token(email).then(
    () => true,
    () => false,
  );
const deadLetters = async () => {
  const { queues } = await stack.state();
  const queue = queues.find(({ name }) => name.endsWith(`-${subscriber}-dead-letters`));
  if (!queue) throw new Error(`${subscriber} has no dead-letter queue`);
  return queue;
};
const delivery = async () => (await stack.state()).deliveries.find((one) => one.function === subscriber);

/** Retries come when their time has come, which is now. */
const untilDead = async (): Promise<void> =>
  until("it is a dead letter", async () => {
    await stack.local("POST", "clock", { advance: "PT1M" });
    return (await deadLetters()).messages === 1;
  });

test("a subscriber that fails once is tried again, and then its effect is there", async () => {
  await failNext(1);
  await invite("once@crash.example");
  await until("it waits for its retry", async () => (await delivery())?.retrying === 1);
  expect((await delivery())?.lastError).toContain("made to fail");
  expect(await hasLogin("once@crash.example")).toBe(false);
  await stack.local("POST", "clock", { advance: "PT1M" });
  await until("its effect is there", () => hasLogin("once@crash.example"));
  expect((await deadLetters()).messages).toBe(0);
});

test("an event that a subscriber cannot take lies in its queue with the reason, survives a kill, and is redriven", async () => {
  await failNext(1_000_000);
  await invite("never@crash.example");
  await untilDead();
  const { name, oldest } = await deadLetters();
  expect(JSON.stringify(oldest)).toContain("made to fail");
  expect(await hasLogin("never@crash.example")).toBe(false);

  // Given back while it still fails: it ends where it was.
  expect(await stack.local("POST", `queues/${name}/redrive`, {})).toEqual({ redriven: 1 });
  await untilDead();

  await stack.kill({ database: true });
  await stack.start();
  api = await stack.api("admin@demo.example");
  expect((await deadLetters()).messages).toBe(1);
  expect(await stack.local("POST", `queues/${name}/redrive`, {})).toEqual({ redriven: 1 });
  await until("its effect is there", () => hasLogin("never@crash.example"));
  expect((await deadLetters()).messages).toBe(0);
  expect((await stack.state()).lostDeliveries).toBe(0);
});
