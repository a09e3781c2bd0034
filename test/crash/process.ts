import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import type { Client } from "../../functions/client.ts";
import { clientOf } from "../../functions/client.ts";
import { allRoutes } from "../../functions/routes.ts";

const startLimitMs = 600_000;
const start = path.resolve(import.meta.dirname, "../../infra/local/start.ts");

export type Api = Client<typeof allRoutes>;

const Seen = z.object({
  number: z.int(),
  type: z.string(),
  detail: z.object({ eventId: z.string(), data: z.record(z.string(), z.unknown()) }),
});
export type Seen = z.infer<typeof Seen>;

const State = z.object({
  deliveries: z.array(
    z.object({
      function: z.string(),
      pending: z.int(),
      retrying: z.int(),
      lastError: z.string().optional(),
    }),
  ),
  lostDeliveries: z.int(),
  queues: z.array(z.object({ name: z.string(), messages: z.int(), oldest: z.array(z.unknown()) })),
  streams: z.array(z.object({ function: z.string(), lag: z.number().optional() })),
});

/** The stack as `npm start -- --empty` runs it, in a process of its own that can be killed. */
export class StackProcess {
  readonly folder: string;
  #child: ChildProcess | undefined;
  #url = "";

  constructor(folder: string) {
    this.folder = folder;
  }

  get url(): string {
    return this.#url;
  }

  /** @throws Error with what it said, if it ends before it is ready */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [start, "--empty"], {
      env: { ...process.env, PORT: "0", CLIENTELA_DATA: this.folder },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    this.#url = await new Promise<string>((resolve, reject) => {
      let said = "";
      const limit = setTimeout(() => reject(new Error(`the stack did not start: ${said}`)), startLimitMs);
      const listen = (chunk: Buffer): void => {
        said += chunk.toString();
        const url = /^ready (\S+)/m.exec(said)?.[1];
        if (url === undefined) return;
        clearTimeout(limit);
        resolve(url);
      };
      child.stdout.on("data", listen);
      child.stderr.on("data", listen);
      child.once("exit", (code) => {
        clearTimeout(limit);
        reject(new Error(`the stack ended with ${code}: ${said}`));
      });
    });
  }

  /** kill -9, of the database too where it is to go down with the stack and not a moment later. */
  async kill({ database }: { readonly database: boolean }): Promise<void> {
    if (database)
      process.kill(Number(readFileSync(path.join(this.folder, "database.pid"), "utf8")), "SIGKILL");
    await this.#end("SIGKILL");
  }

  stop(): Promise<void> {
    return this.#end("SIGTERM");
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }

  /** A client whose requests are sent once: an answer or none, as it was. */
  async api(email: string): Promise<Api> {
    return clientOf(allRoutes, { baseUrl: this.#url, token: await this.token(email), attempts: 1 });
  }

  async token(email: string): Promise<string> {
    const { token } = z.object({ token: z.string() }).parse(await this.local("POST", "token", { email }));
    return token;
  }

  /** A door under `/_local`. @throws Error with the answer where it is no success */
  async local(method: "GET" | "POST", door: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.#url}/_local/${door}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${door} answered ${response.status}: ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  /** Waits until stream, bus and subscribers have taken all there is. */
  async settle(): Promise<void> {
    const { settled } = z.object({ settled: z.boolean() }).parse(await this.local("POST", "settle", {}));
    if (!settled) throw new Error("the stack does not settle");
  }

  /** Puts the clock of the stack forward, by an ISO 8601 duration; schedules that fall due run. */
  async advance(duration: string): Promise<void> {
    await this.local("POST", "clock", { advance: duration });
  }

  async state(): Promise<z.infer<typeof State>> {
    return State.parse(await this.local("GET", "state"));
  }

  /** Every event that the bus ever took, in order. */
  async events(): Promise<Seen[]> {
    const all: Seen[] = [];
    for (;;) {
      const page = z
        .object({ events: z.array(Seen) })
        .parse(await this.local("GET", `events/after/${all.at(-1)?.number ?? 0}`));
      if (page.events.length === 0) return all;
      all.push(...page.events);
    }
  }
}
