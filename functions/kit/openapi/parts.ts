import { keyLifetimeSeconds } from "../idempotency.ts";

/** Headers of requests and answers, the security scheme and the gateway's own answer: the same for all routes. */

const days = keyLifetimeSeconds / 86_400;

export const requestHeaders = {
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    description: `Makes the request safe to repeat for ${days} days: sent again with the same key, path, query and body it answers as it did the first time. The key belongs to the member and the route.`,
    schema: { type: "string", pattern: "^[\\x21-\\x7e]{1,255}$" },
    example: "7d0c6a0e-8f1b-4d57-9f6c-2c2a3a1f9b10",
  },
  IfMatch: {
    name: "If-Match",
    in: "header",
    description: "Carries the change out only if the record still has this ETag; otherwise 412.",
    schema: { type: "string", pattern: '^(\\*|(W/)?"\\d{1,15}")$' },
    example: '"3"',
  },
  CorrelationId: {
    name: "X-Correlation-Id",
    in: "header",
    description: "Follows the request through the log and the events that it sets off. Made up where absent.",
    schema: { type: "string", pattern: "^[A-Za-z0-9_-]{1,100}$" },
    example: "order-2026-11-23-17",
  },
} as const;

export const answerHeaders = {
  ETag: {
    description: "The version of the record, for If-Match.",
    required: true,
    schema: { type: "string", pattern: '^"\\d+"$' },
    example: '"3"',
  },
  IdempotencyReplayed: {
    description: "`true` where this is the answer to an earlier request under the same key.",
    schema: { type: "string", const: "true" },
  },
  CorrelationId: {
    description: "The request's own correlation id, or the one that was made up for it.",
    required: true,
    schema: { type: "string" },
    example: "Kq3fPhLhIAMEVtA=",
  },
  CorrelationIdOfService: {
    description:
      "As with every answer of the service. Only the gateway's own answers, with a `message` alone, do not have it.",
    schema: { type: "string" },
    example: "Kq3fPhLhIAMEVtA=",
  },
  RetryAfter: {
    description: "Seconds to wait before the request is sent again.",
    schema: { type: "string", pattern: "^\\d+$" },
    example: "1",
  },
} as const;

export const securitySchemes = {
  member: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "The token of a member, issued by the user pool of the installation.",
  },
} as const;

/** What API Gateway answers by itself, before the request reaches the service. */
export const gatewayMessage = {
  type: "object",
  description: "The gateway refused the request before it reached the service.",
  properties: { message: { type: "string" } },
  required: ["message"],
  examples: [{ message: "Unauthorized" }],
} as const;

/** Statuses that the gateway gives by itself: token, size, rate, time. */
export const gatewayStatuses: ReadonlySet<number> = new Set([401, 413, 429, 500, 503]);

export const reasonPhrase: Readonly<Record<number, string>> = {
  200: "Done",
  201: "Made",
  202: "Accepted: the work goes on",
  204: "Done, with nothing to say",
  400: "The request is not of the documented form",
  401: "There is no valid token",
  403: "The member may not do this",
  404: "There is no such record, or the member may not see it",
  409: "The present state does not allow it",
  412: "The record has changed since it was read",
  413: "The body is too large",
  415: "The body is not JSON",
  422: "The request is well formed and cannot be carried out",
  429: "Too many requests",
  500: "The request could not be completed",
  503: "The service cannot answer just now",
};
