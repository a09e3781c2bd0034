import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Clock } from "../../infra/local/clock.ts";
import { FunctionRunner } from "../../infra/local/workers.ts";
import { until } from "../support/until.ts";

let folder: string;
let runner: FunctionRunner;
const logFile = () => path.join(folder, "function.log");

const write = (source: string): void => writeFileSync(path.join(folder, "index.mjs"), source);
const run = (timeoutMs = 5_000): FunctionRunner =>
  new FunctionRunner(
    {
      name: "made",
      arn: "arn:aws:lambda:x:0:function:made",
      folder,
      handler: "index.handler",
      environment: {},
      memoryMb: 128,
      timeoutMs,
      asynchronous: { attempts: 1, maxAgeMs: 1, onFailureQueue: undefined, deadLetterQueue: undefined },
    },
    { OWN: "yes" },
    new Clock(),
    logFile(),
  );

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "clientela-worker-"));
});
afterEach(async () => {
  await runner.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("a Lambda in its worker", () => {
  test("a reload takes the new code, and what was under way ends with the old", async () => {
    write(
      `export const handler = async (ms) => { await new Promise((r) => setTimeout(r, ms)); return "old"; };`,
    );
    runner = run();
    expect(await runner.invoke(0)).toMatchObject({ value: "old" });
    const underWay = runner.invoke(300);
    write(`export const handler = async () => "new";`);
    runner.reload();
    expect(await runner.invoke(0)).toMatchObject({ value: "new" });
    expect(await underWay).toMatchObject({ value: "old" });
  });

  test("sees its own environment and nothing of ours", async () => {
    write(`export const handler = async () => [process.env.OWN, process.env.HOME ?? null];`);
    runner = run();
    expect(await runner.invoke({})).toMatchObject({ value: ["yes", null] });
  });

  test("what it prints is in its log, line by line", async () => {
    write(`export const handler = async (n) => { console.log("line", n); console.error("wrong", n); };`);
    runner = run();
    await runner.invoke(1);
    await runner.invoke(2);
    await until("the log is written", () => {
      const text = readFileSync(logFile(), "utf8");
      return ["line 1\n", "wrong 1\n", "line 2\n", "wrong 2\n"].every((line) => text.includes(line));
    });
  });

  test("code that does not load fails its invocations with the reason, and works once it is mended", async () => {
    write(`import "no-such-package"; export const handler = async () => 1;`);
    runner = run();
    expect((await runner.invoke({})).error?.errorMessage).toMatch(/no-such-package/);
    write(`export const handler = async () => 1;`);
    runner.reload();
    expect(await runner.invoke({})).toMatchObject({ value: 1 });
  });

  test("several invocations at once are answered each with its own result", async () => {
    write(
      `export const handler = async ({ n }) => { await new Promise((r) => setTimeout(r, 20)); return { n }; };`,
    );
    runner = run();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => runner.invoke({ n })));
    expect(answers.map((answer) => answer.error ?? answer.value)).toEqual(answers.map((_, n) => ({ n })));
    expect(runner.statistics).toMatchObject({ invocations: 50, errors: 0, underWay: 0 });
  });

  test("an invocation that takes too long fails, and those beside it are not lost", async () => {
    write(
      `export const handler = async (ms) => { await new Promise((r) => setTimeout(r, ms)); return ms; };`,
    );
    runner = run(3_000);
    await runner.invoke(0);
    const slow = runner.invoke(60_000);
    const beside = runner.invoke(100);
    expect((await slow).error?.errorMessage).toBe("Task timed out after 3.00 seconds");
    expect(await beside).toMatchObject({ value: 100 });
    expect(await runner.invoke(1)).toMatchObject({ value: 1 });
  });

  /** Fails as it is told to, and nobody handles it; or waits until there is a file `go`. */
  const careless = `import { existsSync } from "node:fs";
    let calls = 0;
    export const handler = async (wish) => {
      calls += 1;
      const call = calls;
      if (wish === "reject") { void (async () => { throw new RangeError("nobody listens"); })(); await new Promise(() => {}); }
      if (wish === "throw") { setTimeout(() => { throw new RangeError("nobody listens"); }, 1); await new Promise(() => {}); }
      if (wish === "late") setTimeout(() => { throw new RangeError("nobody listens"); }, 1);
      while (wish === "wait" && !existsSync(import.meta.dirname + "/go")) await new Promise((go) => setTimeout(go, 5));
      return call;
    };`;
  const failures = {
    reject: { errorType: "Runtime.UnhandledPromiseRejection", errorMessage: "RangeError: nobody listens" },
    throw: { errorType: "RangeError", errorMessage: "nobody listens" },
  };

  test.each(Object.entries(failures))(
    "an error that nobody handles (%s) fails its own invocation alone",
    async (wish, error) => {
      write(careless);
      runner = run();
      expect(await runner.invoke("")).toMatchObject({ value: 1 });
      const beside = Promise.all([runner.invoke("wait"), runner.invoke("wait")]);
      expect((await runner.invoke(wish)).error).toEqual(error);
      // The next one begins in a new environment, as it would on AWS.
      expect(await runner.invoke("")).toMatchObject({ value: 1 });
      writeFileSync(path.join(folder, "go"), "");
      expect(await beside).toMatchObject([{ value: 2 }, { value: 3 }]);
    },
  );

  test("an error after the answer ends the environment, and the answer stays", async () => {
    write(careless);
    runner = run();
    expect(await runner.invoke("late")).toMatchObject({ value: 1 });
    await until("a new environment answers", async () => {
      const outcome = await runner.invoke("");
      return !outcome.error && outcome.value === 1;
    });
    expect(runner.statistics.errors).toBe(0);
  });

  test("an error that nobody handles is in the log, with its invocation and where it came from", async () => {
    write(careless);
    runner = run();
    await runner.invoke("reject");
    const entries = () =>
      readFileSync(logFile(), "utf8")
        .split("\n")
        .flatMap((line): unknown[] => (line === "" ? [] : [JSON.parse(line)]));
    await until("it is written", () => entries().length > 0);
    expect(entries()).toEqual([
      expect.objectContaining({
        level: "ERROR",
        message: "Unhandled Promise Rejection",
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        ...failures.reject,
        trace: expect.arrayContaining([expect.stringContaining("index.mjs")]),
      }),
    ]);
  });

  test("code that handles every rejection by itself goes on, as on AWS", async () => {
    write(`process.removeAllListeners("unhandledRejection");
      const heard = [];
      process.on("unhandledRejection", (reason) => heard.push(reason.message));
      export const handler = async (wish) => {
        if (wish) { Promise.reject(new Error(wish)); await new Promise((resolve) => setTimeout(resolve, 5)); }
        return heard;
      };`);
    runner = run();
    expect(await runner.invoke("a")).toMatchObject({ value: ["a"] });
    expect(await runner.invoke("")).toMatchObject({ value: ["a"] });
  });
});
