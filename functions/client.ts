import type { Entropy } from "../domain/kernel/id.ts";
import { systemEntropy } from "./kit/clock.ts";
import { type CallOf, isMutation, type RouteDeclaration, type RouteTable } from "./kit/route.ts";

/** A field at fault, as a problem document names it. */
export interface ProblemField {
  readonly pointer: string;
  readonly reason: string;
}

/** An answer that is not a success. `code` is the catalogued code, or `http.<status>` where the gateway itself refused. */
export class ProblemError extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string | undefined;
  readonly fields: readonly ProblemField[];
  readonly correlationId: string | undefined;

  constructor(call: string, status: number, problem: Record<string, unknown>) {
    const code = typeof problem.code === "string" ? problem.code : `http.${status}`;
    const detail = typeof problem.detail === "string" ? problem.detail : undefined;
    const fields = Array.isArray(problem.errors) ? problem.errors.filter(isField) : [];
    const reasons = fields.map(({ pointer, reason }) => `${pointer} ${reason}`).join("; ");
    super([`${call}: ${status} ${code}`, detail, reasons].filter(Boolean).join(" — "));
    this.name = "ProblemError";
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.fields = fields;
    this.correlationId = typeof problem.correlationId === "string" ? problem.correlationId : undefined;
  }
}

const isField = (value: unknown): value is ProblemField =>
  typeof value === "object" && value !== null && "pointer" in value && "reason" in value;

export interface ClientOptions {
  /** `http://127.0.0.1:4000`, without `/v1`. */
  readonly baseUrl: string;
  /** The bearer token, or what gives a fresh one; absent for routes that need none. */
  readonly token?: string | (() => string | Promise<string>);
  readonly fetch?: typeof globalThis.fetch;
  /** How often a request is sent at the most; 1 never repeats one. */
  readonly attempts?: number;
  /** How long one attempt may take. */
  readonly timeoutMs?: number;
  readonly entropy?: Entropy;
  readonly wait?: (ms: number) => Promise<void>;
}

/** What may be said beside the request of any route. */
export interface CallOptions {
  /** The version that the record has to have: sent as If-Match. */
  readonly ifMatch?: number;
  /** Made by the client where absent. Give one to repeat a request later. */
  readonly idempotencyKey?: string;
  readonly correlationId?: string;
  readonly signal?: AbortSignal;
}

/** In a query string a number or truth value is as good as its text. */
type Spelled<Query> = {
  [Name in keyof Query]: string extends NonNullable<Query[Name]>
    ? Query[Name] | number | boolean
    : Query[Name];
};
type Part<Name extends string, Value> = [Value] extends [undefined]
  ? unknown
  : Partial<Value> extends Value
    ? { readonly [N in Name]?: Value }
    : { readonly [N in Name]: Value };

/** What a caller of a route gives. */
export type ArgumentsOf<R extends RouteDeclaration> = Part<"params", CallOf<R>["params"]> &
  Part<"query", [CallOf<R>["query"]] extends [undefined] ? undefined : Spelled<CallOf<R>["query"]>> &
  Part<"body", CallOf<R>["body"]> &
  CallOptions;

type Given<Arguments> = Partial<Arguments> extends Arguments ? [given?: Arguments] : [given: Arguments];

/** A success with what stands around it. */
export interface Answered<Answer> {
  readonly status: number;
  readonly headers: Headers;
  readonly answer: Answer;
  /** True where the answer is that of an earlier request under the same key. */
  readonly replayed: boolean;
  /** The record's version, from the ETag. */
  readonly version: number | undefined;
}

/** One method per route, by the route's name. `answered` tells status and headers too. */
export type Client<Table extends RouteTable> = {
  readonly [Name in keyof Table]: {
    (...given: Given<ArgumentsOf<Table[Name]>>): Promise<CallOf<Table[Name]>["answer"]>;
    answered(...given: Given<ArgumentsOf<Table[Name]>>): Promise<Answered<CallOf<Table[Name]>["answer"]>>;
  };
};

interface AnyArguments extends CallOptions {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** Answers after which the same request may succeed: it carries a key, so that it cannot be carried out twice. */
const passing = new Set([429, 502, 503, 504]);
const standardAttempts = 6;
const standardTimeoutMs = 30_000;
const firstPauseMs = 100;
const longestPauseMs = 5_000;

const inPath = (path: string, params: Readonly<Record<string, unknown>> = {}): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));

const inQuery = (query: Readonly<Record<string, unknown>> = {}): string => {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return given.length === 0
    ? ""
    : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const problemIn = async (response: Response): Promise<Record<string, unknown>> => {
  const text = await response.text();
  try {
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) ? parsed : {};
  } catch {
    return {};
  }
};

const versionIn = (etag: string | null): number | undefined => {
  const version = /^"(\d+)"$/.exec(etag ?? "")?.[1];
  return version === undefined ? undefined : Number(version);
};

const contentOf = async (response: Response): Promise<unknown> => {
  if (response.status === 204) return undefined;
  const isJson = (response.headers.get("content-type") ?? "").includes("json");
  return isJson ? response.json() : response.text();
};

