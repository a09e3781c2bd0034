import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import type { Database } from "../../functions/kit/table/database.ts";

const conflict = () =>
  new TransactionCanceledException({
    message: "conflict",
    $metadata: {},
    CancellationReasons: [{ Code: "TransactionConflict" }],
  });

/** What goes wrong with one write of a request; a kill stops all that comes behind it too. */
export const faults = ["refused", "conflict", "lost", "killed-before", "killed-after"] as const;
export type Fault = (typeof faults)[number];

/** A table whose write number `at` (from 0) has a fault, and that is dead behind it where it was killed. */
export class Faulty {
  readonly #fault: Fault;
  readonly #at: number;
  #writes = 0;
  #dead = false;

  constructor(fault: Fault, at: number) {
    this.#fault = fault;
    this.#at = at;
  }

  /** Whether the fault happened: the request wrote as often as that. */
  get happened(): boolean {
    return this.#writes > this.#at;
  }

  async #through(write: () => Promise<void>): Promise<void> {
    this.#breathe();
    if (this.#writes++ !== this.#at) return write();
    if (this.#fault === "conflict") throw conflict();
    if (this.#fault === "refused") throw new Error("the connection was refused");
    this.#dead = this.#fault.startsWith("killed");
    if (this.#fault !== "killed-before") await write();
    throw new Error("the answer was lost");
  }

  #breathe(): void {
    if (this.#dead) throw new Error("killed");
  }

  of(database: Database): Database {
    return {
      ...database,
      get: async (key) => {
        this.#breathe();
        return database.get(key);
      },
      batchGet: async (keys) => {
        this.#breathe();
        return database.batchGet(keys);
      },
      query: async (input) => {
        this.#breathe();
        return database.query(input);
      },
      put: (input) => this.#through(() => database.put(input)),
      transact: (writes, token) => this.#through(() => database.transact(writes, token)),
    };
  }
}
