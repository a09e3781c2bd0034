import { Failure, type FieldFault } from "../../domain/kernel/errors.ts";
import type { NewTransaction } from "../../domain/ledger/transaction.ts";
import { clientEntity, counterpartyEntity } from "../clients/store.ts";
import { contractEntity } from "../contracts/store.ts";
import { dealEntity } from "../deals/store.ts";
import { invoiceEntity } from "../finance/store.ts";
import { memberEntity } from "../kit/records.ts";
import type { Key } from "../kit/table/entity.ts";
import { partition } from "../kit/table/item.ts";
import type { Store } from "../kit/table/store.ts";
import { orderKey } from "../orders/key.ts";
import { productEntity } from "../products/store.ts";

/** How a record of each kind is looked up; ids of other kinds are kept as they are. */
const keyByPrefix: Readonly<Record<string, (id: string) => Key>> = {
  cli: (id) => clientEntity.key({ id }),
  cpt: (id) => counterpartyEntity.key({ id }),
  deal: (id) => dealEntity.key({ id }),
  prd: (id) => productEntity.key({ id }),
  mem: (id) => memberEntity.key({ id }),
  ctr: (id) => contractEntity.key({ id }),
  inv: (id) => invoiceEntity.key({ id }),
  ord: (id) => orderKey({ id }),
};

export interface Reference {
  readonly pointer: string;
  readonly id: string;
}

const idPattern = /^([a-z]{2,6})_[0-9A-HJKMNP-TV-Z]{26}$/;

/** The records that a transaction names: in links, as commodities, and the products of postings. */
export const referencesOf = ({
  links = {},
  postings,
}: Pick<NewTransaction, "links" | "postings">): Reference[] => [
  ...Object.entries(links).flatMap(([name, id]) =>
    id === undefined ? [] : [{ pointer: `/links/${name}`, id }],
  ),
  ...postings.flatMap(({ commodity, productId }, n) => [
    ...(commodity.startsWith("prd_") ? [{ pointer: `/postings/${n}/commodity`, id: commodity }] : []),
    ...(productId === undefined ? [] : [{ pointer: `/postings/${n}/productId`, id: productId }]),
  ]),
];

/** The records that the path of an account names. */
export const referencesIn = (path: string): Reference[] =>
  path
    .split(":")
    .filter((segment) => idPattern.test(segment))
    .map((id) => ({ pointer: "/path", id }));

const mostKnown = 50_000;
/** Records that were there once are there for ever: of these kinds only drafts of invoices can be deleted. */
const known = new Set<string>();

/**
 * Those of the references that name no record of the tenant. What was found once is not asked for again.
 */
export const unknownOf = async (store: Store, references: readonly Reference[]): Promise<Reference[]> => {
  const nameOf = (key: Key) => `${partition(store.tenantId, key.pk)} ${key.sk}`;
  const asked = references.flatMap((reference) => {
    const key = keyByPrefix[idPattern.exec(reference.id)?.[1] ?? ""]?.(reference.id);
    return key && !known.has(nameOf(key)) ? [{ reference, key }] : [];
  });
  if (asked.length === 0) return [];
  const distinct = new Map(asked.map(({ key }) => [nameOf(key), key]));
  const items = await store.batchGet([...distinct.values()]);
  if (known.size > mostKnown) known.clear();
  const found = new Set(items.map((item) => `${item.pk?.S} ${item.sk?.S}`));
  for (const { reference, key } of asked)
    if (found.has(nameOf(key)) && !reference.id.startsWith("inv_")) known.add(nameOf(key));
  return asked.filter(({ key }) => !found.has(nameOf(key))).map(({ reference }) => reference);
};

const faultOf = ({ pointer }: Reference): FieldFault => ({ pointer, reason: "names no record" });

export const referenceFailure = (unknown: readonly Reference[]): Failure =>
  new Failure("reference.unknown", { fields: unknown.slice(0, 100).map(faultOf) });

/** @throws reference.unknown */
export const checkReferences = async (store: Store, references: readonly Reference[]): Promise<void> => {
  const unknown = await unknownOf(store, references);
  if (unknown.length > 0) throw referenceFailure(unknown);
};
