import { statfsSync } from "node:fs";

const mebibyte = 1024 * 1024;
/** With less, requests that write are refused: what was accepted before may still need this much. */
const roomToAcceptBytes = 32 * mebibyte;
/** With less, nothing begins that runs behind the requests: it would fail, and be a dead letter after some tries. */
const roomToWorkBytes = 8 * mebibyte;

/** Bytes that can be written to the file system of a folder; endless where the system does not say. */
export const freeBytesOf = (folder: string): number => {
  try {
    const { bavail, blocks, bsize } = statfsSync(folder);
    return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
};

/** The disk under the data folder. */
export class Disk {
  readonly folder: string;
  readonly #freeBytes: () => number;

  constructor(folder: string, freeBytes: () => number = () => freeBytesOf(folder)) {
    this.folder = folder;
    this.#freeBytes = freeBytes;
  }

  /** Whether a request that writes may begin. */
  canAccept(): boolean {
    return this.#freeBytes() >= roomToAcceptBytes;
  }

  /** Whether so many bytes can be stored without taking what the work behind the requests needs. */
  hasRoomFor(bytes: number): boolean {
    return this.#freeBytes() - bytes >= roomToWorkBytes;
  }

  /** Whether events, streams and schedules may run. */
  canWork(): boolean {
    return this.hasRoomFor(0);
  }

  /** What is wrong and what to do. */
  get problem(): string {
    const mb = (bytes: number): string => `${Math.floor(bytes / mebibyte)} MB`;
    return (
      `The disk of ${this.folder} has ${mb(this.#freeBytes())} left, and writing needs ${mb(roomToAcceptBytes)}. ` +
      "Make room and send the request again. Reading works meanwhile."
    );
  }
}

/** SQLITE_FULL, and SQLITE_IOERR_SHMSIZE: no room for the memory that connections share. */
const sqliteCodes: ReadonlySet<unknown> = new Set([13, 4874]);
const fullCodes: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT"]);

/** Whether an error of the file system or of SQLite says that there is no room. */
export const isDiskFull = (error: unknown): boolean =>
  error instanceof Error &&
  (("code" in error && fullCodes.has(error.code)) || ("errcode" in error && sqliteCodes.has(error.errcode)));
