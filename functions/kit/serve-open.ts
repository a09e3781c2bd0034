import type { Clock } from "../../domain/kernel/time.ts";
import { systemClock } from "./clock.ts";
import { entryOf, headersOf } from "./entry.ts";
import type { RouteDeclaration, RouteTable } from "./route.ts";

/** What a handler of an open route is given: there is no member, no tenant and no table. */
export interface OpenRequest {
  readonly params: Readonly<Record<string, string | undefined>>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

export interface OpenAnswer {
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes go out as they are, whatever their content-encoding. */
  readonly body: string | Uint8Array;
  /** Names this body among all that the route may give, so that a caller who has it need not fetch it again. */
  readonly etag?: string;
}

export type OpenHandlers<Table extends RouteTable> = {
  readonly [Name in keyof Table]: (request: OpenRequest) => Promise<OpenAnswer>;
};

/** Is the body that an ETag names among those that the caller has? */
const hasAlready = (etag: string, ifNoneMatch = ""): boolean =>
  ifNoneMatch.split(",").some((one) => one.trim().replace(/^W\//, "") === etag);

/** The Lambda handler of routes that need no token. @throws for a route that needs one */
export const serveOpen = <Table extends RouteTable>(
  routes: Table,
  handlers: OpenHandlers<Table>,
  clock: Clock = systemClock,
) => {
  const declared: readonly [string, RouteDeclaration][] = Object.entries(routes);
  const entries = declared.map(([name, route]) => {
    const handler = handlers[name];
    if (!handler || route.permission !== null) throw new Error(`${name} is not an open route`);
    return { name, route, handler };
  });
  return entryOf(entries, clock, async (event, { route, handler }, { correlationId }) => {
    const { headers, body, etag } = await handler({
      params: event.pathParameters ?? {},
      headers: headersOf(event),
    });
    const all = {
      "content-type": route.produces ?? "application/json",
      "x-content-type-options": "nosniff",
      "x-correlation-id": correlationId,
      ...headers,
      ...(etag === undefined ? {} : { etag }),
    };
    if (etag !== undefined && hasAlready(etag, headersOf(event)["if-none-match"]))
      return { statusCode: 304, headers: all };
    return typeof body === "string"
      ? { statusCode: route.status, headers: all, body }
      : {
          statusCode: route.status,
          headers: all,
          body: Buffer.from(body).toString("base64"),
          isBase64Encoded: true,
        };
  });
};
