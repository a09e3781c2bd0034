import { scopeOf } from "../../domain/access/permissions.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { again } from "./again.ts";
import { type Context, momentOf, saveAs } from "./context.ts";
import { type ApiAnswer, type ApiEvent, entryOf, headersOf, type RequestIds } from "./entry.ts";
import {
  IdempotencyKey,
  keyLifetimeSeconds,
  keyName,
  rememberedEntity,
  rememberedPartEntity,
  rememberedRecords,
  replayed,
  requestHash,
} from "./idempotency.ts";
import { type Ground, systemGround } from "./machine.ts";
import { parseAnswer } from "./parse-answer.ts";
import { loadPrincipal } from "./principal.ts";
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
import { create, StaleWrite, Store, update, type Write } from "./table/store.ts";
import { validated } from "./validate.ts";

export type Handler<R extends RouteDeclaration> = (
  request: RequestOf<R>,
  context: Context,
) => Promise<OutputOf<R>>;
/** One handler per route, typed by the route. */
export type Handlers<Table extends RouteTable> = { readonly [Name in keyof Table]: Handler<Table[Name]> };

/** How often a handler is run again when others change its records between load and save. */
const mostRuns = 6;

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

/**
 * Runs the handler again while its records change under it. A version that the caller demanded is held against
 * what is loaded anew; a change may need other records beside, whose versions nobody demanded.
 */
const untilSaved = <T>(run: () => Promise<T>, chance: () => number): Promise<T> =>
  again(run, {
    most: mostRuns,
    mayPass: (error) => error instanceof StaleWrite,
    pauseMs: (attempt) => chance() * 10 * 2 ** attempt,
    atLast: () => new Failure("record.busy"),
  });

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
  ids: RequestIds,
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
  if (remembered) return { answer: await replayed(store, remembered, hash), replay: true };

  const request = validated(route, {
    params: event.pathParameters ?? {},
    query,
    body: rawBody,
    contentType: headersOf(event)["content-type"],
    contentEncoding: headersOf(event)["content-encoding"],
  });

  const moment = momentOf(ground);
  // How often this request has saved: what goes on step by step leaves the answer of its last step to be remembered.
  let saved = 0;
  const rememberWith = (answer: unknown): Write[] => {
    if (!remember) return [];
    const { first, rest } = rememberedRecords({
      id: remember.id,
      version: saved + 1,
      requestHash: hash,
      answer: JSON.stringify(answer ?? null),
      expiresAtSeconds: Math.floor(ground.clock() / 1000) + keyLifetimeSeconds,
    });
    return [
      saved === 0 ? create(rememberedEntity, first, () => new KeyInUse()) : update(rememberedEntity, first),
      ...rest.map((part) => create(rememberedPartEntity, part, () => new KeyInUse())),
    ];
  };
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
      const all = [...writes, ...rememberWith(answer)];
      // A request that changes nothing, and is not to be remembered, writes nothing.
      if (all.length > 0 || happened.length > 0)
        await saveAs({ ...moment, store, correlationId: ids.correlationId }, memberId, {
          writes: all,
          happened,
        });
      if (all.length > 0) saved += 1;
      return answer;
    },
  };
  const chance = () => (ground.entropy(1)[0] ?? 0) / 256;
  try {
    const answer = await untilSaved(() => handler(request as RequestOf<RouteDeclaration>, context), chance);
    return { answer, replay: false };
  } catch (error) {
    // The change collided with one that another request made under the same key: answer as that one did.
    if (remember) {
      const other = await store.get(rememberedEntity, remember);
      if (other) return { answer: await replayed(store, other, hash), replay: true };
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
  const output = parseAnswer(route.output, answer);
  if (!output.success)
    throw new Error(`the answer does not have the documented form: ${output.error.message}`);
  const version = route.versioned ? (output.data as { version?: unknown }).version : undefined;
  if (typeof version === "number") headers.etag = `"${version}"`;
  headers["content-type"] = "application/json";
  return { statusCode: route.status, headers, body: JSON.stringify(output.data) };
};

/** The Lambda handler of a subject's routes. */
export const serve = <Table extends RouteTable>(
  routes: Table,
  handlers: Handlers<Table>,
  ground: Ground = systemGround,
) => {
  const entries = Object.entries(routes).map(([name, route]) => ({
    name,
    route,
    handler: handlers[name] as Handler<RouteDeclaration>,
  }));
  return entryOf(entries, ground.clock, async (event, { name, route, handler }, ids, line) => {
    const meter = newMeter();
    line.meter = meter;
    const answered = await answerOf(event, name, route, handler, ground, meter, ids);
    return jsonAnswer(route, answered, ids.correlationId);
  });
};
