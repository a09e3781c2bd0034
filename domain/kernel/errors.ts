/**
 * The catalogue of expected failures. A code is `area.reason`; clients may rely on it for ever.
 * `kind` says what sort of failure it is; the HTTP status is derived from it in functions/kit/problem.
 */
export type FailureKind =
  | "invalid" // the request is wrong in itself
  | "unauthenticated"
  | "forbidden"
  | "not-found"
  | "conflict" // the request is right but the present state does not allow it
  | "stale" // If-Match does not hold
  | "unprocessable"
  | "too-large"
  | "unsupported"
  | "throttled"
  | "unavailable"
  | "internal";

interface CatalogueEntry {
  readonly kind: FailureKind;
  readonly title: string;
}

/** Codes that any route may answer with. Subjects add their own in `domain/<subject>/errors.ts`. */
export const kernelFailures = {
  "request.not-json": { kind: "invalid", title: "The body is not JSON" },
  "request.invalid": { kind: "invalid", title: "The request does not have the documented form" },
  "request.too-large": { kind: "too-large", title: "The body is too large" },
  "request.unsupported-media-type": { kind: "unsupported", title: "The body has to be JSON in UTF-8" },
  "request.cursor-mismatch": { kind: "invalid", title: "The cursor belongs to another query" },
  "access.unauthenticated": { kind: "unauthenticated", title: "A valid token is needed" },
  "access.forbidden": { kind: "forbidden", title: "The member's role does not allow this" },
  "access.feature-off": { kind: "forbidden", title: "The tenant has this feature switched off" },
  "record.not-found": { kind: "not-found", title: "There is no such record" },
  "record.stale": { kind: "stale", title: "The record has changed since it was read" },
  "record.busy": { kind: "conflict", title: "The record is being changed by others; try again" },
  "record.external-id-taken": { kind: "conflict", title: "The external id belongs to another record" },
  "record.exists": { kind: "conflict", title: "Such a record is there already" },
  "reference.unknown": { kind: "unprocessable", title: "The request names a record that is not there" },
  "idempotency.key-reused": {
    kind: "unprocessable",
    title: "The idempotency key was used with another request",
  },
  "record.too-large": { kind: "unprocessable", title: "The record is too large to keep" },
  "limit.exceeded": { kind: "unprocessable", title: "A documented limit is exceeded" },
  "money.overflow": { kind: "unprocessable", title: "The amount is beyond what can be counted exactly" },
  "service.throttled": { kind: "throttled", title: "Too many requests; try again shortly" },
  "service.unavailable": { kind: "unavailable", title: "The service cannot answer just now" },
  "service.internal": { kind: "internal", title: "The request could not be completed" },
} as const satisfies Record<string, CatalogueEntry>;

export type FailureCatalogue = Record<string, CatalogueEntry>;

/** A field that is wrong: where (a JSON pointer, `/query/…`, `/path/…` or `/header/…`) and what is wrong. */
export interface FieldFault {
  readonly pointer: string;
  readonly reason: string;
}

export interface FailureDetail {
  /** A sentence for the caller. Public. */
  readonly detail?: string;
  readonly fields?: readonly FieldFault[];
  /** For the log only; never leaves the service. */
  readonly internal?: unknown;
}

/** An expected failure: thrown by domain rules, answered as a problem document. */
export class Failure extends Error {
  readonly code: string;
  readonly detail: string | undefined;
  readonly fields: readonly FieldFault[];
  readonly internal: unknown;

  constructor(code: string, { detail, fields = [], internal }: FailureDetail = {}) {
    super(detail ? `${code}: ${detail}` : code);
    this.name = "Failure";
    this.code = code;
    this.detail = detail;
    this.fields = fields;
    this.internal = internal;
  }
}

/** The failure of a record that does not exist, or that the member may not see: the two answer alike. */
export const notFound = (): Failure => new Failure("record.not-found");
