import type { FieldValues } from "../fields/field.ts";
import { Failure } from "../kernel/errors.ts";
import { dayIn, type Instant, monthIn } from "../kernel/time.ts";
import { asNextVersion, type Deal, type DealContact } from "./deal.ts";
import type { DealChange, NewDeal } from "./input.ts";
import { amountOf, type ItemInput, type Pricing, pricedItems } from "./items.ts";
import { type DealRules, dealTypeOf, firstStage, lost, moved, standingIn, won } from "./pipeline.ts";

/** Who a deal belongs to: a member, and the team that the member is in. */
export interface Owner {
  readonly ownerId: string;
  readonly teamId?: string | undefined;
}

/** What was looked up for a deal before it is decided about. */
export interface Surroundings {
  readonly rules: DealRules;
  readonly products: Pricing["products"];
  /** The tenant's, for deals that name none. */
  readonly currency: string;
  /** The values of the additional fields, checked. */
  readonly fields: FieldValues;
}

const disordered = (pointer: string, reason: string) =>
  new Failure("deal.history-disordered", { fields: [{ pointer, reason }] });

/** What lies before is a slip of the pen, and has months that nobody can ask for. */
const earliest: Instant = "1900-01-01T00:00:00.000Z";

/** Refuses a past whose instants are not in order or not past. @throws deal.history-disordered */
const checkPast = (input: NewDeal, registeredAt: Instant, now: Instant): void => {
  let before = registeredAt;
  const first = input.registeredAt ? "/registeredAt" : input.history[0] ? "/history/0/at" : "/outcome/at";
  if (registeredAt > now) throw disordered(first, "lies in the future");
  if (registeredAt < earliest) throw disordered(first, "lies before 1900");
  for (const [at, step] of input.history.entries()) {
    if (step.at < before) throw disordered(`/history/${at}/at`, `lies before ${before}`);
    if (step.at > now) throw disordered(`/history/${at}/at`, "lies in the future");
    before = step.at;
  }
  if (!input.outcome) return;
  if (input.outcome.at < before) throw disordered("/outcome/at", `lies before ${before}`);
  if (input.outcome.at > now) throw disordered("/outcome/at", "lies in the future");
};

const checkContacts = (contacts: readonly DealContact[], clientId: string | undefined): void => {
  if (contacts.length > 0 && clientId === undefined)
    throw new Failure("deal.contacts-without-client", {
      fields: [{ pointer: "/clientId", reason: "is needed where contacts are named" }],
    });
};

/** The day whose prices a new deal takes, and the instant from which it counts as entered. */
export const registrationOf = (input: NewDeal, now: Instant): Instant =>
  input.registeredAt ?? input.history[0]?.at ?? input.outcome?.at ?? now;

/**
 * A new deal. Its past, where one is entered, runs through the rules of its type step by step.
 * @throws reference.unknown, deal.type-inactive, deal.stage-skipped, deal.stage-not-last, deal.no-stages,
 *   deal.history-disordered, deal.loss-reason-inactive, deal.contacts-without-client and those of `pricedItems`
 */
export const newDeal = (
  input: NewDeal,
  { rules, products, currency: standardCurrency, fields }: Surroundings,
  owner: Owner,
  who: { readonly id: string; readonly by: string; readonly now: Instant },
): Deal => {
  const type = dealTypeOf(rules, input.typeId);
  if (!type.active)
    throw new Failure("deal.type-inactive", {
      fields: [{ pointer: "/typeId", reason: "is not used any more" }],
    });
  checkContacts(input.contacts, input.clientId);
  const registeredAt = registrationOf(input, who.now);
  checkPast(input, registeredAt, who.now);
  const currency = input.currency ?? standardCurrency;
  const items = pricedItems(input.items, {
    products,
    currency,
    day: dayIn(registeredAt, rules.timeZone),
    mayBeInactive: () => registeredAt < who.now,
  });
  const { standardPercent, ...place } = standingIn(firstStage(type, input.stageId), registeredAt);
  const estimatedAmountMinor = input.estimatedAmountMinor;
  const begun: Deal = {
    id: who.id,
    version: 1,
    title: input.title,
    typeId: input.typeId,
    ...place,
    state: "open",
    clientId: input.clientId,
    contacts: input.contacts,
    ownerId: owner.ownerId,
    teamId: owner.teamId,
    participantIds: input.participantIds,
    items: items.length > 0 ? items : undefined,
    currency,
    estimatedAmountMinor,
    amountMinor: amountOf({ items, estimatedAmountMinor }),
    probability: { standardPercent, manualPercent: input.manualProbabilityPercent },
    expectedCloseOn: input.expectedCloseOn,
    registeredAt,
    registeredMonth: monthIn(registeredAt, rules.timeZone),
    moves: [],
    movesSpilled: 0,
    fields,
    externalId: input.externalId,
    createdAt: who.now,
    updatedAt: who.now,
  };
  const { by } = who;
  const grown = input.history.reduce(
    (deal, step, at) => moved(rules, deal, step.stageId, { at: step.at, by }, `/history/${at}/stageId`),
    begun,
  );
  const { outcome } = input;
  if (!outcome) return grown;
  return outcome.state === "won"
    ? won(rules, grown, { at: outcome.at, by })
    : lost(rules, grown, outcome, { at: outcome.at, by }, "/outcome/reasonId");
};

