import * as z from "zod";
import { DealType, LossReason } from "../deals/type.ts";
import { FieldDeclaration, fieldTypes } from "../fields/field.ts";
import { CostMethod } from "../stock/cost.ts";

/** The records that a tenant may add fields to. */
export const extensible = ["client", "contact", "deal"] as const;
export type Extensible = (typeof extensible)[number];

const Declarations = z.array(FieldDeclaration).max(100);

/** How stock is counted. */
const StockSettings = z.strictObject({
  costMethod: CostMethod.meta({
    description:
      "How the cost of goods is found: the moving average, or that of the first that came in. Another method takes " +
      "hold of a product with its next movement, and moves no value",
  }),
});

/**
 * What a tenant has set up: one record, read with a cache that is bound to its version, so that every
 * handler has it for nothing.
 */
export const Settings = z.object({
  version: z.int().min(1),
  dealTypes: z.array(DealType).max(20),
  lossReasons: z.array(LossReason).max(100),
  fields: z.object({ client: Declarations, contact: Declarations, deal: Declarations }),
  /** Fields that are not declared any more: records may still hold values, so their type stays theirs. */
  retiredFields: z
    .array(z.object({ of: z.enum(extensible), key: z.string(), type: z.enum(fieldTypes) }))
    .max(500)
    .optional(),
  stock: StockSettings.optional(),
});
export type Settings = z.infer<typeof Settings>;

/** The method by which the tenant finds the cost of goods: the moving average where it chose none. */
export const costMethodOf = ({ stock }: Pick<Settings, "stock">): CostMethod =>
  stock?.costMethod ?? "average";

/** How stock is to be counted. */
export const StockChange = StockSettings;
export type StockChange = z.infer<typeof StockChange>;

/** The settings as they are shown. */
export const ShownSettings = Settings.omit({ retiredFields: true }).meta({ id: "Settings" });

/** Exactly the deal types that there are to be. */
export const DealTypesChange = z.strictObject({ dealTypes: Settings.shape.dealTypes });
export type DealTypesChange = z.infer<typeof DealTypesChange>;

/** Exactly the loss reasons that there are to be. */
export const LossReasonsChange = z.strictObject({ lossReasons: Settings.shape.lossReasons });
export type LossReasonsChange = z.infer<typeof LossReasonsChange>;

/** The additional fields of the kinds of record that are named; each list replaces the one before. */
export const FieldsChange = z.strictObject({
  client: Declarations.optional(),
  contact: Declarations.optional(),
  deal: Declarations.optional(),
});
export type FieldsChange = z.infer<typeof FieldsChange>;
