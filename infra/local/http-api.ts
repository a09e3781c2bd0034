import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type ApiAnswer, apiAnswer, apiEvent } from "./api-event.ts";
import type { Authorized, JwtAuthorizer } from "./authorizer.ts";
import type { Clock } from "./clock.ts";
import { corsHeaders, preflight } from "./cors.ts";
import type { Disk } from "./disk.ts";
import { isOwnHostOrAddress } from "./foreign.ts";
import type { Model, RouteModel } from "./model.ts";
import { BodyTooLarge, readBody } from "./read-body.ts";
import { targetOf } from "./request-target.ts";
import { type Match, Router } from "./router.ts";
import type { FunctionRunner } from "./workers.ts";

/** Limits of API Gateway's HTTP APIs and of a synchronous invocation. */
const maxPayloadBytes = 6 * 1024 * 1024;
const maxIntegrationMs = 30_000;

export interface HttpApiSettings {
  readonly model: Model;
  readonly functions: ReadonlyMap<string, FunctionRunner>;
  /** One for each issuer and audience that the routes name. */
  readonly authorizerOf: (route: RouteModel) => JwtAuthorizer | undefined;
  readonly clock: Clock;
  readonly accessLog: (line: Record<string, unknown>) => void;
  readonly disk: Disk;
}

interface Target {
  readonly route: RouteModel;
  readonly runner: FunctionRunner;
  readonly authorizer: JwtAuthorizer | undefined;
  readonly counted: { requests: number; errors: number; totalMs: number };
}

export interface RouteStatistics {
  readonly key: string;
  readonly function: string;
  /** It asks for no token. */
  readonly open: boolean;
  readonly requests: number;
  /** Answers of 5xx. */
  readonly errors: number;
  readonly totalMs: number;
}

const message = (status: number, text: string, headers: ApiAnswer["headers"] = {}): ApiAnswer => ({
  status,
  headers: { ...headers, "content-type": "application/json" },
  body: JSON.stringify({ message: text }),
});

const readingMethods: ReadonlySet<string | undefined> = new Set(["GET", "HEAD", "OPTIONS"]);

/** The one problem of this machine's own: on AWS no disk gets full. */
const diskFull = (request: IncomingMessage, requestId: string, detail: string): ApiAnswer => {
  const sent = request.headers["x-correlation-id"];
  const correlationId = typeof sent === "string" && /^[\w-]{1,100}$/.test(sent) ? sent : requestId;
  return {
    status: 507,
    headers: { "content-type": "application/problem+json", "x-correlation-id": correlationId },
    body: JSON.stringify({
      type: "about:blank",
      title: "Insufficient Storage",
      status: 507,
      code: "local.disk-full",
      detail,
      correlationId,
    }),
  };
};

const send = (response: ServerResponse, { status, headers, body }: ApiAnswer, more: ApiAnswer["headers"]) => {
  const all: Record<string, string | string[] | number> = {};
  for (const [name, value] of [...Object.entries(headers), ...Object.entries(more)])
    all[name] = typeof value === "string" ? value : [...value];
  if (status !== 204 && status !== 304) all["content-length"] = Buffer.byteLength(body);
  response.writeHead(status, all);
  response.end(body);
};

const isSlowerThanGateway = (route: RouteModel, runner: FunctionRunner): boolean =>
  Math.min(route.timeoutMs, maxIntegrationMs) < runner.model.timeoutMs;

/** Answers as the template's HTTP API does: routes, JWT authorizers, integrations, CORS and its errors. */
export class HttpApi {
  readonly #settings: HttpApiSettings;
  readonly #router = new Router<Target>();
  readonly #targets: Target[] = [];

  constructor(settings: HttpApiSettings) {
    this.#settings = settings;
    for (const route of settings.model.routes) {
      const runner = settings.functions.get(route.functionName);
      if (!runner) throw new Error(`${route.key}: there is no function ${route.functionName}`);
      const counted = { requests: 0, errors: 0, totalMs: 0 };
      const target = { route, runner, authorizer: settings.authorizerOf(route), counted };
      this.#router.add(route.key, target);
      this.#targets.push(target);
    }
  }

