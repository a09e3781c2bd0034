import { scopeOf } from "../../domain/access/permissions.ts";
import { type Owned, visible } from "../../domain/access/scope.ts";
import { type Counterparty, holdersOf } from "../../domain/clients/counterparty.ts";
import type { Deal } from "../../domain/deals/deal.ts";
import { Failure, type FieldFault } from "../../domain/kernel/errors.ts";
import { clientEntity, counterpartyEntity } from "../clients/store.ts";
import { dealEntity } from "../deals/store.ts";
import type { Context } from "../kit/context.ts";
import { runParallel } from "../kit/parallel.ts";

/** The records outside of the stock that a request names. */
export interface Named {
  readonly clientId?: string | undefined;
  readonly counterpartyId?: string | undefined;
  readonly dealId?: string | undefined;
}

const sees = (
  { member }: Pick<Context, "member">,
  permission: "client:read" | "deal:read",
  record: Owned | undefined,
): boolean => {
  const scope = scopeOf(member.role, permission);
  return record !== undefined && scope !== undefined && visible(member, scope, record);
};

/** The deal. @throws reference.unknown where there is none that the member may see */
export const namedDeal = async (context: Pick<Context, "store" | "member">, id: string): Promise<Deal> => {
  const deal = await context.store.get(dealEntity, { id });
  if (deal && sees(context, "deal:read", deal)) return deal;
  throw new Failure("reference.unknown", { fields: [{ pointer: "/dealId", reason: "names no deal" }] });
};

/**
 * What a document belongs to: as named, with the client of the deal where only the deal is named.
 * @throws reference.unknown naming every field at fault; what the member may not see is as little there as what does
 * not exist
 */
export const checkLinks = async (context: Context, named: Named): Promise<Named> => {
  const { store } = context;
  const { clientId, counterpartyId, dealId } = named;
  const [client, counterparty, deal] = await runParallel([
    () => (clientId === undefined ? undefined : store.get(clientEntity, { id: clientId })),
    () => (counterpartyId === undefined ? undefined : store.get(counterpartyEntity, { id: counterpartyId })),
    () => (dealId === undefined ? undefined : store.get(dealEntity, { id: dealId })),
  ]);
  const faults: FieldFault[] = [];
  const fault = (pointer: string, reason: string) => faults.push({ pointer, reason });
  if (clientId !== undefined && !sees(context, "client:read", client)) fault("/clientId", "names no client");
  const seenDeal = deal && sees(context, "deal:read", deal) ? deal : undefined;
  if (dealId !== undefined && !seenDeal) fault("/dealId", "names no deal");
  const whose = clientId ?? seenDeal?.clientId;
  if (seenDeal?.clientId !== undefined && whose !== seenDeal.clientId)
    fault("/clientId", "is not the client of the deal");
  if (counterpartyId !== undefined && !belongs(counterparty, whose))
    fault("/counterpartyId", "names no counterparty of the client");
  if (faults.length > 0) throw new Failure("reference.unknown", { fields: faults });
  return { clientId: whose, counterpartyId, dealId };
};

const belongs = (counterparty: Counterparty | undefined, clientId: string | undefined): boolean =>
  counterparty !== undefined && clientId !== undefined && holdersOf(counterparty).includes(clientId);

/** What an order counts moves through the order alone. @throws stock.of-order */
export const checkNotOfOrder = ({ orderId }: { readonly orderId?: string | undefined }): void => {
  if (orderId !== undefined) throw new Failure("stock.of-order", { detail: `It belongs to ${orderId}.` });
};
