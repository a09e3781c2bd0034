import { Failure } from "../../../domain/kernel/errors.ts";
import { instantOf } from "../../../domain/kernel/time.ts";
import { ensureChart } from "../../../functions/ledger/chart.ts";
import { answered, observed } from "./answers.ts";
import { carriedOut, contextOf, type Place } from "./carry-out.ts";
import { type Author, Commits } from "./commits.ts";
import { type Maker, operationOf, products, referred } from "./generate.ts";
import { forgetAll, nextAlias, recordOf } from "./ground.ts";
import { holdAll, Violation } from "./kept.ts";
import { MemoryTable } from "./memory.ts";
import { databaseOf, type FaultKind, type Instance, type Network, type Tampering } from "./network.ts";
import { isInRows, type Operation, reasonsOf, requestsOf } from "./operations.ts";
import { holdReads } from "./reads.ts";
import { type Chance, chanceOf, pick, quiet, Scheduler } from "./scheduler.ts";

/** An operation under way, from its first attempt to its answer. */
export interface Flying extends Author {
  readonly operation: Operation;
  readonly instants: Set<string>;
  now: string;
  /** Every reason to refuse it that there was at some moment since it began; for a bulk, of each row. */
  readonly reasons: Set<string>;
  readonly rowReasons: Map<string, Set<string>>;
  /** What would have been right to answer at some moment. */
  readonly answers: Set<string>;
  commits: number;
  /** Something that it sent may have been written, or may still be. */
  isUncertain: boolean;
  instance: Instance | undefined;
  killed: () => void;
}

export interface Told {
  operations: number;
  commits: number;
  kills: number;
  readonly faults: Map<string, number>;
  readonly refusals: Map<string, number>;
}
export const newTold = (): Told => ({
  ...{ operations: 0, commits: 0, kills: 0 },
  ...{ faults: new Map(), refusals: new Map() },
});

export interface Wishes {
  readonly operations: number;
  readonly tampering?: Tampering;
}

const instancesAlive = 3;
const mostFlying = 4;
const mostAttempts = 200;
/** From this attempt on nothing goes wrong any more on purpose. */
const mostFaulty = 12;
const throttles = ["ThrottlingException", "RequestLimitExceeded"];
const count = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);

/** A history: some operations, several under way at any time, on one tenant's ledger. */
class History {
  readonly #chance: Chance;
  readonly #wishes: Wishes;
  readonly #told: Told;
  readonly #table = new MemoryTable();
  readonly #scheduler: Scheduler;
  readonly #tenantId: string;
  readonly #commits: Commits;
  readonly #network: Network;
  readonly #products = new Set(products);
  readonly #flying = new Set<Flying>();
  /** All that ever were under way: what they sent may arrive after they have come to an end. */
  readonly #tags = new Map<unknown, Flying>();
  readonly #asked: Operation[] = [];
  #instances: Instance[] = [];
  #numbers = 0;
  #nowMs = Date.parse("2026-02-03T20:30:00.000Z");
  #failure: unknown;

