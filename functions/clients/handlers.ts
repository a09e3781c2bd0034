import { masked, maskFor } from "../../domain/access/masks.ts";
import { scopeOf } from "../../domain/access/permissions.ts";
import { visible } from "../../domain/access/scope.ts";
import { type Client, changedClient } from "../../domain/clients/client.ts";
import { linkOn } from "../../domain/clients/links.ts";
import { refuseFaults } from "../../domain/clients/whole.ts";
import type { Deal } from "../../domain/deals/deal.ts";
import { changedFieldValues } from "../../domain/fields/values.ts";
import { notFound } from "../../domain/kernel/errors.ts";
import { pagingOf } from "../../domain/kernel/page.ts";
import { dayIn } from "../../domain/kernel/time.ts";
import { clientChanged, clientReassigned } from "../../events/clients.ts";
import { type Happened, happened } from "../../events/event.ts";
import { type Context, checkVersion } from "../kit/context.ts";
import { moveExternalId } from "../kit/external-id.ts";
import type { Handlers } from "../kit/serve.ts";
import { fromItem } from "../kit/table/item.ts";
import { siftedPage } from "../kit/table/sifted.ts";
import { present, StaleWrite, update } from "../kit/table/store.ts";
import { loadClient, reachesClient } from "./access.ts";
import { contactHandlers } from "./contact-handlers.ts";
import { counterpartyHandlers } from "./counterparty-handlers.ts";
import { newClientRecords, parentNamed, responsibilityAfter } from "./create.ts";
import { checkExternalIdFree } from "./external-id.ts";
import { listClients } from "./list.ts";
import { noteHandlers } from "./note-handlers.ts";
import { ancestorsOf, checkReferences } from "./references.ts";
import type { clientRoutes } from "./routes.ts";
import { clientEntity, partitions } from "./store.ts";
import { readWhole } from "./whole.ts";

const reassigned = (before: Client, after: Client): boolean =>
  before.ownerId !== after.ownerId || before.teamId !== after.teamId;

/** What is announced of a change: that the client passed into other hands, and what else was changed. */
const announced = (before: Client, after: Client, otherwiseChanged: boolean): Happened[] => [
  ...(reassigned(before, after)
    ? [
        happened(clientReassigned, {
          clientId: after.id,
          from: { ownerId: before.ownerId, teamId: before.teamId },
          to: { ownerId: after.ownerId, teamId: after.teamId },
        }),
      ]
    : []),
  ...(otherwiseChanged ? [happened(clientChanged, after)] : []),
];

const mayReadDeal = ({ member }: Pick<Context, "member">, deal: Deal): boolean => {
  const scope = scopeOf(member.role, "deal:read");
  return scope !== undefined && visible(member, scope, deal);
};

export const clientHandlers: Handlers<typeof clientRoutes> = {
  async createClient({ body }, context) {
    const { records, writes, happened } = await newClientRecords(body, context, context.member);
    const { client, contacts, counterparties } = records;
    const today = dayIn(context.now, context.tenant.timeZone);
    const hidden = maskFor(context.member.role).counterparty;
    const belonging = counterparties.filter(({ links }) => linkOn(links, today));
    return context.save({
      writes,
      happened,
      answer: {
        ...client,
        contacts: [...contacts],
        counterparties: belonging.map((one) => masked({ ...one, clientId: client.id }, hidden)),
      },
    });
  },

  listClients: ({ query }, context) => listClients(query, context),

  async readClient({ params }, context) {
    const whole = await readWhole(context.store, params.clientId);
    if (!whole || !reachesClient(context, whole.client)) throw notFound();
    const { client, contacts } = whole;
    const today = dayIn(context.now, context.tenant.timeZone);
    const hidden = maskFor(context.member.role).counterparty;
    return {
      ...client,
      contacts,
      counterparties: whole.counterpartiesOn(today).map((one) => masked(one, hidden)),
    };
  },

  async changeClient({ params, body }, context) {
    const { store, member, now } = context;
    const client = await loadClient(context, params.clientId);
    checkVersion(context, client);
    if (Object.keys(body).length === 0) return context.save({ writes: [], answer: client });
    const { ownerId, teamId, fields, archived, ...values } = body;
    const responsible = await responsibilityAfter(store, member, client, { ownerId, teamId });
    const settings = await context.settings();
    const checked = fields && changedFieldValues(settings.fields.client, client.fields, fields);
    refuseFaults(checked?.faults ?? []);
    await checkReferences(store, member, checked?.references ?? []);
    const ancestors =
      values.parentId && values.parentId !== client.parentId
        ? await ancestorsOf(store, client, await parentNamed(store, member, values.parentId))
        : [];
    const changed = changedClient(
      client,
      values,
      {
        ownerId: responsible.ownerId,
        teamId: responsible.teamId,
        fields: checked?.values ?? client.fields,
        archived,
      },
      { now, by: member.id },
    );
    if (changed.externalId !== client.externalId) await checkExternalIdFree(store, changed);
    const claims =
      values.externalId === undefined
        ? []
        : await moveExternalId(store, "client", client, changed.externalId);
    const otherwise = Object.keys(values).length > 0 || fields !== undefined || archived !== undefined;
    return context.save({
      writes: [
        update(clientEntity, changed),
        ...claims,
        // As long as none above has changed, none of them has come to stand below.
        ...ancestors.map(({ id, version }) => present(clientEntity, { id }, () => new StaleWrite(), version)),
      ],
      happened: announced(client, changed, otherwise),
      answer: changed,
    });
  },

  async readTimeline({ params, query }, context) {
    await loadClient(context, params.clientId);
    return siftedPage(
      context.store,
      {
        index: "client",
        pk: partitions.client(params.clientId),
        newestFirst: true,
        ...pagingOf(query),
      },
      async (items) =>
        items.map((item) => {
          if (item.entity?.S !== "deal") return undefined;
          const deal = fromItem<Deal>(item);
          return mayReadDeal(context, deal)
            ? {
                kind: "deal" as const,
                id: deal.id,
                at: deal.registeredAt,
                title: deal.title,
                state: deal.state,
                ownerId: deal.ownerId,
              }
            : undefined;
        }),
    );
  },

  ...contactHandlers,
  ...noteHandlers,
  ...counterpartyHandlers,
};
