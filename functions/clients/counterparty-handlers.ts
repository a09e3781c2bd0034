import { masked, maskFor } from "../../domain/access/masks.ts";
import { type Client, mostCounterparties, touched } from "../../domain/clients/client.ts";
import {
  type Counterparty,
  changedCounterparty,
  clientsOf,
  newCounterparty,
  relinked,
} from "../../domain/clients/counterparty.ts";
import {
  believedLinks,
  corrected,
  type Link,
  linked,
  linkOn,
  momentKnown,
  moved,
  notLinked,
  type Recording,
  withdrawn,
} from "../../domain/clients/links.ts";
import { refuseFaults } from "../../domain/clients/whole.ts";
import { Failure, notFound } from "../../domain/kernel/errors.ts";
import { dayIn } from "../../domain/kernel/time.ts";
import {
  counterpartyChanged,
  counterpartyCreated,
  counterpartyLinkCorrected,
  counterpartyLinked,
  counterpartyMoved,
} from "../../events/clients.ts";
import { type Happened, happened } from "../../events/event.ts";
import { type Context, checkVersion } from "../kit/context.ts";
import type { Handlers } from "../kit/serve.ts";
import { update, type Write } from "../kit/table/store.ts";
import { loadClient, loadCounterparty, reachesClient } from "./access.ts";
import type { counterpartyRoutes } from "./counterparty-routes.ts";
import { unknownClient } from "./references.ts";
import { clientEntity, counterpartyCreation, counterpartyUpdate } from "./store.ts";
import { readWhole } from "./whole.ts";

const todayOf = ({ now, tenant }: Context) => dayIn(now, tenant.timeZone);

const recordingOf = ({ now, member, newId }: Context): Recording => ({
  now,
  by: member.id,
  newLinkId: () => newId("link"),
});

const asBelieved = (counterparty: Counterparty): Counterparty => ({
  ...counterparty,
  links: believedLinks(counterparty.links),
});

/** The client in its next version, with one counterparty more. @throws limit.exceeded */
const withCounterparty = (client: Client, context: Context): Client => {
  if (client.counterpartyCount >= mostCounterparties)
    throw new Failure("limit.exceeded", {
      detail: `A client has at most ${mostCounterparties} counterparties.`,
    });
  return {
    ...touched(client, { now: context.now, by: context.member.id }),
    counterpartyCount: client.counterpartyCount + 1,
  };
};

/** Every link that was not there, or not superseded, before. */
const changedLinks = (before: Counterparty, after: Counterparty): Link[] => {
  const believed = new Set(believedLinks(before.links).map(({ id }) => id));
  const known = new Set(before.links.map(({ id }) => id));
  return after.links.filter(({ id, supersededAt }) => !known.has(id) || (supersededAt && believed.has(id)));
};

/**
 * What is written when links change: the counterparty, its copies, and every client whose links these are, for
 * its whole changes. All of it is one transaction.
 */
const relinking = async (context: Context, before: Counterparty, after: Counterparty): Promise<Write[]> => {
  const touchedIds = [...new Set(changedLinks(before, after).map(({ clientId }) => clientId))];
  const former = new Set(clientsOf(before));
  const clients = await context.store.getAll(
    clientEntity,
    touchedIds.map((id) => ({ id })),
  );
  return [
    ...counterpartyUpdate(before, after),
    ...clients.flatMap((client) => {
      if (!client) return [];
      const next = former.has(client.id)
        ? touched(client, { now: context.now, by: context.member.id })
        : withCounterparty(client, context);
      return [update(clientEntity, next)];
    }),
  ];
};

/** The client that a request names. @throws reference.unknown where the member's right does not reach it */
const clientNamed = async (context: Context, clientId: string): Promise<void> => {
  const client = await context.store.get(clientEntity, { id: clientId });
  if (!client || !reachesClient(context, client)) throw unknownClient("/clientId");
};

interface Decision {
  readonly links: Link[];
  readonly what: (after: Counterparty) => Happened;
}

/** Load, decide on the links, save, answer. A link to a client out of reach is as good as none. */
const changeLinks = async (
  context: Context,
  counterpartyId: string,
  decide: (links: readonly Link[], reaches: (clientId: string) => boolean) => Decision,
  named?: string,
): Promise<Counterparty> => {
  const { counterparty, reaches, shown } = await loadCounterparty(context, counterpartyId, named);
  checkVersion(context, counterparty);
  const { links, what } = decide(counterparty.links, reaches);
  const after = relinked(counterparty, links, context.now);
  return context.save({
    writes: await relinking(context, counterparty, after),
    happened: [what(after)],
    answer: shown(after),
  });
};

/** @throws record.not-found where there is none of this id, or none within reach */
const linkWithin = (links: readonly Link[], linkId: string, reaches: (clientId: string) => boolean): Link => {
  const link = links.find(({ id }) => id === linkId);
  if (!link || !reaches(link.clientId)) throw notFound();
  return link;
};

