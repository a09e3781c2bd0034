import * as z from "zod";
import { Currency } from "../kernel/currency.ts";
import { dividedHalfAwayFromZero, exactNumber } from "../kernel/money.ts";
import { Month } from "../kernel/time.ts";
import { DealState, Slug } from "./deal.ts";
import { type Counters, countDeal, type Dimension, placesOf, type SumFacts } from "./sums.ts";

/** Which deals are summed up; what is absent does not matter. */
export interface SummaryFilter {
  readonly type?: string | undefined;
  readonly stage?: string | undefined;
  readonly state?: DealState | undefined;
  readonly owner?: string | undefined;
  readonly team?: string | undefined;
  /** Only deals with this product, and of their amounts only what it brings. */
  readonly product?: string | undefined;
  readonly client?: string | undefined;
  /** Months, both ends included. A deal that is not closed is in no closing month. */
  readonly registeredFrom?: Month | undefined;
  readonly registeredTo?: Month | undefined;
  readonly closedFrom?: Month | undefined;
  readonly closedTo?: Month | undefined;
}

export const SummaryFilterQuery = {
  type: Slug.optional(),
  stage: Slug.optional(),
  state: DealState.optional(),
  registeredFrom: Month.optional(),
  registeredTo: Month.optional(),
  closedFrom: Month.optional(),
  closedTo: Month.optional(),
};

const within = (month: Month | undefined, from: Month | undefined, to: Month | undefined): boolean =>
  (from === undefined && to === undefined) ||
  (month !== undefined && (from === undefined || month >= from) && (to === undefined || month <= to));

/** Whether a deal belongs to what is summed up. */
export const matches = (facts: SumFacts, filter: SummaryFilter): boolean => {
  const same = <Value>(wanted: Value | undefined, value: Value | undefined) =>
    wanted === undefined || wanted === value;
  return (
    same(filter.state, facts.state) &&
    same(filter.type, facts.typeId) &&
    same(filter.stage, facts.stageId) &&
    same(filter.owner, facts.ownerId) &&
    same(filter.team, facts.teamId) &&
    same(filter.client, facts.clientId) &&
    (filter.product === undefined || facts.products.some(([id]) => id === filter.product)) &&
    within(facts.registeredMonth, filter.registeredFrom, filter.registeredTo) &&
    within(facts.closedMonth, filter.closedFrom, filter.closedTo)
  );
};

/** A deal as far as a filter by product lets it count: the amount of that product alone. */
const narrowed = (facts: SumFacts, product: string | undefined): SumFacts => {
  if (product === undefined) return facts;
  const products = facts.products.filter(([id]) => id === product);
  return { ...facts, products, amountMinor: products[0]?.[1] };
};

/** Rows by value of the dimension, and the totals, in which a deal with several products counts once. */
export class Tally {
  readonly rows = new Map<string, Counters>();
  readonly total: Counters = new Map();
  readonly #by: Dimension;
  readonly #filter: SummaryFilter;

  constructor(by: Dimension, filter: SummaryFilter) {
    this.#by = by;
    this.#filter = filter;
  }

  /** Counts a deal where it belongs to what is summed up. Says whether it does. */
  add(facts: SumFacts): boolean {
    if (!matches(facts, this.#filter)) return false;
    const counted = narrowed(facts, this.#filter.product);
    countDeal(this.total, counted, counted.amountMinor);
    for (const [value, amountMinor] of placesOf(counted, this.#by)) {
      const counters = this.rows.get(value) ?? new Map<string, bigint>();
      this.rows.set(value, counters);
      countDeal(counters, counted, amountMinor);
    }
    return true;
  }
}

export const CurrencyFigures = z.object({
  currency: Currency,
  openMinor: z.int().meta({ description: "Amounts of the open deals, after discounts, without tax" }),
  weightedMinor: z.int().meta({
    description:
      "Σ amount × probability of the open deals, rounded once. A won deal counts in full in `wonMinor`, a lost one nowhere",
  }),
  wonMinor: z.int().meta({ description: "Amounts of the won deals" }),
  lostMinor: z.int().meta({ description: "Amounts of the lost deals" }),
});

/** What a group of deals adds up to. */
export const Figures = z.object({
  count: z.int(),
  open: z.int(),
  won: z.int(),
  lost: z.int(),
  amounts: z
    .array(CurrencyFigures)
    .meta({ description: "By currency; currencies that add up to nothing are left out" }),
});
export type Figures = z.infer<typeof Figures>;

/** Only the counters of one state. */
export const onlyState = (counters: Counters, state: DealState | undefined): Counters =>
  state === undefined
    ? counters
    : new Map(
        [...counters].filter(([name]) => {
          const [kind, what] = name.split("#");
          return kind === "n" ? what === state : kind === state || (kind === "weighted" && state === "open");
        }),
      );

/**
 * Figures from counters. Weighted pipeline = Σ amount × probability over open deals (FIELD.md).
 * @throws money.overflow where a sum is beyond what can be answered exactly
 */
export const figuresOf = (counters: Counters): Figures => {
  const read = (name: string) => counters.get(name) ?? 0n;
  const currencies = [...counters.keys()].flatMap((name) => {
    const [kind, currency] = name.split("#");
    return kind !== "n" && currency && read(name) !== 0n ? [currency] : [];
  });
  const states = {
    open: exactNumber(read("n#open")),
    won: exactNumber(read("n#won")),
    lost: exactNumber(read("n#lost")),
  };
  return {
    count: states.open + states.won + states.lost,
    ...states,
    amounts: [...new Set(currencies)].sort().map((currency) => ({
      currency,
      openMinor: exactNumber(read(`open#${currency}`)),
      weightedMinor: exactNumber(dividedHalfAwayFromZero(read(`weighted#${currency}`), 100n)),
      wonMinor: exactNumber(read(`won#${currency}`)),
      lostMinor: exactNumber(read(`lost#${currency}`)),
    })),
  };
};

/** Adds all counters of one to another. */
export const addCounters = (to: Counters, from: Counters): void => {
  for (const [name, by] of from) to.set(name, (to.get(name) ?? 0n) + by);
};

/** How rows are ordered: by key, or the largest first. */
export const summarySorts = ["key", "count", "open", "weighted", "won", "lost"] as const;
export type SummarySort = (typeof summarySorts)[number];

export interface SummaryRow {
  readonly key: string;
  readonly figures: Figures;
}

/** Compares rows: by key, or by number or amount in one currency from the largest, equal ones by key. */
export const rowOrder = (sort: SummarySort, currency: Currency) => {
  const size = ({ figures }: SummaryRow): number => {
    if (sort === "count") return figures.count;
    const amounts = figures.amounts.find((one) => one.currency === currency);
    if (!amounts) return 0;
    const of = { open: "openMinor", weighted: "weightedMinor", won: "wonMinor", lost: "lostMinor" } as const;
    return sort === "key" ? 0 : amounts[of[sort]];
  };
  const byKey = (a: SummaryRow, b: SummaryRow) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
  return (a: SummaryRow, b: SummaryRow): number => size(b) - size(a) || byKey(a, b);
};
