import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import path from "node:path";
import { Worker } from "node:worker_threads";
import type { Clock } from "./clock.ts";
import type { FunctionModel } from "./model.ts";
import { drainLimitMs } from "./sleeper.ts";

export interface WorkerSettings {
  readonly functionName: string;
  readonly arn: string;
  readonly memoryMb: number;
  readonly file: string;
  readonly handler: string;
  readonly clock: SharedArrayBuffer;
  readonly logFile: string;
}

export interface Invocation {
  readonly id: string;
  readonly payload: unknown;
  readonly remainingMs: number;
}

export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
}

export type Outcome =
  | { readonly id: string; readonly value: unknown; readonly error?: undefined }
  | { readonly id: string; readonly error: FunctionError };

export interface Statistics {
  invocations: number;
  errors: number;
  totalMs: number;
  underWay: number;
}

interface Pending {
  readonly settle: (outcome: Outcome) => void;
  readonly timeoutMs: number;
  timer: NodeJS.Timeout;
}

/** Loading the bundle does not count as the invocation's time, as Lambda's initialisation does not. */
const loadLimitMs = 30_000;

/** What a worker says once its bundle is loaded, or has failed to load. */
export interface Loaded {
  readonly loaded: boolean;
}

/** What a worker says when an error that nobody handled would end its environment. */
export interface Broken {
  /** The invocation that it belongs to, as far as that is known. */
  readonly broken: string | undefined;
  readonly error: FunctionError;
}

/** One worker thread with the bundle: what Lambda calls an execution environment. */
class Environment {
  readonly #worker: Worker;
  readonly #pending = new Map<string, Pending>();
  #retired = false;
  #loaded = false;
  readonly ended: Promise<void>;

