import * as z from "zod";
import { Format, Line } from "../kernel/text.ts";

/** `process`: stages in order, none skipped; `manual`: stages set by hand; `simple`: no stages. */
export const DealTypeKind = z.enum(["process", "manual", "simple"]);

/**
 * What the records have to prove before a deal comes somewhere. `order`: a quote of the deal is accepted or an order of it
 * confirmed; `shipment`: all that its orders say is shipped, or goods were shipped for it; `payment`: its invoices are paid.
 */
export const evidenceKinds = ["order", "shipment", "payment"] as const;
export const EvidenceKind = z.enum(evidenceKinds);
export type EvidenceKind = z.infer<typeof EvidenceKind>;

const Demands = z
  .array(EvidenceKind)
  .max(evidenceKinds.length)
  .refine((kinds) => new Set(kinds).size === kinds.length, "names a kind twice");

export const Stage = z.strictObject({
  id: Format(40, z.regex(/^[a-z][a-z0-9-]{0,39}$/)),
  name: Line.min(1).max(100),
  probabilityPercent: z.int().min(0).max(100),
  limitHours: z
    .int()
    .min(1)
    .max(24 * 366)
    .optional()
    .meta({ description: "How long a deal may stand in the stage" }),
  evidence: Demands.optional().meta({
    description: "What has to be proven before a deal comes into the stage",
    uniqueItems: true,
  }),
});
export type Stage = z.infer<typeof Stage>;

/** A kind of sale with its own pipeline. */
export const DealType = z.strictObject({
  id: Format(40, z.regex(/^[a-z][a-z0-9-]{0,39}$/)),
  name: Line.min(1).max(100),
  kind: DealTypeKind,
  stages: z.array(Stage).max(30),
  evidenceToWin: Demands.optional().meta({
    description: "What has to be proven before a deal is won",
    uniqueItems: true,
  }),
  active: z.boolean().default(true),
});
export type DealType = z.infer<typeof DealType>;

export const LossReason = z.strictObject({
  id: Format(40, z.regex(/^[a-z][a-z0-9-]{0,39}$/)),
  name: Line.min(1).max(100),
  active: z.boolean().default(true).meta({ description: "Whether a deal may still be lost for it" }),
});
export type LossReason = z.infer<typeof LossReason>;
