import { type Permission, scopeOf } from "../../domain/access/permissions.ts";
import type { Member } from "../../domain/access/records.ts";
import { type Owned, visible } from "../../domain/access/scope.ts";
import type { Client } from "../../domain/clients/client.ts";
import type { FieldReference } from "../../domain/fields/values.ts";
import { Failure, type FieldFault } from "../../domain/kernel/errors.ts";
import { dealEntity } from "../deals/store.ts";
import { memberEntity } from "../kit/records.ts";
import type { Key } from "../kit/table/entity.ts";
import { fromItem, type Item } from "../kit/table/item.ts";
import type { Store } from "../kit/table/store.ts";
import { productEntity } from "../products/store.ts";
import { clientEntity } from "./store.ts";

const keyOf: Readonly<Record<FieldReference["kind"], (id: string) => Key>> = {
  client: (id) => clientEntity.key({ id }),
  deal: (id) => dealEntity.key({ id }),
  product: (id) => productEntity.key({ id }),
  member: (id) => memberEntity.key({ id }),
};

/** Whether the member may see what an item holds: of clients and deals not every one. */
const reaches = (member: Member, kind: FieldReference["kind"], item: Item): boolean => {
  if (kind !== "client" && kind !== "deal") return true;
  const permission: Permission = `${kind}:read`;
  const scope = scopeOf(member.role, permission);
  return scope !== undefined && visible(member, scope, fromItem<Owned>(item));
};

/**
 * Holds the records that additional fields name against the table, in one round trip. What the member may not
 * see is as little there as what does not exist.
 * @throws reference.unknown naming every field at fault
 */
export const checkReferences = async (
  store: Store,
  member: Member,
  references: readonly FieldReference[],
): Promise<void> => {
  if (references.length === 0) return;
  const items = await store.batchGet(references.map(({ kind, id }) => keyOf[kind](id)));
  const found = new Map(items.map((item) => [fromItem<{ id: string }>(item).id, item]));
  const fields: FieldFault[] = references.flatMap(({ kind, id, pointer }) => {
    const item = found.get(id);
    return item && reaches(member, kind, item) ? [] : [{ pointer, reason: `names no ${kind}` }];
  });
  if (fields.length > 0) throw new Failure("reference.unknown", { fields });
};

/** The failure of a request that names a client which is not there, or which the member may not see. */
export const unknownClient = (pointer: string): Failure =>
  new Failure("reference.unknown", { fields: [{ pointer, reason: "names no client" }] });

/** How many parents a client may have above it. */
export const mostAncestors = 20;

/**
 * The clients above one, its parent first, each read consistently.
 * @throws client.parent-cycle when the client itself stands above, client.parents-too-deep
 */
export const ancestorsOf = async (
  store: Store,
  client: Pick<Client, "id">,
  parent: Client,
): Promise<Client[]> => {
  const fault = (code: string, reason: string) =>
    new Failure(code, { fields: [{ pointer: "/parentId", reason }] });
  const ancestors: Client[] = [];
  for (let above: Client | undefined = parent; above; ) {
    if (above.id === client.id) throw fault("client.parent-cycle", "is the client itself or one below it");
    if (ancestors.length === mostAncestors)
      throw fault("client.parents-too-deep", `has ${mostAncestors} parents above it already`);
    ancestors.push(above);
    const parentId: string | undefined = above.parentId;
    above = parentId === undefined ? undefined : await store.get(clientEntity, { id: parentId });
  }
  return ancestors;
};
