import { closeSync, openSync, writeSync } from "node:fs";
import { privateFile } from "./private-files.ts";

/**
 * Appends lines to a file. A log that cannot be written, on a full disk first of all, ends nothing: its lines are
 * dropped, and the first that can be written again is told how many were.
 */
export class LineFile {
  readonly #file: string;
  #descriptor: number | undefined;
  #dropped = 0;
  #isTorn = false;

  constructor(file: string) {
    this.#file = file;
    this.append([]);
  }

  append(lines: readonly string[]): void {
    const note =
      this.#dropped > 0 ? `${JSON.stringify({ lost: `${this.#dropped} lines, for want of room` })}\n` : "";
    const bytes = Buffer.from(`${this.#isTorn ? "\n" : ""}${note}${lines.join("")}`);
    let written = 0;
    try {
      this.#descriptor ??= openSync(this.#file, "a", privateFile);
      while (written < bytes.length) written += writeSync(this.#descriptor, bytes, written);
      this.#dropped = 0;
      this.#isTorn = false;
    } catch {
      this.#dropped += lines.length;
      this.#isTorn = this.#isTorn || written > 0;
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

export interface LogFile {
  write(line: Record<string, unknown>): void;
  close(): void;
}

const flushDelayMs = 50;

/** Appends JSON lines to a file, a few at a time. */
export const openLog = (file: string): LogFile => {
  const target = new LineFile(file);
  let lines: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    timer = undefined;
    if (lines.length > 0) target.append(lines);
    lines = [];
  };
  return {
    write: (line) => {
      lines.push(`${JSON.stringify(line)}\n`);
      timer ??= setTimeout(flush, flushDelayMs);
    },
    close: () => {
      clearTimeout(timer);
      flush();
      target.close();
    },
  };
};
