import { AsyncLocalStorage } from "node:async_hooks";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import { followClock } from "./clock.ts";
import { LineFile } from "./log.ts";
import type { Broken, Invocation, Outcome, WorkerSettings } from "./workers.ts";

/** Runs the bundle of one Lambda in a worker thread: what Lambda's runtime does in AWS. */
const settings: WorkerSettings = workerData;
const flushDelayMs = 40;

if (!parentPort) throw new Error("worker-bootstrap runs in a worker thread");
const parent = parentPort;
followClock(settings.clock);

/** Output goes straight to the log file, in few writes, without a detour through the main thread. */
const log = new LineFile(settings.logFile);
let lines: string[] = [];
const flush = (): void => {
  if (lines.length === 0) return;
  log.append(lines);
  lines = [];
};
const write = (chunk: unknown): boolean => {
  if (lines.length === 0) setTimeout(flush, flushDelayMs).unref();
  lines.push(chunk instanceof Uint8Array ? Buffer.from(chunk).toString() : String(chunk));
  return true;
};
const capture = (stream: NodeJS.WriteStream): void => {
  stream.write = (chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
    const callback = rest.findLast((value) => typeof value === "function");
    if (callback) queueMicrotask(() => callback());
    return write(chunk);
  };
};
capture(process.stdout);
capture(process.stderr);
process.on("exit", () => {
  flush();
  log.close();
});

/** The id of the invocation that code runs for. */
const running = new AsyncLocalStorage<string>();

const logError = (message: string, requestId: string | undefined, described: Described): void => {
  write(`${JSON.stringify({ timestamp: new Date(), level: "ERROR", message, requestId, ...described })}\n`);
};

/** An error that nobody handles ends the environment, as Lambda's runtime does; the code may take these listeners away. */
const endBy = (message: string, described: Described): void => {
  const id = running.getStore();
  logError(message, id, described);
  // The thread may be ended before the next turn.
  flush();
  const { errorType, errorMessage } = described;
  const broken: Broken = { broken: id, error: { errorType, errorMessage } };
  parent.postMessage(broken);
};
process.on("uncaughtException", (error) => endBy("Uncaught Exception", describe(error)));
process.on("unhandledRejection", (reason) =>
  endBy("Unhandled Promise Rejection", {
    ...describe(reason),
    errorType: "Runtime.UnhandledPromiseRejection",
    errorMessage: String(reason),
  }),
);

interface Described {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

const describe = (error: unknown): Described =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? "").split("\n") }
    : { errorType: "Error", errorMessage: String(error), trace: [] };

const contextOf = ({ id, remainingMs }: Invocation) => {
  const end = performance.now() + remainingMs;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: settings.functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: settings.arn,
    memoryLimitInMB: String(settings.memoryMb),
    awsRequestId: id,
    logGroupName: `/aws/lambda/${settings.functionName}`,
    logStreamName: "local",
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(end - performance.now())),
  };
};

/** An HTTP answer crosses the threads as it is; everything else as JSON, as in AWS. */
const isPlainAnswer = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  "statusCode" in value &&
  "body" in value &&
  typeof value.body === "string";

const answer = (outcome: Outcome): void => parent.postMessage(outcome);

const load = async (): Promise<(event: unknown, context: unknown) => unknown> => {
  const [, exported = "handler"] = settings.handler.split(".");
  const bundle: Record<string, unknown> = await import(pathToFileURL(settings.file).href);
  const handler = bundle[exported];
  if (typeof handler !== "function") throw new Error(`${settings.file} does not export ${exported}`);
  return (event, context) => handler(event, context);
};

const loading = load();
loading.then(
  () => parent.postMessage({ loaded: true }),
  () => parent.postMessage({ loaded: false }),
);

const run = async (invocation: Invocation): Promise<void> => {
  const { id } = invocation;
  try {
    const handler = await loading;
    const value = await running.run(id, () => handler(invocation.payload, contextOf(invocation)));
    const sent: unknown = isPlainAnswer(value) ? value : JSON.parse(JSON.stringify(value ?? null));
    try {
      answer({ id, value: sent });
    } catch {
      answer({ id, value: JSON.parse(JSON.stringify(value)) });
    }
  } catch (error) {
    const described = describe(error);
    logError("Invoke Error", id, described);
    answer({ id, error: { errorType: described.errorType, errorMessage: described.errorMessage } });
  }
};

parent.on("message", (invocation: Invocation) => void run(invocation));
