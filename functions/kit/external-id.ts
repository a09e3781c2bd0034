import * as z from "zod";
import { Failure } from "../../domain/kernel/errors.ts";
import { entity } from "./table/entity.ts";
import { fromItem } from "./table/item.ts";
import { create, remove, type Store, type Write } from "./table/store.ts";

/** The records that an external id identifies: one of each kind in a tenant. */
const ExternalKind = z.enum(["client", "deal"]);
export type ExternalKind = z.infer<typeof ExternalKind>;

const ExternalIdClaim = z.object({
  version: z.literal(1),
  kind: ExternalKind,
  externalId: z.string(),
  recordId: z.string(),
});
type ExternalIdClaim = z.infer<typeof ExternalIdClaim>;

/** Says which record has an external id. Written and removed in the transaction of its record. */
export const externalIdEntity = entity<ExternalIdClaim, Pick<ExternalIdClaim, "kind" | "externalId">>({
  name: "external-id",
  schema: ExternalIdClaim,
  key: ({ kind, externalId }) => ({ pk: `EXTERNAL-ID#${kind}#${externalId}`, sk: "CLAIM" }),
});

/** Stands in a tenant that was made when there were claims already: none of its records has an external id without one. */
export const externalIdsClaimedEntity = entity<{ version: 1 }, unknown>({
  name: "external-ids-claimed",
  schema: z.object({ version: z.literal(1) }),
  key: () => ({ pk: "EXTERNAL-IDS", sk: "CLAIMED" }),
});

/** The refusal that names the record which has the external id. */
export const externalIdTaken = (
  kind: ExternalKind,
  externalId: string,
  recordId: string | undefined,
): Failure =>
  new Failure("record.external-id-taken", {
    detail: `The ${kind} ${recordId ?? "of another request"} has the external id ${externalId}. Change that ${kind}, or give another external id.`,
    fields: [{ pointer: "/externalId", reason: `belongs to ${recordId ?? `another ${kind}`}` }],
  });

interface Identified {
  readonly id: string;
  readonly externalId?: string | undefined;
}

/** Takes the external id of a record for it, where it has one. @throws record.external-id-taken when it is written */
export const claimExternalId = (kind: ExternalKind, { id, externalId }: Identified): Write[] =>
  externalId === undefined
    ? []
    : [
        create(externalIdEntity, { version: 1, kind, externalId, recordId: id }, (standing) =>
          externalIdTaken(kind, externalId, standing && fromItem<ExternalIdClaim>(standing).recordId),
        ),
      ];

/**
 * What is written when a record's external id is changed, cleared or set again: its former one becomes free. A record that was
 * written before there were claims may have none.
 * @throws record.external-id-taken when it is written
 */
export const moveExternalId = async (
  store: Store,
  kind: ExternalKind,
  before: Identified,
  externalId: string | undefined,
): Promise<Write[]> => {
  const { id } = before;
  const named = [...new Set([before.externalId, externalId])].filter((one) => one !== undefined);
  const claims = await store.getAll(
    externalIdEntity,
    named.map((one) => ({ kind, externalId: one })),
  );
  const own = claims.filter((claim) => claim?.recordId === id);
  const isClaimed = own.some((claim) => claim?.externalId === externalId);
  return [
    ...own.flatMap((claim) =>
      claim && claim.externalId !== externalId ? [remove(externalIdEntity, claim)] : [],
    ),
    ...(isClaimed ? [] : claimExternalId(kind, { id, externalId })),
  ];
};

/** The id of the record that has an external id. */
export const idOfExternalId = async (
  store: Store,
  kind: ExternalKind,
  externalId: string,
): Promise<string | undefined> => (await store.get(externalIdEntity, { kind, externalId }))?.recordId;
