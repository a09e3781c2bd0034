import type { IncomingMessage } from "node:http";
import type { Authorized } from "./authorizer.ts";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (value: number): string => String(value).padStart(2, "0");

/** `12/Mar/2026:19:03:58 +0000`, the time format of API Gateway's request context. */
export const commonLogTime = (epochMs: number): string => {
  const at = new Date(epochMs);
  const day = `${two(at.getUTCDate())}/${months[at.getUTCMonth()]}/${at.getUTCFullYear()}`;
  return `${day}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`;
};

/** API Gateway hands these on as text and everything else in base64. */
const isText = (contentType: string | undefined): boolean =>
  contentType === undefined ||
  /^(text\/|application\/(json|xml|javascript|[^;]*\+(json|xml)))/i.test(contentType);

const queryOf = (rawQueryString: string): Record<string, string> | undefined => {
  if (rawQueryString === "") return undefined;
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    const before = query.get(name);
    query.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(query);
};

const headersOf = (request: IncomingMessage): { headers: Record<string, string>; cookies?: string[] } => {
  const headers: Record<string, string> = {};
  let cookies: string[] | undefined;
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined) continue;
    const joined = Array.isArray(value) ? value.join(",") : value;
    if (name === "cookie") cookies = joined.split(";").map((cookie) => cookie.trim());
    else headers[name] = joined;
  }
  headers["x-forwarded-for"] = request.socket.remoteAddress ?? "";
  headers["x-forwarded-proto"] = "http";
  return cookies ? { headers, cookies } : { headers };
};

export interface ApiRequest {
  readonly request: IncomingMessage;
  readonly routeKey: string;
  readonly path: string;
  readonly rawQueryString: string;
  readonly parameters: Record<string, string>;
  readonly body: Buffer;
  readonly authorized: Authorized | undefined;
  readonly requestId: string;
  readonly nowMs: number;
}

/** The event of payload format 2.0, which an HTTP API hands to a Lambda. */
export const apiEvent = (from: ApiRequest): Record<string, unknown> => {
  const { request, routeKey, path, rawQueryString, parameters, body, authorized, requestId, nowMs } = from;
  const { headers, cookies } = headersOf(request);
  const text = isText(headers["content-type"]);
  const queryStringParameters = queryOf(rawQueryString);
  return {
    version: "2.0",
    routeKey,
    rawPath: path,
    rawQueryString,
    ...(cookies && { cookies }),
    headers,
    ...(queryStringParameters && { queryStringParameters }),
    requestContext: {
      accountId: "000000000000",
      apiId: "local",
      ...(authorized && {
        authorizer: {
          jwt: { claims: authorized.claims, scopes: null },
        },
      }),
      domainName: headers.host ?? "127.0.0.1",
      domainPrefix: "local",
      http: {
        method: request.method ?? "GET",
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? "127.0.0.1",
        userAgent: headers["user-agent"] ?? "",
      },
      requestId,
      routeKey,
      stage: "$default",
      time: commonLogTime(nowMs),
      timeEpoch: nowMs,
    },
    ...(Object.keys(parameters).length > 0 && { pathParameters: parameters }),
    ...(body.length > 0 && { body: body.toString(text ? "utf8" : "base64") }),
    isBase64Encoded: body.length > 0 && !text,
  };
};

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Record<string, string | readonly string[]>;
  readonly body: Buffer | string;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What an HTTP API makes of a Lambda's result: undefined if the result is malformed (it answers 500 then). */
export const apiAnswer = (result: unknown): ApiAnswer | undefined => {
  if (!isRecord(result) || !("statusCode" in result)) {
    const body = typeof result === "string" ? result : JSON.stringify(result ?? null);
    return { status: 200, headers: { "content-type": "application/json" }, body };
  }
  const status = Number(result.statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return undefined;
  const headers: Record<string, string | readonly string[]> = {};
  if (isRecord(result.headers))
    for (const [name, value] of Object.entries(result.headers)) headers[name.toLowerCase()] = String(value);
  if (Array.isArray(result.cookies)) headers["set-cookie"] = result.cookies.map(String);
  const given = result.body;
  const text = given === undefined || given === null ? "" : typeof given === "string" ? given : undefined;
  if (text === undefined) return undefined;
  if (text !== "" && !("content-type" in headers)) headers["content-type"] = "text/plain;charset=UTF-8";
  return { status, headers, body: result.isBase64Encoded === true ? Buffer.from(text, "base64") : text };
};
