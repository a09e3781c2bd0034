import { createWriteStream } from "node:fs";
import { privateFile } from "./private-files.ts";

export interface LogFile {
  write(line: Record<string, unknown>): void;
  close(): Promise<void>;
}

const flushDelayMs = 50;

/** Appends JSON lines to a file, a few at a time. */
export const openLog = (file: string): LogFile => {
  const stream = createWriteStream(file, { flags: "a", mode: privateFile });
  let lines = "";
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    timer = undefined;
    if (lines !== "") stream.write(lines);
    lines = "";
  };
  return {
    write: (line) => {
      lines += `${JSON.stringify(line)}\n`;
      timer ??= setTimeout(flush, flushDelayMs);
    },
    close: () => {
      clearTimeout(timer);
      flush();
      return new Promise((resolve) => stream.end(resolve));
    },
  };
};
