import { captureLambdaHandler } from "@aws-lambda-powertools/tracer/middleware";
import middy from "@middy/core";
import type {
  APIGatewayProxyEventV2WithJWTAuthorizer,
  APIGatewayProxyStructuredResultV2,
  Context as LambdaContext,
} from "aws-lambda";
import { scopeOf } from "../../domain/access/permissions.ts";
import { failures } from "../../domain/catalogue.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { type Context, momentOf } from "./context.ts";
import {
  IdempotencyKey,
  keyLifetimeSeconds,
  keyName,
  rememberedEntity,
  replayed,
  requestHash,
} from "./idempotency.ts";
import { type Ground, systemGround } from "./machine.ts";
import { count, type Log, logWith, tracer } from "./observe.ts";
import { enveloped } from "./outbox.ts";
import { loadPrincipal } from "./principal.ts";
import { problemOf } from "./problem.ts";
import {
  isMutation,
  type OutputOf,
  type RequestOf,
  type RouteDeclaration,
  type RouteTable,
} from "./route.ts";
import { settingsOf } from "./settings.ts";
import { cursorsFor } from "./table/cursor.ts";
import { type Meter, newMeter } from "./table/database.ts";
import { create, StaleWrite, Store } from "./table/store.ts";
import { validated } from "./validate.ts";

type ApiEvent = APIGatewayProxyEventV2WithJWTAuthorizer;
type ApiAnswer = APIGatewayProxyStructuredResultV2;

export type Handler<R extends RouteDeclaration> = (
  request: RequestOf<R>,
  context: Context,
) => Promise<OutputOf<R>>;
/** One handler per route, typed by the route. */
export type Handlers<Table extends RouteTable> = { readonly [Name in keyof Table]: Handler<Table[Name]> };

/** How often a handler is run again when others change its records between load and save. */
const mostRuns = 6;

const headersOf = (event: ApiEvent) => event.headers ?? {};

/** The version in `If-Match: "3"`; `*` and no header at all demand nothing. */
const versionDemanded = (header: string | undefined): number | undefined => {
  if (header === undefined || header.trim() === "*") return undefined;
  const version = /^\s*(?:W\/)?"(\d{1,15})"\s*$/.exec(header)?.[1];
  if (version === undefined)
    throw new Failure("request.invalid", {
      fields: [{ pointer: "/header/if-match", reason: 'is not an ETag of this API, such as "3"' }],
    });
  return Number(version);
};

const idempotencyKeyOf = (event: ApiEvent, route: RouteDeclaration): string | undefined => {
  const header = isMutation(route) ? headersOf(event)["idempotency-key"] : undefined;
  if (header === undefined) return undefined;
  const key = IdempotencyKey.safeParse(header);
  if (key.success) return key.data;
  throw new Failure("request.invalid", {
    fields: [{ pointer: "/header/idempotency-key", reason: "has 1 to 255 visible ASCII characters" }],
  });
};

const bodyOf = (event: ApiEvent): string | undefined =>
  event.body !== undefined && event.isBase64Encoded
    ? Buffer.from(event.body, "base64").toString("utf8")
    : event.body;

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Runs the handler again while its records change under it, unless the caller demanded a version. */
const untilSaved = async <T>(
  run: () => Promise<T>,
  ifMatch: number | undefined,
  chance: () => number,
): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof StaleWrite)) throw error;
      if (ifMatch !== undefined) throw new Failure("record.stale");
      if (attempt === mostRuns) throw new Failure("record.busy");
      await wait(chance() * 10 * 2 ** attempt);
    }
  }
};

interface Answered {
  readonly answer: unknown;
  readonly replay: boolean;
}

