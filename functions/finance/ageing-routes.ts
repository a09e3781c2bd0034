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

/** What a client owes and is owed, whatever the counterparty. */
const ClientMoney = z
  .object({ clientId: Id("client"), on: Day, sale: MoneyOfSide, purchase: MoneyOfSide })
  .meta({ id: "ClientMoney" });

export const ageingRoutes = {
  readAgeing: route({
    ...shared,
    method: "GET",
    path: "/v1/finance/ageing",
    summary: "What is open by age, per client or per counterparty",
    description:
      "Per client whatever the counterparty was: not due yet, up to 30, 60 and 90 days past due, and longer; in the currency of the documents and in the tenant's at the rates of issue. Counted from what is open now, up to 50,000 documents.",
    permission: "finance:read",
    query: z.strictObject({
      ...PageQuery,
      side: Side.optional().meta({ description: "`sale` if absent" }),
      by: z.enum(["client", "counterparty"]).optional().meta({ description: "`client` if absent" }),
      on: Day.optional().meta({ description: "By the age on this day; today where none is given" }),
    }),
    status: 200,
    output: pageOf(AgeingRow).extend({ totals: z.array(Ageing) }),
    failures: ["limit.exceeded", "money.overflow"],
  }),
  readClientMoney: route({
    ...shared,
    method: "GET",
    path: "/v1/finance/clients/{clientId}/balance",
    summary: "What a client owes us and we owe it, as a whole and per counterparty, by age",
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
