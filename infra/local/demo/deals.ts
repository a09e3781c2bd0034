import type * as z from "zod";
import type { DealState } from "../../../domain/deals/deal.ts";
import type { NewDeal } from "../../../domain/deals/input.ts";
import type { DealType } from "../../../domain/deals/type.ts";
import { Chance } from "./chance.ts";
import type { DemoClient } from "./clients.ts";
import { type Course, courseOf, daysFrom, type Wish } from "./past.ts";
import { type DemoMemberKey, sellers } from "./people.ts";
import { sources } from "./settings.ts";

type Body = z.input<typeof NewDeal>;

/** A product of the range under the id that it was given. */
export interface MadeProduct {
  readonly id: string;
  readonly active: boolean;
  readonly kind?: "goods" | "service" | undefined;
  readonly unit: { readonly scale: number };
  readonly prices: readonly { readonly currency: string; readonly unitPriceMinor: number }[];
}

export interface MadeClient {
  readonly id: string;
  readonly name: string;
  readonly contacts: readonly { readonly id: string; readonly roles: readonly Role[] }[];
  readonly counterparties: readonly { readonly id: string }[];
}
type Role = "decider" | "consumer" | "payer";

/** What stands already when deals are entered. */
export interface Made {
  readonly products: readonly MadeProduct[];
  readonly clients: readonly MadeClient[];
  readonly members: Readonly<Record<DemoMemberKey, string>>;
}

export interface DemoDeal {
  readonly owner: DemoMemberKey;
  readonly body: Body;
}

const titles: Readonly<Record<string, readonly string[]>> = {
  sale: [
    "Espresso bar",
    "Coffee corner, two floors",
    "Change of supplier",
    "Second machine",
    "Dotare cafenea nouă",
  ],
  project: [
    "Refit of the breakfast room",
    "Coffee for all branches",
    "Licitație dotări",
    "Roastery of their own",
  ],
  order: ["Coffee for the month", "Filters and cups", "Comandă lunară", "Service visit"],
};
const competitors = ["Cafea Regală", "Kaffee Köhler", "Espresso Łódź", "Boabe & Co"] as const;
const lossNotes = [
  "They stay with whom they have.",
  "Bugetul a trecut pe anul viitor.",
  "Too late by a week.",
] as const;
/** The share of deals at the very beginning that nobody knows the client of. */
const clientlessShare = 0.3;

const counts: Readonly<Record<string, { open: number; lost: number; won: number }>> = {
  sale: { open: 18, lost: 10, won: 110 },
  project: { open: 8, lost: 4, won: 26 },
  order: { open: 20, lost: 12, won: 90 },
};

/** Every way for a deal to stand or to end: in each stage of each type, open, lost there, or won. */
const wishesFor = (types: readonly DealType[]): Wish[] =>
  types.flatMap((type) => {
    const { open, lost, won } = counts[type.id] ?? { open: 3, lost: 2, won: 5 };
    const times = (count: number, state: DealState, place: number): Wish[] =>
      Array.from({ length: count }, () => ({ type, state, place }));
    const places = type.stages.length > 0 ? [...type.stages.keys()] : [-1];
    return [
      ...places.flatMap((place) => [...times(open, "open", place), ...times(lost, "lost", place)]),
      ...times(won, "won", type.stages.length - 1),
    ];
  });

const itemsOf = (chance: Chance, products: readonly MadeProduct[], isPast: boolean): Body["items"] =>
  chance
    .some(
      products.filter(({ active }) => active || isPast),
      chance.between(1, 4),
    )
    .map(({ id, unit: { scale } }) => ({
      productId: id,
      quantity: scale === 0 ? chance.between(1, 5) : chance.between(2, scale === 3 ? 80 : 16) * 10 ** scale,
      ...(chance.is(0.25) ? { discount: { basisPoints: chance.of([300, 500, 750, 1_000]) } } : {}),
    }));

const worthOf = (chance: Chance, { state, place }: Wish, products: readonly MadeProduct[]): Partial<Body> => {
  const drawn = chance.next();
  const isEarly = state === "open" && place < 1;
  if (isEarly && drawn < 0.2) return {};
  if (drawn < 0.4) return { estimatedAmountMinor: chance.between(4, 240) * 25_000 };
  return { items: itemsOf(chance, products, state !== "open") };
};

const outcomeOf = (
  chance: Chance,
  { state }: Wish,
  { closedAt }: Course,
  reasonIds: readonly string[],
): Partial<Body> => {
  if (closedAt === undefined || state === "open") return {};
  if (state === "won") return { outcome: { state, at: closedAt } };
  const reasonId = chance.of(reasonIds);
  return {
    outcome: {
      state,
      at: closedAt,
      reasonId,
      ...(reasonId === "competitor" || chance.is(0.2) ? { competitor: chance.of(competitors) } : {}),
      ...(chance.is(0.3) ? { note: chance.of(lossNotes) } : {}),
    },
  };
};

const contactsOf = (chance: Chance, client: MadeClient | undefined): Body["contacts"] =>
  (client?.contacts ?? [])
    .filter(({ roles }) => roles.length > 0 && chance.is(0.7))
    .map(({ id, roles }, at) => ({
      contactId: id,
      roles: [...roles],
      ...(at === 0 ? { sharePercent: chance.of([40, 50, 60, 80]) } : {}),
    }));

interface Rules {
  readonly types: readonly DealType[];
  readonly reasonIds: readonly string[];
}

/** The demo company's deals, with their pasts up to `nowMs` (milliseconds since the epoch). */
export const demoDeals = (
  seed: string,
  nowMs: number,
  { types, reasonIds }: Rules,
  clients: readonly DemoClient[],
  made: Made,
): DemoDeal[] =>
  wishesFor(types).map((wish, at) => {
    const chance = new Chance(`${seed} deal ${at}`);
    const { type, state } = wish;
    const isOpen = state === "open";
    const withoutClient = isOpen && wish.place < 1 && chance.is(clientlessShare);
    // Some buy often, most now and then.
    const place = Math.floor(chance.next() ** 2 * clients.length);
    const planned = withoutClient ? undefined : clients[place];
    const client = withoutClient ? undefined : made.clients[place];
    const owner = planned?.owner ?? chance.of(sellers.home);
    const others = sellers[planned?.country === "RO" ? "home" : "export"].filter((key) => key !== owner);
    const course = courseOf(chance, wish, nowMs);
    const title = chance.of(titles[type.id] ?? ["Sale"]);
    return {
      owner,
      body: {
        title: client ? `${title}: ${client.name}` : `${title} (call from the fair)`,
        typeId: type.id,
        ...(client ? { clientId: client.id } : {}),
        contacts: contactsOf(chance, client),
        participantIds: chance.is(0.2) ? [made.members[chance.of(others)]] : [],
        ...(planned?.country === "RO" && chance.is(0.35) ? { currency: "RON" } : {}),
        ...worthOf(chance, wish, made.products),
        ...(isOpen && chance.is(0.15) ? { manualProbabilityPercent: chance.between(1, 19) * 5 } : {}),
        ...(isOpen && chance.is(0.7) ? { expectedCloseOn: daysFrom(nowMs, chance.between(-10, 80)) } : {}),
        fields: chance.is(0.7) ? { source: chance.of(sources) } : {},
        registeredAt: course.registeredAt,
        history: [...course.history],
        ...outcomeOf(chance, wish, course, reasonIds),
        externalId: `demo-${at + 1}`,
      },
    };
  });
