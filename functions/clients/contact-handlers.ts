import { type Client, mostContacts, touched } from "../../domain/clients/client.ts";
import { type Contact, changedContact, newContact } from "../../domain/clients/contact.ts";
import { refuseFaults } from "../../domain/clients/whole.ts";
import { Failure, notFound } from "../../domain/kernel/errors.ts";
import { contactAdded, contactChanged, contactRemoved } from "../../events/clients.ts";
import { happened } from "../../events/event.ts";
import { type Context, checkVersion } from "../kit/context.ts";
import type { Handlers } from "../kit/serve.ts";
import { entityName, fromItem } from "../kit/table/item.ts";
import { create, remove, update } from "../kit/table/store.ts";
import { loadClient, reachesClient } from "./access.ts";
import { checkReferences } from "./references.ts";
import type { clientRoutes } from "./routes.ts";
import { clientEntity, contactEntity } from "./store.ts";

type Routes = Pick<typeof clientRoutes, "addContact" | "changeContact" | "removeContact">;

const rulesOf = async ({ tenant, settings }: Pick<Context, "tenant" | "settings">) => ({
  country: tenant.country,
  declarations: (await settings()).fields.contact,
  pointer: "",
});

/** A contact and its client, in one round trip. @throws record.not-found */
const loadContact = async (
  context: Context,
  { clientId, contactId }: { readonly clientId: string; readonly contactId: string },
) => {
  const items = await context.store.batchGet([
    clientEntity.key({ id: clientId }),
    contactEntity.key({ id: contactId, clientId }),
  ]);
  const find = <R>(name: string): R | undefined => {
    const item = items.find((one) => entityName(one) === name);
    return item && fromItem<R>(item);
  };
  const client = find<Client>(clientEntity.name);
  const contact = find<Contact>(contactEntity.name);
  if (!client || !reachesClient(context, client) || !contact) throw notFound();
  return { client, contact };
};

/** The client changes with each of its contacts: it is read whole, and its last change is theirs too. */
export const contactHandlers: Handlers<Routes> = {
  async addContact({ params, body }, context) {
    const client = await loadClient(context, params.clientId);
    if (client.contactCount >= mostContacts)
      throw new Failure("limit.exceeded", { detail: `A client has at most ${mostContacts} contacts.` });
    const { newId, now, member, store } = context;
    const identity = { id: newId("contact"), clientId: client.id, now };
    const { record, faults, references } = newContact(body, await rulesOf(context), identity);
    refuseFaults(faults);
    await checkReferences(store, member, references);
    const changed = { ...touched(client, { now, by: member.id }), contactCount: client.contactCount + 1 };
    return context.save({
      writes: [create(contactEntity, record), update(clientEntity, changed)],
      happened: [happened(contactAdded, record)],
      answer: record,
    });
  },

  async changeContact({ params, body }, context) {
    const { client, contact } = await loadContact(context, params);
    checkVersion(context, contact);
    const { now, member, store } = context;
    const { record, faults, references } = changedContact(contact, body, await rulesOf(context), now);
    refuseFaults(faults);
    await checkReferences(store, member, references);
    return context.save({
      writes: [update(contactEntity, record), update(clientEntity, touched(client, { now, by: member.id }))],
      happened: [happened(contactChanged, record)],
      answer: record,
    });
  },

  async removeContact({ params }, context) {
    const { client, contact } = await loadContact(context, params);
    const { now, member } = context;
    const changed = { ...touched(client, { now, by: member.id }), contactCount: client.contactCount - 1 };
    return context.save({
      writes: [update(clientEntity, changed), remove(contactEntity, contact)],
      happened: [happened(contactRemoved, { clientId: client.id, contactId: contact.id })],
      answer: undefined,
    });
  },
};
