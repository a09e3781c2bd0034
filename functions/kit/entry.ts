import { captureLambdaHandler } from "@aws-lambda-powertools/tracer/middleware";
import middy from "@middy/core";
import type {
  APIGatewayProxyEventV2WithJWTAuthorizer,
  APIGatewayProxyStructuredResultV2,
  Context as LambdaContext,
} from "aws-lambda";
import { failures } from "../../domain/catalogue.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import type { Clock } from "../../domain/kernel/time.ts";
import { count, type Log, logWith, tracer } from "./observe.ts";
import { problemOf } from "./problem.ts";
import type { RouteDeclaration } from "./route.ts";
import type { Meter } from "./table/database.ts";

export type ApiEvent = APIGatewayProxyEventV2WithJWTAuthorizer;
export type ApiAnswer = APIGatewayProxyStructuredResultV2;

/** The ids that stand on every line of a request; tenant and member as soon as they are known. */
export interface RequestIds {
  readonly requestId: string;
  readonly correlationId: string;
  tenant?: string;
  member?: string;
}

export const headersOf = (event: ApiEvent): Record<string, string | undefined> => event.headers ?? {};

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

/** A route with what answers it. */
export interface Entry<H> {
  readonly name: string;
  readonly route: RouteDeclaration;
  readonly handler: H;
}

/** What an answer adds to the request's line in the log: what it cost. */
export interface LineOfLog {
  meter?: Meter;
}

/**
 * The Lambda handler over a table of routes: correlation, one line of log, and a problem document for
 * whatever `answer` throws.
 */
export const entryOf = <H>(
  entries: readonly Entry<H>[],
  clock: Clock,
  answer: (event: ApiEvent, entry: Entry<H>, ids: RequestIds, line: LineOfLog) => Promise<ApiAnswer>,
) => {
  const byKey = new Map(entries.map((entry) => [`${entry.route.method} ${entry.route.path}`, entry]));
  const handle = async (event: ApiEvent, lambda: LambdaContext): Promise<ApiAnswer> => {
    const startedAt = clock();
    const sent = headersOf(event)["x-correlation-id"];
    const ids: RequestIds = {
      requestId: lambda.awsRequestId,
      correlationId: sent && /^[\w-]{1,100}$/.test(sent) ? sent : event.requestContext.requestId,
    };
    const line: LineOfLog = {};
    const found = byKey.get(event.routeKey);
    let given: ApiAnswer;
    try {
      if (!found) throw new Failure("record.not-found");
      given = await answer(event, found, ids, line);
    } catch (error) {
      given = problemAnswer(error, ids.correlationId, logWith(ids));
    }
    logWith(ids).info("request", {
      route: found?.name,
      status: given.statusCode,
      ms: clock() - startedAt,
      ...line.meter,
    });
    if ((given.statusCode ?? 500) >= 500) count("ServerErrors");
    return given;
  };
  return middy(handle).use(captureLambdaHandler(tracer, { captureResponse: false }));
};
