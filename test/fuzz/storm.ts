import { connect } from "node:net";
import { Chance } from "../../infra/local/demo/chance.ts";
import { type Base, type Malformed, malform } from "./malformed.ts";

export interface Storm {
  /** Where the listener is. */
  readonly url: string;
  readonly bases: readonly Base[];
  readonly requests: number;
  readonly seed: string;
}

export interface ServerError {
  /** The number of the request of its seed. */
  readonly number: number;
  readonly faults: string;
  readonly request: string;
  readonly answer: string;
}

export interface StormOutcome {
  /** How many answers had which status. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly unanswered: number;
  /** Answers that blame the server: 5xx but for 501, which says that a method is not known. */
  readonly serverErrors: readonly ServerError[];
}

const atOnce = 48;
const patienceMs = { read: 10_000, wait: 250, close: 250, reset: 250 };
const quietMs = 15;

/** Sends a malformed request and gives what came back, which may be nothing. */
const send = (url: URL, { bytes, ending }: Malformed): Promise<string> =>
  new Promise((resolve) => {
    let answer = "";
    const socket = connect(Number(url.port), url.hostname);
    const done = (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(patienceMs[ending], done);
    socket.on("error", done);
    socket.on("close", done);
    socket.on("data", (chunk: Buffer) => {
      answer += chunk.toString("latin1");
      // Connections that are kept open end when the answer is there.
      socket.setTimeout(quietMs);
    });
    socket.write(bytes, () => {
      if (ending === "close") done();
      if (ending === "reset") {
        socket.resetAndDestroy();
        resolve(answer);
      }
    });
  });

const isServerError = (status: string): boolean => status.startsWith("5") && status !== "501";

/** Sends so many malformed requests to a listener, many at once; the same for the same seed. */
export const storm = async ({ url, bases, requests, seed }: Storm): Promise<StormOutcome> => {
  const place = new URL(url);
  const statuses: Record<string, number> = {};
  const serverErrors: ServerError[] = [];
  let unanswered = 0;
  let next = 0;
  const one = async (number: number): Promise<void> => {
    const chance = new Chance(`${seed} ${number}`);
    const malformed = malform(chance.of(bases), chance);
    const answer = await send(place, malformed);
    const answers = [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status = ""]) => status);
    if (answers.length === 0) unanswered += 1;
    for (const status of answers) statuses[status] = (statuses[status] ?? 0) + 1;
    if (answers.some(isServerError))
      serverErrors.push({
        number,
        faults: malformed.faults,
        request: malformed.bytes.subarray(0, 600).toString("latin1"),
        answer: answer.slice(0, 600),
      });
  };
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < requests) {
        const number = next;
        next += 1;
        await one(number);
      }
    }),
  );
  return { statuses, unanswered, serverErrors };
};
