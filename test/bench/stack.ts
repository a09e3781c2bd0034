import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });

export interface BenchStack {
  readonly url: string;
  readonly dataFolder: string;
  tokenFor(email: string): Promise<string>;
  /** A further tenant, empty; gives a token of its admin. */
  newTenant(adminEmail: string): Promise<string>;
  /** Resolves when all that follows from what was written is done: events delivered, lookups and sums kept. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

/** One call waits for a bounded time; a large load takes several. */
const mostSettling = 60;
const startLimitMs = 120_000;

/** A stack in a process of its own, with one empty tenant, as `npm start -- --empty` makes it. */
export const startBenchStack = async (): Promise<BenchStack> => {
  const dataFolder = mkdtempSync(path.join(os.tmpdir(), "clientela-bench-"));
  const port = await freePort();
  const child: ChildProcess = spawn(
    process.execPath,
    [path.resolve(import.meta.dirname, "../../infra/local/start.ts"), "--empty"],
    {
      env: { ...process.env, PORT: String(port), CLIENTELA_DATA: dataFolder },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const url = `http://127.0.0.1:${port}`;
  await new Promise<void>((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error("the stack did not start")), startLimitMs);
    child.once("exit", (code) => reject(new Error(`the stack ended with ${code}`)));
    child.stdout?.on("data", (chunk: Buffer) => {
      if (!chunk.toString().includes("ready ")) return;
      clearTimeout(limit);
      resolve();
    });
  });
  const post = (to: string, body: unknown) =>
    fetch(`${url}${to}`, { method: "POST", body: JSON.stringify(body) });
  const tokenFor = async (email: string): Promise<string> => {
    const answer = await post("/_local/token", { email });
    const { token } = (await answer.json()) as { token?: string };
    if (!token) throw new Error(`no token for ${email}: ${answer.status}`);
    return token;
  };
  return {
    url,
    dataFolder,
    tokenFor,
    async settle() {
      for (let attempt = 0; attempt < mostSettling; attempt++) {
        const { settled } = (await (await post("/_local/settle", {})).json()) as { settled: boolean };
        if (settled) return;
      }
      throw new Error("the stack does not settle");
    },
    async newTenant(adminEmail) {
      const answer = await post("/_local/tenants", { name: "Bench", adminEmail });
      if (!answer.ok) throw new Error(`no tenant for ${adminEmail}: ${answer.status}`);
      return tokenFor(adminEmail);
    },
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
};
