import * as z from "zod";
import { DealOverride, ShownDeal, Slug } from "../../domain/deals/deal.ts";
import { MissingEvidence } from "../../domain/deals/demands.ts";
import { SalesAmounts, SalesDocuments } from "../../domain/deals/sales.ts";
import { Currency } from "../../domain/kernel/currency.ts";
import { Id } from "../../domain/kernel/id.ts";
import { MinorAmount } from "../../domain/kernel/money.ts";
import { PageQuery, pageOf } from "../../domain/kernel/page.ts";
import { Text } from "../../domain/kernel/text.ts";
import { route } from "../kit/route.ts";

const params = z.strictObject({ dealId: Id("deal") });
const feature = "deals";

const DealSales = z
  .object({
    dealId: Id("deal"),
    currency: Currency,
    amountMinor: MinorAmount.optional().meta({
      description: "The deal's amount, after discounts and without tax: compare it with the `…NetMinor`",
    }),
    amounts: z
      .array(SalesAmounts)
      .meta({ description: "By currency; with tax but for the `…NetMinor`, which are without" }),
    unproven: z.array(MissingEvidence).meta({
      description:
        "What the deal's type demands where the deal stands, and the records do not prove: it was overridden, or taken back " +
        "since (an order cancelled, goods returned, a payment reversed)",
    }),
    ...SalesDocuments.shape,
  })
  .meta({ id: "DealSales" });

export const dealEvidenceRoutes = {
  readDealSales: route({
    feature,
    permission: "finance:read",
    method: "GET",
    path: "/v1/deals/{dealId}/sales",
    summary: "What a deal came to: quotes, orders, shipments, invoices, what is paid, and what is not proven",
    description: "Computed from the documents themselves, up to 200 of a kind.",
    params,
    status: 200,
    output: DealSales,
    failures: ["limit.exceeded", "money.overflow"],
  }),
  overrideDeal: route({
    feature,
    permission: "deal:override",
    method: "POST",
    path: "/v1/deals/{dealId}/overrides",
    summary: "Move or win a deal though something that its type demands is not proven",
    description:
      "The reason and what was missing stay with the deal, its history and its events, and are listed. Where nothing is " +
      "missing it is a step as any other. All else that is demanded of a step still is.",
    params,
    body: z.strictObject({
      stageId: Slug.optional().meta({ description: "Where it comes to; absent: it is won" }),
      reason: Text.min(1).max(500),
    }),
    status: 200,
    output: ShownDeal,
    versioned: true,
    failures: [
      "deal.closed",
      "deal.stage-skipped",
      "deal.stage-not-last",
      "deal.no-stages",
      "reference.unknown",
      "limit.exceeded",
    ],
  }),
  listDealOverrides: route({
    feature,
    permission: "deal:read",
    method: "GET",
    path: "/v1/deals/overrides",
    summary: "Overrides from the last: of a deal, or of all that the member's right reaches",
    description: "A page may hold fewer than `limit` while `next` says that more follow.",
    query: z.strictObject({ ...PageQuery, deal: Id("deal").optional() }),
    status: 200,
    output: pageOf(DealOverride.extend({ dealId: Id("deal") })),
  }),
};
