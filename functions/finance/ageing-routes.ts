import * as z from "zod";
import { Side } from "../../domain/finance/accounts.ts";
import { Ageing } from "../../domain/finance/ageing.ts";
import { Id } from "../../domain/kernel/id.ts";
import { PageQuery, pageOf } from "../../domain/kernel/page.ts";
import { Day } from "../../domain/kernel/time.ts";
import { route } from "../kit/route.ts";

const shared = { feature: "finance" } as const;

const AgeingRow = z.object({
  key: z.string().meta({ description: "The client or counterparty; `none` for documents without one" }),
  currencies: z.array(Ageing),
});

const MoneyOfSide = z.object({
  currencies: z.array(Ageing),
  counterparties: z.array(AgeingRow),
});

const steady = z.boolean().optional().meta({
  description:
    "Of a day gone by: whether it is what the ledger says of that day. Where it is not, something was recorded a moment ago; ask again",
});

/** What a client owes and is owed, whatever the counterparty. */
const ClientMoney = z
  .object({ clientId: Id("client"), on: Day, sale: MoneyOfSide, purchase: MoneyOfSide, steady })
  .meta({ id: "ClientMoney" });

export const ageingRoutes = {
  readAgeing: route({
    ...shared,
    method: "GET",
    path: "/v1/finance/ageing",
    summary: "What is open by age, per client or per counterparty",
    description:
      "Per client whatever the counterparty was: not due yet, up to 30, 60 and 90 days past due, and longer; in the currency of the documents and in the tenant's at the rates of issue. " +
      "Of a day gone by: what was open and free at its end, by the days of the documents, as the trial balance as of that day says; of " +
      "today and a day to come: what is open now, by the age on that day. A report reads at most 50,000 records: the documents " +
      "that are open now, and for a day gone by the transactions posted since, with their documents. Beyond that it answers " +
      "`limit.exceeded`: ask for a later day, or client by client.",
    permission: "finance:read",
    query: z.strictObject({
      ...PageQuery,
      side: Side.optional().meta({ description: "`sale` if absent" }),
      by: z.enum(["client", "counterparty"]).optional().meta({ description: "`client` if absent" }),
      on: Day.optional().meta({ description: "The day; today where none is given" }),
    }),
    status: 200,
    output: pageOf(AgeingRow).extend({ totals: z.array(Ageing), steady }),
    failures: ["limit.exceeded", "money.overflow"],
  }),
  readClientMoney: route({
    ...shared,
    method: "GET",
    path: "/v1/finance/clients/{clientId}/balance",
    summary: "What a client owes us and we owe it, as a whole and per counterparty, by age",
    description:
      "As of a day gone by it reads all documents of the client, at most 50,000; else those that are open.",
    permission: "finance:read",
    params: z.strictObject({ clientId: Id("client") }),
    query: z.strictObject({
      asOf: Day.optional().meta({
        description: "What was open at the end of this day, by the days of the documents; now if absent",
      }),
    }),
    status: 200,
    output: ClientMoney,
    failures: ["limit.exceeded", "money.overflow"],
  }),
};
