import * as z from "zod";
import { FieldValues } from "../fields/field.ts";
import { Currency } from "../kernel/currency.ts";
import { Id } from "../kernel/id.ts";
import { MinorAmount } from "../kernel/money.ts";
import { Quantity } from "../kernel/quantity.ts";
import { Format } from "../kernel/text.ts";
import { Day, Instant, Month } from "../kernel/time.ts";
import { EvidenceKind } from "./type.ts";

export const dealStates = ["open", "won", "lost"] as const;
export const DealState = z.enum(dealStates);
export type DealState = z.infer<typeof DealState>;

/** Ids of deal types, stages and loss reasons: slugs that the tenant chose. */
export const Slug = Format(40, z.regex(/^[a-z][a-z0-9-]{0,39}$/));

/** How many entries the lists of one deal may have. */
export const mostOf = { items: 100, contacts: 50, participants: 50, history: 100 } as const;

/** How many of its last overrides, and of its last shipments, a deal itself shows. */
export const mostShown = { overrides: 20, shipments: 50 } as const;

export const Discount = z.union([
  z.strictObject({
    basisPoints: z.int().min(0).max(10_000).meta({ description: "Hundredths of a percent of the line" }),
  }),
  z.strictObject({ amountMinor: MinorAmount }),
]);
export type Discount = z.infer<typeof Discount>;

/** One line of a deal. */
export const DealItem = z.object({
  productId: Id("product"),
  quantity: Quantity,
  scale: z.int().meta({ description: "Digits after the point of the quantity, as the product has it" }),
  unitPriceMinor: MinorAmount.meta({ description: "For one whole unit, without tax" }),
  discount: Discount.optional(),
  totalMinor: MinorAmount.meta({ description: "After the discount, without tax" }),
});
export type DealItem = z.infer<typeof DealItem>;

export const contactRoles = ["decider", "consumer", "payer"] as const;

/** A contact of the deal's client with what it has to say in the deal. */
export const DealContact = z.strictObject({
  contactId: Id("contact"),
  roles: z.array(z.enum(contactRoles)).min(1).max(contactRoles.length),
  sharePercent: z.int().min(0).max(100).optional().meta({ description: "Its share in the decision" }),
});
export type DealContact = z.infer<typeof DealContact>;

/** Why a deal came somewhere though what its type demands there was not proven. */
export const StepOverride = z.object({
  reason: z.string(),
  missing: z.array(EvidenceKind).meta({ description: "What was not proven" }),
});
export type StepOverride = z.infer<typeof StepOverride>;

/** An override as the deal shows it for ever after, and as overrides are listed. */
export const DealOverride = StepOverride.extend({
  kind: z.enum(["entered", "moved", "won"]),
  stageId: Slug.optional().meta({ description: "Where it came to; where it was won from" }),
  at: Instant,
  by: z.string(),
});
export type DealOverride = z.infer<typeof DealOverride>;

/** Goods that left for the deal, as it was told when they were shipped from it. */
export const DealShipment = z.object({
  documentId: Id("stockDocument"),
  orderId: Id("order").optional(),
  at: Instant,
  by: z.string(),
});
export type DealShipment = z.infer<typeof DealShipment>;

/**
 * One step of a deal's history. `from` and `to` are stages: a move has both, a closing only where it was closed
 * from, a reopening only what it came back to; deals of a simple type have neither.
 */
export const Move = z.object({
  kind: z.enum(["moved", "won", "lost", "reopened"]),
  from: Slug.optional(),
  to: Slug.optional(),
  at: Instant,
  by: z.string().meta({ description: "The member, or `system`" }),
  durationMs: z.int().min(0).meta({ description: "How long the deal stood where it came from" }),
  reasonId: Slug.optional().meta({ description: "Of a loss" }),
  override: StepOverride.optional(),
});
export type Move = z.infer<typeof Move>;

export const Loss = z.object({
  reasonId: Slug,
  competitor: z.string().optional(),
  note: z.string().optional(),
  stageId: Slug.optional().meta({ description: "Where it was lost" }),
});
export type Loss = z.infer<typeof Loss>;

/** The most quotes and orders that one deal is won from, and the most products that it then tells apart. */
export const mostAgreed = { documents: 40, products: 500 } as const;

/** What the client agreed to by quotes and orders, as it stood when the deal was won. */
export const AgreedSale = z.object({
  amountMinor: MinorAmount.meta({ description: "After discounts, without tax" }),
  quoteIds: z.array(Id("quote")).meta({ description: "Accepted quotes whose order was not confirmed yet" }),
  orderIds: z
    .array(Id("order"))
    .meta({ description: "Confirmed orders: what of them was neither cancelled nor returned" }),
  products: z
    .array(z.object({ productId: Id("product"), amountMinor: MinorAmount }))
    .optional()
    .meta({ description: `Of the amount, by product; absent beyond ${mostAgreed.products} products` }),
});
export type AgreedSale = z.infer<typeof AgreedSale>;

