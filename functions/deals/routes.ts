import * as z from "zod";
import { DealState, Move, mostAgreed, ShownDeal, Slug } from "../../domain/deals/deal.ts";
import { DealChange, LossInput, NewDeal } from "../../domain/deals/input.ts";
import { Figures, SummaryFilterQuery, summarySorts } from "../../domain/deals/summary.ts";
import { dimensions } from "../../domain/deals/sums.ts";
import { EvidenceKind } from "../../domain/deals/type.ts";
import { Currency } from "../../domain/kernel/currency.ts";
import { Id } from "../../domain/kernel/id.ts";
import { PageQuery, pageOf, queryInteger } from "../../domain/kernel/page.ts";
import { Instant } from "../../domain/kernel/time.ts";
import { route } from "../kit/route.ts";
import { dealEvidenceRoutes } from "./evidence-routes.ts";

const params = z.strictObject({ dealId: Id("deal") });
const shared = { feature: "deals" } as const;
const read = { ...shared, permission: "deal:read" } as const;
const write = { ...shared, permission: "deal:write" } as const;

const Who = {
  owner: Id("member").optional().meta({ description: "Only deals of this owner" }),
  team: Id("team").optional().meta({ description: "Only deals of this team" }),
};
const shortPages =
  "A page may be shorter than its limit, or empty, and still have a `next`: what does not fit the query or the " +
  "member's scope is left out of it.";

const itemFailures = [
  "reference.unknown",
  "member.not-assignable",
  "product.inactive",
  "deal.price-missing",
  "deal.discount-exceeds-line",
  "deal.contacts-without-client",
  "money.overflow",
  "record.external-id-taken",
];

const MovedDeal = ShownDeal.extend({
  moved: z.boolean().meta({ description: "False: it was in that stage already, and nothing has changed" }),
}).meta({ id: "MovedDeal" });

const ReadDeal = ShownDeal.extend({
  unproven: z
    .array(EvidenceKind)
    .optional()
    .meta({
      description:
        "What its type demands where it stands, and the records do not prove now: it was overridden, or taken back since. Why " +
        "it is not: `…/sales`",
    }),
}).meta({ id: "ShownDeal" });

const BoardColumn = z.object({
  stageId: z.string().meta({ description: "`-` for a type without stages" }),
  name: z.string(),
  items: z.array(ShownDeal),
  more: z.boolean().meta({ description: "There are more deals in the stage" }),
  next: z
    .string()
    .optional()
    .meta({ description: "Where `stage` was asked for: the cursor of the next page" }),
});

const NumberedMove = Move.extend({ number: z.int().meta({ description: "1 is the first of the deal" }) });

const SummaryRow = Figures.extend({
  key: z.string().meta({
    description: "Id, month, or `type/stage`; `-` for the deals that have no value",
  }),
  label: z.string().optional(),
});

