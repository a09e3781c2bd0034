import { instantOf } from "../../../domain/kernel/time.ts";
import type { Database } from "../../../functions/kit/table/database.ts";
import { nextAlias } from "./ground.ts";
import { Violation } from "./kept.ts";
import { type Change, MemoryTable } from "./memory.ts";
import { databaseOf, type FaultKind, type Instance, type Network, type Tampering } from "./network.ts";
import { type Chance, pick, quiet, Scheduler } from "./scheduler.ts";

/** What was done in histories, and what went wrong on purpose. */
export interface Told {
  operations: number;
  commits: number;
  kills: number;
  /** What was written, by what it is and whether its day was past. */
  readonly done: Map<string, number>;
  readonly faults: Map<string, number>;
  readonly refusals: Map<string, number>;
}
export const newTold = (): Told => ({
  ...{ operations: 0, commits: 0, kills: 0 },
  ...{ done: new Map(), faults: new Map(), refusals: new Map() },
});

export const countIn = (counts: Map<string, number>, name: string): void => {
  counts.set(name, (counts.get(name) ?? 0) + 1);
};

/** Something under way, from its first attempt to its answer. */
export interface Flight {
  /** The instants at which it was tried. */
  readonly instants: Set<string>;
  /** The instant of the present attempt. */
  now: string;
  commits: number;
  /** Something that it sent may have been written, or may still be. */
  isUncertain: boolean;
  instance: Instance | undefined;
  killed: () => void;
}
export const newFlight = (): Flight => ({
  ...{ instants: new Set(), now: "", commits: 0, isUncertain: false, instance: undefined },
  killed: () => {},
});

const instancesAlive = 3;
const mostFlying = 4;
export const mostAttempts = 200;
/** From this attempt on nothing goes wrong any more on purpose. */
const mostFaulty = 12;

interface Wishes<F extends Flight> {
  readonly chance: Chance;
  readonly tampering: Tampering;
  readonly told: Told;
  readonly startMs: number;
  /** Is told of every write of something that is under way. */
  readonly committed: (changes: readonly Change[], flight: F) => void;
}

/**
 * Some instances of a Lambda over one table, as a history runs them: several things under way at once, calls that go
 * wrong, instances that are killed, and time that goes on. The seed decides all of it.
 */
export class Machines<F extends Flight> {
  readonly table = new MemoryTable();
  tenantId = nextAlias();
  readonly scheduler: Scheduler;
  readonly flying = new Set<F>();
  nowMs: number;
  readonly #wishes: Wishes<F>;
  #network: Network;
  /** All that ever were under way: what they sent may arrive after they have come to an end. */
  readonly #tags = new Map<unknown, F>();
  #instances: Instance[] = [];
  #numbers = 0;
  #failure: unknown;

