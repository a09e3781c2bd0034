/** Chance from a seed: the same numbers each time. */
export type Chance = (below: number) => number;

/** @param seed any integer; neighbouring seeds give unlike numbers (splitmix32) */
export const chanceOf = (seed: number): Chance => {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    mixed ^= mixed >>> 15;
    return Math.floor(((mixed >>> 0) / 2 ** 32) * below);
  };
};

export const pick = <T>(chance: Chance, all: readonly T[]): T => {
  const at = chance(all.length);
  for (const one of all.slice(at, at + 1)) return one;
  throw new Error("there is nothing to pick from");
};

interface Waiting {
  /** Whose it is; what belongs to nobody outlives every kill. */
  readonly owner: number | undefined;
  readonly go: () => void;
  /** What goes on where its owner was killed: a request that is on its way to the database gets there. */
  readonly afterDeath?: () => void;
}

export interface Turns {
  wait(waiting: Waiting): void;
}

/** Nobody waits. */
export const atOnce: Turns = { wait: ({ go }) => go() };

/**
 * Decides what happens next. Whatever waits, for the database or for time to pass, waits here, and the seed says whose
 * turn it is: so a history is the same each time it is run, and a wait takes no time.
 */
export class Scheduler implements Turns {
  readonly #chance: Chance;
  #waiting: Waiting[] = [];

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0;
  }

  wait(waiting: Waiting): void {
    this.#waiting.push(waiting);
  }

  /** One of those that wait goes on. */
  step(): void {
    const at = this.#chance(this.#waiting.length);
    const [next] = this.#waiting.splice(at, 1);
    next?.go();
  }

  /** Whatever the owner waits for never comes; what it has sent may still arrive. */
  kill(owner: number): void {
    const dead = this.#waiting.filter((one) => one.owner === owner);
    this.#waiting = this.#waiting.filter((one) => one.owner !== owner);
    for (const { afterDeath } of dead)
      if (afterDeath && this.#chance(2) === 0) this.#waiting.push({ owner: undefined, go: afterDeath });
  }
}

/** Everything that can go on without the scheduler has gone on. */
export const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
