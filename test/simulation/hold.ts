import { fromItem } from "../../functions/kit/table/item.ts";
import { hold, Violation } from "../ledger/simulation/kept.ts";
import type { MemoryTable } from "../ledger/simulation/memory.ts";
import type { Company } from "./company.ts";
import type { Paper } from "./requests.ts";
import { spotName } from "./shelf.ts";

const counterForm = /^e(\d\d)i\d{8}$/;

/** What the ledger counts on each day of an account, debits above zero. */
const daysKept = (table: MemoryTable, { tenantId }: Company, account: string, commodity: string) => {
  const days = new Map<string, number>();
  for (const item of table.partition(`T#${tenantId}#LEDGER#${account}#${commodity}`)) {
    const [page, month] = item.sk?.S?.split("#") ?? [];
    if (page !== "PAGE") continue;
    for (const [name, value] of Object.entries(item)) {
      const [, day] = counterForm.exec(name) ?? [];
      const key = `${month}-${day}`;
      if (day) days.set(key, (days.get(key) ?? 0) + Number(value.N));
    }
  }
  return days;
};

const sumsOf = (entries: readonly { readonly day: string; readonly amount: number }[]) => {
  const days = new Map<string, number>();
  for (const { day, amount } of entries) days.set(day, (days.get(day) ?? 0) + amount);
  return days;
};

const shown = (days: ReadonlyMap<string, number>) =>
  [...days].filter(([, amount]) => amount !== 0).sort(([a], [b]) => (a < b ? -1 : 1));

const holdAccount = (
  table: MemoryTable,
  company: Company,
  account: string,
  commodity: string,
  entries: readonly { readonly day: string; readonly amount: number }[],
): void => {
  const about = `${account} ${commodity} by day`;
  hold(about, shown(daysKept(table, company, account, commodity)), shown(sumsOf(entries)));
};

/** Quantities and values: on no day below zero, and nothing is worth something where nothing is. */
const holdShelf = ({ shelf }: Paper, { products }: Company): void => {
  for (const day of [...shelf.days, "9999"]) {
    for (const spot of shelf.spots)
      if (shelf.level(spot, day) < 0) throw new Violation(`${spotName(spot)} is below zero on ${day}`);
    for (const product of products) {
      const { value } = shelf.worth(product, day);
      if (value < 0) throw new Violation(`the value of ${product} is ${value} on ${day}`);
    }
  }
  for (const product of products) {
    const { quantity, value } = shelf.worth(product);
    if (quantity === 0 && value !== 0) throw new Violation(`nothing of ${product} is worth ${value}`);
  }
};

/** Holds all that is kept of stock and invoices against the paper, day by day. */
export const holdAll = (table: MemoryTable, company: Company, paper: Paper): void => {
  const { shelf, claims } = paper;
  holdShelf(paper, company);
  const records = (entity: string) =>
    [...table.all()]
      .filter((item) => item.entity?.S === entity)
      .map((item) => fromItem<Record<string, unknown>>(item));
  const levels = new Map(
    records("stock-level").map((one) => [
      spotName({ product: String(one.productId), place: String(one.place) }),
      one,
    ]),
  );
  for (const spot of shelf.spots) {
    const { onHand, countedOn } = levels.get(spotName(spot)) ?? {};
    const counted = shelf.counted.get(spotName(spot));
    hold(`level of ${spotName(spot)}`, [onHand, countedOn], [shelf.level(spot), counted]);
    const account = `stock:${company.warehouse}:${spot.place}`;
    const moves = shelf.moves.filter((one) => spotName(one) === spotName(spot));
    holdAccount(
      table,
      company,
      account,
      spot.product,
      moves.map(({ day, quantity: amount }) => ({ day, amount })),
    );
  }
  for (const product of company.products) {
    const { quantity, value } = shelf.worth(product);
    const cost = records("stock-cost").find((one) => one.productId === product);
    hold(`cost of ${product}`, [cost?.quantity ?? 0, cost?.valueMinor ?? 0], [quantity, value]);
  }
  const values = shelf.worths.map(({ day, value: amount }) => ({ day, amount }));
  holdAccount(table, company, "inventory", "EUR", values);
  for (const { id, open, day } of claims.all.values()) {
    const invoice = records("invoice").find((one) => one.id === id);
    hold(`open of ${id}`, [invoice?.openMinor, invoice?.issuedOn], [open, day]);
  }
  const accounts = [
    "revenue",
    "tax-payable",
    "bank",
    ...company.clients.flatMap((id) => [`clients:${id}:receivable`, `clients:${id}:advance`]),
  ];
  for (const account of accounts) {
    const own = claims.booked.filter((one) => one.account === account);
    holdAccount(table, company, account, "EUR", own);
    let balance = 0;
    if (account.endsWith(":receivable"))
      for (const [day, amount] of shown(sumsOf(own))) {
        balance += amount;
        if (balance < 0) throw new Violation(`${account} is at ${balance} on ${day}`);
      }
  }
};
