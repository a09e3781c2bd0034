import * as z from "zod";
import { DealType, LossReason } from "../deals/type.ts";
import { FieldDeclaration } from "../fields/field.ts";

/**
 * What a tenant has set up: one record, read with a cache that is bound to its version, so that every
 * handler has it for nothing.
 */
export const Settings = z.object({
  version: z.int().min(1),
  dealTypes: z.array(DealType).max(20),
  lossReasons: z.array(LossReason).max(100),
  fields: z.object({
    client: z.array(FieldDeclaration).max(100),
    contact: z.array(FieldDeclaration).max(100),
    deal: z.array(FieldDeclaration).max(100),
  }),
});
export type Settings = z.infer<typeof Settings>;
