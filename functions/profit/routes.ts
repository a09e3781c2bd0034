import * as z from "zod";
import { Currency } from "../../domain/kernel/currency.ts";
import { Id } from "../../domain/kernel/id.ts";
import { PageQuery, pageOf } from "../../domain/kernel/page.ts";
import { Day, Month } from "../../domain/kernel/time.ts";
import { mostTransactions, Parting, ProfitPart } from "../../domain/profit/parts.ts";
import {
  Profit,
  ProfitOfClient,
  ProfitOfCompany,
  ProfitOfCounterparty,
  ProfitOfProduct,
} from "../../domain/profit/profit.ts";
import { route } from "../kit/route.ts";

const shared = { feature: "ledger", method: "GET", status: 200 } as const;
const failures = ["money.overflow", "limit.exceeded"] as const;

const period = {
  from: Month.optional().meta({ description: "The first month; absent: January of the year of `to`" }),
  to: Month.optional().meta({ description: "The last month; absent: the present one" }),
  currency: Currency.optional().meta({ description: "Absent: the tenant's currency" }),
};

const knownAt = Day.optional().meta({
  description: "As it was known at the end of this day: only what was posted up to it; absent: all",
});

const description =
  "Revenue less discounts, cost of goods, working time and whatever else was posted to income and expense, in the months of " +
  "effect, in one currency. It is counted as it is posted: exact, and as quick with a million postings as with one. A period has " +
  "at most 60 months.";

const list = {
  ...shared,
  description:
    `${description} In no order that means anything; those with which nothing was posted are left out, so that a page may ` +
    "have fewer items than `limit`.",
  permission: "ledger:read",
  query: z.strictObject({ ...PageQuery, ...period }),
  failures,
} as const;

const ClientProfit = Profit.extend({
  knownAt: Day.optional(),
  parts: z.array(ProfitPart).optional().meta({
    description: "With `by`: the parts, the most profitable first. They come to the whole in each figure",
  }),
  steady: z.boolean().optional().meta({
    description:
      "With `by` or `knownAt`: whether the transactions come to what was counted. Where they do not, some were posted a moment ago; ask again",
  }),
}).meta({ id: "ClientProfit" });

export const profitRoutes = {
  readCompanyProfit: route({
    ...shared,
    path: "/v1/profit",
    summary: "The profit of the company in a period",
    description: `${description} Clients together with what is posted without a client come to it.`,
    permission: "ledger:read",
    query: z.strictObject({ ...period, knownAt }),
    output: ProfitOfCompany,
    failures,
  }),
  listClientProfits: route({
    ...list,
    path: "/v1/profit/clients",
    summary: "The profit of every client in a period",
    output: pageOf(ProfitOfClient),
  }),
  listCounterpartyProfits: route({
    ...list,
    path: "/v1/profit/counterparties",
    summary: "The profit of every counterparty in a period",
    output: pageOf(ProfitOfCounterparty),
  }),
  listProductProfits: route({
    ...list,
    path: "/v1/profit/products",
    summary: "The profit of every product in a period",
    output: pageOf(ProfitOfProduct),
  }),
  readClientProfit: route({
    ...shared,
    path: "/v1/profit/clients/{clientId}",
    summary: "The profit of a client in a period, by month, and by product, counterparty, deal …",
    description:
      `${description} With \`by\` it is divided by what the transactions name, with \`knownAt\` it is what was known then; ` +
      `for either the client's transactions of the period are read, ${mostTransactions} at the most.`,
    permission: "balance:read",
    params: z.strictObject({ clientId: Id("client") }),
    query: z.strictObject({
      ...period,
      by: Parting.optional().meta({ description: "By what it is divided into parts" }),
      knownAt,
    }),
    output: ClientProfit,
    failures,
  }),
  readCounterpartyProfit: route({
    ...shared,
    path: "/v1/profit/counterparties/{counterpartyId}",
    summary: "The profit of a counterparty in a period, by month",
    description: `${description} Only what was posted in the counterparty's name; working time is the client's.`,
    permission: "balance:read",
    params: z.strictObject({ counterpartyId: Id("counterparty") }),
    query: z.strictObject(period),
    output: Profit,
    failures,
  }),
  readProductProfit: route({
    ...shared,
    path: "/v1/profit/products/{productId}",
    summary: "The profit of a product in a period, by month",
    description: `${description} Only what was posted for the product.`,
    permission: "ledger:read",
    params: z.strictObject({ productId: Id("product") }),
    query: z.strictObject(period),
    output: Profit,
    failures,
  }),
};
