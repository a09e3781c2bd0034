import { masked, maskFor } from "../../domain/access/masks.ts";
import { visible } from "../../domain/access/scope.ts";
import type { Client } from "../../domain/clients/client.ts";
import { type Counterparty, clientsOf, holdersOf } from "../../domain/clients/counterparty.ts";
import { notFound } from "../../domain/kernel/errors.ts";
import type { Context } from "../kit/context.ts";
import { found } from "../kit/found.ts";
import { clientEntity, counterpartyEntity } from "./store.ts";

type Seeing = Pick<Context, "store" | "member" | "scope">;

/** Whether the route's right reaches a client. */
export const reachesClient = (
  { member, scope }: Pick<Context, "member" | "scope">,
  client: Client,
): boolean => visible(member, scope, client);

/** Which of these clients the right reaches. */
export const reachedClients = async (
  { store, member, scope }: Seeing,
  clientIds: Iterable<string>,
): Promise<ReadonlySet<string>> => {
  const distinct = new Set(clientIds);
  if (scope === "all") return distinct;
  const clients = await store.getAll(
    clientEntity,
    [...distinct].map((id) => ({ id })),
  );
  return new Set(
    clients.flatMap((client) => (client && reachesClient({ member, scope }, client) ? [client.id] : [])),
  );
};

/** The client. @throws record.not-found where there is none, and where the member's right does not reach it */
export const loadClient = async (context: Seeing, id: string): Promise<Client> => {
  const client = await context.store.get(clientEntity, { id });
  if (!client || !reachesClient(context, client)) throw notFound();
  return client;
};

export interface SeenCounterparty {
  readonly counterparty: Counterparty;
  /** Whether the member's right reaches a client that it is or was linked to. */
  readonly reaches: (clientId: string) => boolean;
  /** What the member is shown: without masked fields and without links to clients out of reach. */
  readonly shown: (counterparty: Counterparty) => Counterparty;
}

/**
 * The counterparty, for a member whose right reaches a client that holds it.
 * @param reachedAlready a client that is known to be within reach, and to which the counterparty may come to belong
 * @throws record.not-found where there is none or none that the member may see
 */
export const loadCounterparty = async (
  context: Seeing,
  id: string,
  reachedAlready?: string,
): Promise<SeenCounterparty> => {
  const counterparty = await found(context.store.get(counterpartyEntity, { id }));
  const hidden = maskFor(context.member.role).counterparty;
  if (context.scope === "all")
    return { counterparty, reaches: () => true, shown: (one) => masked(one, hidden) };
  const reached = new Set(await reachedClients(context, clientsOf(counterparty)));
  if (!holdersOf(counterparty).some((clientId) => reached.has(clientId))) throw notFound();
  if (reachedAlready !== undefined) reached.add(reachedAlready);
  return {
    counterparty,
    reaches: (clientId) => reached.has(clientId),
    shown: (one) =>
      masked({ ...one, links: one.links.filter(({ clientId }) => reached.has(clientId)) }, hidden),
  };
};
