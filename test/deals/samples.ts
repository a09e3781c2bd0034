import { newDeal, type Surroundings } from "../../domain/deals/change.ts";
import type { Deal } from "../../domain/deals/deal.ts";
import { NewDeal } from "../../domain/deals/input.ts";
import type { DealRules } from "../../domain/deals/pipeline.ts";
import type { DealType } from "../../domain/deals/type.ts";
import { instantOf, millisecondsOf } from "../../domain/kernel/time.ts";
import type { Product } from "../../domain/products/product.ts";

/** An id of a kind with a readable end. */
export const idOf = (prefix: string, n: number): string => `${prefix}_${String(n).padStart(26, "0")}`;

const stage = (id: string, probabilityPercent: number, limitHours?: number) => ({
  id,
  name: id,
  probabilityPercent,
  ...(limitHours === undefined ? {} : { limitHours }),
});

export const process: DealType = {
  id: "sale",
  name: "Sale",
  kind: "process",
  stages: [stage("interest", 10, 24), stage("offer", 40, 48), stage("talks", 60), stage("contract", 80, 24)],
  active: true,
};
export const manual: DealType = {
  id: "project",
  name: "Project",
  kind: "manual",
  stages: [stage("idea", 5), stage("tender", 33), stage("contract", 90)],
  active: true,
};
export const simple: DealType = { id: "order", name: "Order", kind: "simple", stages: [], active: true };

export const rules: DealRules = {
  settings: {
    dealTypes: [process, manual, simple, { ...manual, id: "retired", active: false }],
    lossReasons: [
      { id: "price", name: "Price", active: true },
      { id: "old", name: "Old", active: false },
    ],
  },
  timeZone: "Europe/Bucharest",
};

export const start = "2026-03-01T08:00:00.000Z";
/** So many milliseconds after the start. */
export const later = (ms: number): string => instantOf(millisecondsOf(start) + ms);
export const hour = 3_600_000;

export const product = (n: number, more: Partial<Product> = {}): Product => ({
  id: idOf("prd", n),
  version: 1,
  code: `P${n}`,
  name: `Product ${n}`,
  unit: { name: "piece", scale: 0 },
  prices: [{ currency: "EUR", unitPriceMinor: 1_000 * n }],
  active: true,
  createdAt: start,
  updatedAt: start,
  ...more,
});

export const surroundings = (products: readonly Product[] = []): Surroundings => ({
  rules,
  products: new Map(products.map((one) => [one.id, one])),
  currency: "EUR",
  fields: {},
});

export const by = idOf("mem", 1);

/** A deal as a request would make it. */
export const deal = (
  input: Record<string, unknown> = {},
  now = start,
  products: readonly Product[] = [],
): Deal =>
  newDeal(
    NewDeal.parse({ title: "Roof", typeId: "sale", ...input }),
    surroundings(products),
    { ownerId: by, teamId: idOf("team", 1) },
    { id: idOf("deal", 1), by, now },
  );
