import * as z from "zod";

/** The functions that a tenant may switch off. Access itself cannot be. */
export const features = {
  clients: "clients, contacts and counterparties",
  products: "the range of products with prices",
  deals: "deals, the board and their summary",
  imports: "imports from files",
  stock: "warehouses, stock and reservations",
  ledger: "the ledger: accounts, transactions, balances",
  contracts: "contracts with clients",
  time: "positions, rates and the time that members spend",
  orders: "orders: reserved, shipped, invoiced",
  finance: "invoices, payments and exchange rates",
} as const;

export type Feature = keyof typeof features;
export const Feature = z.enum(Object.keys(features) as [Feature, ...Feature[]]);

/** Presets of switches: `light` is a company that keeps clients and deals, `full` is everything. */
export const featurePresets = {
  light: ["clients", "deals"],
  full: Object.keys(features) as Feature[],
} as const satisfies Record<string, readonly Feature[]>;
