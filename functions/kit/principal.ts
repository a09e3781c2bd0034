import type { Member, Tenant } from "../../domain/access/records.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import { type Remembered, rememberedEntity } from "./idempotency.ts";
import { memberEntity, tenantEntity } from "./records.ts";
import { entityName, fromItem } from "./table/item.ts";
import type { Store } from "./table/store.ts";

export interface Principal {
  readonly tenant: Tenant;
  readonly member: Member;
  readonly remembered: Remembered | undefined;
}

/**
 * Who asks, in one round trip: the tenant with its switches, the member, and the record of the
 * idempotency key where one was sent. Read at every request, so that a dismissed member is out at once.
 */
export const loadPrincipal = async (
  store: Store,
  memberId: string,
  key: { readonly id: string } | undefined,
): Promise<Principal> => {
  const items = await store.batchGet([
    tenantEntity.key({}),
    memberEntity.key({ id: memberId }),
    ...(key ? [rememberedEntity.key(key)] : []),
  ]);
  const find = <R>(name: string): R | undefined => {
    const item = items.find((one) => entityName(one) === name);
    return item && fromItem<R>(item);
  };
  const tenant = find<Tenant>(tenantEntity.name);
  const member = find<Member>(memberEntity.name);
  if (!tenant || member?.status !== "active")
    throw new Failure("access.unauthenticated", {
      detail: "The token's member does not work here (any more).",
    });
  return { tenant, member, remembered: find<Remembered>(rememberedEntity.name) };
};
