import * as z from "zod";
import { Discount, Slug } from "../deals/deal.ts";
import { lineTotalMinor } from "../deals/items.ts";
import type { Currency } from "../kernel/currency.ts";
import { Failure, type FieldFault } from "../kernel/errors.ts";
import { Id } from "../kernel/id.ts";
import { MinorAmount, sumMinor } from "../kernel/money.ts";
import { mostScale, Quantity } from "../kernel/quantity.ts";
import { Text } from "../kernel/text.ts";
import type { Day } from "../kernel/time.ts";
import { type Product, priceOn } from "../products/product.ts";
import { CostAccount, NewCostAccount, RevenueAccount, type Side } from "./accounts.ts";
import type { FinanceSettings } from "./settings.ts";
import { Percent, TaxSum, taxed } from "./tax.ts";

export const mostLines = 100;

const description = Text.min(1).max(300);

/** A line as it is sent. With a product, what is left out comes from the product. */
export const LineInput = z.strictObject({
  productId: Id("product").optional(),
  description: description.optional().meta({ description: "Needed without a product" }),
  quantity: Quantity.default(1),
  scale: z
    .int()
    .min(0)
    .max(mostScale)
    .optional()
    .meta({ description: "Digits after the point of the quantity; of the product where there is one" }),
  unitPriceMinor: MinorAmount.optional().meta({
    description: "For one whole unit; the product's price of the day where it is not given",
  }),
  discount: Discount.optional(),
  taxId: Slug.optional().meta({ description: "A tax rate of the settings; the standard one if absent" }),
  costAccount: NewCostAccount.optional().meta({ description: "Of a supplier's line" }),
  revenueAccount: RevenueAccount.optional().meta({
    description: "Of a sold line; by the settings and the product's category where none is given",
  }),
});
export type LineInput = z.infer<typeof LineInput>;

export const Line = z.object({
  productId: Id("product").optional(),
  description,
  quantity: Quantity,
  scale: z.int(),
  unitPriceMinor: MinorAmount,
  discount: Discount.optional(),
  discountMinor: MinorAmount.meta({
    description: "In the terms of the price: with tax where it includes it",
  }),
  taxId: Slug,
  percent: Percent,
  netMinor: MinorAmount,
  taxMinor: MinorAmount,
  totalMinor: MinorAmount,
  costAccount: CostAccount.optional(),
  revenueAccount: RevenueAccount.optional().meta({ description: "Absent: `revenue`" }),
});
export type Line = z.infer<typeof Line>;

/** What lines add up to. */
export const Totals = z.object({
  lines: z.array(Line).max(mostLines),
  taxes: z.array(TaxSum),
  discountMinor: MinorAmount.meta({ description: "All discounts, without tax" }),
  netMinor: MinorAmount.meta({
    description: "After discounts, without tax: the same as the amount of a deal",
  }),
  taxMinor: MinorAmount,
  totalMinor: MinorAmount.meta({ description: "With tax" }),
});
export type Totals = z.infer<typeof Totals>;

export interface LineSurroundings {
  readonly side: Side;
  readonly currency: Currency;
  readonly pricesIncludeTax: boolean;
  /** The day whose prices are taken. */
  readonly day: Day;
  readonly products: ReadonlyMap<string, Product>;
  readonly settings: FinanceSettings;
}

type Priced = Omit<Line, "netMinor" | "taxMinor" | "totalMinor"> & {
  readonly amountMinor: number;
};

/** Where a sold line is booked: as it says, or as the settings say of the product's category. */
const soldOn = (
  { revenueAccount }: LineInput,
  product: Product | undefined,
  { revenueAccounts = [] }: FinanceSettings,
): Pick<Line, "revenueAccount"> => {
  const ofCategory = revenueAccounts.find(({ category }) => category === product?.category)?.account;
  const account = revenueAccount ?? ofCategory;
  return account === undefined || account === "revenue" ? {} : { revenueAccount: account };
};

