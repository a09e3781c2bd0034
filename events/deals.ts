import * as z from "zod";
import {
  type Deal,
  type DealOverride,
  type DealShipment,
  DealState,
  probabilityPercent,
  Slug,
  StepOverride,
} from "../domain/deals/deal.ts";
import { Currency } from "../domain/kernel/currency.ts";
import { Id } from "../domain/kernel/id.ts";
import { Instant } from "../domain/kernel/time.ts";
import { event, type Happened, happened } from "./event.ts";

const override = StepOverride.optional().meta({
  description: "That it was done though something that its type demands was not proven",
});

/** What every event of a deal says about it, as it is after the change. */
const digest = {
  dealId: Id("deal"),
  version: z.int(),
  typeId: Slug,
  stageId: Slug.optional(),
  state: DealState,
  ownerId: Id("member"),
  teamId: Id("team").optional(),
  clientId: Id("client").optional(),
  currency: Currency,
  amountMinor: z.int().optional().meta({ description: "After discounts, without tax" }),
  probabilityPercent: z
    .int()
    .optional()
    .meta({ description: "The one that counts: 100 of a won deal, 0 of a lost one" }),
};

const sample = {
  dealId: "deal_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  version: 2,
  typeId: "sale",
  stageId: "qualified",
  state: "open" as const,
  ownerId: "mem_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  clientId: "cli_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
  currency: "EUR",
  amountMinor: 1_250_000,
  probabilityPercent: 30,
};

const digestOf = (deal: Deal) => ({
  dealId: deal.id,
  version: deal.version,
  typeId: deal.typeId,
  stageId: deal.stageId,
  state: deal.state,
  ownerId: deal.ownerId,
  teamId: deal.teamId,
  clientId: deal.clientId,
  currency: deal.currency,
  amountMinor: deal.amountMinor,
  probabilityPercent: probabilityPercent(deal),
});

export const dealRegistered = event({
  type: "deal.registered",
  version: 1,
  summary: "A deal was entered; a deal of the past is entered with its outcome, in this one event",
  data: z.object({ ...digest, registeredAt: Instant, closedAt: Instant.optional(), override }),
  sample: { ...sample, version: 1, registeredAt: "2026-11-23T18:00:00.000Z" },
});

export const dealChanged = event({
  type: "deal.changed",
  version: 1,
  summary: "Something of a deal was changed other than its stage, state or owner",
  data: z.object({ ...digest, changed: z.array(z.string()).meta({ description: "Names of the fields" }) }),
  sample: { ...sample, changed: ["items", "expectedCloseOn"] },
});

export const dealMoved = event({
  type: "deal.moved",
  version: 1,
  summary: "A deal came to another stage",
  data: z.object({ ...digest, from: Slug.optional(), to: Slug, at: Instant, durationMs: z.int(), override }),
  sample: {
    ...sample,
    from: "interest",
    to: "qualified",
    at: "2026-11-23T18:00:00.000Z",
    durationMs: 86_400_000,
  },
});

export const dealWon = event({
  type: "deal.won",
  version: 1,
  summary: "A deal was won",
  data: z.object({ ...digest, closedAt: Instant, override }),
  sample: { ...sample, state: "won", probabilityPercent: 100, closedAt: "2026-11-23T18:00:00.000Z" },
});

export const dealLost = event({
  type: "deal.lost",
  version: 1,
  summary: "A deal was lost",
  data: z.object({
    ...digest,
    closedAt: Instant,
    reasonId: Slug,
    competitor: z.string().optional(),
  }),
  sample: {
    ...sample,
    state: "lost",
    probabilityPercent: 0,
    closedAt: "2026-11-23T18:00:00.000Z",
    reasonId: "price",
  },
});

export const dealReopened = event({
  type: "deal.reopened",
  version: 1,
  summary: "A closed deal was opened again, in the stage it was closed in",
  data: z.object({ ...digest, at: Instant }),
  sample: { ...sample, at: "2026-11-23T18:00:00.000Z" },
});

export const dealShipped = event({
  type: "deal.shipped",
  version: 1,
  summary: "Goods were shipped from a deal: the last of the shipments that this took",
  data: z.object({
    ...digest,
    documentId: Id("stockDocument").optional().meta({ description: "Absent where only services were done" }),
    orderId: Id("order").optional(),
    at: Instant,
  }),
  sample: {
    ...sample,
    documentId: "stk_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
    orderId: "ord_01JD8Z5T2V9Q4R6W8Y0A1B3C5D",
    at: "2026-11-23T18:00:00.000Z",
  },
});

export const dealReassigned = event({
  type: "deal.reassigned",
  version: 1,
  summary: "A deal came into another member's hands",
  data: z.object({ ...digest, fromOwnerId: Id("member"), by: z.string() }),
  sample: { ...sample, fromOwnerId: "mem_01JD8Z5T2V9Q4R6W8Y0A1B3C5E", by: "mem_01JD8Z5T2V9Q4R6W8Y0A1B3C5F" },
});

/** @param override where it was entered in a place whose evidence it cannot have */
export const dealRegistration = (deal: Deal, override?: DealOverride): Happened =>
  happened(dealRegistered, {
    ...digestOf(deal),
    registeredAt: deal.registeredAt,
    closedAt: deal.closedAt,
    ...(override ? { override: { reason: override.reason, missing: override.missing } } : {}),
  });

export const dealShipment = (
  deal: Deal,
  { documentId, orderId, at }: Partial<Pick<DealShipment, "documentId">> & Omit<DealShipment, "documentId">,
): Happened => happened(dealShipped, { ...digestOf(deal), documentId, orderId, at });

export const dealChange = (deal: Deal, changed: string[]): Happened =>
  happened(dealChanged, { ...digestOf(deal), changed });

/** What the last step of a deal says that happened: it was moved, won, lost or reopened. */
export const dealStep = (deal: Deal): Happened => {
  const data = digestOf(deal);
  const step = deal.moves.at(-1);
  if (!step) throw new Error(`deal ${deal.id} has taken no step`);
  const { at, from, to, durationMs, override: over } = step;
  if (step.kind === "won") return happened(dealWon, { ...data, closedAt: at, override: over });
  if (step.kind === "reopened") return happened(dealReopened, { ...data, at });
  if (step.kind === "lost" && deal.loss) {
    const { reasonId, competitor } = deal.loss;
    return happened(dealLost, { ...data, closedAt: at, reasonId, competitor });
  }
  if (to === undefined) throw new Error(`a move of deal ${deal.id} leads nowhere`);
  return happened(dealMoved, { ...data, from, to, at, durationMs, override: over });
};

/** @param before the deal in its former owner's hands */
export const dealReassignment = (before: Deal, after: Deal): Happened =>
  happened(dealReassigned, {
    ...digestOf(after),
    fromOwnerId: before.ownerId,
    by: after.assignment?.by ?? "system",
  });
