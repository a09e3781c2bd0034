import { randomUUID } from "node:crypto";
import type { Clock } from "./clock.ts";
import type { Deliveries } from "./deliveries.ts";
import type { Model, ScheduleModel } from "./model.ts";
import { Unsupported } from "./resolve.ts";
import { type Times, timesOf } from "./schedule-times.ts";
import type { State } from "./state.ts";

/** setTimeout's own limit is 24 days; the clock may be moved meanwhile, which looks anew anyway. */
const longestTimerMs = 3_600_000;
/** How long a run that found no room on the disk waits before it is tried again. */
const roomPauseMs = 1_000;

/** What the Scheduler fills in where the input of a schedule says so. */
const attributes = (model: ScheduleModel, dueAtMs: number): Record<string, string> => ({
  "<aws.scheduler.scheduled-time>": new Date(dueAtMs).toISOString().replace(/\.\d+Z$/, "Z"),
  "<aws.scheduler.schedule-arn>": model.arn,
  "<aws.scheduler.execution-id>": randomUUID(),
  "<aws.scheduler.attempt-number>": "1",
});
const attribute = /<aws\.[a-z.-]*>/g;

const filledIn = (model: ScheduleModel, dueAtMs: number): unknown => {
  const values = attributes(model, dueAtMs);
  return JSON.parse(model.input.replaceAll(attribute, (name) => values[name] ?? name));
};

/** Refuses, before anything runs, schedules that this stack does not understand. */
export const checkSchedules = (model: Model): void => {
  for (const schedule of model.schedules) {
    const where = `schedule ${schedule.name}`;
    timesOf(schedule.expression, schedule.timeZone, where);
    for (const name of schedule.input.match(attribute) ?? [])
      if (attributes(schedule, 0)[name] === undefined) throw new Unsupported(where, name);
    try {
      JSON.parse(schedule.input);
    } catch {
      throw new Unsupported(where, "an input that is not JSON");
    }
  }
};

interface Kept {
  /** When the schedule was made, or its expression changed. */
  readonly sinceMs: number;
  /** The due time for which it ran last; `sinceMs` before it first did. */
  readonly firedForMs: number;
}

export interface ScheduleStatus {
  readonly name: string;
  readonly function: string;
  readonly expression: string;
  readonly enabled: boolean;
  readonly lastDue: string | undefined;
  readonly nextDue: string | undefined;
}

/**
 * EventBridge Scheduler on the stack's clock. A schedule whose due time has come invokes its function
 * asynchronously: retries, age limit and dead letters are those of `Deliveries`. Several due times that passed
 * at once (the clock was moved, the stack was down) are one run, for the last of them. The due time and the
 * accepted invocation are one commit, so that no run is lost or doubled by a kill -9.
 */
export class Schedules {
  readonly #models: readonly (ScheduleModel & { readonly times: Times })[];
  readonly #state: State;
  readonly #clock: Clock;
  readonly #deliveries: Deliveries;
  readonly #report: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #running = false;

  constructor(
    model: Model,
    state: State,
    clock: Clock,
    deliveries: Deliveries,
    report: (error: unknown) => void,
  ) {
    this.#report = report;
    this.#models = model.schedules.map((schedule) => ({
      ...schedule,
      times: timesOf(schedule.expression, schedule.timeZone, `schedule ${schedule.name}`),
    }));
    this.#state = state;
    this.#clock = clock;
    this.#deliveries = deliveries;
    clock.onAdvance(() => this.#look());
  }

  /** Runs what fell due while the stack was down, and goes on from there. */
  start(): void {
    for (const { name, expression, timeZone } of this.#models)
      this.#state
        .statement(
          `INSERT INTO schedule (name, expression, since, firedFor) VALUES (?1, ?2, ?3, ?3)
             ON CONFLICT (name) DO UPDATE SET expression = ?2, since = ?3, firedFor = ?3
             WHERE expression <> excluded.expression`,
        )
        .run(name, `${expression} ${timeZone}`, this.#clock.now());
    this.#running = true;
    this.#look();
  }

  stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
  }

  status(): ScheduleStatus[] {
    const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());
    return this.#models.map(({ name, functionName, expression, enabled, times }) => {
      const { sinceMs, firedForMs } = this.#kept(name);
      return {
        name,
        function: functionName,
        expression,
        enabled,
        lastDue: firedForMs > sinceMs ? iso(firedForMs) : undefined,
        nextDue: enabled ? iso(times.nextDue(sinceMs, this.#clock.now())) : undefined,
      };
    });
  }

  /** Runs what is due, and wakes again for what is due next. */
  #look(): void {
    if (!this.#running) return;
    clearTimeout(this.#timer);
    const nowMs = this.#clock.now();
    let wakeAtMs = nowMs + longestTimerMs;
    for (const model of this.#models) {
      if (!model.enabled) continue;
      const { sinceMs, firedForMs } = this.#kept(model.name);
      const dueMs = model.times.lastDue(sinceMs, nowMs);
      const isDone = dueMs === undefined || dueMs <= firedForMs || this.#tryRun(model, dueMs);
      const nextMs = isDone ? model.times.nextDue(sinceMs, nowMs) : nowMs + roomPauseMs;
      wakeAtMs = Math.min(wakeAtMs, nextMs ?? wakeAtMs);
    }
    if (this.#models.length > 0)
      this.#timer = setTimeout(() => this.#look(), Math.max(1, wakeAtMs - this.#clock.now()));
  }

  /** @returns false if the run could not be written down and has to wait */
  #tryRun(model: ScheduleModel, dueAtMs: number): boolean {
    try {
      this.#run(model, dueAtMs);
      return true;
    } catch (error) {
      this.#report(error);
      return false;
    }
  }

  #run(model: ScheduleModel, dueAtMs: number): void {
    const invocation = {
      function: model.functionName,
      source: `schedule ${model.name}`,
      payload: filledIn(model, dueAtMs),
    };
    this.#deliveries.accept([invocation], () => {
      this.#state.statement("UPDATE schedule SET firedFor = ? WHERE name = ?").run(dueAtMs, model.name);
    });
  }

  #kept(name: string): Kept {
    const row = this.#state.statement("SELECT since, firedFor FROM schedule WHERE name = ?").get(name);
    return { sinceMs: Number(row?.since), firedForMs: Number(row?.firedFor) };
  }
}
