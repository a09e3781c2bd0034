import * as z from "zod";
import { Currency } from "../kernel/currency.ts";
import { Failure } from "../kernel/errors.ts";
import { Id } from "../kernel/id.ts";
import { Line } from "../kernel/text.ts";
import { Day, Instant } from "../kernel/time.ts";

/** A price for one unit, in minor units of its currency, good on the days from `validFrom` to `validTo`. */
export const Price = z
  .strictObject({
    currency: Currency,
    unitPriceMinor: z.int().min(0).meta({ description: "Minor units of the currency for one whole unit" }),
    validFrom: Day.optional(),
    validTo: Day.optional().meta({ description: "The last day on which the price is good" }),
  })
  .refine(({ validFrom, validTo }) => !validFrom || !validTo || validFrom <= validTo, {
    path: ["validTo"],
    message: "lies before validFrom",
  });
export type Price = z.infer<typeof Price>;

const fields = {
  code: Line.min(1)
    .max(60)
    .meta({ description: "Unique in the tenant, in any case", examples: ["GTX-PRO"] }),
  name: Line.min(1).max(200),
  kind: z.enum(["goods", "service"]).optional().meta({
    description:
      "goods, where nothing is said, lie in stock and are shipped; a service does not. It stays what it is",
  }),
  category: Line.min(1).max(100).optional(),
  unit: z.strictObject({
    name: Line.min(1)
      .max(20)
      .meta({ examples: ["piece", "kg"] }),
    scale: z
      .int()
      .min(0)
      .max(6)
      .meta({ description: "Digits after the point of a quantity: 3 counts kilograms in grams" }),
  }),
  prices: z.array(Price).max(100),
  active: z.boolean(),
};

/** What makes a product. */
export const NewProduct = z.strictObject({
  ...fields,
  unit: fields.unit.default({ name: "piece", scale: 0 }),
  prices: fields.prices.default([]),
  active: fields.active.default(true),
});
export type NewProduct = z.infer<typeof NewProduct>;

/** What may be changed of a product. The scale of the unit may not: quantities are counted in it. */
export const ProductChange = z.strictObject({
  name: fields.name.optional(),
  category: fields.category.nullable(),
  unitName: fields.unit.shape.name.optional(),
  prices: fields.prices.optional(),
  active: fields.active.optional(),
});
export type ProductChange = z.infer<typeof ProductChange>;

export const Product = z
  .object({ id: Id("product"), version: z.int().min(1), ...fields, createdAt: Instant, updatedAt: Instant })
  .meta({ id: "Product" });
export type Product = z.infer<typeof Product>;

const open = { from: "0000-01-01", to: "9999-12-31" };

/** Refuses two prices of one currency for the same day. @throws product.prices-overlap */
export const checkPrices = (prices: readonly Price[]): void => {
  const sorted = prices
    .map((price, at) => ({ ...price, at, from: price.validFrom ?? open.from, to: price.validTo ?? open.to }))
    .sort((a, b) => a.currency.localeCompare(b.currency) || a.from.localeCompare(b.from));
  for (const [n, price] of sorted.entries()) {
    const next = sorted[n + 1];
    if (next && next.currency === price.currency && next.from <= price.to)
      throw new Failure("product.prices-overlap", {
        fields: [{ pointer: `/prices/${next.at}`, reason: `overlaps with /prices/${price.at}` }],
      });
  }
};

/** The price of one unit on a day in minor units, or undefined where none is good. */
export const priceOn = (product: Pick<Product, "prices">, currency: Currency, day: Day): number | undefined =>
  product.prices.find(
    (price) =>
      price.currency === currency &&
      (price.validFrom ?? open.from) <= day &&
      day <= (price.validTo ?? open.to),
  )?.unitPriceMinor;

/** Whether it is nothing that lies in a stock. */
export const isService = ({ kind }: Pick<Product, "kind">): boolean => kind === "service";

/** Codes are the same in any case and with any spaces around. */
export const codeKey = (code: string): string => code.trim().toLocaleLowerCase("en");

/** A new product. @throws product.prices-overlap */
export const newProduct = (input: NewProduct, id: string, now: Instant): Product => {
  checkPrices(input.prices);
  return { id, version: 1, ...input, createdAt: now, updatedAt: now };
};

/** The product after a change. `category: null` takes the category away. @throws product.prices-overlap */
export const changedProduct = (product: Product, change: ProductChange, now: Instant): Product => {
  if (change.prices) checkPrices(change.prices);
  const { unitName, category, ...rest } = change;
  return {
    ...product,
    ...rest,
    ...(unitName === undefined ? {} : { unit: { ...product.unit, name: unitName } }),
    ...(category === undefined ? {} : { category: category ?? undefined }),
    version: product.version + 1,
    updatedAt: now,
  };
};
