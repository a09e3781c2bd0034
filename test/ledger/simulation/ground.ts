import { newId } from "../../../domain/kernel/id.ts";
import { clientEntity, counterpartyEntity } from "../../../functions/clients/store.ts";
import { memberEntity } from "../../../functions/kit/records.ts";
import type { Key } from "../../../functions/kit/table/entity.ts";
import { type Item, itemKey } from "../../../functions/kit/table/item.ts";
import { knownOf } from "../../../functions/ledger/known.ts";
import { productEntity } from "../../../functions/products/store.ts";

let aliases = 0;
/** A name for the tenant that nobody has had in this process. */
export const nextAlias = (): string => newId("tenant", aliases++, (bytes) => new Uint8Array(bytes));

/** What is remembered of tenants is dropped when there are many: it begins anew, so that a seed is the same anywhere. */
export const forgetAll = (): void => {
  const mark = nextAlias();
  const there = knownOf(mark);
  while (knownOf(mark) === there) knownOf(nextAlias());
};

const keyById: Readonly<Record<string, (id: string) => Key>> = {
  cli: (id) => clientEntity.key({ id }),
  cpt: (id) => counterpartyEntity.key({ id }),
  prd: (id) => productEntity.key({ id }),
  mem: (id) => memberEntity.key({ id }),
};

/** A record that transactions refer to. Only that it is there matters. */
export const recordOf = (tenantId: string, id: string): Item => {
  const key = keyById[id.slice(0, 3)]?.(id);
  if (!key) throw new Error(`${id} is the id of no record`);
  return { ...itemKey(tenantId, key), version: { N: "1" } };
};
