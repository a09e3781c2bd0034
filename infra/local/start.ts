/** `npm start`: the product on this machine. `PORT`, `CLIENTELA_DATA`; `--empty` for no demo data. */
import { parseArgs } from "node:util";
import { demoAdmin, startStack } from "./stack.ts";

process.env.TZ = "UTC";

const { values } = parseArgs({ options: { empty: { type: "boolean", default: false } } });
const port = Number(process.env.PORT ?? 4000);

/** One line that is written over; where the output is no screen, only its last state. */
const { stdout } = process;
let lastProgress = "";
const progress = (text: string): void => {
  lastProgress = text;
  if (stdout.isTTY) stdout.write(`\r\u001b[K${text}`);
};
const endProgress = (): void => {
  if (lastProgress) console.log(stdout.isTTY ? "" : lastProgress);
};

const parentWatchMs = 500;

/** A signal sent to npm ends npm's shell and does not reach us: the stack then stops because its parent is gone. */
const stopWithNpm = (stop: () => void): void => {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stop(), parentWatchMs).unref();
};

try {
  const stack = await startStack({
    port,
    dataFolder: process.env.CLIENTELA_DATA ?? ".clientela",
    empty: values.empty,
    watch: true,
    say: (line) => console.log(line),
    progress,
  });
  endProgress();
  let stopping = false;
  const stop = async (code = 0): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await stack.stop();
    process.exit(code);
  };
  void stack.failed.then((error) => {
    console.error(error.message);
    return stop(1);
  });
  process.on("SIGINT", () => void stop());
  process.on("SIGTERM", () => void stop());
  stopWithNpm(() => void stop());
  console.log(
    `ready ${stack.url} · docs ${stack.url}/docs · page ${stack.url}/_local · token: npm run token -- ${demoAdmin}`,
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