/** Sends the requests of one table of routes. */
const senderOf = (options: ClientOptions) => {
  const {
    baseUrl,
    token,
    fetch = globalThis.fetch,
    attempts = standardAttempts,
    timeoutMs = standardTimeoutMs,
    entropy = systemEntropy,
    wait = (ms) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  } = options;
  const newKey = () => Buffer.from(entropy(18)).toString("base64url");

  /** Full jitter: somewhere between nothing and twice the pause before. What `Retry-After` asks for is kept. */
  const pauseMs = (attempt: number, response: Response | undefined): number => {
    const asked = Number(response?.headers.get("retry-after") ?? 0) * 1000;
    const most = Math.min(longestPauseMs, firstPauseMs * 2 ** attempt);
    const chance = (entropy(1)[0] ?? 0) / 256;
    return Math.min(longestPauseMs, (Number.isFinite(asked) ? asked : 0) + chance * most);
  };

  const headersOf = async (route: RouteDeclaration, given: AnyArguments): Promise<Headers> => {
    const headers = new Headers({ accept: "application/json, application/problem+json, */*" });
    if (token !== undefined && route.permission !== null)
      headers.set("authorization", `Bearer ${typeof token === "string" ? token : await token()}`);
    if (isMutation(route)) headers.set("idempotency-key", given.idempotencyKey ?? newKey());
    if (given.ifMatch !== undefined) headers.set("if-match", `"${given.ifMatch}"`);
    if (given.correlationId !== undefined) headers.set("x-correlation-id", given.correlationId);
    if (route.body) headers.set("content-type", "application/json");
    return headers;
  };

  return async (name: string, route: RouteDeclaration, given: AnyArguments): Promise<Answered<unknown>> => {
    const url = baseUrl.replace(/\/$/, "") + inPath(route.path, given.params) + inQuery(given.query);
    const headers = await headersOf(route, given);
    const body = route.body ? JSON.stringify(given.body) : undefined;
    for (let attempt = 1; ; attempt++) {
      let response: Response | undefined;
      try {
        const signal = AbortSignal.any([
          AbortSignal.timeout(timeoutMs),
          ...(given.signal ? [given.signal] : []),
        ]);
        response = await fetch(url, {
          method: route.method,
          headers,
          signal,
          ...(body === undefined ? {} : { body }),
        });
        if (response.ok)
          return {
            status: response.status,
            headers: response.headers,
            answer: await contentOf(response),
            replayed: response.headers.get("idempotency-replayed") === "true",
            version: versionIn(response.headers.get("etag")),
          };
      } catch (error) {
        if (given.signal?.aborted || attempt >= attempts) throw error;
        response = undefined;
      }
      if (response && (!passing.has(response.status) || attempt >= attempts))
        throw new ProblemError(name, response.status, await problemIn(response));
      await response?.body?.cancel();
      await wait(pauseMs(attempt, response));
    }
  };
};

/**
 * The typed client of a table of routes: one method per route. A mutation carries an Idempotency-Key, so that
 * network errors and answers 429, 502, 503 and 504 are met by sending it again, a bounded number of times.
 * @throws ProblemError for every other answer that is not a success
 */
export const clientOf = <Table extends RouteTable>(routes: Table, options: ClientOptions): Client<Table> => {
  const send = senderOf(options);
  const methods = Object.entries(routes).map(([name, route]) => {
    const answered = (given: AnyArguments = {}) => send(name, route, given);
    const method = async (given: AnyArguments = {}) => (await answered(given)).answer;
    return [name, Object.assign(method, { answered })] as const;
  });
  const client: unknown = Object.fromEntries(methods);
  if (!answersAll(routes, client)) throw new Error("a route has no method");
  return client;
};

/** What the loop over a table cannot tell the compiler: there is a method for each route. */
const answersAll = <Table extends RouteTable>(routes: Table, client: unknown): client is Client<Table> =>
  isRecord(client) && Object.keys(routes).every((name) => typeof client[name] === "function");

interface PageAnswer<Item> {
  readonly items: readonly Item[];
  readonly next?: string | undefined;
}

/**
 * The pages of a list, one after the other: `for await (const page of pagesOf((cursor) => client.listProducts({
 * query: { cursor } })))`.
 * @param mostPages where to stop with an error instead of reading on without end
 */
export async function* pagesOf<Page extends PageAnswer<unknown>>(
  read: (cursor: string | undefined) => Promise<Page>,
  mostPages = 100_000,
): AsyncGenerator<Page, void, undefined> {
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const answer = await read(cursor);
    yield answer;
    if (answer.next === undefined) return;
    cursor = answer.next;
  }
  throw new Error(`the list has more than ${mostPages} pages`);
}

/** The items of a list, page after page. */
export async function* itemsOf<Item>(
  read: (cursor: string | undefined) => Promise<PageAnswer<Item>>,
  mostPages?: number,
): AsyncGenerator<Item, void, undefined> {
  for await (const page of pagesOf(read, mostPages)) yield* page.items;
}
