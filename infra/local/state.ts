import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { makePrivate, makePrivateFile, privateFile, privateFolder } from "./private-files.ts";

const schema = `
  CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS checkpoint (
    mapping TEXT PRIMARY KEY, sequence TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY, function TEXT NOT NULL, source TEXT NOT NULL, payload TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, createdAt INTEGER NOT NULL, dueAt INTEGER NOT NULL, lastError TEXT
  );
  CREATE INDEX IF NOT EXISTS deliveryDue ON delivery (function, dueAt, id);
  CREATE TABLE IF NOT EXISTS event (number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, seen TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS eventAt ON event (at);
  CREATE TABLE IF NOT EXISTS message (
    id TEXT PRIMARY KEY, queue TEXT NOT NULL, body TEXT NOT NULL, attributes TEXT NOT NULL,
    origin TEXT, sentAt INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS messageSent ON message (queue, sentAt);
  CREATE TABLE IF NOT EXISTS schedule (
    name TEXT PRIMARY KEY, expression TEXT NOT NULL, since INTEGER NOT NULL, firedFor INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS user (
    pool TEXT NOT NULL, username TEXT NOT NULL, email TEXT, enabled INTEGER NOT NULL,
    attributes TEXT NOT NULL, createdAt INTEGER NOT NULL, PRIMARY KEY (pool, username)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS userEmail ON user (pool, email);
`;

/** What the stack itself has to remember: checkpoints, deliveries, queues, schedules, users, the clock. One SQLite file. */
export class State {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(file: string) {
    makePrivateFile(file);
    this.#database = new DatabaseSync(file);
    // Committed means written to the file: a kill -9 loses nothing, only a failing machine might.
    this.#database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    this.#database.exec(schema);
  }

  /** A statement, prepared once. */
  statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const prepared = this.#database.prepare(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }

  setting(name: string): string | undefined {
    const row = this.statement("SELECT value FROM setting WHERE name = ?").get(name);
    return row ? String(row.value) : undefined;
  }

  keepSetting(name: string, value: string): void {
    this.statement(
      "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    ).run(name, value);
  }

  /** Runs the writes of `work` as one commit. */
  together<Result>(work: () => Result): Result {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      // Without room SQLite has taken everything back by itself.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  close(): void {
    this.#database.close();
  }
}

export interface DataFolder {
  readonly folder: string;
  /** The folder was made by this start. */
  readonly isNew: boolean;
  logFile(name: string): string;
  release(): void;
}

export class FolderInUse extends Error {
  constructor(folder: string, owner: string) {
    super(`The data folder ${folder} is in use by another stack${owner && ` (process ${owner})`}`);
    this.name = "FolderInUse";
  }
}

const lockName = "lock.db";

/** Makes the folder, or takes the one that is there. @throws if it cannot be written or holds somebody else's files */
const prepareFolder = (folder: string): void => {
  try {
    mkdirSync(folder, { recursive: true, mode: privateFolder });
    const others = readdirSync(folder).filter((name) => name !== "lost+found");
    if (others.length > 0 && !existsSync(path.join(folder, lockName)))
      throw new Error("it holds other files; name a new or an empty folder in CLIENTELA_DATA");
    mkdirSync(path.join(folder, "logs"), { recursive: true, mode: privateFolder });
    makePrivateFile(path.join(folder, lockName));
  } catch (error) {
    throw new Error(
      `The data folder ${folder} cannot be used: ${error instanceof Error ? error.message : error}`,
    );
  }
};

/**
 * Opens the data folder for this process alone. The lock is one of the operating system (on a SQLite file),
 * so that it is gone with its owner, even after kill -9.
 */
export const openDataFolder = (folder: string): DataFolder => {
  prepareFolder(folder);
  const ownerFile = path.join(folder, "owner.pid");
  const completeFile = path.join(folder, "made");
  const lock = new DatabaseSync(path.join(folder, lockName), { timeout: 0 });
  try {
    lock.exec("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE");
  } catch {
    lock.close();
    let owner = "";
    try {
      owner = readFileSync(ownerFile, "utf8");
    } catch {
      // The owner is about to write its number; the message does without.
    }
    throw new FolderInUse(folder, owner);
  }
  makePrivate(folder);
  writeFileSync(ownerFile, String(process.pid), { mode: privateFile });
  let isNew = true;
  try {
    readFileSync(completeFile);
    isNew = false;
  } catch {
    // First start, or one that did not come to its end.
  }
  return {
    folder,
    isNew,
    logFile: (name) => path.join(folder, "logs", `${name}.log`),
    release: () => {
      rmSync(ownerFile, { force: true });
      lock.close();
    },
  };
};

/** Notes that the first start has come to its end, with tenant, admin and whatever it had to make. */
export const markMade = (folder: string): void =>
  writeFileSync(path.join(folder, "made"), "", { mode: privateFile });
