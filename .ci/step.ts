import { spawn } from "node:child_process";
import path from "node:path";

export const root = path.resolve(import.meta.dirname, "..");

export interface Outcome {
  readonly name: string;
  readonly passed: boolean;
  readonly output: string;
  readonly seconds: number;
}

/** Ends what hangs. It is far above what a quiet machine needs, so that a busy one is not taken for a fault. */
const mostMinutes = 60;

/** Runs a command of the project's own tools from the root, without input, for an hour at the most. */
export const run = (
  name: string,
  command: string,
  args: readonly string[],
  {
    show = false,
    env = {},
  }: { readonly show?: boolean; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Outcome> =>
  new Promise((resolve) => {
    const startedAt = performance.now();
    const child = spawn(command, args, {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: mostMinutes * 60_000,
      killSignal: "SIGKILL",
      env: {
        ...process.env,
        ...env,
        PATH: `${path.join(root, "node_modules/.bin")}${path.delimiter}${process.env.PATH}`,
      },
    });
    const pieces: Buffer[] = [];
    const keep = (to: NodeJS.WriteStream) => (piece: Buffer) => {
      pieces.push(piece);
      if (show) to.write(piece);
    };
    child.stdout.on("data", keep(process.stdout));
    child.stderr.on("data", keep(process.stderr));
    const end = (passed: boolean, more = "") =>
      resolve({
        name,
        passed,
        output: Buffer.concat(pieces).toString("utf8") + more,
        seconds: (performance.now() - startedAt) / 1000,
      });
    child.on("error", (error) => end(false, error.message));
    child.on("close", (code, signal) => end(code === 0, signal ? `\nstopped by ${signal}` : ""));
  });

/** One line for what passed; what a failure said below it. */
export const report = ({ name, passed, output, seconds }: Outcome): void => {
  console.log(`${passed ? "ok    " : "FAILED"} ${name} (${seconds.toFixed(1)} s)`);
  if (!passed) console.log(output.trim().replace(/^/gm, "       "));
};
