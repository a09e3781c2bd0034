import type * as z from "zod";
import type { NewProduct } from "../../../domain/products/product.ts";

type Product = z.input<typeof NewProduct>;

const leiPerEuro = 5;

/** A price in euro, and in lei at a plain rate. Both in whole units. */
const priced = (euro: number): Product["prices"] => [
  { currency: "EUR", unitPriceMinor: Math.round(euro * 100) },
  { currency: "RON", unitPriceMinor: Math.round(euro * leiPerEuro) * 100 },
];

const machine = (code: string, name: string, euro: number): Product => ({
  code,
  name,
  category: "Machines",
  prices: priced(euro),
});
const coffee = (code: string, name: string, euro: number): Product => ({
  code,
  name,
  category: "Coffee",
  unit: { name: "kg", scale: 3 },
  prices: priced(euro),
});
const service = (code: string, name: string, unit: string, euro: number): Product => ({
  code,
  name,
  category: "Service",
  kind: "service",
  unit: { name: unit, scale: 2 },
  prices: priced(euro),
});

/** The range of a company that sells coffee machines, coffee and their service. The new price of one began this year. */
export const demoProducts = (year: number): readonly Product[] => [
  machine("EXP-2", "Espressor Expert, două grupuri", 4_850),
  machine("EXP-3", "Espressor Expert, trei grupuri", 6_490),
  machine("BIR-1", "Espressor de birou", 1_290),
  machine("RAS-5", "Râșniță 5 kg/h", 640),
  machine("VIT-9", "Vitrină frigorifică", 2_150),
  {
    ...machine("AUT-1", "Automat de cafea", 3_400),
    prices: [
      { currency: "EUR", unitPriceMinor: 320_000, validTo: `${year - 1}-12-31` },
      { currency: "EUR", unitPriceMinor: 340_000, validFrom: `${year}-01-01` },
      { currency: "RON", unitPriceMinor: 1_700_000 },
    ],
  },
  coffee("CAF-CASA", "Cafea boabe, amestecul casei", 18.5),
  coffee("CAF-ETI", "Cafea boabe, Etiopia Yirgacheffe", 29.9),
  coffee("CAF-DEC", "Cafea decofeinizată", 24),
  service("MNT-ORA", "Mentenanță", "hour", 45),
  service("CURS", "Curs de barista", "day", 380),
  { code: "FLT-12", name: "Filtru de apă", category: "Supplies", prices: priced(34) },
  { code: "CES-6", name: "Cești de porțelan, set de 6", category: "Supplies", prices: priced(21.5) },
  { ...machine("EXP-1", "Espressor Expert, un grup (model vechi)", 2_900), active: false },
];
