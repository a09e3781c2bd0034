import type { clientOf } from "../../functions/client.ts";
import type { allRoutes } from "../../functions/routes.ts";

export type Call = ReturnType<typeof clientOf<typeof allRoutes>>;

/** Figures by section and name, as text a person reads: `{ "books RON": { inventory: "29750.00" } }`. Zeros are left out. */
export type Figures = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** An integer of smallest units with its point: 2975000 of scale 2 is `29750.00`. */
export const decimal = (amount: number, scale: number): string => {
  const digits = String(Math.abs(amount)).padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  return `${amount < 0 ? "-" : ""}${scale === 0 ? whole : `${whole}.${digits.slice(-scale)}`}`;
};

const money = (minor: number): string => decimal(minor, 2);

/** Sections without zeros, and without those that have nothing else. */
export const withoutZeros = (figures: Figures): Figures =>
  Object.fromEntries(
    Object.entries(figures)
      .map(([section, rows]) => {
        const left = Object.entries(rows).filter(([, text]) => Number(text) !== 0);
        return [section, Object.fromEntries(left)] as const;
      })
      .filter(([, rows]) => Object.keys(rows).length > 0),
  );

/** What the figures are read about: everything of a tenant with one client. */
export interface Subject {
  readonly call: Call;
  readonly clientId: string;
  /** Ids of products by what the story calls them, with the digits of their quantities. */
  readonly products: Readonly<Record<string, { readonly id: string; readonly scale: number }>>;
  /** Ids of counterparties by what the story calls them. */
  readonly counterparties: Readonly<Record<string, string>>;
  /** The first month that anything was posted in, and the last. */
  readonly months: { readonly from: string; readonly to: string };
  /** The day as of which claims are aged. */
  readonly today: string;
}

const buckets = { current: "not due", days1To30: "1-30", days31To60: "31-60", days61To90: "61-90" } as const;

const stock = async ({ call, products }: Subject): Promise<Record<string, string>> => {
  const rows: Record<string, string> = {};
  for (const [name, { id, scale }] of Object.entries(products)) {
    const { quantity, reserved, valueMinor } = await call.readStockOfProduct({ params: { productId: id } });
    rows[name] = decimal(quantity, scale);
    rows[`${name} reserved`] = decimal(reserved, scale);
    rows[`${name} cost`] = money(valueMinor);
  }
  return rows;
};

/** What is owed, and what the client has paid in advance: as a whole and by counterparty. */
const owed = async ({ call, clientId, counterparties }: Subject): Promise<Record<string, string>> => {
  const { sale } = await call.readClientMoney({ params: { clientId } });
  const rows: Record<string, string> = {};
  const put = (who: string, currencies: typeof sale.currencies): void => {
    for (const { currency, openMinor, freeMinor } of currencies) {
      rows[`${who} owes ${currency}`] = money(openMinor);
      rows[`${who} has free ${currency}`] = money(freeMinor);
    }
  };
  put("client", sale.currencies);
  for (const { key, currencies } of sale.counterparties)
    put(Object.entries(counterparties).find(([, id]) => id === key)?.[0] ?? key, currencies);
  return rows;
};

const ageing = async ({ call, today }: Subject): Promise<Record<string, string>> => {
  const { totals } = await call.readAgeing({ query: { on: today } });
  return Object.fromEntries(
    totals.flatMap((row) => [
      ...Object.entries(buckets).flatMap(([bucket, label]) =>
        isBucket(bucket) ? [[`${row.currency} ${label}`, money(row[bucket])]] : [],
      ),
      [`${row.currency} in the books`, money(row.book.openMinor)],
    ]),
  );
};
const isBucket = (name: string): name is keyof typeof buckets => name in buckets;

/** The client's profit, the company's own sum of it, and the part of each counterparty. */
const profit = async ({
  call,
  clientId,
  counterparties,
  months,
}: Subject): Promise<Record<string, string>> => {
  const query = months;
  const figures = await call.readClientProfit({ params: { clientId }, query });
  const rows: Record<string, string> = {
    revenue: money(figures.revenueMinor),
    discounts: money(figures.discountsMinor),
    "cost of goods": money(figures.costOfGoodsMinor),
    other: money(figures.otherMinor),
    profit: money(figures.profitMinor),
    "profit of the company": money((await call.readCompanyProfit({ query })).profitMinor),
  };
  for (const [name, counterpartyId] of Object.entries(counterparties)) {
    const part = await call.readCounterpartyProfit({ params: { counterpartyId }, query });
    rows[`profit with ${name}`] = money(part.profitMinor);
  }
  return rows;
};

/** The trial balance of a commodity: debits above zero, credits below. @throws where its sides differ */
const books = async (
  { call }: Subject,
  commodity: string,
  scale: number,
): Promise<Record<string, string>> => {
  const { items, debit, credit, steady } = await call.readTrialBalance({ query: { commodity, limit: 200 } });
  const sum = items.reduce((all, row) => all + row.debit - row.credit, 0);
  if (!steady || debit !== credit || sum !== 0)
    throw new Error(`the books in ${commodity} do not balance: ${debit} and ${credit}`);
  return Object.fromEntries(items.map((row) => [row.account, decimal(row.debit - row.credit, scale)]));
};

/** All figures as they are now. */
export const figuresNow = async (subject: Subject): Promise<Figures> => {
  const figures: Record<string, Record<string, string>> = {
    stock: await stock(subject),
    owed: await owed(subject),
    ageing: await ageing(subject),
    profit: await profit(subject),
    "books RON": await books(subject, "RON", 2),
    "books EUR": await books(subject, "EUR", 2),
  };
  for (const [name, { id, scale }] of Object.entries(subject.products))
    figures[`books ${name}`] = await books(subject, id, scale);
  return withoutZeros(figures);
};