/** What is announced of a link that was superseded, by another or by nothing. */
const correction = ({ id, links }: Counterparty, linkId: string, instead?: Link): Happened => {
  const superseded = links.find((link) => link.id === linkId);
  if (!superseded) throw new Error("a link that was superseded is gone");
  return happened(counterpartyLinkCorrected, {
    counterpartyId: id,
    superseded,
    ...(instead ? { link: instead } : {}),
  });
};

/** The link that was recorded last. */
const newest = (links: readonly Link[]): Link => {
  const link = links.at(-1);
  if (!link) throw new Error("nothing was recorded");
  return link;
};

export const counterpartyHandlers: Handlers<typeof counterpartyRoutes> = {
  async addCounterparty({ params, body }, context) {
    const client = await loadClient(context, params.clientId);
    const { newId, now, member } = context;
    const made = newCounterparty(body, { id: newId("counterparty"), now, pointer: "" });
    refuseFaults(made.faults);
    const { validFrom = todayOf(context), validTo } = body;
    const links = linked([], { clientId: client.id, validFrom, validTo }, recordingOf(context));
    const counterparty = { ...made.record, links };
    return context.save({
      writes: [
        ...counterpartyCreation(counterparty),
        update(clientEntity, withCounterparty(client, context)),
      ],
      happened: [happened(counterpartyCreated, counterparty)],
      answer: masked(counterparty, maskFor(member.role).counterparty),
    });
  },

  async listCounterparties({ params, query }, context) {
    const whole = await readWhole(context.store, params.clientId);
    if (!whole || !reachesClient(context, whole.client)) throw notFound();
    const known =
      query.knownAt === undefined ? undefined : { at: query.knownAt, timeZone: context.tenant.timeZone };
    const hidden = maskFor(context.member.role).counterparty;
    const items = whole.counterpartiesOn(query.asOf ?? todayOf(context), known);
    return { items: items.map((one) => masked(one, hidden)) };
  },

  async readCounterparty({ params }, context) {
    const { counterparty, shown } = await loadCounterparty(context, params.counterpartyId);
    return shown(counterparty);
  },

  async readClientOfCounterparty({ params, query }, context) {
    const { counterparty } = await loadCounterparty(context, params.counterpartyId);
    const asOf = query.asOf ?? todayOf(context);
    const knownAt = query.knownAt && momentKnown(counterparty.links, query.knownAt, context.tenant.timeZone);
    const link = linkOn(counterparty.links, asOf, knownAt);
    const client = link && (await context.store.get(clientEntity, { id: link.clientId }));
    return client && reachesClient(context, client) ? { asOf, link, client } : { asOf };
  },

  async changeCounterparty({ params, body }, context) {
    const { counterparty, shown } = await loadCounterparty(context, params.counterpartyId);
    checkVersion(context, counterparty);
    const { record, faults } = changedCounterparty(counterparty, body, context.now);
    refuseFaults(faults);
    return context.save({
      writes: counterpartyUpdate(counterparty, record),
      happened: [happened(counterpartyChanged, asBelieved(record))],
      answer: shown(record),
    });
  },

  async linkCounterparty({ params, body }, context) {
    const { validFrom = todayOf(context), validTo, clientId } = body;
    await clientNamed(context, clientId);
    return changeLinks(
      context,
      params.counterpartyId,
      (before) => {
        const links = linked(before, { clientId, validFrom, validTo }, recordingOf(context));
        return {
          links,
          what: ({ id }) => happened(counterpartyLinked, { counterpartyId: id, link: newest(links) }),
        };
      },
      clientId,
    );
  },

  async moveCounterparty({ params, body }, context) {
    const { on = todayOf(context), clientId } = body;
    await clientNamed(context, clientId);
    return changeLinks(
      context,
      params.counterpartyId,
      (before, reaches) => {
        const old = linkOn(before, on);
        if (!old || !reaches(old.clientId)) throw notLinked(on);
        return {
          links: moved(before, { clientId, on }, recordingOf(context)),
          what: ({ id }) =>
            happened(counterpartyMoved, {
              counterpartyId: id,
              fromClientId: old.clientId,
              toClientId: clientId,
              on,
            }),
        };
      },
      clientId,
    );
  },

  async correctLink({ params, body }, context) {
    return changeLinks(context, params.counterpartyId, (before, reaches) => {
      const { id } = linkWithin(before, params.linkId, reaches);
      const links = corrected(before, id, body, recordingOf(context));
      return { links, what: (after) => correction(after, id, newest(links)) };
    });
  },

  async withdrawLink({ params }, context) {
    return changeLinks(context, params.counterpartyId, (before, reaches) => {
      const { id } = linkWithin(before, params.linkId, reaches);
      return {
        links: withdrawn(before, id, recordingOf(context)),
        what: (after) => correction(after, id),
      };
    });
  },
};
