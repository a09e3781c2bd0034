import { visible } from "../../domain/access/scope.ts";
import type { Client } from "../../domain/clients/client.ts";
import { type Counterparty, clientsOf } from "../../domain/clients/counterparty.ts";
import { linkOn } from "../../domain/clients/links.ts";
import type { ContractRecord } from "../../domain/contracts/contract.ts";
import type { Deal } from "../../domain/deals/deal.ts";
import { exchangeAccount, openedByFinance } from "../../domain/finance/accounts.ts";
import { type Leg, postingsOf } from "../../domain/finance/booking.ts";
import type { Party } from "../../domain/finance/invoice.ts";
import type { DayRates, ExchangeRate } from "../../domain/finance/rates.ts";
import { type FinanceSettings, standardFinanceSettings } from "../../domain/finance/settings.ts";
import { Failure, type FieldFault, notFound } from "../../domain/kernel/errors.ts";
import { type Day, dayIn } from "../../domain/kernel/time.ts";
import type { Links } from "../../domain/ledger/transaction.ts";
import type { Product } from "../../domain/products/product.ts";
import { reachedClients } from "../clients/access.ts";
import { clientEntity, counterpartyEntity } from "../clients/store.ts";
import { contractEntity } from "../contracts/store.ts";
import { dealEntity } from "../deals/store.ts";
import type { Actor, Context } from "../kit/context.ts";
import { mapParallel } from "../kit/parallel.ts";
import { entityName, fromItem } from "../kit/table/item.ts";
import type { Store } from "../kit/table/store.ts";
import type { PostingRequest } from "../ledger/posting.ts";
import { productEntity } from "../products/store.ts";
import { exchangeRateEntity, financePartitions, financeSettingsEntity } from "./store.ts";

/** What the subject needs of a request; a subscriber's work is as good as a route's. */
export type Doing = Pick<Actor, "store" | "tenant" | "now" | "newId">;

export const todayOf = ({ now, tenant }: Pick<Actor, "now" | "tenant">): Day => dayIn(now, tenant.timeZone);

/** The finance settings; the standard ones as long as the tenant set none. */
export const financeSettingsOf = async ({
  store,
  tenant,
}: Pick<Actor, "store" | "tenant">): Promise<{
  readonly settings: FinanceSettings;
  readonly stored: boolean;
}> => {
  const stored = await store.get(financeSettingsEntity, {});
  return {
    settings: stored ?? standardFinanceSettings(tenant.country, tenant.createdAt),
    stored: stored !== undefined,
  };
};

/** The last rate of a currency on or before a day. One read. */
export const rateBefore = async (
  store: Store,
  currency: string,
  day: Day,
): Promise<ExchangeRate | undefined> => {
  const { items } = await store.items({
    pk: financePartitions.rates(currency),
    // Behind the key of the day itself.
    beyond: `${exchangeRateEntity.key({ currency, day }).sk}~`,
    newestFirst: true,
    limit: 1,
  });
  return items[0] && fromItem<ExchangeRate>(items[0]);
};

/** The rates of these currencies that are good on a day; one that has none is left out, and missed by whoever needs it. */
export const ratesOn = async (
  { store, tenant }: Pick<Actor, "store" | "tenant">,
  currencies: Iterable<string>,
  day: Day,
): Promise<DayRates> => {
  const foreign = [...new Set(currencies)].filter((currency) => currency !== tenant.currency);
  const found = await mapParallel(foreign, (currency) => rateBefore(store, currency, day));
  return {
    tenantCurrency: tenant.currency,
    day,
    rates: new Map(found.flatMap((rate) => (rate ? [[rate.currency, rate.rate]] : []))),
  };
};

/** What a document names, by the fields that name it. */
export interface Named {
  readonly clientId: string;
  readonly counterpartyId?: string | null | undefined;
  readonly dealId?: string | null | undefined;
  readonly contractId?: string | null | undefined;
  readonly lines?: readonly { readonly productId?: string | undefined }[] | undefined;
}

export interface Parties {
  readonly client: Client;
  readonly counterparty: Counterparty | undefined;
  readonly products: ReadonlyMap<string, Product>;
}

/**
 * What a document names, in one round trip. What the member's right does not reach is as little there as what does not
 * exist.
 * @throws reference.unknown naming every field at fault
 */
