import { Failure } from "../kernel/errors.ts";
import { type Instant, instantOf, millisecondsOf, monthIn } from "../kernel/time.ts";
import type { Settings } from "../settings/settings.ts";
import type { Deal, Move } from "./deal.ts";
import { amountOf } from "./items.ts";
import type { DealType, Stage } from "./type.ts";

/** What a tenant's rules about deals are made of. */
export interface DealRules {
  readonly settings: Pick<Settings, "dealTypes" | "lossReasons">;
  /** Decides in which month a deal was registered or closed. */
  readonly timeZone: string;
}

/** When something happened to a deal and through whom. */
export interface Happening {
  readonly at: Instant;
  readonly by: string;
}

/** The percent of a deal whose type has no stages and that nobody has judged (ours). */
export const percentWithoutStages = 50;

const unknown = (pointer: string, reason: string) =>
  new Failure("reference.unknown", { fields: [{ pointer, reason }] });

/** @throws reference.unknown */
export const dealTypeOf = (rules: DealRules, typeId: string, pointer = "/typeId"): DealType => {
  const type = rules.settings.dealTypes.find(({ id }) => id === typeId);
  if (!type) throw unknown(pointer, "is no deal type of the tenant");
  return type;
};

const stageOf = (type: DealType, stageId: string, pointer: string): Stage => {
  const stage = type.stages.find(({ id }) => id === stageId);
  if (!stage) throw unknown(pointer, `is no stage of the deal type ${type.id}`);
  return stage;
};

const placeOf = (type: DealType, stageId: string | undefined): number =>
  type.stages.findIndex(({ id }) => id === stageId);

/** Where a deal of a type may begin. @throws reference.unknown, deal.stage-skipped, deal.no-stages */
export const firstStage = (
  type: DealType,
  stageId: string | undefined,
  pointer = "/stageId",
): Stage | undefined => {
  if (type.kind === "simple") {
    if (stageId !== undefined)
      throw new Failure("deal.no-stages", { fields: [{ pointer, reason: "is a stage" }] });
    return undefined;
  }
  if (stageId === undefined) return type.stages[0];
  const stage = stageOf(type, stageId, pointer);
  if (type.kind === "process" && placeOf(type, stageId) > 0) throw skipped(type, pointer, type.stages[0]);
  return stage;
};

const skipped = (type: DealType, pointer: string, next: Stage | undefined) =>
  new Failure("deal.stage-skipped", {
    detail: next ? `The next stage of ${type.name} is ${next.id}.` : undefined,
    fields: [{ pointer, reason: "cannot be reached from here in one step" }],
  });

/** What standing in a stage since an instant means for a deal. */
export const standingIn = (
  stage: Stage | undefined,
  at: Instant,
): Pick<Deal, "stageId" | "stageEnteredAt" | "stageDueAt"> & { standardPercent: number } => ({
  stageId: stage?.id,
  stageEnteredAt: at,
  stageDueAt:
    stage?.limitHours === undefined
      ? undefined
      : instantOf(millisecondsOf(at) + stage.limitHours * 3_600_000),
  standardPercent: stage?.probabilityPercent ?? percentWithoutStages,
});

const standing = (deal: Deal, stage: Stage | undefined, at: Instant): Deal => {
  const { standardPercent, ...place } = standingIn(stage, at);
  return { ...deal, ...place, probability: { ...deal.probability, standardPercent } };
};

const withMove = (deal: Deal, since: Instant, move: Omit<Move, "durationMs">): Deal => ({
  ...deal,
  moves: [
    ...deal.moves,
    { ...move, durationMs: Math.max(0, millisecondsOf(move.at) - millisecondsOf(since)) },
  ],
});

const checkOpen = (deal: Deal) => {
  if (deal.state !== "open")
    throw new Failure("deal.closed", { detail: `It was ${deal.state} at ${deal.closedAt}.` });
};

