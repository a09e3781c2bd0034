import { scopeOf } from "../../domain/access/permissions.ts";
import { newDeal } from "../../domain/deals/change.ts";
import { type Deal, withMovesSpilled } from "../../domain/deals/deal.ts";
import { enteredUnproven } from "../../domain/deals/demands.ts";
import type { NewDeal } from "../../domain/deals/input.ts";
import { type DealRules, dealTypeOf } from "../../domain/deals/pipeline.ts";
import { type CheckedFields, checkFieldValues } from "../../domain/fields/values.ts";
import { Failure } from "../../domain/kernel/errors.ts";
import type { Settings } from "../../domain/settings/settings.ts";
import { dealRegistration } from "../../events/deals.ts";
import type { Happened } from "../../events/event.ts";
import type { Context } from "../kit/context.ts";
import type { Write } from "../kit/table/store.ts";
import { checkNamed, type Found, lookUp, type Named, ownerOf } from "./references.ts";
import { dealCreation, overrideWrites } from "./store.ts";

export const rulesOf = ({ tenant }: Pick<Context, "tenant">, settings: Settings): DealRules => ({
  settings,
  timeZone: tenant.timeZone,
});

/** Additional fields that were found right. @throws request.invalid naming every field at fault */
export const withoutFaults = (checked: CheckedFields): CheckedFields => {
  if (checked.faults.length > 0) throw new Failure("request.invalid", { fields: checked.faults });
  return checked;
};

const enteredWithoutRight = (missing: readonly string[]): Failure =>
  new Failure("deal.evidence-missing", {
    detail: `Not proven: ${missing.join(", ")}. A deal with such a past is entered by who may override.`,
    fields: missing.map((kind) => ({ pointer: "", reason: `${kind}: a deal that was not there has none` })),
  });

/** Who enters a deal, and into what. */
export interface Entering extends Pick<Context, "member" | "scope" | "tenant" | "now"> {
  readonly settings: Settings;
}

export interface DealRecords {
  readonly deal: Deal;
  readonly writes: readonly Write[];
  readonly happened: readonly Happened[];
}

/** What a new deal names, to be looked up; of several deals it can be looked up together. */
export const namedBy = (input: NewDeal, { member, settings }: Entering): Named => ({
  ownerId: input.ownerId ?? member.id,
  clientId: input.clientId,
  contacts: { clientId: input.clientId, of: input.contacts },
  participantIds: input.participantIds,
  items: input.items,
  fields: withoutFaults(checkFieldValues(settings.fields.deal, input.fields)).references,
});

/**
 * All that a new deal writes and says, from a request or the row of a file, under the same rules: one item, unless a
 * long past comes with it.
 * @param found at least what `namedBy` names
 * @throws those of `newDeal`, `checkNamed` and `ownerOf`, deal.evidence-missing, request.invalid for additional fields
 */
export const newDealRecords = (input: NewDeal, entering: Entering, found: Found, id: string): DealRecords => {
  const { member, settings, tenant, now } = entering;
  checkNamed(entering, namedBy(input, entering), found);
  const rules = rulesOf(entering, settings);
  const made = newDeal(
    input,
    {
      rules,
      products: found.products,
      currency: tenant.currency,
      fields: withoutFaults(checkFieldValues(settings.fields.deal, input.fields)).values,
    },
    ownerOf(entering, input.ownerId ?? member.id, found),
    { id, by: member.id, now },
  );
  const { deal: entered, override } = enteredUnproven(dealTypeOf(rules, made.typeId), made, {
    by: member.id,
    at: now,
  });
  if (override && scopeOf(member.role, "deal:override") === undefined)
    throw enteredWithoutRight(override.missing);
  const { deal, blocks } = withMovesSpilled(entered);
  return {
    deal,
    writes: [...dealCreation(deal, blocks), ...overrideWrites(deal, override)],
    happened: [dealRegistration(deal, override)],
  };
};

/** Looks up what a new deal names and makes its records. */
export const enteredDeal = async (input: NewDeal, context: Context): Promise<DealRecords> => {
  const entering: Entering = { ...context, settings: await context.settings() };
  const found = await lookUp(context.store, namedBy(input, entering), [context.member]);
  return newDealRecords(input, entering, found, context.newId("deal"));
};
