import * as z from "zod";
import {
  type Failure,
  type FailureCatalogue,
  type FailureKind,
  kernelFailures,
} from "../../domain/kernel/errors.ts";

/** HTTP status by kind of failure. */
export const statusOf: Readonly<Record<FailureKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  "not-found": 404,
  conflict: 409,
  stale: 412,
  "too-large": 413,
  unsupported: 415,
  unprocessable: 422,
  throttled: 429,
  internal: 500,
  unavailable: 503,
};

/** An RFC 9457 problem document. */
export const Problem = z
  .object({
    type: z.string().meta({ description: "`/docs/problems#<code>`" }),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: "`area.reason`; stable" }),
    detail: z.string().optional(),
    errors: z
      .array(z.object({ pointer: z.string(), reason: z.string() }))
      .optional()
      .meta({
        description:
          "Every field at fault: a JSON pointer into the body, or `/query/…`, `/path/…`, `/header/…`",
      }),
    correlationId: z.string(),
  })
  .meta({ id: "Problem" });
export type Problem = z.infer<typeof Problem>;

/** The problem document of a failure. Its internal detail stays behind. */
export const problemOf = (failure: Failure, catalogue: FailureCatalogue, correlationId: string): Problem => {
  const known = catalogue[failure.code];
  const entry = known ?? kernelFailures["service.internal"];
  const code = known ? failure.code : "service.internal";
  return {
    type: `/docs/problems#${code}`,
    title: entry.title,
    status: statusOf[entry.kind],
    code,
    ...(known && failure.detail ? { detail: failure.detail } : {}),
    ...(known && failure.fields.length > 0 ? { errors: [...failure.fields] } : {}),
    correlationId,
  };
};
