import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runMachine } from "../../infra/local/machine.ts";
import { openDataFolder } from "../../infra/local/state.ts";
import { until } from "../support/until.ts";
import { readRecords, send, writeAssembly } from "./assembly.ts";

let folder: string;
const running: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "clientela-crash-"));
});
afterEach(async () => {
  for (const child of running.splice(0)) await kill(child);
  rmSync(folder, { recursive: true, force: true });
});

const kill = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
};

/** Starts the fixture stack as a process. */
const start = (): { child: ChildProcess; said: () => string } => {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "fixture", "run.ts"), folder]);
  running.push(child);
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
  return { child, said: () => text };
};
const startAndWait = async (): Promise<{ child: ChildProcess; url: string }> => {
  const { child, said } = start();
  await until("the stack answers", () => said().includes("\n"));
  return { child, url: said().trim() };
};
const records = () => readRecords(path.join(folder, "records.jsonl"));
const databasePid = (): number => Number(readFileSync(path.join(folder, "data", "database.pid"), "utf8"));
const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test("after kill -9 an accepted event is delivered by the next start, and the old database is gone", async () => {
  const first = await startAndWait();
  const firstDatabase = databasePid();
  expect(lives(firstDatabase)).toBe(true);
  await send(`${first.url}/events`, [{ type: "slow.made", detail: { name: "slow", slow: true } }]);
  await until("it is under way", () => records().some(({ heard }) => heard === "slow"));
  await kill(first.child);

  await startAndWait();
  expect(databasePid()).not.toBe(firstDatabase);
  await until("the old database has ended", () => !lives(firstDatabase));
  await until("it is delivered again", () => records().filter(({ heard }) => heard === "slow").length === 2);
  const ids = new Set(records().map(({ id }) => id));
  expect(ids.size).toBe(1);
});

test("a second stack on the same data folder is refused with a clear error", async () => {
  const { child } = await startAndWait();
  const second = start();
  await once(second.child, "exit");
  expect(second.child.exitCode).toBe(1);
  expect(second.said()).toMatch(
    new RegExp(`data folder .* is in use by another stack \\(process ${child.pid}\\)`),
  );
});

test("a port that is in use is named in the error, and the data folder is free again", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  writeAssembly(folder, {}, "");
  const data = openDataFolder(path.join(folder, "data"));
  await expect(runMachine({ assembly: folder, data, port })).rejects.toThrow(`Port ${port} is in use`);
  data.release();
  openDataFolder(path.join(folder, "data")).release();
  server.close();
});

test("a database that has ended is named in one line, with the log that says why", async () => {
  writeAssembly(folder, {}, "");
  const data = openDataFolder(path.join(folder, "data"));
  const machine = await runMachine({ assembly: folder, data, port: 0 });
  process.kill(databasePid(), "SIGKILL");
  const { message } = await machine.failed;
  expect(message).toMatch(/^\S+( Local)? ended; see .*data\/logs\/database\.log$/);
  await machine.stop();
  data.release();
});
