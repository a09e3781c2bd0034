import { expect, test } from "vitest";
import { again } from "../../functions/kit/again.ts";

class Passing extends Error {}
const passes = { mayPass: (error: unknown) => error instanceof Passing, most: 4 };

/** Runs what fails so often, and writes down how often it ran and how long it waited. */
const failing = (times: number, error: Error) => {
  const waitedMs: number[] = [];
  let runs = 0;
  return {
    waitedMs,
    runs: () => runs,
    run: async () => {
      runs += 1;
      if (runs <= times) throw error;
      return "done";
    },
    wait: async (ms: number) => {
      waitedMs.push(ms);
    },
  };
};

test("what may pass is run again, after the pause of its attempt", async () => {
  const { run, wait, waitedMs } = failing(3, new Passing());
  expect(await again(run, { ...passes, pauseMs: (attempt) => 2 ** attempt, wait })).toBe("done");
  expect(waitedMs).toEqual([2, 4, 8]);
});

test("what cannot pass is thrown at once", async () => {
  const { run, runs, wait, waitedMs } = failing(1, new Error("wrong"));
  await expect(again(run, { ...passes, pauseMs: () => 1, wait })).rejects.toThrow("wrong");
  expect([runs(), waitedMs]).toEqual([1, []]);
});

test("after the last try comes what it failed by, or what is said, and no pause", async () => {
  const { run, runs, wait, waitedMs } = failing(10, new Passing("still"));
  await expect(again(run, { ...passes, pauseMs: () => 1, wait })).rejects.toThrow("still");
  expect([runs(), waitedMs]).toEqual([4, [1, 1, 1]]);
  const other = failing(10, new Passing());
  const atLast = () => new Error("busy");
  await expect(again(other.run, { ...passes, pauseMs: () => 0, atLast })).rejects.toThrow("busy");
});
