import * as z from "zod";
import { amountText, currencies } from "../kernel/currency.ts";
import { Format } from "../kernel/text.ts";

const known = new Set(currencies);

/**
 * What is counted exactly: a currency (in its minor unit), a product (in the smallest unit of its measure),
 * a minute of a member's time, a loyalty point.
 */
export const Commodity = Format(30, z.regex(/^(?:[A-Z]{3}|prd_[0-9A-HJKMNP-TV-Z]{26}|minute|point)$/))
  .refine((code) => code.length !== 3 || known.has(code), "is not an active ISO 4217 currency")
  .meta({
    id: "Commodity",
    description: "A currency of ISO 4217, the id of a product, `minute` or `point`",
    examples: ["EUR"],
    override: {
      type: "string",
      anyOf: [
        { type: "string", enum: [...currencies, "minute", "point"] },
        { type: "string", pattern: "^prd_[0-9A-HJKMNP-TV-Z]{26}$" },
      ],
    },
  });
export type Commodity = string;

/** Whether amounts of it are money: three letters stand for a currency and nothing else. */
export const isCurrency = (commodity: Commodity): boolean => /^[A-Z]{3}$/.test(commodity);

/** An amount as people read it: `12.50 EUR`, `90 minutes`. Of a product only the smallest units are known here. */
export const commodityText = (amount: number, commodity: Commodity): string => {
  if (isCurrency(commodity)) return amountText(amount, commodity);
  if (commodity === "minute" || commodity === "point")
    return `${amount} ${commodity}${Math.abs(amount) === 1 ? "" : "s"}`;
  return `${amount} of ${commodity}`;
};

/** A signed amount in the smallest unit of its commodity: debit above zero, credit below. */
export const SignedAmount = z
  .int()
  .refine((amount) => amount !== 0, "is zero")
  .meta({
    description:
      "In the smallest unit of the commodity; above zero it is debited, below it is credited; at most 9,000,000,000,000",
    examples: [12_100],
  });