const priced = (input: LineInput, pointer: string, around: LineSurroundings): Priced | FieldFault[] => {
  const faults: FieldFault[] = [];
  const fault = (field: string, reason: string) => faults.push({ pointer: `${pointer}/${field}`, reason });
  const product = input.productId === undefined ? undefined : around.products.get(input.productId);
  if (input.productId !== undefined && !product)
    throw new Failure("reference.unknown", {
      fields: [{ pointer: `${pointer}/productId`, reason: "names no product" }],
    });
  if (product && input.scale !== undefined && input.scale !== product.unit.scale)
    fault("scale", `is ${product.unit.scale} for this product`);
  if (around.side === "sale" && input.costAccount !== undefined)
    fault("costAccount", "goes with a purchase only");
  if (around.side === "purchase" && input.revenueAccount !== undefined)
    fault("revenueAccount", "goes with a sale only");
  const scale = product?.unit.scale ?? input.scale ?? 0;
  const text = input.description ?? product?.name;
  if (text === undefined) fault("description", "is needed without a product");
  const unitPriceMinor = input.unitPriceMinor ?? (product && priceOn(product, around.currency, around.day));
  if (unitPriceMinor === undefined)
    fault("unitPriceMinor", `is needed: there is no price in ${around.currency} on ${around.day}`);
  const taxId = input.taxId ?? around.settings.standardTaxId;
  const rate = around.settings.taxRates.find(({ id, active }) => id === taxId && active);
  if (!rate) fault("taxId", "is no active tax rate");
  if (text === undefined || unitPriceMinor === undefined || !rate || faults.length > 0) return faults;
  const line = { quantity: input.quantity, scale, unitPriceMinor };
  const amountMinor = lineTotalMinor({ ...line, discount: input.discount }, pointer);
  return {
    ...(input.productId === undefined ? {} : { productId: input.productId }),
    description: text,
    ...line,
    ...(input.discount ? { discount: input.discount } : {}),
    discountMinor: lineTotalMinor(line, pointer) - amountMinor,
    taxId,
    percent: rate.percent,
    ...(around.side === "purchase"
      ? { costAccount: input.costAccount ?? "goods-received" }
      : soldOn(input, product, around.settings)),
    amountMinor,
  };
};

/**
 * Lines with price, discount and tax, and what they add up to: the tax of each rate over the sum of its lines.
 * @throws invoice.line-invalid naming all that is wrong, reference.unknown, deal.discount-exceeds-line, money.overflow
 */
export const totalled = (inputs: readonly LineInput[], around: LineSurroundings): Totals => {
  const faults: FieldFault[] = [];
  const lines: Priced[] = [];
  for (const [at, input] of inputs.entries()) {
    const line = priced(input, `/lines/${at}`, around);
    if (Array.isArray(line)) faults.push(...line);
    else lines.push(line);
  }
  if (faults.length > 0) throw new Failure("invoice.line-invalid", { fields: faults });
  const withTax = taxed(lines, around.pricesIncludeTax);
  // What the discounts took from the tax too is found as the difference to the same lines without them.
  const without = around.pricesIncludeTax
    ? taxed(
        lines.map((line) => ({ ...line, amountMinor: sumMinor([line.amountMinor, line.discountMinor]) })),
        true,
      )
    : undefined;
  const netMinor = sumMinor(withTax.lines.map((line) => line.netMinor));
  const taxMinor = sumMinor(withTax.taxes.map((tax) => tax.taxMinor));
  return {
    lines: lines.map(({ amountMinor: _, ...line }, at) => ({
      ...line,
      netMinor: withTax.lines[at]?.netMinor ?? 0,
      taxMinor: withTax.lines[at]?.taxMinor ?? 0,
      totalMinor: withTax.lines[at]?.totalMinor ?? 0,
    })),
    taxes: withTax.taxes,
    discountMinor: without
      ? sumMinor(without.lines.map((line) => line.netMinor)) - netMinor
      : sumMinor(lines.map((line) => line.discountMinor)),
    netMinor,
    taxMinor,
    totalMinor: sumMinor([netMinor, taxMinor]),
  };
};
