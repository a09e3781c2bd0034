import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { type Credentials, openCredentials } from "./credentials.ts";
import { localhost } from "./foreign.ts";
import { LineFile } from "./log.ts";
import { privateFile } from "./private-files.ts";

/** A DynamoDB that answers, and what is known of it. */
export interface Database {
  readonly endpoint: string;
  /** dynoxide's SQLite file; undefined for any other DynamoDB. */
  readonly file: string | undefined;
  readonly name: string;
  readonly credentials: Credentials;
  /** Settles if the database ends by itself. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** Java on a busy machine takes its time. */
const startLimitMs = 60_000;
const stopLimitMs = 5_000;

/** Where a database listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

const findPort = (host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });

/**
 * An address of this machine that nobody can guess: one of the 16 million of 127.0.0.0/8, with any port. dynoxide
 * answers whoever finds it; a page of a browser would have to try some 10^11 pairs, which are others at each start.
 * Where the system has 127.0.0.1 only, as macOS has, the port alone is left to be found.
 */
export const unguessableAddress = async (): Promise<Address> => {
  const host = `127.${randomInt(1, 255)}.${randomInt(0, 256)}.${randomInt(1, 255)}`;
  try {
    return { host, port: await findPort(host) };
  } catch {
    return plainAddress();
  }
};

export const plainAddress = async (): Promise<Address> => ({
  host: localhost,
  port: await findPort(localhost),
});

/** The command that a process runs, or undefined if there is no such process. */
const commandOf = (pid: number): string | undefined => {
  try {
    return existsSync("/proc/self")
      ? readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")
      : execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
  } catch {
    return undefined;
  }
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Ends the database of a stack that died without doing so itself. */
export const endStale = async (pidFile: string, marker: string): Promise<void> => {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, "utf8"));
  const isOurs = (): boolean => pid > 0 && (commandOf(pid)?.includes(marker) ?? false);
  if (isOurs()) process.kill(pid, "SIGKILL");
  for (let waits = 0; waits < 100 && isOurs(); waits += 1) await pause(20);
  rmSync(pidFile, { force: true });
};

/**
 * The shell keeps the database's life tied to ours: when our end of its standard input closes, however we
 * died, it ends the database. What the database makes is for its owner only.
 */
const leash =
  'umask 077; "$@" </dev/null & child=$!; echo "pid $child"; exec 3<&0; (cat <&3 >/dev/null; kill $child 2>/dev/null) & wait $child';

/** Whether something answers there. */
const answers = async (endpoint: string): Promise<boolean> => {
  try {
    // Any answer will do, a refusal too.
    await fetch(endpoint, { method: "POST", body: "{}", signal: AbortSignal.timeout(1_000) });
    return true;
  } catch {
    return false;
  }
};

/** The database ended by itself before it answered. */
export class EndedAtStart extends Error {}

/** Starts a database as a process of its own and waits until it answers. @throws if it does not */
export const launch = async (
  name: string,
  folder: string,
  address: Address,
  command: readonly string[],
  file: string | undefined,
): Promise<Database> => {
  const pidFile = path.join(folder, "database.pid");
  // It writes into a pipe: with a full disk behind its standard error a program may end itself.
  const log = new LineFile(path.join(folder, "logs", "database.log"));
  const shell: ChildProcess = spawn("/bin/sh", ["-c", leash, "leash", ...command], {
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  shell.stderr?.on("data", (chunk: Buffer) => log.append([chunk.toString()]));
  shell.stderr?.on("close", () => log.close());
  let pid = 0;
  shell.stdout?.on("data", (chunk: Buffer) => {
    const found = /^pid (\d+)$/m.exec(chunk.toString())?.[1];
    if (found === undefined || pid !== 0) return;
    pid = Number(found);
    writeFileSync(pidFile, found, { mode: privateFile });
  });
  shell.stdin?.on("error", () => {});
  let running = true;
  const ended = new Promise<void>((resolve) =>
    shell.on("exit", () => {
      running = false;
      shell.stdin?.destroy();
      rmSync(pidFile, { force: true });
      resolve();
    }),
  );
  const endpoint = `http://${address.host}:${address.port}`;
  const deadline = performance.now() + startLimitMs;
  while (!(await answers(endpoint))) {
    const see = `see ${path.join(folder, "logs", "database.log")}`;
    if (!running) throw new EndedAtStart(`${name} did not start; ${see}`);
    if (performance.now() > deadline) throw new Error(`${name} does not answer; ${see}`);
    await pause(20);
  }
  const signal = (kind: NodeJS.Signals): void => {
    if (running && pid > 0) process.kill(pid, kind);
  };
  return {
    endpoint,
    file,
    name,
    credentials: openCredentials(folder),
    ended,
    stop: async () => {
      signal("SIGTERM");
      const timer = setTimeout(() => signal("SIGKILL"), stopLimitMs);
      await ended;
      clearTimeout(timer);
    },
  };
};
