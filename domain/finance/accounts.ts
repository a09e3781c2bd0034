import * as z from "zod";
import { Format } from "../kernel/text.ts";
import type { NewAccount } from "../ledger/account.ts";
import { standardChart } from "../ledger/chart.ts";

/** Whose money it is about: `sale`, what clients owe and pay us; `purchase`, what we owe and pay them. */
export const Side = z.enum(["sale", "purchase"]).meta({
  description: "`sale`: what clients owe and pay us; `purchase`: what we owe and pay them",
});
export type Side = z.infer<typeof Side>;

export const sides: readonly Side[] = ["sale", "purchase"];

/** +1 where a document of the side makes a debit of the client's account, -1 where a credit. */
export const signOf = (side: Side): 1 | -1 => (side === "sale" ? 1 : -1);

export const receivablePath = (clientId: string): string => `clients:${clientId}:receivable`;
export const payablePath = (clientId: string): string => `clients:${clientId}:payable`;
export const advancePath = (clientId: string): string => `clients:${clientId}:advance`;
export const prepaidPath = (clientId: string): string => `clients:${clientId}:prepaid`;

/** Where documents of the side are open, per client whatever the counterparty. */
export const claimPath = (side: Side, clientId: string): string =>
  side === "sale" ? receivablePath(clientId) : payablePath(clientId);
/** Where money lies that settles nothing yet. */
export const freePath = (side: Side, clientId: string): string =>
  side === "sale" ? advancePath(clientId) : prepaidPath(clientId);
export const taxPath = (side: Side): string => (side === "sale" ? "tax-payable" : "tax-deductible");

/** Where money comes in and goes out: `cash`, `bank`, `bank:ing-eur`. */
export const MoneyAccount = Format(45, z.regex(/^(bank|cash)(:[A-Za-z0-9-]{1,40})?$/)).meta({
  description: "Opened by the first payment that names it",
  examples: ["bank"],
});

/** What a sold line is booked on: `revenue`, or one below it. */
export const RevenueAccount = Format(48, z.regex(/^revenue(:[A-Za-z0-9-]{1,40})?$/)).meta({
  description: "Opened by the first document that names it",
  examples: ["revenue:services"],
});

/** What a supplier's line is booked on. */
export const CostAccount = z
  .enum(["goods-received", "inventory", "other-cost"])
  .meta({ description: "What the line is booked on; `goods-received` is what receipts of stock await" });
export type CostAccount = z.infer<typeof CostAccount>;
/** On `inventory` no new line is booked: what goods in stock stand at is the stock's alone. */
export const NewCostAccount = CostAccount.exclude(["inventory"]);

/**
 * Claims and money in foreign currencies lie on their accounts in those currencies; `exchange` holds the other side of them.
 * What they are worth by the books lies in the tenant's currency, by kind and currency, at `exchange:receivable:EUR` …
 */
export const exchangeAccount = "exchange";

/** What exchange rates would bring or cost lies here, until it is realised. */
export const unrealisedAccount = "unrealised-exchange-differences";

/** What amounts in a foreign currency are, by the account they lie on. */
export const foreignKinds = ["receivable", "payable", "advance", "prepaid", "money"] as const;
export type ForeignKind = (typeof foreignKinds)[number];

const kindOf = (account: string): ForeignKind =>
  foreignKinds.find((kind) => /^clients:[^:]+:/.test(account) && account.endsWith(`:${kind}`)) ?? "money";

/** The account of what amounts of a kind and currency are worth by the books. */
export const worthPathOf = (kind: ForeignKind, currency: string): string =>
  `${exchangeAccount}:${kind}:${currency}`;

/** The same for amounts that lie on an account. */
export const worthPath = (account: string, currency: string): string =>
  worthPathOf(kindOf(account), currency);

const worthForm = new RegExp(`^${exchangeAccount}:(${foreignKinds.join("|")}):[A-Z]{3}$`);
const equity = { type: "equity", mayGoBelowZero: true, managedBy: "finance" } as const;

/**
 * How an account of finance is opened where a document posts to it first. What a client owes is kept by documents alone,
 * so that open documents always sum to it; what lies free can never be used twice.
 */
export const openedByFinance = (path: string): NewAccount | undefined => {
  const known = standardChart.find((account) => account.path === path);
  if (known) return known;
  if (path === exchangeAccount)
    return { path, ...equity, name: "Foreign claims and money, in their currencies" };
  if (path === unrealisedAccount)
    return {
      ...{ path, name: "Exchange differences that are not realised", type: "income" },
      ...{ mayGoBelowZero: true, managedBy: "finance" },
    };
  if (worthForm.test(path)) return { path, ...equity, name: "What they are worth by the books" };
  const kept = { path, managedBy: "finance" };
  if (/^clients:[^:]+:receivable$/.test(path)) return { ...kept, type: "asset", mayGoBelowZero: true };
  if (/^clients:[^:]+:payable$/.test(path)) return { ...kept, type: "liability", mayGoBelowZero: true };
  if (/^clients:[^:]+:advance$/.test(path)) return { ...kept, type: "liability", mayGoBelowZero: false };
  if (/^clients:[^:]+:prepaid$/.test(path)) return { ...kept, type: "asset", mayGoBelowZero: false };
  if (RevenueAccount.safeParse(path).success)
    return { path, type: "income", turnover: "revenue", mayGoBelowZero: true };
  if (MoneyAccount.safeParse(path).success) return { path, type: "asset", mayGoBelowZero: true };
  return undefined;
};
