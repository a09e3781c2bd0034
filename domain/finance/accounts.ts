import * as z from "zod";
import type { NewAccount } from "../ledger/account.ts";

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
export const taxPath = (side: Side): string => (side === "sale" ? "tax-payable" : "tax-receivable");

/** Where money comes in and goes out: `cash`, `bank`, `bank:ing-eur`. */
export const MoneyAccount = z
  .string()
  .regex(/^(bank|cash)(:[A-Za-z0-9-]{1,40})?$/)
  .meta({ description: "Opened by the first payment that names it", examples: ["bank"] });

/** What a supplier's line is booked on. */
export const CostAccount = z
  .enum(["goods-received", "inventory", "operating-costs"])
  .meta({ description: "What the line is booked on; `goods-received` is what receipts of stock await" });
export type CostAccount = z.infer<typeof CostAccount>;

/** The accounts that everybody shares, as documents open them where the tenant has none of that path. */
const common: readonly NewAccount[] = [
  { path: "revenue", type: "income", turnover: "revenue", mayGoBelowZero: true },
  { path: "discounts", type: "expense", turnover: "revenue", mayGoBelowZero: true },
  { path: "tax-payable", type: "liability", mayGoBelowZero: true },
  { path: "tax-receivable", type: "asset", mayGoBelowZero: true },
  { path: "goods-received", type: "liability", mayGoBelowZero: true },
  { path: "inventory", type: "asset", mayGoBelowZero: true },
  { path: "operating-costs", type: "expense", mayGoBelowZero: true },
  { path: "exchange", type: "equity", mayGoBelowZero: true, managedBy: "finance" },
  { path: "exchange-gains", type: "income", mayGoBelowZero: true },
  { path: "exchange-losses", type: "expense", mayGoBelowZero: true },
];

/**
 * How an account of finance is opened where a document posts to it first. What a client owes is kept by documents alone,
 * so that open documents always sum to it; what lies free can never be used twice.
 */
export const openedByFinance = (path: string): NewAccount | undefined => {
  const known = common.find((account) => account.path === path);
  if (known) return known;
  const kept = { path, managedBy: "finance" };
  if (/^clients:[^:]+:receivable$/.test(path)) return { ...kept, type: "asset", mayGoBelowZero: true };
  if (/^clients:[^:]+:payable$/.test(path)) return { ...kept, type: "liability", mayGoBelowZero: true };
  if (/^clients:[^:]+:advance$/.test(path)) return { ...kept, type: "liability", mayGoBelowZero: false };
  if (/^clients:[^:]+:prepaid$/.test(path)) return { ...kept, type: "asset", mayGoBelowZero: false };
  if (MoneyAccount.safeParse(path).success) return { path, type: "asset", mayGoBelowZero: true };
  return undefined;
};
