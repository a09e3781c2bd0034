import * as z from "zod";
import { exactNumber } from "../kernel/money.ts";

const Figures = z.object({
  revenue: z.int().meta({ description: "What was sold less discounts and credit notes, in minor units" }),
  margin: z.int().meta({ description: "Revenue less the cost of what was sold, in minor units" }),
  sales: z.int().meta({ description: "How many sales; one that was taken back does not count" }),
});

const AccountSum = z.object({
  account: z
    .string()
    .meta({ description: "An account of income or expense; `*` stands for the ids of members" }),
  amount: z.int().meta({ description: "Debits less credits, in minor units" }),
});

/** What was posted for a client, counterparty or product in one year and currency. */
export const Turnover = Figures.extend({
  year: z.int(),
  currency: z.string(),
  months: z
    .array(Figures.extend({ month: z.string(), accounts: z.array(AccountSum) }).meta({ id: "TurnoverMonth" }))
    .meta({ description: "The months in which anything was posted" }),
  accounts: z.array(AccountSum).meta({ description: "All that was posted to income and expense" }),
}).meta({ id: "Turnover" });
export type Turnover = z.infer<typeof Turnover>;

/** The figures of one of many. */
export const TurnoverSum = Figures.extend({
  id: z.string().meta({ description: "Of the client or product" }),
}).meta({ id: "TurnoverSum" });

const counterForm = /^([rmn])(\d\d)$/;
const accountForm = /^a(\d\d):(.+)$/;
const figureOf = { r: "revenue", m: "margin", n: "sales" } as const;
type Figure = (typeof figureOf)[keyof typeof figureOf];

const isFigureLetter = (letter: string | undefined): letter is keyof typeof figureOf =>
  letter === "r" || letter === "m" || letter === "n";

interface Sums {
  readonly figures: Record<Figure, bigint>;
  readonly accounts: Map<string, bigint>;
}

const newSums = (): Sums => ({ figures: { revenue: 0n, margin: 0n, sales: 0n }, accounts: new Map() });

const addAccount = (accounts: Map<string, bigint>, account: string, amount: bigint): void => {
  accounts.set(account, (accounts.get(account) ?? 0n) + amount);
};

const accountsOf = (accounts: ReadonlyMap<string, bigint>) =>
  [...accounts]
    .filter(([, amount]) => amount !== 0n)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([account, amount]) => ({ account, amount: exactNumber(amount) }));

const shown = ({ figures, accounts }: Sums) => ({
  revenue: exactNumber(figures.revenue),
  margin: exactNumber(figures.margin),
  sales: exactNumber(figures.sales),
  accounts: accountsOf(accounts),
});

/**
 * The turnover of a year from its counters (`r01`…`r12`, `m…`, `n…`, `a01:<account>`; see effects.ts).
 * @throws money.overflow
 */
export const turnoverOf = (
  year: number,
  currency: string,
  counters: Iterable<readonly [string, bigint]>,
): Turnover => {
  const months = new Map<string, Sums>();
  const whole = newSums();
  const monthOf = (month: string): Sums => {
    const there = months.get(month) ?? newSums();
    months.set(month, there);
    return there;
  };
  for (const [name, amount] of counters) {
    if (amount === 0n) continue;
    const [, letter, month] = counterForm.exec(name) ?? [];
    if (isFigureLetter(letter) && month !== undefined) {
      monthOf(month).figures[figureOf[letter]] += amount;
      whole.figures[figureOf[letter]] += amount;
    }
    const [, accountMonth, account] = accountForm.exec(name) ?? [];
    if (accountMonth !== undefined && account !== undefined) {
      addAccount(monthOf(accountMonth).accounts, account, amount);
      addAccount(whole.accounts, account, amount);
    }
  }
  return {
    year,
    currency,
    ...shown(whole),
    months: [...months]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([month, sums]) => ({ month: `${String(year).padStart(4, "0")}-${month}`, ...shown(sums) })),
  };
};