  statistics(): RouteStatistics[] {
    return this.#targets.map(({ route, authorizer, counted }) => ({
      key: route.key,
      function: route.functionName,
      open: authorizer === undefined,
      ...counted,
    }));
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const start = performance.now();
    const requestId = randomUUID();
    const { path, rawQueryString } = targetOf(request.url);
    const method = request.method ?? "GET";
    const { cors } = this.#settings.model;

    let found: Match<Target> | undefined;
    // API Gateway answers so for a name that is not its own; here a page could let any name lead to this machine.
    let answer = isOwnHostOrAddress(request.headers.host)
      ? cors && preflight(cors, request)
      : message(403, "Forbidden");
    if (!answer) {
      found = this.#router.find(method, path);
      answer = found
        ? await this.#answer(request, found, { path, rawQueryString, requestId })
        : message(404, "Not Found");
    }
    const more = { "apigw-requestid": requestId, ...(cors && corsHeaders(cors, request)) };
    if (!request.complete) response.setHeader("connection", "close");
    send(response, answer, more);
    const durationMs = performance.now() - start;
    if (found) {
      const { counted } = found.target;
      counted.requests += 1;
      counted.totalMs += durationMs;
      if (answer.status >= 500) counted.errors += 1;
    }
    this.#settings.accessLog({
      time: new Date(this.#settings.clock.now()).toISOString(),
      requestId,
      ip: request.socket.remoteAddress,
      method,
      path,
      routeKey: found?.target.route.key,
      status: answer.status,
      bytes: answer.body.length,
      durationMs: Math.round(durationMs * 100) / 100,
    });
  }

  async #answer(
    request: IncomingMessage,
    { target, parameters }: Match<Target>,
    of: { path: string; rawQueryString: string; requestId: string },
  ): Promise<ApiAnswer> {
    const { route, authorizer } = target;
    let authorized: Authorized | undefined;
    if (authorizer) {
      authorized = await authorizer.authorize(request.headers.authorization);
      if (!authorized) return message(401, "Unauthorized", { "www-authenticate": "Bearer" });
      if (route.scopes.length > 0 && !route.scopes.some((scope) => authorized?.scopes.includes(scope)))
        return message(403, "Forbidden");
    }
    const { disk } = this.#settings;
    if (!readingMethods.has(request.method) && !disk.canAccept())
      return diskFull(request, of.requestId, disk.problem);
    const answer = await this.#answerBy(request, { target, parameters }, authorized, of);
    // The disk may have filled up meanwhile: whatever the function said of its failure, this is the reason.
    return answer.status >= 500 && !disk.canAccept() ? diskFull(request, of.requestId, disk.problem) : answer;
  }

  async #answerBy(
    request: IncomingMessage,
    { target, parameters }: Match<Target>,
    authorized: Authorized | undefined,
    of: { path: string; rawQueryString: string; requestId: string },
  ): Promise<ApiAnswer> {
    const { route, runner } = target;
    let body: Buffer;
    try {
      body = await readBody(request);
    } catch (error) {
      if (error instanceof BodyTooLarge) return message(413, "Request Entity Too Large");
      return message(400, "Bad Request");
    }
    const nowMs = this.#settings.clock.now();
    const event = apiEvent({
      request,
      routeKey: route.key,
      parameters,
      body,
      authorized,
      nowMs,
      ...of,
    });
    if (body.length > maxPayloadBytes / 2 && Buffer.byteLength(JSON.stringify(event)) > maxPayloadBytes)
      return message(413, "Request Entity Too Large");

    const outcome = await runner.invoke(event, Math.min(route.timeoutMs, maxIntegrationMs));
    if (outcome.error) {
      const gatewayGaveUp =
        outcome.error.errorType === "Sandbox.Timedout" && isSlowerThanGateway(route, runner);
      return gatewayGaveUp ? message(503, "Service Unavailable") : message(500, "Internal Server Error");
    }
    const answer = apiAnswer(outcome.value);
    if (!answer || answer.body.length > maxPayloadBytes) return message(500, "Internal Server Error");
    return answer;
  }
}
