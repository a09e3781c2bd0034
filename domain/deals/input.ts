import * as z from "zod";
import { FieldValues } from "../fields/field.ts";
import { FieldChanges } from "../fields/values.ts";
import { Currency } from "../kernel/currency.ts";
import { Id } from "../kernel/id.ts";
import { MinorAmount } from "../kernel/money.ts";
import { Quantity } from "../kernel/quantity.ts";
import { Line, Text } from "../kernel/text.ts";
import { Day, Instant } from "../kernel/time.ts";
import { DealContact, Discount, mostOf, Slug } from "./deal.ts";

const ItemInput = z.strictObject({
  productId: Id("product"),
  quantity: Quantity,
  unitPriceMinor: MinorAmount.optional().meta({
    description:
      "For one whole unit, without tax; absent: the product's price in the deal's currency on that day",
  }),
  discount: Discount.optional(),
});

const distinct = <Value>(values: readonly Value[]) => new Set(values).size === values.length;

const fields = {
  title: Line.min(1).max(200),
  clientId: Id("client"),
  contacts: z
    .array(DealContact)
    .max(mostOf.contacts)
    .refine((contacts) => distinct(contacts.map(({ contactId }) => contactId)), "names a contact twice")
    .refine(
      (contacts) => contacts.reduce((sum, { sharePercent = 0 }) => sum + sharePercent, 0) <= 100,
      "has shares of more than 100 percent",
    ),
  participantIds: z
    .array(Id("member"))
    .max(mostOf.participants)
    .refine(distinct, "names a member twice")
    .meta({ uniqueItems: true }),
  items: z.array(ItemInput).max(mostOf.items),
  currency: Currency,
  estimatedAmountMinor: MinorAmount.meta({
    description: "What the deal may be worth, after discounts and without tax, as long as it has no items",
  }),
  manualProbabilityPercent: z.int().min(0).max(100),
  expectedCloseOn: Day,
  fields: FieldValues,
  externalId: Line.min(1).max(200).meta({
    description: "Its id in the system that it came from; identifies one deal of the company",
  }),
};

/** Why a deal was lost. */
export const LossInput = z.strictObject({
  reasonId: Slug.meta({ description: "One of the tenant's loss reasons" }),
  competitor: Line.min(1).max(200).optional(),
  note: Text.min(1).max(2000).optional(),
});

const Outcome = z.discriminatedUnion("state", [
  z.strictObject({ state: z.literal("won"), at: Instant }),
  z.strictObject({ state: z.literal("lost"), at: Instant, ...LossInput.shape }),
]);

/** What makes a deal. With `history` and `outcome` its past is entered, under the same rules as if it happened now. */
export const NewDeal = z.strictObject({
  title: fields.title,
  typeId: Slug,
  stageId: Slug.optional().meta({ description: "Where it begins; absent: the type's first stage" }),
  clientId: fields.clientId.optional(),
  contacts: fields.contacts.default([]),
  ownerId: Id("member").optional().meta({ description: "Absent: the member who enters it" }),
  participantIds: fields.participantIds.default([]),
  items: fields.items.default([]),
  currency: fields.currency.optional().meta({ description: "Absent: the tenant's" }),
  estimatedAmountMinor: fields.estimatedAmountMinor.optional(),
  manualProbabilityPercent: fields.manualProbabilityPercent.optional(),
  expectedCloseOn: fields.expectedCloseOn.optional(),
  fields: fields.fields.default({}),
  externalId: fields.externalId.optional(),
  registeredAt: Instant.optional().meta({
    description: "Absent: when the history begins, or now",
  }),
  history: z
    .array(z.strictObject({ stageId: Slug, at: Instant }))
    .max(mostOf.history)
    .default([])
    .meta({ description: "The stages it has been moved to, oldest first" }),
  outcome: Outcome.optional().meta({ description: "How and when it was closed" }),
});
export type NewDeal = z.infer<typeof NewDeal>;

/** What may be changed of a deal; null takes a value away. Items, contacts and participants are replaced as a whole. */
export const DealChange = z.strictObject({
  title: fields.title.optional(),
  clientId: fields.clientId.nullable().optional(),
  contacts: fields.contacts.optional(),
  ownerId: Id("member").optional(),
  participantIds: fields.participantIds.optional(),
  items: fields.items.nullable().optional(),
  currency: fields.currency.optional(),
  estimatedAmountMinor: fields.estimatedAmountMinor.nullable().optional(),
  manualProbabilityPercent: fields.manualProbabilityPercent.nullable().optional(),
  expectedCloseOn: fields.expectedCloseOn.nullable().optional(),
  fields: FieldChanges.optional(),
  externalId: fields.externalId.nullable().optional(),
});
export type DealChange = z.infer<typeof DealChange>;
