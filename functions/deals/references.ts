import { checkAssignable } from "../../domain/access/member.ts";
import { scopeOf } from "../../domain/access/permissions.ts";
import type { Member } from "../../domain/access/records.ts";
import { type Owned, visible } from "../../domain/access/scope.ts";
import type { Owner } from "../../domain/deals/change.ts";
import type { Deal, DealContact } from "../../domain/deals/deal.ts";
import type { FieldReference } from "../../domain/fields/values.ts";
import { Failure, type FieldFault } from "../../domain/kernel/errors.ts";
import type { Product } from "../../domain/products/product.ts";
import { clientEntity, contactEntity } from "../clients/store.ts";
import type { Context } from "../kit/context.ts";
import { memberEntity } from "../kit/records.ts";
import type { Key } from "../kit/table/entity.ts";
import { entityName, fromItem, type Item } from "../kit/table/item.ts";
import type { Store } from "../kit/table/store.ts";
import { productEntity } from "../products/store.ts";
import { dealEntity } from "./store.ts";

/** The records that a request names, by what names them. Absent parts are not looked at. */
export interface Named {
  readonly ownerId?: string | undefined;
  readonly clientId?: string | undefined;
  /** Of this client. */
  readonly contacts?: { readonly clientId: string | undefined; readonly of: readonly DealContact[] };
  readonly participantIds?: readonly string[] | undefined;
  readonly items?: readonly { readonly productId: string }[] | null | undefined;
  readonly fields?: readonly FieldReference[];
}

/** Records that were looked up, by id. */
export interface Found {
  readonly members: ReadonlyMap<string, Member>;
  readonly products: ReadonlyMap<string, Product>;
  readonly clients: ReadonlyMap<string, Owned>;
  readonly deals: ReadonlyMap<string, Owned>;
  /** Contact ids with the client that they belong to. */
  readonly contacts: ReadonlyMap<string, string>;
}

const fieldKey: Readonly<Record<FieldReference["kind"], (id: string) => Key>> = {
  client: (id) => clientEntity.key({ id }),
  deal: (id) => dealEntity.key({ id }),
  product: (id) => productEntity.key({ id }),
  member: (id) => memberEntity.key({ id }),
};

const keysOf = (named: Named): Key[] => {
  const { contacts } = named;
  const { clientId } = contacts ?? {};
  return [
    ...(named.ownerId ? [fieldKey.member(named.ownerId)] : []),
    ...(named.clientId ? [fieldKey.client(named.clientId)] : []),
    ...(clientId ? (contacts?.of ?? []).map(({ contactId: id }) => contactEntity.key({ id, clientId })) : []),
    ...(named.participantIds ?? []).map(fieldKey.member),
    ...(named.items ?? []).map(({ productId }) => fieldKey.product(productId)),
    ...(named.fields ?? []).map(({ kind, id }) => fieldKey[kind](id)),
  ];
};

/** Looks up everything that a request names, in one round trip; none where it names nothing. */
export const lookUp = async (store: Store, named: Named, known: readonly Member[] = []): Promise<Found> => {
  const skip = new Set(known.map(({ id }) => fieldKey.member(id).pk));
  const items = await store.batchGet(keysOf(named).filter(({ pk }) => !skip.has(pk)));
  const of = <R>(name: string, read: (item: Item) => R): Map<string, R> =>
    new Map(
      items
        .filter((item) => entityName(item) === name)
        .map((item) => [fromItem<{ id: string }>(item).id, read(item)]),
    );
  const members = of(memberEntity.name, (item) => fromItem<Member>(item));
  for (const member of known) members.set(member.id, member);
  return {
    members,
    products: of(productEntity.name, (item) => fromItem<Product>(item)),
    clients: of(clientEntity.name, (item) => fromItem<Owned>(item)),
    deals: of(dealEntity.name, (item) => fromItem<Owned>(item)),
    contacts: of(contactEntity.name, (item) => fromItem<{ clientId: string }>(item).clientId),
  };
};

type Asking = Pick<Context, "member" | "scope">;

const seen = (
  { member }: Asking,
  permission: "client:read" | "deal:read",
  record: Owned | undefined,
): boolean => {
  const scope = scopeOf(member.role, permission);
  return record !== undefined && scope !== undefined && visible(member, scope, record);
};

/**
 * Holds what a request names against what was found. What the member may not see is as little there as what does not
 * exist.
 * @throws reference.unknown naming every field at fault, member.not-assignable
 */
export const checkNamed = (asking: Asking, named: Named, found: Found): void => {
  const faults: FieldFault[] = [];
  const fault = (pointer: string, kind: string) => faults.push({ pointer, reason: `names no ${kind}` });
  if (named.clientId && !seen(asking, "client:read", found.clients.get(named.clientId)))
    fault("/clientId", "client");
  for (const [at, { contactId }] of (named.contacts?.of ?? []).entries())
    if (found.contacts.get(contactId) !== named.contacts?.clientId)
      fault(`/contacts/${at}/contactId`, "contact of the client");
  for (const [at, { productId }] of (named.items ?? []).entries())
    if (!found.products.has(productId)) fault(`/items/${at}/productId`, "product");
  for (const { pointer, kind, id } of named.fields ?? []) {
    const there =
      kind === "member"
        ? found.members.has(id)
        : kind === "product"
          ? found.products.has(id)
          : seen(asking, `${kind}:read`, (kind === "client" ? found.clients : found.deals).get(id));
    if (!there) fault(pointer, kind);
  }
  for (const [at, id] of (named.participantIds ?? []).entries())
    if (!found.members.has(id)) fault(`/participantIds/${at}`, "member");
  if (named.ownerId && !found.members.has(named.ownerId)) fault("/ownerId", "member");
  if (faults.length > 0) throw new Failure("reference.unknown", { fields: faults });
  for (const [at, id] of (named.participantIds ?? []).entries())
    checkAssignable(found.members.get(id), `/participantIds/${at}`);
};

/**
 * The owner that a request names, with their team. A member whose rights reach their own or their team's records
 * gives deals to themselves and to their team.
 * @throws reference.unknown, member.not-assignable, access.forbidden
 */
export const ownerOf = ({ member, scope }: Asking, ownerId: string, found: Found): Owner => {
  const owner = checkAssignable(found.members.get(ownerId));
  const reachable =
    scope === "all" ||
    owner.id === member.id ||
    (member.teamId !== undefined && owner.teamId === member.teamId);
  if (!reachable)
    throw new Failure("access.forbidden", {
      fields: [{ pointer: "/ownerId", reason: "is in a team that the member's role does not reach" }],
    });
  return { ownerId: owner.id, teamId: owner.teamId };
};

/** Who only takes part in a deal works on it, but neither takes it nor gives it away. @throws access.forbidden */
export const checkMayGive = ({ member, scope }: Asking, { ownerId, teamId }: Deal): void => {
  if (!visible(member, scope, { ownerId, teamId }))
    throw new Failure("access.forbidden", {
      fields: [{ pointer: "/ownerId", reason: "is changed by the owner and those above" }],
    });
};

/** What of a deal may be looked at by the one who asks. */
export const mayRead = ({ member, scope }: Asking, deal: Deal): boolean => visible(member, scope, deal);