const moneyNames = ["items", "currency", "estimatedAmountMinor", "manualProbabilityPercent"] as const;

/** What a closed deal brought is not changed behind the figures: it has to be reopened. */
const checkMayChange = (deal: Deal, change: DealChange): void => {
  const touched = moneyNames.filter((name) => change[name] !== undefined);
  if (deal.state === "open" || touched.length === 0) return;
  throw new Failure("deal.closed", {
    detail: `It was ${deal.state} at ${deal.closedAt}; its amount stands.`,
    fields: touched.map((name) => ({ pointer: `/${name}`, reason: "cannot be changed in a closed deal" })),
  });
};

const checkCurrency = (deal: Deal, change: DealChange): void => {
  if (change.currency === undefined || change.currency === deal.currency) return;
  const missing = [
    ...(deal.items && change.items === undefined ? ["/items"] : []),
    ...(deal.estimatedAmountMinor !== undefined && change.estimatedAmountMinor === undefined
      ? ["/estimatedAmountMinor"]
      : []),
  ];
  if (missing.length > 0)
    throw new Failure("deal.currency-mixed", {
      fields: missing.map((pointer) => ({ pointer, reason: `has to be given in ${change.currency}` })),
    });
};

/** The given value; null takes it away, undefined leaves it. */
const given = <Value>(value: Value | null | undefined, before: Value | undefined): Value | undefined =>
  value === undefined ? before : (value ?? undefined);

/**
 * The deal after a change, in its next version. The owner is not changed here: see `reassignedDeal`.
 * @throws deal.closed, deal.currency-mixed, deal.contacts-without-client and those of `pricedItems`
 */
export const changedDeal = (
  deal: Deal,
  change: DealChange,
  { rules, products, fields }: Omit<Surroundings, "currency">,
  now: Instant,
): Deal => {
  checkMayChange(deal, change);
  checkCurrency(deal, change);
  const clientId = given(change.clientId, deal.clientId);
  const ofOtherClient = clientId !== deal.clientId;
  const contacts = change.contacts ?? (ofOtherClient ? [] : deal.contacts);
  checkContacts(contacts, clientId);
  const currency = change.currency ?? deal.currency;
  const already = new Set(deal.items?.map(({ productId }) => productId));
  const priced = (inputs: readonly ItemInput[] | null) =>
    pricedItems(inputs ?? [], {
      products,
      currency,
      day: dayIn(now, rules.timeZone),
      mayBeInactive: (productId) => already.has(productId),
    });
  const items = change.items === undefined ? deal.items : priced(change.items);
  const estimatedAmountMinor = given(change.estimatedAmountMinor, deal.estimatedAmountMinor);
  const next: Deal = {
    ...deal,
    title: change.title ?? deal.title,
    clientId,
    contacts,
    participantIds: change.participantIds ?? deal.participantIds,
    items: items?.length ? items : undefined,
    currency,
    estimatedAmountMinor,
    amountMinor: amountOf({ items, estimatedAmountMinor, agreed: deal.agreed }),
    probability: {
      standardPercent: deal.probability.standardPercent,
      manualPercent: given(change.manualProbabilityPercent, deal.probability.manualPercent),
    },
    expectedCloseOn: given(change.expectedCloseOn, deal.expectedCloseOn),
    fields,
    externalId: given(change.externalId, deal.externalId),
  };
  return asNextVersion(next, now);
};

/**
 * The deal with another in the place of a member who took part, in its next version. Nobody takes part twice, nor in what is
 * their own.
 */
export const withParticipantReplaced = (deal: Deal, memberId: string, byId: string, now: Instant): Deal => {
  const joins = byId !== deal.ownerId && !deal.participantIds.includes(byId);
  const successors = joins ? [byId] : [];
  return asNextVersion(
    { ...deal, participantIds: deal.participantIds.flatMap((id) => (id === memberId ? successors : [id])) },
    now,
  );
};

/**
 * The deal in another's hands, in its next version: by hand, or when a member's deals are handed over. The new owner
 * stops being a participant. Goes with the event deal.reassigned (`dealReassignment` of events/deals.ts).
 */
export const reassignedDeal = (deal: Deal, { ownerId, teamId }: Owner, by: string, now: Instant): Deal =>
  asNextVersion(
    {
      ...deal,
      ownerId,
      teamId,
      participantIds: deal.participantIds.filter((id) => id !== ownerId),
      assignment: { fromId: deal.ownerId, by, at: now },
    },
    now,
  );