/**
 * The deal in another stage. `process`: one stage forward at a time, back to any; `manual`: any stage. A move to
 * the stage that the deal is in already gives the very same deal.
 * @throws deal.closed, deal.no-stages, deal.stage-skipped, reference.unknown
 */
export const moved = (
  rules: DealRules,
  deal: Deal,
  stageId: string,
  { at, by }: Happening,
  pointer = "/stageId",
): Deal => {
  checkOpen(deal);
  const type = dealTypeOf(rules, deal.typeId);
  if (type.kind === "simple") throw new Failure("deal.no-stages");
  const stage = stageOf(type, stageId, pointer);
  if (stageId === deal.stageId) return deal;
  const next = placeOf(type, deal.stageId) + 1;
  if (type.kind === "process" && placeOf(type, stageId) > next)
    throw skipped(type, pointer, type.stages[next]);
  const after = withMove(deal, deal.stageEnteredAt, {
    kind: "moved",
    from: deal.stageId,
    to: stageId,
    at,
    by,
  });
  return standing(after, stage, at);
};

const closed = (rules: DealRules, deal: Deal, state: "won" | "lost", at: Instant): Deal => ({
  ...deal,
  state,
  closedAt: at,
  closedMonth: monthIn(at, rules.timeZone),
  stageDueAt: undefined,
});

/** The deal won: by a process from its last stage only. @throws deal.closed, deal.stage-not-last */
export const won = (rules: DealRules, deal: Deal, { at, by }: Happening): Deal => {
  checkOpen(deal);
  const type = dealTypeOf(rules, deal.typeId);
  const last = type.stages.at(-1);
  if (type.kind === "process" && deal.stageId !== last?.id)
    throw new Failure("deal.stage-not-last", {
      detail: `It stands in ${deal.stageId}; the last is ${last?.id}.`,
    });
  const after = withMove(deal, deal.stageEnteredAt, { kind: "won", from: deal.stageId, at, by });
  return closed(rules, after, "won", at);
};

export interface LossInput {
  readonly reasonId: string;
  readonly competitor?: string | undefined;
  readonly note?: string | undefined;
}

/** The deal lost, from any stage. @throws deal.closed, deal.loss-reason-inactive, reference.unknown */
export const lost = (
  rules: DealRules,
  deal: Deal,
  { reasonId, competitor, note }: LossInput,
  { at, by }: Happening,
  pointer = "/reasonId",
): Deal => {
  checkOpen(deal);
  const reason = rules.settings.lossReasons.find(({ id }) => id === reasonId);
  if (!reason) throw unknown(pointer, "is no loss reason of the tenant");
  if (!reason.active)
    throw new Failure("deal.loss-reason-inactive", { fields: [{ pointer, reason: "is not used any more" }] });
  const after = withMove(deal, deal.stageEnteredAt, { kind: "lost", from: deal.stageId, at, by, reasonId });
  return { ...closed(rules, after, "lost", at), loss: { reasonId, competitor, note, stageId: deal.stageId } };
};

/**
 * The deal open again, in the stage it was closed in, with its own amount: what was agreed to is asked again when it is won.
 * @throws deal.not-closed
 */
export const reopened = (rules: DealRules, deal: Deal, { at, by }: Happening): Deal => {
  if (deal.state === "open") throw new Failure("deal.not-closed");
  const stage = dealTypeOf(rules, deal.typeId).stages.find(({ id }) => id === deal.stageId);
  const after = withMove(deal, deal.closedAt ?? at, { kind: "reopened", to: deal.stageId, at, by });
  const open: Deal = {
    ...after,
    state: "open",
    closedAt: undefined,
    closedMonth: undefined,
    loss: undefined,
    agreed: undefined,
    amountMinor: amountOf({ ...after, agreed: undefined }),
  };
  // A stage that the tenant has removed meanwhile stays the deal's place, without a limit.
  if (deal.stageId !== undefined && !stage) return { ...open, stageEnteredAt: at, stageDueAt: undefined };
  return standing(open, stage, at);
};
