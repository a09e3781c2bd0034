import type { Client } from "../../domain/clients/client.ts";
import { mostContacts, mostCounterparties } from "../../domain/clients/client.ts";
import type { Contact } from "../../domain/clients/contact.ts";
import type { ClientCounterparty } from "../../domain/clients/counterparty.ts";
import { linkOn, momentKnown } from "../../domain/clients/links.ts";
import type { Day } from "../../domain/kernel/time.ts";
import { entityName, fromItem } from "../kit/table/item.ts";
import type { Store } from "../kit/table/store.ts";
import { clientCounterpartyEntity, clientEntity, contactEntity, partitions, wholePrefix } from "./store.ts";

export interface Whole {
  readonly client: Client;
  readonly contacts: Contact[];
  /** The counterparties that belong to the client on a day, as known at an instant or by the end of a day. */
  readonly counterpartiesOn: (
    asOf: Day,
    known?: { readonly at: string; readonly timeZone: string },
  ) => ClientCounterparty[];
}

/** Each with the one link that says so. */
const belongingOn = (
  all: readonly ClientCounterparty[],
  asOf: Day,
  known?: { readonly at: string; readonly timeZone: string },
): ClientCounterparty[] =>
  all.flatMap((one) => {
    const knownAt = known && momentKnown(one.links, known.at, known.timeZone);
    const link = linkOn(one.links, asOf, knownAt);
    return link ? [{ ...one, links: [link] }] : [];
  });

/** A client with all that is shown of it, in one consistent query; undefined where there is none. */
export const readWhole = async (store: Store, clientId: string): Promise<Whole | undefined> => {
  const most = 1 + mostContacts + mostCounterparties;
  const items = await store.collection(partitions.client(clientId), most, wholePrefix);
  const of = <R>(name: string): R[] =>
    items.filter((item) => entityName(item) === name).map((item) => fromItem<R>(item));
  const [client] = of<Client>(clientEntity.name);
  if (!client) return undefined;
  const counterparties = of<ClientCounterparty>(clientCounterpartyEntity.name);
  return {
    client,
    contacts: of<Contact>(contactEntity.name),
    counterpartiesOn: (asOf, known) => belongingOn(counterparties, asOf, known),
  };
};
