import http from "node:http";

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Sends requests over a bounded number of kept connections; as light as Node allows, so as not to be measured itself. */
export class Caller {
  /** Sent with every request. */
  readonly headers: Record<string, string> = {};
  readonly #agent: http.Agent;
  readonly #url: URL;
  readonly #token: string;

  constructor(baseUrl: string, token: string, connections: number) {
    this.#url = new URL(baseUrl);
    this.#token = token;
    this.#agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  }

  call(method: string, path: string, body?: unknown): Promise<Answer> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const request = http.request(
        {
          agent: this.#agent,
          host: this.#url.hostname,
          port: this.#url.port,
          method,
          path,
          headers: {
            authorization: `Bearer ${this.#token}`,
            ...(payload === undefined
              ? {}
              : { "content-type": "application/json", "content-length": Buffer.byteLength(payload) }),
            ...this.headers,
          },
        },
        (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (chunk: string) => {
            text += chunk;
          });
          response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
        },
      );
      request.on("error", reject);
      request.end(payload);
    });
  }

  /** The answer's JSON; anything but a success ends the run. */
  async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.call(method, path, body);
    if (answer.status >= 300)
      throw new Error(`${method} ${path}: ${answer.status} ${answer.body.slice(0, 500)}`);
    return JSON.parse(answer.body) as T;
  }

  close(): void {
    this.#agent.destroy();
  }
}

export interface Measured {
  readonly name: string;
  readonly concurrency: number;
  readonly operations: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

/** Runs an operation a number of times, so many at once, and says how long each took. */
export const measure = async (
  name: string,
  operations: number,
  concurrency: number,
  operation: (n: number) => Promise<unknown>,
): Promise<Measured> => {
  const took: number[] = [];
  let next = 0;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (next < operations) {
        const n = next++;
        const at = performance.now();
        await operation(n);
        took.push(performance.now() - at);
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  took.sort((a, b) => a - b);
  return {
    name,
    concurrency,
    operations,
    perSecond: operations / seconds,
    p50Ms: percentile(took, 0.5),
    p95Ms: percentile(took, 0.95),
    p99Ms: percentile(took, 0.99),
  };
};

/** A Markdown table. */
export const tableOf = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