export const loadNamed = async (
  { store, member, scope }: Pick<Context, "store" | "member" | "scope">,
  { clientId, counterpartyId, dealId, contractId, lines = [] }: Named,
): Promise<Parties> => {
  const productIds = [...new Set(lines.flatMap(({ productId }) => productId ?? []))];
  const items = await store.batchGet([
    clientEntity.key({ id: clientId }),
    ...(counterpartyId ? [counterpartyEntity.key({ id: counterpartyId })] : []),
    ...(dealId ? [dealEntity.key({ id: dealId })] : []),
    ...(contractId ? [contractEntity.key({ id: contractId })] : []),
    ...productIds.map((id) => productEntity.key({ id })),
  ]);
  const of = <R>(name: string): R[] =>
    items.filter((item) => entityName(item) === name).map((item) => fromItem<R>(item));
  const [client] = of<Client>(clientEntity.name);
  const [counterparty] = of<Counterparty>(counterpartyEntity.name);
  const [deal] = of<Deal>(dealEntity.name);
  const [contract] = of<ContractRecord>(contractEntity.name);
  const products = new Map(of<Product>(productEntity.name).map((product) => [product.id, product]));
  const fields: FieldFault[] = [];
  const fault = (pointer: string, reason: string) => fields.push({ pointer, reason });
  const reached = client !== undefined && visible(member, scope, client);
  if (!reached) fault("/clientId", "names no client");
  if (counterpartyId && !(counterparty && clientsOf(counterparty).includes(clientId)))
    fault("/counterpartyId", "names no counterparty of the client");
  if (dealId && deal?.clientId !== clientId) fault("/dealId", "names no deal of the client");
  if (contractId && contract?.clientId !== clientId) fault("/contractId", "names no contract of the client");
  for (const [at, { productId }] of lines.entries())
    if (productId !== undefined && !products.has(productId))
      fault(`/lines/${at}/productId`, "names no product");
  if (!client || fields.length > 0) throw new Failure("reference.unknown", { fields });
  return { client, counterparty, products };
};

/** The particulars of a counterparty, which on that day belongs to the client. @throws counterparty.not-linked */
export const partyOn = (counterparty: Counterparty, clientId: string, day: Day): Party => {
  if (linkOn(counterparty.links, day)?.clientId !== clientId)
    throw new Failure("counterparty.not-linked", {
      detail: `${counterparty.legalName} does not belong to the client on ${day}.`,
    });
  const { legalName, taxId, country, iban, address } = counterparty;
  return {
    legalName,
    ...(taxId === undefined ? {} : { taxId }),
    ...(country === undefined ? {} : { country }),
    ...(iban === undefined ? {} : { iban }),
    ...(address === undefined ? {} : { address }),
  };
};

/** Refuses a document whose client the member's right does not reach. @throws record.not-found */
export const checkReached = async (
  context: Pick<Context, "store" | "member" | "scope">,
  { clientId }: { readonly clientId: string },
): Promise<void> => {
  if (!(await reachedClients(context, [clientId])).has(clientId)) throw notFound();
};

/** Of records of clients, those of the clients that the member's right reaches. */
export const reachedOf = async <R extends { readonly clientId: string }>(
  context: Pick<Context, "store" | "member" | "scope">,
  records: readonly R[],
): Promise<R[]> => {
  const reached = await reachedClients(
    context,
    records.map(({ clientId }) => clientId),
  );
  return records.filter(({ clientId }) => reached.has(clientId));
};

/** What posts the legs of a document; undefined where nothing moves. @throws limit.exceeded, money.overflow */
export const postingRequest = (
  legs: readonly Leg[],
  about: {
    readonly id: string;
    readonly kind: string;
    readonly effectiveOn: Day;
    readonly memo?: string | undefined;
    readonly links: Links;
  },
  tenantCurrency: string,
): PostingRequest | undefined => {
  const postings = postingsOf(legs, tenantCurrency);
  if (postings.length === 0) return undefined;
  const { memo, ...transaction } = about;
  const paths = [...new Set([exchangeAccount, ...postings.map(({ account }) => account)])];
  return {
    transaction: { ...transaction, ...(memo === undefined ? {} : { memo }), postings },
    opens: paths.flatMap((path) => openedByFinance(path) ?? []),
  };
};
