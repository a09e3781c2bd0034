import { randomUUID } from "node:crypto";
import type { State } from "./state.ts";

export interface User {
  readonly pool: string;
  /** Cognito's `sub`. */
  readonly username: string;
  readonly email: string;
  readonly enabled: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  readonly createdAtMs: number;
}

type Row = Record<string, unknown>;

const read = (row: Row): User => ({
  pool: String(row.pool),
  username: String(row.username),
  email: String(row.email),
  enabled: row.enabled === 1,
  attributes: JSON.parse(String(row.attributes)),
  createdAtMs: Number(row.createdAt),
});

/** The users of the user pools. Email addresses are compared without regard to case, as the pool is declared. */
export class Users {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /** By `sub` or by email address, which is what signs in. */
  find(pool: string, name: string): User | undefined {
    const row = this.#state
      .statement("SELECT * FROM user WHERE pool = ? AND (username = ? OR email = ?)")
      .get(pool, name, name.toLowerCase());
    return row && read(row);
  }

  list(limit: number): User[] {
    return this.#state
      .statement("SELECT * FROM user ORDER BY createdAt, username LIMIT ?")
      .all(limit)
      .map(read);
  }

  /** Makes a user; undefined if there is one of that name already. */
  create(
    pool: string,
    name: string,
    given: Readonly<Record<string, string>>,
    createdAtMs: number,
  ): User | undefined {
    const email = (given.email ?? name).toLowerCase();
    if (this.find(pool, email)) return undefined;
    const username = randomUUID();
    const attributes = { ...given, sub: username, email: given.email ?? name };
    const user = { pool, username, email, enabled: true, attributes, createdAtMs };
    this.#state
      .statement(
        "INSERT INTO user (pool, username, email, enabled, attributes, createdAt) VALUES (?, ?, ?, 1, ?, ?)",
      )
      .run(pool, username, email, JSON.stringify(attributes), createdAtMs);
    return user;
  }

  enable(user: User, enabled: boolean): void {
    this.#state
      .statement("UPDATE user SET enabled = ? WHERE pool = ? AND username = ?")
      .run(enabled ? 1 : 0, user.pool, user.username);
  }

  remove(user: User): void {
    this.#state.statement("DELETE FROM user WHERE pool = ? AND username = ?").run(user.pool, user.username);
  }

  update(user: User, changes: Readonly<Record<string, string>>): void {
    const attributes = { ...user.attributes, ...changes };
    this.#state
      .statement("UPDATE user SET attributes = ?, email = ? WHERE pool = ? AND username = ?")
      .run(
        JSON.stringify(attributes),
        (attributes.email ?? user.email).toLowerCase(),
        user.pool,
        user.username,
      );
  }
}