  constructor(wishes: Wishes<F>) {
    const { chance, tampering, startMs } = wishes;
    this.#wishes = wishes;
    this.nowMs = startMs;
    this.scheduler = new Scheduler(chance);
    this.#network = {
      ...{ table: this.table, scheduler: this.scheduler, chance, tenantId: this.tenantId, tampering },
      // Some histories are quiet, some are not.
      faultsPerMille: pick(chance, [0, 30, 120, 120, 250]),
      mayFail: (tag) => (this.#tags.get(tag)?.instants.size ?? 0) <= mostFaulty,
      note: (kind, tag) => this.#noteFault(kind, tag),
    };
    this.table.listeners.push((changes, tag) => this.#took(changes, tag));
  }

  /** All instances reach the tenant that was made under this id. */
  shareTenant(tenantId: string): void {
    this.tenantId = tenantId;
    this.#network = { ...this.#network, tenantId };
  }

  get isFull(): boolean {
    return this.flying.size >= mostFlying;
  }

  nextNumber(): number {
    return this.#numbers++;
  }

  /** Runs a history in which whoever waits for time to pass waits for the scheduler. */
  async withOwnTime(run: () => Promise<void>): Promise<void> {
    const { setTimeout: real } = globalThis;
    const waited = (go: () => void) => this.scheduler.wait({ owner: undefined, go });
    const set = (value: unknown) =>
      Object.defineProperty(globalThis, "setTimeout", { value, configurable: true, writable: true });
    set(waited);
    try {
      await run();
    } finally {
      set(real);
    }
  }

  instance(): Instance {
    while (this.#instances.length < instancesAlive) {
      const number = this.#numbers++;
      const made: Instance = { number, alias: nextAlias(), isAlive: () => this.#instances.includes(made) };
      this.#instances.push(made);
    }
    return pick(this.#wishes.chance, this.#instances);
  }

  database(instance: Instance, tag: unknown): Database {
    return databaseOf(this.#network, instance, tag);
  }

  /** Lets something run beside all else, until it has come to its end. */
  launch(flight: F, fly: () => Promise<void>): void {
    this.#wishes.told.operations += 1;
    this.flying.add(flight);
    this.#tags.set(flight, flight);
    fly()
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => this.flying.delete(flight));
  }

  /** Tries once on some instance; undefined where that was killed meanwhile. */
  async attempt<T>(flight: F, run: (instance: Instance) => Promise<T>): Promise<T | undefined> {
    this.#later();
    const instance = this.instance();
    flight.instance = instance;
    flight.now = instantOf(this.nowMs);
    flight.instants.add(flight.now);
    const killed = new Promise<undefined>((resolve) => {
      flight.killed = () => resolve(undefined);
    });
    return Promise.race([run(instance), killed]);
  }

  async step(mayKill = true): Promise<void> {
    await quiet();
    if (this.#failure) throw this.#failure;
    if (mayKill && this.#wishes.chance(120) === 0) this.#kill();
    if (!this.scheduler.isIdle) this.scheduler.step();
    if (this.#failure) throw this.#failure;
  }

  /** Everything that is under way comes to its end. */
  async settle(): Promise<void> {
    for (let step = 0; this.flying.size > 0 || !this.scheduler.isIdle; step++) {
      if (step > 100_000) throw new Violation("there is no end to it");
      await this.step();
    }
  }

  /** Launches operations one by one, several under way at any time; sometimes all are awaited in between. */
  async carryOut(operations: number, launch: () => void, settled: () => Promise<void>): Promise<void> {
    const { chance } = this.#wishes;
    const quietly = 1 + chance(operations);
    for (let n = 0; n < operations; ) {
      if (!this.isFull && (this.scheduler.isIdle || chance(4) === 0)) {
        n += 1;
        launch();
      }
      await this.step();
      if (n === quietly && chance(3) === 0) await settled();
    }
    await settled();
  }

  /** Time goes on, mostly a little. */
  #later(): void {
    const { chance } = this.#wishes;
    const drawn = chance(100);
    this.nowMs += drawn < 96 ? chance(2000) : drawn < 98 ? 3_600_000 : 13 * 3_600_000;
  }

  #kill(): void {
    const dead = this.instance();
    this.#wishes.told.kills += 1;
    this.#instances = this.#instances.filter((one) => one !== dead);
    this.scheduler.kill(dead.number);
    for (const flight of this.flying)
      if (flight.instance === dead) {
        flight.isUncertain = true;
        flight.killed();
      }
  }

  #noteFault(kind: FaultKind, tag: unknown): void {
    countIn(this.#wishes.told.faults, kind);
    const flight = this.#tags.get(tag);
    if (flight && (kind === "lost" || kind === "late")) flight.isUncertain = true;
  }

  #took(changes: readonly Change[], tag: unknown): void {
    const flight = this.#tags.get(tag);
    if (!flight || this.#failure) return;
    try {
      this.#wishes.committed(changes, flight);
      flight.commits += 1;
      this.#wishes.told.commits += 1;
    } catch (error) {
      this.#failure = error;
    }
  }
}
