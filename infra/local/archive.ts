import type { Clock } from "./clock.ts";
import type { ArchiveModel } from "./model.ts";
import { compilePattern, type Matcher } from "./pattern.ts";
import type { State } from "./state.ts";

/** An event as it came over a bus. */
export interface SeenEvent {
  readonly time: string;
  readonly type: string;
  readonly detail: unknown;
  readonly deliveredTo: readonly string[];
}

export interface ArchivedEvent extends SeenEvent {
  readonly number: number;
}

const cleanedEvery = 1_000;
const dayMs = 86_400_000;

/**
 * The archives of the template's buses: every event that their patterns match, for as long as they keep it, in the
 * order in which the bus took them. They lie in the data folder, so that events of before a restart can be looked at.
 */
export class Archive {
  readonly #archives: readonly { readonly model: ArchiveModel; readonly matches: Matcher }[];
  readonly #state: State;
  readonly #clock: Clock;
  #kept = 0;

  constructor(models: readonly ArchiveModel[], state: State, clock: Clock) {
    this.#archives = models.map((model) => ({
      model,
      matches: model.pattern ? compilePattern(model.pattern, `archive ${model.name}`) : () => true,
    }));
    this.#state = state;
    this.#clock = clock;
    this.#clean();
  }

  /** Keeps an event of a bus where an archive wants it. */
  keep(bus: string, event: unknown, seen: SeenEvent): void {
    if (!this.#archives.some(({ model, matches }) => model.bus === bus && matches(event))) return;
    this.#state
      .statement("INSERT INTO event (at, seen) VALUES (?, ?)")
      .run(this.#clock.now(), JSON.stringify(seen));
    this.#kept += 1;
    if (this.#kept % cleanedEvery === 0) this.#clean();
  }

  /** So many of the events after a number, the oldest first. */
  after(number: number, limit: number): ArchivedEvent[] {
    return this.#state
      .statement("SELECT number, seen FROM event WHERE number > ? ORDER BY number LIMIT ?")
      .all(number, limit)
      .map(read);
  }

  /** So many of the last events, the newest first. */
  last(limit: number): ArchivedEvent[] {
    return this.#state
      .statement("SELECT number, seen FROM event ORDER BY number DESC LIMIT ?")
      .all(limit)
      .map(read);
  }

  #clean(): void {
    const days = Math.max(
      0,
      ...this.#archives.map(({ model }) => model.retentionDays || Number.POSITIVE_INFINITY),
    );
    if (!Number.isFinite(days)) return;
    this.#state.statement("DELETE FROM event WHERE at < ?").run(this.#clock.now() - days * dayMs);
  }
}

const read = (row: Record<string, unknown>): ArchivedEvent => ({
  number: Number(row.number),
  ...JSON.parse(String(row.seen)),
});
