import { Product } from "../domain/products/product.ts";
import { event } from "./event.ts";

const sample = {
  id: "prd_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  version: 1,
  code: "GTX-PRO",
  name: "GTX Pro",
  unit: { name: "piece", scale: 0 },
  prices: [{ currency: "USD", unitPriceMinor: 482_100 }],
  active: true,
  createdAt: "2026-11-23T18:00:00.000Z",
  updatedAt: "2026-11-23T18:00:00.000Z",
};

export const productCreated = event({
  type: "product.created",
  version: 1,
  summary: "A product came into the range",
  data: Product,
  sample,
});

export const productChanged = event({
  type: "product.changed",
  version: 1,
  summary: "A product was changed",
  data: Product,
  sample: { ...sample, version: 2 },
});
