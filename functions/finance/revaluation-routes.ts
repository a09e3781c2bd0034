import * as z from "zod";
import { mostPositions, Revaluation, RevaluationOrder } from "../../domain/finance/revaluation.ts";
import { PageQuery, pageOf } from "../../domain/kernel/page.ts";
import { Month } from "../../domain/kernel/time.ts";
import { route } from "../kit/route.ts";
import { postingFailures } from "./invoice-routes.ts";

const shared = { feature: "finance" } as const;

export const revaluationRoutes = {
  revalue: route({
    ...shared,
    method: "POST",
    path: "/v1/finance/revaluations",
    summary: "Revalue what is open in foreign currencies at the end of a month",
    description:
      "What clients owe and are owed, as the ledger has it at the end of the month, at the rate of its last day. The difference to the " +
      "books is posted on that day as not realised, and taken back on the first day of the next month. Asked again it posts what " +
      `changed since (a document or rate of the month that came later), or nothing. One request posts ${mostPositions} positions ` +
      "at the most: `remaining` says how many are left for the next.",
    permission: "finance:write",
    body: RevaluationOrder,
    status: 200,
    output: Revaluation.extend({ remaining: z.int() }).meta({ id: "RevaluationDone" }),
    failures: ["finance.month-open", "finance.rate-missing", ...postingFailures],
  }),
  listRevaluations: route({
    ...shared,
    method: "GET",
    path: "/v1/finance/revaluations",
    summary: "The revaluations, the last month first",
    permission: "finance:read",
    query: z.strictObject(PageQuery),
    status: 200,
    output: pageOf(Revaluation),
  }),
  readRevaluation: route({
    ...shared,
    method: "GET",
    path: "/v1/finance/revaluations/{month}",
    summary: "The revaluation of a month",
    permission: "finance:read",
    params: z.strictObject({ month: Month }),
    status: 200,
    output: Revaluation,
    versioned: true,
  }),
};
