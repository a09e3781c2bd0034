import type { Currency } from "../kernel/currency.ts";
import { Failure } from "../kernel/errors.ts";
import { dividedHalfAwayFromZero, exactNumber, sumMinor, summable } from "../kernel/money.ts";
import { smallestUnitsPerUnit } from "../kernel/quantity.ts";
import type { Day } from "../kernel/time.ts";
import { type Product, priceOn } from "../products/product.ts";
import type { Deal, DealItem, Discount } from "./deal.ts";

export interface ItemInput {
  readonly productId: string;
  readonly quantity: number;
  readonly unitPriceMinor?: number | undefined;
  readonly discount?: Discount | undefined;
}

/**
 * The total of a line: quantity × price ÷ 10^scale less the discount, rounded once, a half away from zero.
 * @throws money.overflow, deal.discount-exceeds-line
 */
export const lineTotalMinor = (
  line: { quantity: number; scale: number; unitPriceMinor: number; discount?: Discount | undefined },
  pointer = "/items",
): number => {
  const per = smallestUnitsPerUnit(line.scale);
  const gross = BigInt(line.quantity) * BigInt(line.unitPriceMinor);
  const { discount } = line;
  if (!discount) return exactNumber(dividedHalfAwayFromZero(gross, per));
  if ("basisPoints" in discount)
    return exactNumber(dividedHalfAwayFromZero(gross * BigInt(10_000 - discount.basisPoints), per * 10_000n));
  const net = gross - BigInt(discount.amountMinor) * per;
  if (net < 0n)
    throw new Failure("deal.discount-exceeds-line", {
      fields: [{ pointer: `${pointer}/discount/amountMinor`, reason: "is more than the line without it" }],
    });
  return exactNumber(dividedHalfAwayFromZero(net, per));
};

export interface Pricing {
  readonly products: ReadonlyMap<string, Product>;
  readonly currency: Currency;
  /** The day whose prices are taken where a line names none. */
  readonly day: Day;
  /** Products that may be named although they are not sold any more. */
  readonly mayBeInactive: (productId: string) => boolean;
}

/**
 * Lines with price and total.
 * @throws reference.unknown, product.inactive, deal.price-missing, deal.discount-exceeds-line, money.overflow
 */
export const pricedItems = (inputs: readonly ItemInput[], pricing: Pricing, root = "/items"): DealItem[] =>
  inputs.map(({ productId, quantity, discount, ...input }, at) => {
    const pointer = `${root}/${at}`;
    const fault = (code: string, reason: string) =>
      new Failure(code, {
        fields: [
          { pointer: `${pointer}/${code === "deal.price-missing" ? "unitPriceMinor" : "productId"}`, reason },
        ],
      });
    const product = pricing.products.get(productId);
    if (!product) throw fault("reference.unknown", "is no product of the tenant");
    if (!product.active && !pricing.mayBeInactive(productId))
      throw fault("product.inactive", "is not sold any more");
    const { scale } = product.unit;
    const unitPriceMinor = input.unitPriceMinor ?? priceOn(product, pricing.currency, pricing.day);
    if (unitPriceMinor === undefined)
      throw fault(
        "deal.price-missing",
        `is needed: ${product.code} has no price in ${pricing.currency} on ${pricing.day}`,
      );
    const totalMinor = lineTotalMinor({ quantity, scale, unitPriceMinor, discount }, pointer);
    return { productId, quantity, scale, unitPriceMinor, ...(discount ? { discount } : {}), totalMinor };
  });

/**
 * The amount of a deal, after discounts and without tax: what was agreed to when it was won, else its items' exact total,
 * else the estimate, else none. @throws money.overflow
 */
export const amountOf = (
  deal: Pick<Deal, "items" | "estimatedAmountMinor" | "agreed">,
): number | undefined => {
  if (deal.agreed) return deal.agreed.amountMinor;
  const amount = deal.items?.length
    ? sumMinor(deal.items.map(({ totalMinor }) => totalMinor))
    : deal.estimatedAmountMinor;
  return amount === undefined ? undefined : summable(amount);
};
