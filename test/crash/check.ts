import type { ClientWhole } from "../../domain/clients/whole.ts";
import type { Deal } from "../../domain/deals/deal.ts";
import { itemsOf } from "../../functions/client.ts";
import { bankFaults, bookFaults, soldOf } from "./ledger.ts";
import { type Goods, orderFaults } from "./orders.ts";
import type { Api, Seen, StackProcess } from "./process.ts";
import { purseFaults } from "./purses.ts";
import { each } from "./reading.ts";
import type { Wanted } from "./wanted.ts";
import { belongingsOf, type Journal } from "./writers.ts";

/** What is there after a restart, read over the API. */
interface Found {
  readonly clients: ReadonlyMap<string, ClientWhole>;
  readonly deals: ReadonlyMap<string, Deal>;
  readonly events: readonly Seen[];
  /** External ids that stand more than once. */
  readonly twice: readonly string[];
}

const searched = 25;

const read = async (stack: StackProcess, api: Api): Promise<Found> => {
  const clients = new Map<string, ClientWhole>();
  const ids: string[] = [];
  const twice: string[] = [];
  const keep = <Record>(to: Map<string, Record>, externalId = "", record: Record): void => {
    if (to.has(externalId)) twice.push(externalId);
    to.set(externalId, record);
  };
  for await (const { id } of itemsOf((cursor) => api.listClients({ query: { cursor, limit: "200" } })))
    ids.push(id);
  await each(ids, async (clientId) => {
    const whole = await api.readClient({ params: { clientId } });
    keep(clients, whole.externalId, whole);
  });
  const deals = new Map<string, Deal>();
  for await (const deal of itemsOf((cursor) => api.listDeals({ query: { cursor, limit: "200" } })))
    keep(deals, deal.externalId, deal);
  return { clients, deals, twice, events: await stack.events() };
};

const fits = ({ answered, asked }: Wanted<string>, value: string | undefined): boolean =>
  value === answered || (asked !== undefined && value === asked);

const wantedText = ({ answered, asked }: Wanted<string>): string =>
  asked === undefined ? answered : `${answered} or ${asked}`;

const placeOf = (deal: Deal): string | undefined => (deal.state === "open" ? deal.stageId : deal.state);

/** What is wrong with the records: an answered write that is not there, or one that is there by half. */
const recordFaults = (journal: Journal, { clients, deals }: Found): string[] => {
  const ofClients = journal.clients.flatMap(({ externalId, id, description }) => {
    const client = clients.get(externalId);
    if (!client) return id === undefined ? [] : [`${externalId} was answered and is not there`];
    const wanted = belongingsOf(client.name);
    const [contact] = client.contacts;
    const [counterparty] = client.counterparties;
    return [
      ...(id !== undefined && client.id !== id ? [`${externalId} has another id`] : []),
      ...(client.contacts.length === 1 && contact?.name === wanted.contact ? [] : [`${externalId}: contact`]),
      ...(client.counterparties.length === 1 && counterparty?.legalName === wanted.legalName
        ? []
        : [`${externalId}: counterparty`]),
      ...(fits(description, client.description)
        ? []
        : [`${externalId}: ${client.description} instead of ${wantedText(description)}`]),
    ];
  });
  const ofDeals = journal.deals.flatMap(({ externalId, id, place, amountMinor }) => {
    const deal = deals.get(externalId);
    if (!deal) return id === undefined ? [] : [`${externalId} was answered and is not there`];
    return [
      ...(id !== undefined && deal.id !== id ? [`${externalId} has another id`] : []),
      ...(deal.amountMinor === amountMinor ? [] : [`${externalId}: amount ${deal.amountMinor}`]),
      ...(fits(place, placeOf(deal))
        ? []
        : [`${externalId}: ${placeOf(deal)} instead of ${wantedText(place)}`]),
    ];
  });
  const known = new Set([...journal.clients, ...journal.deals].map(({ externalId }) => externalId));
  const unasked = [...clients.keys(), ...deals.keys()].filter((externalId) => !known.has(externalId));
  return [...ofClients, ...ofDeals, ...unasked.map((externalId) => `${externalId} was never asked for`)];
};

/** What was written and never came over the bus, or came as two different events. */
const eventFaults = ({ clients, deals, events }: Found, others: readonly string[]): string[] => {
  const heard = new Map<string, Set<string>>();
  const note = (name: string, eventId: string) =>
    heard.set(name, (heard.get(name) ?? new Set()).add(eventId));
  for (const { type, detail } of events) {
    const { data, eventId } = detail;
    const client = Object(data.client);
    note(
      `${type} ${String(client.id ?? data.dealId ?? data.id)} ${String(client.version ?? data.version)}`,
      eventId,
    );
  }
  const names = [
    ...[...clients.values()].flatMap(({ id, version }) =>
      Array.from({ length: version }, (_, n) => `client.${n === 0 ? "created" : "changed"} ${id} ${n + 1}`),
    ),
    ...[...deals.values()].flatMap(({ id, moves }) => [
      `deal.registered ${id} 1`,
      ...moves.map(({ kind }, n) => `deal.${kind} ${id} ${n + 2}`),
    ]),
    ...others,
  ];
  return names.flatMap((name) => {
    const ids = heard.get(name)?.size ?? 0;
    return ids === 1 ? [] : [`${name}: ${ids} events`];
  });
};

