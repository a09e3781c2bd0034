import { createHash } from "node:crypto";
import * as z from "zod";
import { Failure } from "../../domain/kernel/errors.ts";
import { Format } from "../../domain/kernel/text.ts";
import { entity } from "./table/entity.ts";

/** How long a key is remembered at the least. */
export const keyLifetimeSeconds = 7 * 24 * 3600;

export const IdempotencyKey = Format(
  255,
  z.regex(/^[\x21-\x7e]{1,255}$/, "has 1 to 255 visible ASCII characters"),
);

const Remembered = z.object({
  id: z.string(),
  version: z.int(),
  requestHash: z.string(),
  answer: z.string(),
  expiresAtSeconds: z.int(),
});
/** A request that was carried out under a key, and its answer. */
export type Remembered = z.infer<typeof Remembered>;

export const rememberedEntity = entity<Remembered, { readonly id: string }>({
  name: "idempotency",
  schema: Remembered,
  key: ({ id }) => ({ pk: `IDEMPOTENCY#${id}`, sk: "IDEMPOTENCY" }),
  expiresAt: (remembered) => remembered.expiresAtSeconds,
});

const digest = (parts: readonly unknown[]) =>
  createHash("sha256").update(JSON.stringify(parts)).digest("base64url");

/** The name of a key, which belongs to one member and one route of one tenant. */
export const keyName = (memberId: string, route: string, key: string): string =>
  digest([memberId, route, key]);

/** What makes two requests the same: path, query and body as they were sent. */
export const requestHash = (path: string, query: unknown, body: string | undefined): string =>
  digest([path, query, body ?? null]);

/** The answer to give again. @throws idempotency.key-reused when the key was used with another request */
export const replayed = (remembered: Remembered, hash: string): unknown => {
  if (remembered.requestHash !== hash)
    throw new Failure("idempotency.key-reused", {
      fields: [{ pointer: "/header/idempotency-key", reason: "was used with another request" }],
    });
  return JSON.parse(remembered.answer);
};