  constructor(settings: WorkerSettings, env: Record<string, string>) {
    this.#worker = new Worker(new URL("./worker-bootstrap.ts", import.meta.url), {
      workerData: settings,
      env,
      name: settings.functionName,
    });
    this.#worker.on("message", (message: Outcome | Loaded | Broken) => {
      if ("broken" in message) this.#break(message);
      else if (!("loaded" in message)) this.#settle(message);
      else if (message.loaded) this.#begin();
    });
    this.#worker.on("error", (error: Error) => this.#fail("Runtime.ExitError", error.message));
    this.ended = new Promise((resolve) =>
      this.#worker.on("exit", (code) => {
        this.#fail("Runtime.ExitError", `the runtime ended with code ${code}`);
        this.#retired = true;
        resolve();
      }),
    );
  }

  get usable(): boolean {
    return !this.#retired;
  }

  get loaded(): boolean {
    return this.#loaded;
  }

  get underWay(): number {
    return this.#pending.size;
  }

  invoke(payload: unknown, timeoutMs: number): Promise<Outcome> {
    const id = randomUUID();
    return new Promise((settle) => {
      const timer = this.#limit(id, timeoutMs, this.#loaded ? timeoutMs : loadLimitMs + timeoutMs);
      this.#pending.set(id, { settle, timeoutMs, timer });
      const invocation: Invocation = { id, payload, remainingMs: timeoutMs };
      this.#worker.postMessage(invocation);
    });
  }

  /** The bundle is loaded: the time of those that waited for it begins. */
  #begin(): void {
    this.#loaded = true;
    for (const [id, pending] of this.#pending) {
      clearTimeout(pending.timer);
      pending.timer = this.#limit(id, pending.timeoutMs, pending.timeoutMs);
    }
  }

  #limit(id: string, timeoutMs: number, waitMs: number): NodeJS.Timeout {
    return setTimeout(() => {
      const errorMessage = `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
      this.#settle({ id, error: { errorType: "Sandbox.Timedout", errorMessage } });
      this.retire();
    }, waitMs);
  }

  /**
   * AWS ends the environment, and the invocation that runs in it fails. Here several run in one that would have
   * environments of their own there: only the one at fault fails, the others end first.
   */
  #break({ broken, error }: Broken): void {
    if (broken !== undefined) this.#settle({ id: broken, error });
    this.retire();
  }

  /** Takes no more invocations, lets those under way end, then stops the thread. */
  retire(): void {
    this.#retired = true;
    if (this.#pending.size === 0) void this.#worker.terminate();
  }

  async stop(): Promise<void> {
    this.retire();
    const timer = setTimeout(() => void this.#worker.terminate(), drainLimitMs);
    await this.ended;
    clearTimeout(timer);
  }

  #settle(outcome: Outcome): void {
    const pending = this.#pending.get(outcome.id);
    if (!pending) return;
    this.#pending.delete(outcome.id);
    clearTimeout(pending.timer);
    pending.settle(outcome);
    if (this.#retired && this.#pending.size === 0) void this.#worker.terminate();
  }

  #fail(errorType: string, errorMessage: string): void {
    this.#retired = true;
    for (const id of [...this.#pending.keys()]) this.#settle({ id, error: { errorType, errorMessage } });
  }
}

const maxEnvironments = availableParallelism();
/** With so many invocations under way in each environment, a further one is started. */
const busyAt = 4;

/**
 * Runs one Lambda: in one environment, in as many as there are cores when it is asked a lot. An environment
 * is given several invocations at once, as Lambda does with multi-concurrent instances: code that keeps the
 * state of a request in a module breaks here.
 */
export class FunctionRunner {
  readonly model: FunctionModel;
  readonly statistics: Statistics = { invocations: 0, errors: 0, totalMs: 0, underWay: 0 };
  /** How many of the next invocations are made to fail before the code runs. */
  faults = 0;
  readonly #settings: WorkerSettings;
  readonly #env: Record<string, string>;
  readonly #leaving = new Set<Environment>();
  #environments: Environment[] = [];

  constructor(model: FunctionModel, env: Record<string, string>, clock: Clock, logFile: string) {
    this.model = model;
    this.#env = env;
    const [file = "index"] = model.handler.split(".");
    this.#settings = {
      functionName: model.name,
      arn: model.arn,
      memoryMb: model.memoryMb,
      file: path.join(model.folder, `${file}.mjs`),
      handler: model.handler,
      clock: clock.shared,
      logFile,
    };
  }

  /** Invokes the function and waits. A failure is an outcome, never a rejection. */
  async invoke(payload: unknown, timeoutMs: number = this.model.timeoutMs): Promise<Outcome> {
    this.statistics.invocations += 1;
    this.statistics.underWay += 1;
    const start = performance.now();
    const outcome = await this.#run(payload, Math.min(timeoutMs, this.model.timeoutMs));
    this.statistics.totalMs += performance.now() - start;
    this.statistics.underWay -= 1;
    if (outcome.error) this.statistics.errors += 1;
    return outcome;
  }

  /** Loads the bundle anew; invocations under way end with the old one. */
  reload(): void {
    const old = this.#environments;
    this.#environments = [];
    for (const environment of old) if (environment.usable) this.#leave(environment);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#environments, ...this.#leaving].map((environment) => environment.stop()));
    this.#environments = [];
  }

  async #run(payload: unknown, timeoutMs: number): Promise<Outcome> {
    if (this.faults > 0) {
      this.faults -= 1;
      return {
        id: "",
        error: { errorType: "InjectedFault", errorMessage: "made to fail by /_local/faults" },
      };
    }
    return this.#choose().invoke(payload, timeoutMs);
  }

  /** The least busy environment; one that is still loading is spared as long as another is there. */
  #choose(): Environment {
    if (this.#environments.some(({ usable }) => !usable))
      this.#environments = this.#environments.filter(({ usable }) => usable);
    const loaded = this.#environments.filter((environment) => environment.loaded);
    const candidates = loaded.length > 0 ? loaded : this.#environments;
    const [first, ...others] = candidates;
    if (!first) return this.#start();
    const chosen = others.reduce((least, one) => (one.underWay < least.underWay ? one : least), first);
    const allLoaded = loaded.length === this.#environments.length;
    if (allLoaded && chosen.underWay >= busyAt && this.#environments.length < maxEnvironments) this.#start();
    return chosen;
  }

  #start(): Environment {
    const environment = new Environment(this.#settings, this.#env);
    this.#environments.push(environment);
    return environment;
  }

  #leave(environment: Environment): void {
    this.#leaving.add(environment);
    environment.retire();
    void environment.ended.then(() => this.#leaving.delete(environment));
  }
}
