import { provision } from "../../functions/provision/provision.ts";
import type { MemoryTable } from "../ledger/simulation/memory.ts";
import { databaseOn } from "../ledger/simulation/network.ts";
import type { Chance } from "../ledger/simulation/scheduler.ts";
import { type Desk, groundOf, make } from "./desk.ts";

/** What documents name. */
export interface Company {
  readonly tenantId: string;
  readonly memberId: string;
  readonly method: "average" | "fifo";
  /** Whether a document may be dated before the last of its series. */
  readonly allowsEarlierDays: boolean;
  readonly products: readonly string[];
  readonly warehouse: string;
  readonly clients: readonly string[];
}

export const places = ["main", "A"] as const;

/** Of every line. */
export const taxPercent = 21;
/** What a company of its country begins with, and keeps. */
const otherRates = [
  { id: "reduced", name: "Reduced", percent: "11" },
  { id: "zero", name: "None", percent: "0" },
];

/** The company's clocks are three hours before UTC, and have no summer time. */
const timeZone = "Etc/GMT-3";
export const dayAt = (instant: string): string =>
  new Date(Date.parse(instant) + 3 * 3_600_000).toISOString().slice(0, 10);

/** A company with products, a warehouse of two places and clients, made while nothing goes wrong. */
export const foundCompany = async (table: MemoryTable, nowMs: number, chance: Chance): Promise<Company> => {
  const order = { name: "Simulation", adminEmail: "admin@example.com", timeZone, country: "RO" };
  // The system's items belong to no tenant: any name does for them.
  const system = { database: databaseOn(table, "system", chance), nowMs, chance };
  const { tenantId, adminMemberId: memberId } = await provision(order, groundOf(system));
  const desk: Desk = { database: databaseOn(table, tenantId, chance), tenantId, memberId, nowMs, chance };
  const method = chance(2) === 0 ? "average" : "fifo";
  await make(desk, { subject: "settings", route: "PUT /v1/settings/stock", body: { costMethod: method } });
  const allowsEarlierDays = chance(4) > 0;
  await make(desk, {
    ...{ subject: "finance", route: "PUT /v1/finance/settings" },
    body: {
      taxRates: [{ id: "standard", name: "VAT", percent: String(taxPercent) }, ...otherRates],
      ...{ standardTaxId: "standard", paymentDays: 30 },
      series: [
        { code: "INV", kind: "invoice", allowsEarlierDays },
        { code: "CN", kind: "credit-note", allowsEarlierDays },
      ],
    },
  });
  const several = async (names: readonly string[], one: (name: string) => Promise<string>) => {
    const ids: string[] = [];
    for (const name of names) ids.push(await one(name));
    return ids;
  };
  const products = await several(["Bolt", "Nut"], (name) =>
    make(desk, { subject: "products", route: "POST /v1/products", body: { name, code: name } }),
  );
  const clients = await several(["North", "South"], (name) =>
    make(desk, { subject: "clients", route: "POST /v1/clients", body: { name } }),
  );
  const warehouse = await make(desk, {
    ...{ subject: "stock", route: "POST /v1/warehouses" },
    body: { name: "House", places: [{ code: "A" }] },
  });
  return { tenantId, memberId, method, allowsEarlierDays, products, warehouse, clients };
};
