import * as z from "zod";
import { Currency } from "../kernel/currency.ts";
import { Id } from "../kernel/id.ts";
import { exactNumber } from "../kernel/money.ts";
import { Text } from "../kernel/text.ts";
import { Day } from "../kernel/time.ts";
import { AccountPath } from "../ledger/account.ts";
import { Links, type NewTransaction } from "../ledger/transaction.ts";

/**
 * A sale of the past that was paid long ago: what came in, from whom, on which day. Nobody owes anything by it, so that
 * it is no document of finance but money against revenue.
 */
export const NewPastSale = z.strictObject({
  clientId: Id("client"),
  counterpartyId: Links.shape.counterpartyId,
  dealId: Links.shape.dealId,
  productId: Links.shape.productId,
  effectiveOn: Day.meta({ description: "The day of the sale" }),
  amountMinor: z
    .int()
    .refine((amount) => amount !== 0, "is 0, and a posting of 0 does not exist")
    .meta({ description: "Below zero: money that was given back" }),
  currency: Currency,
  paidTo: AccountPath.default("cash").meta({ description: "The account that the money came to" }),
  revenueAccount: AccountPath.default("revenue"),
  memo: Text.min(1).max(500).optional(),
});
export type NewPastSale = z.infer<typeof NewPastSale>;

/** The transaction that such a sale is: the money, against revenue, linked to the client. */
export const saleTransaction = (sale: NewPastSale, id: string): NewTransaction => {
  const { clientId, counterpartyId, dealId, productId, amountMinor, currency: commodity } = sale;
  return {
    id,
    kind: amountMinor > 0 ? "sale" : "sale-return",
    effectiveOn: sale.effectiveOn,
    ...(sale.memo === undefined ? {} : { memo: sale.memo }),
    links: {
      clientId,
      ...(counterpartyId === undefined ? {} : { counterpartyId }),
      ...(dealId === undefined ? {} : { dealId }),
      ...(productId === undefined ? {} : { productId }),
    },
    postings: [
      { account: sale.paidTo, commodity, amount: amountMinor },
      { account: sale.revenueAccount, commodity, amount: exactNumber(-BigInt(amountMinor)) },
    ],
  };
};
