import type { IncomingMessage } from "node:http";
import type { ApiAnswer } from "./api-event.ts";
import type { CorsModel } from "./model.ts";

const allows = (allowed: readonly string[], value: string): boolean =>
  allowed.includes("*") || allowed.some((one) => one.toLowerCase() === value.toLowerCase());

const originHeaders = (cors: CorsModel, origin: string): Record<string, string> => ({
  "access-control-allow-origin": cors.AllowOrigins.includes("*") ? "*" : origin,
  ...(cors.AllowCredentials && { "access-control-allow-credentials": "true" }),
});

/** What an HTTP API with CORS adds to each answer to a page of an allowed origin. */
export const corsHeaders = (cors: CorsModel, request: IncomingMessage): Record<string, string> => {
  const origin = request.headers.origin;
  if (origin === undefined || !allows(cors.AllowOrigins, origin)) return {};
  return {
    ...originHeaders(cors, origin),
    ...(cors.ExposeHeaders.length > 0 && {
      "access-control-expose-headers": cors.ExposeHeaders.join(","),
    }),
  };
};

/** The HTTP API answers a browser's preflight itself; undefined if the request is none. */
export const preflight = (cors: CorsModel, request: IncomingMessage): ApiAnswer | undefined => {
  const origin = request.headers.origin;
  const method = request.headers["access-control-request-method"];
  if (request.method !== "OPTIONS" || origin === undefined || method === undefined) return undefined;
  if (!allows(cors.AllowOrigins, origin) || !allows(cors.AllowMethods, method))
    return { status: 204, headers: {}, body: "" };
  return {
    status: 204,
    headers: {
      "access-control-allow-methods": cors.AllowMethods.join(","),
      "access-control-allow-headers": cors.AllowHeaders.join(","),
      ...(cors.MaxAge !== undefined && { "access-control-max-age": String(cors.MaxAge) }),
    },
    body: "",
  };
};
