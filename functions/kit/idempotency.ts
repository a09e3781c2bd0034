import { createHash } from "node:crypto";
import * as z from "zod";
import { Failure } from "../../domain/kernel/errors.ts";
import { Format } from "../../domain/kernel/text.ts";
import { entity } from "./table/entity.ts";
import type { Store } from "./table/store.ts";

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
  parts: z
    .int()
    .min(1)
    .optional()
    .meta({ description: "How many further records hold the rest of the answer" }),
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

const RememberedPart = Remembered.omit({ requestHash: true, parts: true }).extend({ part: z.int().min(1) });
type RememberedPart = z.infer<typeof RememberedPart>;

/** The rest of an answer that one record does not hold. */
export const rememberedPartEntity = entity<RememberedPart, Pick<RememberedPart, "id" | "version" | "part">>({
  name: "idempotency-part",
  schema: RememberedPart,
  key: ({ id, version, part }) => ({ pk: `IDEMPOTENCY#${id}`, sk: `PART#${version}#${part}` }),
  expiresAt: (part) => part.expiresAtSeconds,
});

/** At most three bytes each in UTF-8: a record holds them with room to spare. */
const charactersInRecord = 100_000;

/** The records that remember an answer: the first, and what does not fit into it. */
export const rememberedRecords = (
  remembered: Omit<Remembered, "parts">,
): { readonly first: Remembered; readonly rest: readonly RememberedPart[] } => {
  const { requestHash, answer, ...shared } = remembered;
  const slices: string[] = [];
  for (let at = 0; at < answer.length; at += charactersInRecord)
    slices.push(answer.slice(at, at + charactersInRecord));
  const [first = "", ...others] = slices;
  return {
    first: {
      ...shared,
      requestHash,
      answer: first,
      ...(others.length > 0 ? { parts: others.length } : {}),
    },
    rest: others.map((slice, at) => ({ ...shared, answer: slice, part: at + 1 })),
  };
};

const digest = (parts: readonly unknown[]) =>
  createHash("sha256").update(JSON.stringify(parts)).digest("base64url");

/** The name of a key, which belongs to one member and one route of one tenant. */
export const keyName = (memberId: string, route: string, key: string): string =>
  digest([memberId, route, key]);

/** What makes two requests the same: path, query and body as they were sent. */
export const requestHash = (path: string, query: unknown, body: string | undefined): string =>
  digest([path, query, body ?? null]);

/** The answer to give again. @throws idempotency.key-reused when the key was used with another request */
export const replayed = async (store: Store, remembered: Remembered, hash: string): Promise<unknown> => {
  if (remembered.requestHash !== hash)
    throw new Failure("idempotency.key-reused", {
      fields: [{ pointer: "/header/idempotency-key", reason: "was used with another request" }],
    });
  const { id, version, answer, parts = 0 } = remembered;
  const names = Array.from({ length: parts }, (_, at) => ({ id, version, part: at + 1 }));
  const rest = await store.getAll(rememberedPartEntity, names);
  return JSON.parse([answer, ...rest.map((part) => part?.answer ?? "")].join(""));
};