/** A request from its token to its answer: principal, permission, validation, handler, save. */
const answerOf = async (
  event: ApiEvent,
  name: string,
  route: RouteDeclaration,
  handler: Handler<RouteDeclaration>,
  ground: Ground,
  meter: Meter,
  ids: { correlationId: string; tenant?: string; member?: string },
): Promise<Answered> => {
  const claims = event.requestContext.authorizer?.jwt?.claims;
  const tenantId = claims?.tenant;
  const memberId = claims?.member;
  if (typeof tenantId !== "string" || typeof memberId !== "string" || !tenantId || !memberId)
    throw new Failure("access.unauthenticated", { detail: "The token names no tenant and member." });
  Object.assign(ids, { tenant: tenantId, member: memberId });

  const key = idempotencyKeyOf(event, route);
  const remember = key === undefined ? undefined : { id: keyName(memberId, name, key) };
  const ifMatch = versionDemanded(headersOf(event)["if-match"]);
  const rawBody = bodyOf(event);
  const query = event.queryStringParameters ?? {};
  const store = new Store(
    ground.database(meter),
    tenantId,
    cursorsFor(tenantId, [name, event.pathParameters, { ...query, cursor: undefined, limit: undefined }]),
  );
  const { tenant, member, remembered } = await loadPrincipal(store, memberId, remember);

  const scope =
    route.permission === null || route.permission === "member"
      ? "own"
      : scopeOf(member.role, route.permission);
  if (!scope)
    throw new Failure("access.forbidden", {
      detail: `The role ${member.role} does not give ${route.permission}.`,
    });
  if (route.feature && !tenant.features.includes(route.feature))
    throw new Failure("access.feature-off", { detail: `The feature ${route.feature} is switched off.` });

  const hash = requestHash(event.rawPath, query, rawBody);
  if (remembered) return { answer: replayed(remembered, hash), replay: true };

  const request = validated(route, {
    params: event.pathParameters ?? {},
    query,
    body: rawBody,
    contentType: headersOf(event)["content-type"],
  });

  const moment = momentOf(ground);
  const context: Context = {
    ...moment,
    tenant,
    member,
    scope,
    store,
    ifMatch,
    correlationId: ids.correlationId,
    settings: () => settingsOf(store, tenant),
    save: async ({ writes, happened = [], answer }) => {
      const events = enveloped(happened, {
        tenantId,
        actor: memberId,
        correlationId: ids.correlationId,
        occurredAt: moment.now,
        newEventId: () => moment.newId("event"),
      });
      const remembering = remember
        ? [
            create(
              rememberedEntity,
              {
                id: remember.id,
                version: 1,
                requestHash: hash,
                answer: JSON.stringify(answer ?? null),
                expiresAtSeconds: Math.floor(ground.clock() / 1000) + keyLifetimeSeconds,
              },
              () => new KeyInUse(),
            ),
          ]
        : [];
      await store.write([...writes, ...remembering], moment.newId("change"), events);
      return answer;
    },
  };
  const chance = () => (ground.entropy(1)[0] ?? 0) / 256;
  try {
    const answer = await untilSaved(
      () => handler(request as RequestOf<RouteDeclaration>, context),
      ifMatch,
      chance,
    );
    return { answer, replay: false };
  } catch (error) {
    // The change collided with one that another request made under the same key: answer as that one did.
    if (remember) {
      const other = await store.get(rememberedEntity, remember);
      if (other) return { answer: replayed(other, hash), replay: true };
    }
    throw error instanceof KeyInUse ? new Failure("record.busy") : error;
  }
};

/** The same key is being used by a request that is under way. */
class KeyInUse extends Error {}

const jsonAnswer = (
  route: RouteDeclaration,
  { answer, replay }: Answered,
  correlationId: string,
): ApiAnswer => {
  const headers: Record<string, string> = { "x-correlation-id": correlationId, "cache-control": "no-store" };
  if (replay) headers["idempotency-replayed"] = "true";
  if (!route.output) return { statusCode: route.status, headers };
  const output = route.output.safeParse(answer);
  if (!output.success)
    throw new Error(`the answer does not have the documented form: ${output.error.message}`);
  const version = route.versioned ? (output.data as { version?: unknown }).version : undefined;
  if (typeof version === "number") headers.etag = `"${version}"`;
  headers["content-type"] = "application/json";
  return { statusCode: route.status, headers, body: JSON.stringify(output.data) };
};

const problemAnswer = (error: unknown, correlationId: string, log: Log): ApiAnswer => {
  const failure = failureOf(error);
  if (failure.internal !== undefined || !(failure.code in failures))
    log.error("request failed", failure.internal ?? error);
  const problem = problemOf(failure, failures, correlationId);
  const retry: Record<string, string> =
    problem.status === 429 || problem.status === 503 ? { "retry-after": "1" } : {};
  return {
    statusCode: problem.status,
    headers: {
      "content-type": "application/problem+json",
      "x-correlation-id": correlationId,
      "cache-control": "no-store",
      ...retry,
    },
    body: JSON.stringify(problem),
  };
};

const throttles = new Set([
  "ProvisionedThroughputExceededException",
  "ThrottlingException",
  "RequestLimitExceeded",
]);

const failureOf = (error: unknown): Failure => {
  if (error instanceof Failure) return error;
  if (error instanceof Error && throttles.has(error.name))
    return new Failure("service.throttled", { internal: error });
  return new Failure("service.internal", { internal: error });
};

/** The Lambda handler of a subject's routes. */
export const serve = <Table extends RouteTable>(
  routes: Table,
  handlers: Handlers<Table>,
  ground: Ground = systemGround,
) => {
  const byKey = new Map(
    Object.entries(routes).map(([name, route]) => [
      `${route.method} ${route.path}`,
      { name, route, handler: handlers[name] as Handler<RouteDeclaration> },
    ]),
  );
  const handle = async (event: ApiEvent, lambda: LambdaContext): Promise<ApiAnswer> => {
    const startedAt = ground.clock();
    const sent = headersOf(event)["x-correlation-id"];
    const ids = {
      requestId: lambda.awsRequestId,
      correlationId: sent && /^[\w-]{1,100}$/.test(sent) ? sent : event.requestContext.requestId,
    };
    const meter = newMeter();
    const log = logWith(ids);
    const found = byKey.get(event.routeKey);
    let answer: ApiAnswer;
    try {
      if (!found) throw new Failure("record.not-found");
      answer = jsonAnswer(
        found.route,
        await answerOf(event, found.name, found.route, found.handler, ground, meter, ids),
        ids.correlationId,
      );
    } catch (error) {
      answer = problemAnswer(error, ids.correlationId, logWith(ids));
    }
    log.info("request", {
      ...ids,
      route: found?.name,
      status: answer.statusCode,
      ms: ground.clock() - startedAt,
      ...meter,
    });
    if ((answer.statusCode ?? 500) >= 500) count("ServerErrors");
    return answer;
  };
  return middy(handle).use(captureLambdaHandler(tracer, { captureResponse: false }));
};