/** A possible or actual sale, as it is kept. */
export const Deal = z
  .object({
    id: Id("deal"),
    version: z.int().min(1),
    title: z.string(),
    typeId: Slug,
    stageId: Slug.optional().meta({ description: "Absent where the type has no stages; kept when closed" }),
    state: DealState,
    clientId: Id("client").optional(),
    contacts: z.array(DealContact),
    ownerId: Id("member"),
    teamId: Id("team").optional().meta({ description: "The owner's team when the deal became theirs" }),
    participantIds: z.array(Id("member")),
    assignment: z
      .object({ fromId: Id("member"), by: z.string(), at: Instant })
      .optional()
      .meta({ description: "The last change of owner" }),
    items: z.array(DealItem).optional(),
    currency: Currency,
    estimatedAmountMinor: MinorAmount.optional().meta({
      description: "Entered by hand: after discounts, without tax",
    }),
    amountMinor: MinorAmount.optional().meta({
      description:
        "What the deal is worth, after discounts and without tax, like `netMinor` of quotes and orders: of a deal won from " +
        "quotes or orders what they came to (`agreed`), else the exact total of the items, else the estimate, else absent",
    }),
    agreed: AgreedSale.optional().meta({
      description: "Only of a won deal whose amount was taken from its quotes and orders",
    }),
    probability: z.object({
      standardPercent: z.int().meta({ description: "Of the stage; 50 where the type has no stages" }),
      manualPercent: z.int().optional().meta({ description: "Set by hand; goes before the standard one" }),
    }),
    expectedCloseOn: Day.optional(),
    registeredAt: Instant,
    registeredMonth: Month.meta({ description: "In the tenant's time zone" }),
    stageEnteredAt: Instant.meta({ description: "Since when it stands where it stands" }),
    stageDueAt: Instant.optional().meta({
      description: "When the stage's time limit runs out; only open deals",
    }),
    closedAt: Instant.optional(),
    closedMonth: Month.optional().meta({ description: "In the tenant's time zone" }),
    loss: Loss.optional(),
    moves: z.array(Move).meta({ description: "The last moves, oldest first; all of them: `…/moves`" }),
    movesSpilled: z.int().min(0).meta({ description: "How many older moves lie beside the record" }),
    overrides: z
      .array(DealOverride)
      .optional()
      .meta({
        description: `The last ${mostShown.overrides}, oldest first; all of them: \`/v1/deals/overrides\``,
      }),
    orderId: Id("order")
      .optional()
      .meta({ description: "The order that was made of its items, to ship them" }),
    shipments: z
      .array(DealShipment)
      .optional()
      .meta({
        description: `The last ${mostShown.shipments} of the orders and reservations that were shipped from the deal, oldest first`,
      }),
    fields: FieldValues,
    externalId: z.string().optional().meta({
      description: "Its id in the system that it came from; identifies one deal of the company",
    }),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: "DealRecord" });
export type Deal = z.infer<typeof Deal>;

/** The probability that counts, in percent: won 100, lost 0, open as set by hand, else that of the stage. */
export const probabilityPercent = ({ state, probability }: Pick<Deal, "state" | "probability">): number => {
  if (state !== "open") return state === "won" ? 100 : 0;
  return probability.manualPercent ?? probability.standardPercent;
};

/** A deal as it is answered. */
export const ShownDeal = Deal.extend({
  probability: Deal.shape.probability.extend({
    percent: z.int().meta({
      description:
        "The one that counts: 100 of a won deal, 0 of a lost one, else the one set by hand, else that of the stage. The " +
        "other two say what counts while the deal is open",
    }),
  }),
}).meta({ id: "Deal" });
export type ShownDeal = z.infer<typeof ShownDeal>;

export const showDeal = (deal: Deal): ShownDeal => ({
  ...deal,
  probability: { ...deal.probability, percent: probabilityPercent(deal) },
});

/** The record as its next version. */
export const asNextVersion = (deal: Deal, now: Instant): Deal => ({
  ...deal,
  version: deal.version + 1,
  updatedAt: now,
});

/** How many moves the record carries at the most, and how many go aside together when there are more. */
export const movesKept = { most: 50, block: 25 } as const;

/** A block of older moves, the first being number `n × 25` of the deal. */
export interface MovesBlock {
  readonly n: number;
  readonly moves: readonly Move[];
}

/** Takes older moves out of a record that carries too many, in whole blocks, so that none is lost. */
export const withMovesSpilled = (deal: Deal): { deal: Deal; blocks: MovesBlock[] } => {
  const blocks: MovesBlock[] = [];
  let { moves, movesSpilled } = deal;
  while (moves.length > movesKept.most) {
    blocks.push({ n: movesSpilled / movesKept.block, moves: moves.slice(0, movesKept.block) });
    moves = moves.slice(movesKept.block);
    movesSpilled += movesKept.block;
  }
  return { deal: blocks.length === 0 ? deal : { ...deal, moves, movesSpilled }, blocks };
};
