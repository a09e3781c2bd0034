import * as z from "zod";
import { type Deal, type DealOverride, type Move, mostShown } from "./deal.ts";
import { type DealType, EvidenceKind, evidenceKinds } from "./type.ts";

/** What is demanded and not proven, and why it is not. */
export const MissingEvidence = z.object({
  kind: EvidenceKind,
  reason: z.string().meta({ examples: ["no quote of it is accepted, and no order of it is confirmed"] }),
});
export type MissingEvidence = z.infer<typeof MissingEvidence>;

const inOrder = (kinds: Iterable<EvidenceKind>): EvidenceKind[] => {
  const wanted = new Set(kinds);
  return evidenceKinds.filter((kind) => wanted.has(kind));
};

const ofStage = ({ stages }: DealType, stageId: string | undefined): readonly EvidenceKind[] =>
  stages.find(({ id }) => id === stageId)?.evidence ?? [];

/** What a type demands for a step. Nothing has to be proven for a loss, and for a reopening: it leads back. */
export const demandedFor = (type: DealType, { kind, to }: Pick<Move, "kind" | "to">): EvidenceKind[] => {
  if (kind === "won") return inOrder(type.evidenceToWin ?? []);
  return kind === "moved" ? inOrder(ofStage(type, to)) : [];
};

/** What a type demands of a deal where it stands. */
export const demandedWhere = (
  type: DealType,
  { state, stageId }: Pick<Deal, "state" | "stageId">,
): EvidenceKind[] => {
  if (state === "lost") return [];
  return inOrder(state === "won" ? (type.evidenceToWin ?? []) : ofStage(type, stageId));
};

const withShown = (deal: Deal, override: DealOverride): Deal => ({
  ...deal,
  overrides: [...(deal.overrides ?? []), override].slice(-mostShown.overrides),
});

/** A deal whose last step was taken though something was not proven: the step and the deal say so. */
export const overridden = (
  deal: Deal,
  missing: readonly MissingEvidence[],
  reason: string,
): { readonly deal: Deal; readonly override: DealOverride } => {
  const step = deal.moves.at(-1);
  if (step?.kind !== "moved" && step?.kind !== "won")
    throw new Error(`the last step of deal ${deal.id} has nothing to prove`);
  const said = { reason, missing: missing.map(({ kind }) => kind) };
  const { kind, at, by } = step;
  const override = {
    ...said,
    kind,
    ...(deal.stageId === undefined ? {} : { stageId: deal.stageId }),
    at,
    by,
  };
  const moves = [...deal.moves.slice(0, -1), { ...step, override: said }];
  return { deal: withShown({ ...deal, moves }, override), override };
};

/** Why what is entered with its past need not be proven. */
export const enteredWithPast = "Entered with its past";

/**
 * A new deal that was entered with a past, or in a stage, for which its type demands evidence: there can be none of a deal
 * that was not there. What it came through says so.
 */
export const enteredUnproven = (
  type: DealType,
  deal: Deal,
  { by, at }: { readonly by: string; readonly at: string },
): { readonly deal: Deal; readonly override?: DealOverride } => {
  const first = deal.moves[0] ? deal.moves[0].from : deal.stageId;
  const missing = inOrder([
    ...ofStage(type, first),
    ...deal.moves.flatMap((move) => demandedFor(type, move)),
  ]);
  if (missing.length === 0) return { deal };
  const reason = enteredWithPast;
  const moves = deal.moves.map((move) => {
    const demanded = demandedFor(type, move);
    return demanded.length === 0 ? move : { ...move, override: { reason, missing: demanded } };
  });
  const place = deal.stageId === undefined ? {} : { stageId: deal.stageId };
  const override = { kind: "entered" as const, reason, missing, ...place, at, by };
  return { deal: withShown({ ...deal, moves }, override), override };
};
