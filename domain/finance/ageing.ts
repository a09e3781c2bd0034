import * as z from "zod";
import { Currency } from "../kernel/currency.ts";
import { exactNumber } from "../kernel/money.ts";
import { type Day, millisecondsOf } from "../kernel/time.ts";
import { Side } from "./accounts.ts";

/** How long past due: not yet, up to 30, 60 or 90 days, longer. */
export const ageBuckets = ["current", "days1To30", "days31To60", "days61To90", "over90"] as const;
export type AgeBucket = (typeof ageBuckets)[number];

/** Whole days from the due day to a day; zero or less: not overdue. */
export const daysOverdue = (dueOn: Day, on: Day): number =>
  (millisecondsOf(`${on}T00:00:00.000Z`) - millisecondsOf(`${dueOn}T00:00:00.000Z`)) / 86_400_000;

/** Into which bucket a document falls on a day. */
export const bucketOf = (dueOn: Day, on: Day): AgeBucket => {
  const days = daysOverdue(dueOn, on);
  if (days <= 0) return "current";
  if (days <= 30) return "days1To30";
  if (days <= 60) return "days31To60";
  return days <= 90 ? "days61To90" : "over90";
};

const Amounts = z.object({
  current: z.int(),
  days1To30: z.int(),
  days31To60: z.int(),
  days61To90: z.int(),
  over90: z.int(),
  openMinor: z.int().meta({ description: "The sum of the buckets" }),
  freeMinor: z.int().meta({ description: "Advances and credits that settle nothing yet" }),
});

/** What is open of one currency by age, in minor units; and the same in the tenant's currency, at the rates of issue. */
export const Ageing = z
  .object({ currency: Currency, ...Amounts.shape, book: Amounts, documents: z.int() })
  .meta({ id: "Ageing" });
export type Ageing = z.infer<typeof Ageing>;

export const SidedAgeing = z.object({ side: Side, currencies: z.array(Ageing) });

/** A document that is open, or money that is free. */
export type AgedItem =
  | {
      readonly kind: "claim";
      readonly currency: Currency;
      readonly dueOn: Day;
      readonly openMinor: number;
      readonly openBookMinor: number;
    }
  | {
      readonly kind: "free";
      readonly currency: Currency;
      readonly leftMinor: number;
      readonly leftBookMinor: number;
    };

type Figures = Record<AgeBucket | "openMinor" | "freeMinor", bigint>;
const nothing = (): Figures => ({
  current: 0n,
  days1To30: 0n,
  days31To60: 0n,
  days61To90: 0n,
  over90: 0n,
  openMinor: 0n,
  freeMinor: 0n,
});
const shown = (figures: Figures): z.infer<typeof Amounts> => ({
  current: exactNumber(figures.current),
  days1To30: exactNumber(figures.days1To30),
  days31To60: exactNumber(figures.days31To60),
  days61To90: exactNumber(figures.days61To90),
  over90: exactNumber(figures.over90),
  openMinor: exactNumber(figures.openMinor),
  freeMinor: exactNumber(figures.freeMinor),
});

/** Open documents by age on a day, one entry for each currency, in the order of the codes. @throws money.overflow */
export const aged = (items: Iterable<AgedItem>, on: Day): Ageing[] => {
  const sums = new Map<Currency, { own: Figures; book: Figures; documents: number }>();
  for (const item of items) {
    const sum = sums.get(item.currency) ?? { own: nothing(), book: nothing(), documents: 0 };
    sums.set(item.currency, sum);
    if (item.kind === "free") {
      sum.own.freeMinor += BigInt(item.leftMinor);
      sum.book.freeMinor += BigInt(item.leftBookMinor);
      continue;
    }
    const bucket = bucketOf(item.dueOn, on);
    for (const [figures, amount] of [
      [sum.own, item.openMinor],
      [sum.book, item.openBookMinor],
    ] as const) {
      figures[bucket] += BigInt(amount);
      figures.openMinor += BigInt(amount);
    }
    sum.documents += 1;
  }
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, { own, book, documents }]) => ({
      currency,
      ...shown(own),
      book: shown(book),
      documents,
    }));
};