  constructor(seed: number, wishes: Wishes, told: Told) {
    this.#chance = chanceOf(seed);
    this.#wishes = wishes;
    this.#told = told;
    this.#scheduler = new Scheduler(this.#chance);
    this.#tenantId = nextAlias();
    this.#commits = new Commits(this.#table, this.#tenantId, this.#products);
    this.#network = {
      ...{ table: this.#table, scheduler: this.#scheduler, chance: this.#chance, tenantId: this.#tenantId },
      tampering: wishes.tampering ?? {},
      // Some histories are quiet, some are not.
      faultsPerMille: pick(this.#chance, [0, 30, 120, 120, 250]),
      mayFail: (tag) => (this.#flyingOf(tag)?.instants.size ?? 0) <= mostFaulty,
      note: (kind, tag) => this.#noteFault(kind, tag),
    };
    for (const id of referred) this.#table.put({ Item: recordOf(this.#tenantId, id) });
    this.#table.listeners.push((changes, tag) => this.#took(changes, tag));
  }

  async run(): Promise<void> {
    const { setTimeout: real } = globalThis;
    // Whoever waits for time to pass waits for the scheduler.
    const waited = (go: () => void) => this.#scheduler.wait({ owner: undefined, go });
    Object.defineProperty(globalThis, "setTimeout", { value: waited, configurable: true, writable: true });
    try {
      await this.#begin();
      const quietly = 1 + this.#chance(this.#wishes.operations);
      for (let n = 0; n < this.#wishes.operations; ) {
        if (this.#flying.size < mostFlying && (this.#scheduler.isIdle || this.#chance(4) === 0)) {
          n += 1;
          this.#launch();
        }
        await this.#step();
        if (n === quietly && this.#chance(3) === 0) await this.#settled();
      }
      await this.#settled();
      await this.#compare();
    } finally {
      Object.defineProperty(globalThis, "setTimeout", { value: real, configurable: true, writable: true });
    }
  }

  async #begin(): Promise<void> {
    const several = 1 + this.#chance(3);
    const made = Array.from({ length: several }, async () => {
      for (let attempt = 0; attempt < mostAttempts; attempt++)
        try {
          return await ensureChart(contextOf(this.#placeOf(this.#instance(), undefined)));
        } catch {
          // As its caller does, it is tried again.
        }
      throw new Violation("the chart comes to no end");
    });
    let isDone = false;
    const all = Promise.all(made).then(() => {
      isDone = true;
    });
    while (!isDone) await this.#step(false);
    await all;
  }

  /** Everything that is under way comes to its end; then all is compared. */
  async #settled(): Promise<void> {
    for (let step = 0; this.#flying.size > 0 || !this.#scheduler.isIdle; step++) {
      if (step > 100_000) throw new Violation("there is no end to it");
      await this.#step();
    }
    holdAll(this.#table, this.#tenantId, this.#commits.paper, this.#commits.flows);
  }

  /** What the product answers when nobody disturbs it. */
  async #compare(): Promise<void> {
    const place = { table: this.#table, tenantId: this.#tenantId, nowMs: this.#nowMs, chance: this.#chance };
    await holdReads(place, this.#commits.paper);
  }

  async #step(mayKill = true): Promise<void> {
    await quiet();
    if (this.#failure) throw this.#failure;
    if (mayKill && this.#chance(120) === 0) this.#kill();
    if (!this.#scheduler.isIdle) this.#scheduler.step();
    if (this.#failure) throw this.#failure;
  }

  #kill(): void {
    const dead = this.#instance();
    this.#told.kills += 1;
    this.#instances = this.#instances.filter((one) => one !== dead);
    this.#scheduler.kill(dead.number);
    for (const flying of this.#flying)
      if (flying.instance === dead) {
        flying.isUncertain = true;
        flying.killed();
      }
  }

  #instance(): Instance {
    while (this.#instances.length < instancesAlive) {
      const number = this.#numbers++;
      const made: Instance = {
        number,
        alias: nextAlias(),
        isAlive: () => this.#instances.includes(made),
      };
      this.#instances.push(made);
    }
    return pick(this.#chance, this.#instances);
  }

  #placeOf(instance: Instance, tag: unknown): Place {
    const database = databaseOf(this.#network, instance, tag);
    return { database, tenantId: instance.alias, nowMs: this.#nowMs, chance: this.#chance };
  }

  #launch(): void {
    const maker: Maker = {
      ...{ chance: this.#chance, paper: this.#commits.paper, asked: this.#asked },
      nowMs: () => this.#nowMs,
      nextId: () => `t${this.#numbers++}`,
    };
    const operation = operationOf(maker);
    this.#asked.push(operation);
    this.#told.operations += 1;
    const flying: Flying = {
      ...{ operation, instants: new Set(), now: "", commits: 0, isUncertain: false, instance: undefined },
      ...{
        wrote: new Set(),
        reasons: new Set(),
        rowReasons: new Map(),
        answers: new Set(),
        killed: () => {},
      },
    };
    this.#flying.add(flying);
    this.#tags.set(flying, flying);
    this.#fly(flying)
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => this.#flying.delete(flying));
  }

  /** Time goes on, mostly a little. */
  #later(): void {
    const drawn = this.#chance(100);
    this.#nowMs += drawn < 96 ? this.#chance(2000) : drawn < 98 ? 3_600_000 : 13 * 3_600_000;
  }

  /** Asks until there is an answer, as a caller does whose answers get lost. */
  async #fly(flying: Flying): Promise<void> {
    const { operation } = flying;
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      this.#later();
      const instance = this.#instance();
      flying.instance = instance;
      flying.now = instantOf(this.#nowMs);
      flying.instants.add(flying.now);
      this.#observe(flying);
      const place = this.#placeOf(instance, flying);
      const killed = new Promise<"killed">((resolve) => {
        flying.killed = () => resolve("killed");
      });
      try {
        const answer = await Promise.race([carriedOut(operation, place), killed]);
        if (answer === "killed") continue;
        answered(flying, answer, this.#commits.paper, this.#table, this.#tenantId);
        return;
      } catch (error) {
        if (error instanceof Violation) throw error;
        if (this.#isDefinite(error, flying)) return;
      }
    }
    throw new Violation(`there is no end to ${JSON.stringify(operation)}`);
  }

  #isDefinite(error: unknown, flying: Flying): boolean {
    const { operation, reasons, commits, isUncertain } = flying;
    if (!(error instanceof Failure)) {
      const name = error instanceof Error ? error.name : String(error);
      const isLost = name === "TimeoutError" || throttles.includes(name);
      if (isLost || operation.type === "sweep") return false;
      throw new Violation(`${operation.type} ends in an error of the server: ${String(error)}`, {
        cause: error,
      });
    }
    if (["service.throttled", "record.busy"].includes(error.code)) return false;
    count(this.#told.refusals, error.code);
    if (!reasons.has(error.code))
      throw new Violation(
        `${JSON.stringify(operation)} was refused by ${error.code} (${error.detail}) without a reason`,
      );
    if (commits > 0 && !isUncertain)
      throw new Violation(`${JSON.stringify(operation)} was refused by ${error.code} and done`);
    return true;
  }

  #noteFault(kind: FaultKind, tag: unknown): void {
    count(this.#told.faults, kind);
    const flying = this.#flyingOf(tag);
    if (flying && (kind === "lost" || kind === "late")) flying.isUncertain = true;
  }

  #flyingOf(tag: unknown): Flying | undefined {
    return this.#tags.get(tag);
  }

  #took(changes: Parameters<Commits["take"]>[0], tag: unknown): void {
    const flying = this.#flyingOf(tag);
    if (!flying || this.#failure) return;
    try {
      this.#commits.take(changes, flying);
      flying.commits += 1;
      this.#told.commits += 1;
      for (const one of this.#flying) this.#observe(one);
    } catch (error) {
      this.#failure = error;
    }
  }

  /** What an operation may be answered as things stand. */
  #observe(flying: Flying): void {
    const { operation, reasons, rowReasons, now } = flying;
    const { paper } = this.#commits;
    for (const reason of reasonsOf(paper, operation, now, this.#products)) reasons.add(reason);
    if (isInRows(operation))
      for (const [n, request] of requestsOf(paper, operation, now).entries()) {
        const there = rowReasons.get(String(n)) ?? new Set();
        rowReasons.set(String(n), there);
        for (const reason of paper.reasons(request)) there.add(reason);
      }
    observed(flying, paper);
  }
}

/** Runs the history of a seed. @throws Violation, naming the seed */
export const runHistory = async (seed: number, wishes: Wishes, told: Told): Promise<void> => {
  forgetAll();
  try {
    await new History(seed, wishes, told).run();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Violation(`seed ${seed}: ${text}`, { cause: error });
  }
};
