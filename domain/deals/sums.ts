import type { Currency } from "../kernel/currency.ts";
import type { Month } from "../kernel/time.ts";
import { type Deal, type DealState, probabilityPercent } from "./deal.ts";

/** By what deals are summed up. */
export const dimensions = [
  "stage",
  "owner",
  "team",
  "product",
  "client",
  "registered-month",
  "closed-month",
] as const;
export type Dimension = (typeof dimensions)[number];

/** The value of a dimension that a deal does not have: no client, no team, no items, not closed yet. */
export const noValue = "-";

/** What of a deal the figures are made of. Kept beside the deal as it was last counted. */
export interface SumFacts {
  readonly state: DealState;
  readonly typeId: string;
  readonly stageId?: string | undefined;
  readonly ownerId: string;
  readonly teamId?: string | undefined;
  readonly clientId?: string | undefined;
  readonly registeredMonth: Month;
  readonly closedMonth?: Month | undefined;
  readonly currency: Currency;
  readonly amountMinor?: number | undefined;
  /** The probability that counts, in percent. */
  readonly percent: number;
  /** Product and what the deal brings with it; a deal without items has its amount under `-`. */
  readonly products: readonly (readonly [productId: string, amountMinor: number | undefined])[];
}

/** The amounts of a deal by product: of what was agreed to, else of its items; without either its amount under `-`. */
export const productShares = ({
  items,
  amountMinor,
  agreed,
}: Pick<Deal, "items" | "amountMinor" | "agreed">): SumFacts["products"] => {
  if (agreed?.products?.length) return agreed.products.map((one) => [one.productId, one.amountMinor]);
  if (agreed || !items?.length) return [[noValue, amountMinor]];
  const byProduct = new Map<string, number>();
  for (const { productId, totalMinor } of items)
    byProduct.set(productId, (byProduct.get(productId) ?? 0) + totalMinor);
  return [...byProduct];
};

export const sumFactsOf = (deal: Deal): SumFacts => ({
  state: deal.state,
  typeId: deal.typeId,
  stageId: deal.stageId,
  ownerId: deal.ownerId,
  teamId: deal.teamId,
  clientId: deal.clientId,
  registeredMonth: deal.registeredMonth,
  closedMonth: deal.closedMonth,
  currency: deal.currency,
  amountMinor: deal.amountMinor,
  percent: probabilityPercent(deal),
  products: productShares(deal),
});

/** Stage ids are unique in their type only. */
export const stageKey = (typeId: string, stageId: string | undefined): string =>
  `${typeId}/${stageId ?? noValue}`;

/** Under which values of a dimension a deal counts, with the amount that it has there. */
export const placesOf = (facts: SumFacts, dimension: Dimension): SumFacts["products"] => {
  const one = (value: string | undefined): SumFacts["products"] => [[value ?? noValue, facts.amountMinor]];
  switch (dimension) {
    case "stage":
      return one(stageKey(facts.typeId, facts.stageId));
    case "owner":
      return one(facts.ownerId);
    case "team":
      return one(facts.teamId);
    case "product":
      return facts.products;
    case "client":
      return one(facts.clientId);
    case "registered-month":
      return one(facts.registeredMonth);
    case "closed-month":
      return one(facts.closedMonth);
  }
};

/**
 * Exact counters by name: `n#<state>` deals; `<state>#<currency>` minor units; `weighted#<currency>` minor units of
 * open deals × percent, to be divided by 100 once, at the very end.
 */
export type Counters = Map<string, bigint>;

const count = (counters: Counters, name: string, by: bigint): void => {
  if (by !== 0n) counters.set(name, (counters.get(name) ?? 0n) + by);
};

/** Counts a deal in (`sign` 1) or out again (-1), with the amount that it has in this place. */
export const countDeal = (
  counters: Counters,
  facts: Pick<SumFacts, "state" | "currency" | "percent">,
  amountMinor: number | undefined,
  sign: 1n | -1n = 1n,
): void => {
  count(counters, `n#${facts.state}`, sign);
  const amount = BigInt(amountMinor ?? 0) * sign;
  count(counters, `${facts.state}#${facts.currency}`, amount);
  if (facts.state === "open") count(counters, `weighted#${facts.currency}`, amount * BigInt(facts.percent));
};

/** One row of the sums that are kept. */
export interface SumPlace {
  readonly dimension: Dimension;
  readonly value: string;
}

/** Changes of the kept sums: by place, by counter, without those that are 0. */
export class SumDeltas {
  readonly #places = new Map<string, { readonly place: SumPlace; readonly counters: Counters }>();

  /** Counts a deal out as it was counted last, and in as it is now. */
  add(before: SumFacts | undefined, after: SumFacts): void {
    for (const [facts, sign] of [
      [before, -1n],
      [after, 1n],
    ] as const) {
      if (!facts) continue;
      for (const dimension of dimensions)
        for (const [value, amountMinor] of placesOf(facts, dimension))
          countDeal(this.#at(dimension, value), facts, amountMinor, sign);
    }
  }

  #at(dimension: Dimension, value: string): Counters {
    const key = `${dimension} ${value}`;
    const known = this.#places.get(key);
    if (known) return known.counters;
    const counters: Counters = new Map();
    this.#places.set(key, { place: { dimension, value }, counters });
    return counters;
  }

  /** The places whose counters change, with what is to be added to them. */
  changes(): { readonly place: SumPlace; readonly counters: Counters }[] {
    return [...this.#places.values()]
      .map(({ place, counters }) => ({
        place,
        counters: new Map([...counters].filter(([, by]) => by !== 0n)),
      }))
      .filter(({ counters }) => counters.size > 0);
  }
}
