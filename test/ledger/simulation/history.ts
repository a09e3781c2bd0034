import { Failure } from "../../../domain/kernel/errors.ts";
import { ensureChart } from "../../../functions/ledger/chart.ts";
import { answered, observed } from "./answers.ts";
import { carriedOut, contextOf, type Place } from "./carry-out.ts";
import { type Author, Commits } from "./commits.ts";
import { type Maker, operationOf, products, referred } from "./generate.ts";
import { forgetAll, recordOf } from "./ground.ts";
import { holdAll, Violation } from "./kept.ts";
import { countIn, type Flight, Machines, mostAttempts, newFlight, type Told } from "./machines.ts";
import type { Change } from "./memory.ts";
import type { Instance, Tampering } from "./network.ts";
import { isInRows, type Operation, reasonsOf, requestsOf } from "./operations.ts";
import { dayAt } from "./paper.ts";
import { holdReads } from "./reads.ts";
import { type Chance, chanceOf } from "./scheduler.ts";

/** An operation under way, from its first attempt to its answer. */
export interface Flying extends Omit<Author, "instants">, Flight {
  readonly operation: Operation;
  /** Every reason to refuse it that there was at some moment since it began; for a bulk, of each row. */
  readonly reasons: Set<string>;
  readonly rowReasons: Map<string, Set<string>>;
  /** What would have been right to answer at some moment. */
  readonly answers: Set<string>;
}

export interface Wishes {
  readonly operations: number;
  readonly tampering?: Tampering;
}

const throttles = ["ThrottlingException", "RequestLimitExceeded"];

/** A history: some operations, several under way at any time, on one tenant's ledger. */
class History {
  readonly #chance: Chance;
  readonly #wishes: Wishes;
  readonly #told: Told;
  readonly #machines: Machines<Flying>;
  readonly #commits: Commits;
  readonly #products = new Set(products);
  readonly #asked: Operation[] = [];

  constructor(seed: number, wishes: Wishes, told: Told) {
    this.#chance = chanceOf(seed);
    this.#wishes = wishes;
    this.#told = told;
    this.#machines = new Machines<Flying>({
      ...{ chance: this.#chance, tampering: wishes.tampering ?? {}, told },
      startMs: Date.parse("2026-02-03T20:30:00.000Z"),
      committed: (changes, flying) => this.#took(changes, flying),
    });
    const { table, tenantId } = this.#machines;
    this.#commits = new Commits(table, tenantId, this.#products);
    for (const id of referred) table.put({ Item: recordOf(tenantId, id) });
  }

  run(): Promise<void> {
    return this.#machines.withOwnTime(async () => {
      await this.#begin();
      await this.#machines.carryOut(
        this.#wishes.operations,
        () => this.#launch(),
        () => this.#settled(),
      );
      await this.#compare();
    });
  }

  async #begin(): Promise<void> {
    const several = 1 + this.#chance(3);
    const made = Array.from({ length: several }, async () => {
      for (let attempt = 0; attempt < mostAttempts; attempt++)
        try {
          return await ensureChart(contextOf(this.#placeOf(this.#machines.instance(), undefined)));
        } catch {
          // As its caller does, it is tried again.
        }
      throw new Violation("the chart comes to no end");
    });
    let isDone = false;
    const all = Promise.all(made).then(() => {
      isDone = true;
    });
    while (!isDone) await this.#machines.step(false);
    await all;
  }

  /** Everything that is under way comes to its end; then all is compared. */
  async #settled(): Promise<void> {
    await this.#machines.settle();
    const { table, tenantId } = this.#machines;
    holdAll(table, tenantId, this.#commits.paper, this.#commits.flows);
  }

  /** What the product answers when nobody disturbs it. */
  async #compare(): Promise<void> {
    const { table, tenantId, nowMs } = this.#machines;
    await holdReads({ table, tenantId, nowMs, chance: this.#chance }, this.#commits.paper);
  }

  #placeOf(instance: Instance, tag: unknown): Place {
    const { nowMs } = this.#machines;
    const database = this.#machines.database(instance, tag);
    return { database, tenantId: instance.alias, nowMs, chance: this.#chance };
  }

  #launch(): void {
    const maker: Maker = {
      ...{ chance: this.#chance, paper: this.#commits.paper, asked: this.#asked },
      nowMs: () => this.#machines.nowMs,
      nextId: () => `t${this.#machines.nextNumber()}`,
    };
    const operation = operationOf(maker);
    this.#asked.push(operation);
    const flying: Flying = {
      ...newFlight(),
      ...{ operation, wrote: new Set(), reasons: new Set(), rowReasons: new Map(), answers: new Set() },
    };
    this.#machines.launch(flying, () => this.#fly(flying));
  }

  /** Asks until there is an answer, as a caller does whose answers get lost. */
  async #fly(flying: Flying): Promise<void> {
    const { operation } = flying;
    const { table, tenantId } = this.#machines;
    for (let attempt = 0; attempt < mostAttempts; attempt++)
      try {
        const answer = await this.#machines.attempt(flying, async (instance) => {
          this.#observe(flying);
          return { given: await carriedOut(operation, this.#placeOf(instance, flying)) };
        });
        if (!answer) continue;
        answered(flying, answer.given, this.#commits.paper, table, tenantId);
        return;
      } catch (error) {
        if (error instanceof Violation) throw error;
        if (this.#isDefinite(error, flying)) return;
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
    countIn(this.#told.refusals, error.code);
    if (!reasons.has(error.code))
      throw new Violation(
        `${JSON.stringify(operation)} was refused by ${error.code} (${error.detail}) without a reason`,
      );
    if (commits > 0 && !isUncertain)
      throw new Violation(`${JSON.stringify(operation)} was refused by ${error.code} and done`);
    return true;
  }

  #took(changes: readonly Change[], flying: Flying): void {
    this.#commits.take(changes, flying);
    const { operation, now } = flying;
    const days = requestsOf(this.#commits.paper, operation, now).flatMap(({ drafts }) =>
      drafts.map(({ effectiveOn }) => effectiveOn ?? dayAt(now)),
    );
    const isLate = days.some((day) => day < dayAt(now));
    countIn(this.#told.done, `${operation.type}${isLate ? " late" : ""}`);
    for (const one of this.#machines.flying) this.#observe(one);
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