export const dealRoutes = {
  ...dealEvidenceRoutes,
  createDeal: route({
    ...write,
    method: "POST",
    path: "/v1/deals",
    summary: "Enter a deal",
    description:
      "Neither items nor an amount need be known. A deal made in the past is entered with `registeredAt`, `history` " +
      "and `outcome`, which run through the rules of its type one after the other. Where these demand evidence, there is none of " +
      "a deal that was not there: only who may override enters it, and it shows as an override.",
    body: NewDeal,
    status: 201,
    output: ShownDeal,
    versioned: true,
    failures: [
      ...itemFailures,
      "deal.type-inactive",
      "deal.stage-skipped",
      "deal.stage-not-last",
      "deal.no-stages",
      "deal.evidence-missing",
      "deal.history-disordered",
      "deal.loss-reason-inactive",
    ],
  }),
  listDeals: route({
    ...read,
    method: "GET",
    path: "/v1/deals",
    summary: "Deals: the open ones by type, stage and urgency, the closed ones from the last closed",
    description: `What the member owns or takes part in; with the scope team also what their team has. Without \`state\` the open ones come first, then the won and the lost. A client's come from the last registered. ${shortPages}`,
    query: z.strictObject({
      ...PageQuery,
      ...Who,
      client: Id("client").optional(),
      state: DealState.optional(),
      type: Slug.optional(),
      externalId: z.string().min(1).max(200).optional().meta({ description: "The one that has it" }),
    }),
    status: 200,
    output: pageOf(ShownDeal),
  }),
  readDealBoard: route({
    ...read,
    method: "GET",
    path: "/v1/deals/board",
    summary: "The board of a deal type: open deals by stage, the most urgent first",
    description: `Without \`stage\` the first deals of each stage; with it one stage, page by page. ${shortPages}`,
    query: z.strictObject({
      ...PageQuery,
      limit: queryInteger(1, 200).optional().meta({ description: "For each stage; 10 for all, 50 for one" }),
      ...Who,
      type: Slug,
      stage: z.union([Slug, z.literal("-")]).optional(),
    }),
    status: 200,
    output: z.object({ columns: z.array(BoardColumn) }),
    failures: ["reference.unknown"],
  }),
  listOverdueDeals: route({
    ...read,
    method: "GET",
    path: "/v1/deals/overdue",
    summary: "Deals of a type that stand in their stage longer than its time limit",
    description: `By stage, and in a stage the longest overdue first. ${shortPages}`,
    query: z.strictObject({ ...PageQuery, ...Who, type: Slug }),
    status: 200,
    output: pageOf(ShownDeal),
    failures: ["reference.unknown"],
  }),
  summarizeDeals: route({
    ...read,
    method: "GET",
    path: "/v1/deals/summary",
    summary: "Number, amount and weighted amount of deals by one dimension, over any filter",
    description:
      "All of the tenant's deals, or those in one state, come from sums that are kept as deals change; any other " +
      "combination is counted from the deals themselves, up to 200,000 of them. By product, and with a filter by " +
      "product, only what the product's items bring is counted, and the totals count each deal once. Months are " +
      "those of the tenant's time zone when the deal was registered or closed. A member with the scope own " +
      "sees the figures of what they own or take part in, one with the scope team those of the team too; each deal counts once.",
    query: z.strictObject({
      ...PageQuery,
      by: z.enum(dimensions),
      ...SummaryFilterQuery,
      ...Who,
      product: Id("product").optional(),
      client: Id("client").optional(),
      sort: z
        .enum(summarySorts)
        .optional()
        .meta({
          description:
            "`key` (stages in their order, months and ids ascending), or the largest first: by number, or by amount. " +
            "Absent: `key` for stages and months, else `won`",
        }),
      currency: Currency.optional().meta({
        description:
          "The currency by whose amounts rows are ordered. Absent: the tenant's, or where no deal is in it the first " +
          "that is there",
      }),
    }),
    status: 200,
    output: z.object({
      rows: z.array(SummaryRow),
      totals: Figures.meta({ description: "Of all rows, on whatever page" }),
      asOf: Instant.optional().meta({ description: "The instant of the last change that is counted" }),
      next: z.string().optional(),
    }),
    failures: ["limit.exceeded", "money.overflow"],
  }),
  readDeal: route({
    ...read,
    method: "GET",
    path: "/v1/deals/{dealId}",
    summary: "A deal with its last moves",
    params,
    status: 200,
    output: ReadDeal,
    versioned: true,
  }),
  changeDeal: route({
    ...write,
    method: "PATCH",
    path: "/v1/deals/{dealId}",
    summary: "Change a deal",
    description:
      "Only what the body names is changed; null takes a value away. Items, contacts and participants are replaced as " +
      "a whole; another client takes the contacts away. What a closed deal brought cannot be changed.",
    params,
    body: DealChange,
    status: 200,
    output: ShownDeal,
    versioned: true,
    failures: [...itemFailures, "deal.closed", "deal.currency-mixed"],
  }),
  moveDeal: route({
    ...write,
    method: "POST",
    path: "/v1/deals/{dealId}/moves",
    summary: "Move a deal to another stage",
    description:
      "A `process` goes forward one stage at a time and back to any, `manual` goes anywhere. A move to the stage that " +
      "the deal is in changes nothing and says so. What the type demands for the stage has to be proven by the deal's quotes, " +
      "orders, shipments and invoices; each kind that is not is named.",
    params,
    body: z.strictObject({ stageId: Slug }),
    status: 200,
    output: MovedDeal,
    versioned: true,
    failures: [
      "deal.closed",
      "deal.stage-skipped",
      "deal.no-stages",
      "deal.evidence-missing",
      "reference.unknown",
      "limit.exceeded",
    ],
  }),
  listDealMoves: route({
    ...read,
    method: "GET",
    path: "/v1/deals/{dealId}/moves",
    summary: "All moves, closings and reopenings of a deal, from the last one",
    params,
    query: z.strictObject(PageQuery),
    status: 200,
    output: pageOf(NumberedMove),
  }),
  winDeal: route({
    ...write,
    method: "POST",
    path: "/v1/deals/{dealId}/win",
    summary: "A deal is won",
    description:
      "What its type demands for it has to be proven by the deal's quotes, orders, shipments and invoices; each kind that is " +
      "not is named. A deal with confirmed orders, or accepted quotes, takes the sum of their `netMinor` as its amount, without " +
      "what was cancelled or returned; it goes before items and estimate, which stay as they are. Nothing is converted: quotes " +
      "and orders in several currencies, or in another than the deal's items or estimate, leave the deal its own amount; a " +
      `deal with neither takes their currency. More than ${mostAgreed.documents} of them leave the deal its own amount, too.`,
    params,
    status: 200,
    output: ShownDeal,
    versioned: true,
    failures: ["deal.closed", "deal.stage-not-last", "deal.evidence-missing", "limit.exceeded"],
  }),
  loseDeal: route({
    ...write,
    method: "POST",
    path: "/v1/deals/{dealId}/loss",
    summary: "A deal is lost",
    params,
    body: LossInput,
    status: 200,
    output: ShownDeal,
    versioned: true,
    failures: ["deal.closed", "deal.loss-reason-inactive", "reference.unknown"],
  }),
  reopenDeal: route({
    ...write,
    method: "POST",
    path: "/v1/deals/{dealId}/reopening",
    summary: "Open a closed deal again, in the stage it was closed in",
    description:
      "It leads back: nothing has to be proven for it. The deal gets back the amount of its own items or estimate, and the " +
      "probability of its stage or the one that was set by hand.",
    params,
    status: 200,
    output: ShownDeal,
    versioned: true,
    failures: ["deal.not-closed"],
  }),
};