/** Whether what is derived agrees with the records: every row of the sums, and the lookups of the last clients. */
const derivedFaults = async (api: Api, journal: Journal, { clients, deals }: Found): Promise<string[]> => {
  const faults: string[] = [];
  const all = [...deals.values()];
  const by = {
    stage: (deal: Deal) => `${deal.typeId}/${deal.stageId}`,
    owner: (deal: Deal) => deal.ownerId,
    "closed-month": (deal: Deal) => deal.closedMonth ?? "-",
  } as const;
  for (const [dimension, keyOf] of Object.entries(by)) {
    const { rows } = await api.summarizeDeals({
      query: {
        by: dimension === "stage" || dimension === "owner" ? dimension : "closed-month",
        limit: "200",
      },
    });
    const counted = new Map<string, string>();
    for (const [key, group] of Map.groupBy(all, keyOf)) {
      const minor = (state: Deal["state"]) =>
        group.reduce((sum, deal) => sum + (deal.state === state ? (deal.amountMinor ?? 0) : 0), 0);
      counted.set(key, `${group.length} deals, open ${minor("open")}, won ${minor("won")}`);
    }
    const told = new Map(
      rows.map(({ key, count, amounts: [amount] }) => [
        key,
        `${count} deals, open ${amount?.openMinor ?? 0}, won ${amount?.wonMinor ?? 0}`,
      ]),
    );
    for (const key of new Set([...counted.keys(), ...told.keys()]))
      if (counted.get(key) !== told.get(key))
        faults.push(`summary by ${dimension}, ${key}: ${told.get(key)} instead of ${counted.get(key)}`);
  }
  await each(journal.clients.slice(-searched), async ({ externalId }) => {
    const client = clients.get(externalId);
    const name = `Client ${externalId.replace(/^client-/, "")}`;
    const wanted = client ? [client.id] : [];
    for (const query of [{ email: belongingsOf(name).email }, { externalId }]) {
      const { items } = await api.listClients({ query });
      if (items.map(({ id }) => id).join() !== wanted.join())
        faults.push(`${JSON.stringify(query)} finds ${items.length} instead of ${wanted.length}`);
    }
    const { items } = await api.listClients({ query: { q: name.slice(2) } });
    if (items.some(({ id }) => id === client?.id) !== (client !== undefined))
      faults.push(`a search for ${name.slice(2)} is wrong`);
  });
  return faults;
};

/** Whoever was invited has a login: that subscriber heard of it. */
const loginFaults = async (stack: StackProcess, api: Api, { members }: Journal): Promise<string[]> => {
  const there = new Set<string>();
  for await (const { email } of itemsOf((cursor) => api.listMembers({ query: { cursor, limit: "200" } })))
    there.add(email);
  const faults: string[] = [];
  await each(members, async ({ email, isAnswered }) => {
    if (isAnswered && !there.has(email)) faults.push(`${email} was invited and is no member`);
    if (!there.has(email)) return;
    await stack.token(email).catch((error: unknown) => faults.push(`${email} is a member: ${String(error)}`));
  });
  return faults;
};

export interface Verdict {
  readonly clients: number;
  readonly deals: number;
  readonly sales: number;
  readonly purses: number;
  readonly orders: number;
  readonly events: number;
  readonly faults: readonly string[];
}

/** Holds everything that is there against what the writers were answered. */
export const judge = async (
  stack: StackProcess,
  api: Api,
  journal: Journal,
  goods: Goods,
): Promise<Verdict> => {
  // What was left to expire has, and whatever was interrupted has been carried on by its schedule.
  await stack.advance("PT5M");
  await stack.settle();
  const found = await read(stack, api);
  const { currency } = await api.readTenant();
  const purses = await purseFaults(api, journal.purses);
  const sold = await soldOf(api, journal.sales);
  const orders = await orderFaults(
    api,
    journal.orders,
    goods,
    currency,
    currency === "EUR" ? sold.sumMinor : 0,
  );
  const { queues, lostDeliveries } = await stack.state();
  const others = [
    ...sold.ids.map((id) => `ledger.transaction-posted ${id} 1`),
    ...purses.events,
    ...orders.events,
  ];
  return {
    clients: found.clients.size,
    deals: found.deals.size,
    sales: sold.ids.length,
    purses: purses.count,
    orders: orders.count,
    events: found.events.length,
    faults: [
      ...recordFaults(journal, found),
      ...found.twice.map((externalId) => `${externalId} is there twice`),
      ...eventFaults(found, others),
      ...sold.faults,
      ...purses.faults,
      ...(await bankFaults(api, purses.heldMinor)),
      ...orders.faults,
      ...(await derivedFaults(api, journal, found)),
      ...(await loginFaults(stack, api, journal)),
      ...(await bookFaults(api, [currency, "EUR", ...goods.productIds])),
      ...queues
        .filter(({ messages }) => messages > 0)
        .map(({ name, messages }) => `${messages} dead letters in ${name}`),
      ...(lostDeliveries > 0 ? [`${lostDeliveries} deliveries were lost`] : []),
    ],
  };
};
